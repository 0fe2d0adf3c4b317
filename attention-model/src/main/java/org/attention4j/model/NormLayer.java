package org.attention4j.model;

import java.util.List;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;

/** What norms have in common: groups of channels, each with a norm of its own, a weight and perhaps a bias. */
abstract class NormLayer extends RowFunction {
    /** Channels of a group. */
    final int size;

    final float epsilon;
    final float[] weight;

    NormLayer(int width, int size, float epsilon, List<ParameterSpec> specs, ParameterSource source) {
        super(width, specs, source);
        this.size = size;
        this.epsilon = epsilon;
        weight = parameters.get("weight").array();
    }

    /** Channels of a group, checked. */
    static int size(String what, int width, int groups, double epsilon) {
        if (width < 1) {
            throw new BadShapeException(what + " of width " + width + ": must be positive");
        }
        if (!(epsilon >= 0 && epsilon <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "epsilon " + epsilon + " of " + what + " must be in 0 to " + Float.MAX_VALUE);
        }
        if (groups < 1 || width % groups != 0) {
            throw new BadShapeException(
                    what + " of " + groups + " groups: their number must be positive and divide the width, " + width);
        }
        return width / groups;
    }
}
