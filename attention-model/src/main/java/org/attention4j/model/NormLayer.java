package org.attention4j.model;

import java.util.List;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;

/** What norms have in common: a weight and perhaps a bias. */
abstract class NormLayer extends RowFunction {
    final float epsilon;
    final float[] weight;

    NormLayer(int width, float epsilon, List<ParameterSpec> specs, ParameterSource source) {
        super(width, specs, source);
        this.epsilon = epsilon;
        weight = parameters.get("weight").array();
    }

    static void check(String what, int width, double epsilon) {
        if (width < 1) {
            throw new BadShapeException(what + " of width " + width + ": must be positive");
        }
        if (!(epsilon >= 0 && epsilon <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "epsilon " + epsilon + " of " + what + " must be in 0 to " + Float.MAX_VALUE);
        }
    }
}
