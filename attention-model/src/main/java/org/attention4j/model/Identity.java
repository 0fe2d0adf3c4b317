package org.attention4j.model;

import java.util.List;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Gradients;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/**
 * y = x: where a block has no norm, and a branch of {@link Branches} that is the input itself. It has no parameters.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class Identity extends RowLayer {
    private final int width;

    private Identity(int width) {
        this.width = width;
    }

    /**
     * A layer.
     *
     * @param width D
     * @return the layer
     * @throws BadShapeException if the width is not positive
     */
    public static Identity of(int width) {
        if (width < 1) {
            throw new BadShapeException("an identity of width " + width + ": it must be positive");
        }
        return new Identity(width);
    }

    @Override
    public int inputWidth() {
        return width;
    }

    @Override
    public int outputWidth() {
        return width;
    }

    @Override
    public List<ParameterSpec> parameterSpecs() {
        return List.of();
    }

    @Override
    public NamedTensors parameters() {
        return NamedTensors.empty();
    }

    @Override
    public Identity withParameters(ParameterSource source) {
        return this;
    }

    @Override
    void rows(float[] x, int xOffset, float[] y, int yOffset, int from, int to, Scratch scratch) {
        System.arraycopy(x, xOffset + from * width, y, yOffset + from * width, (to - from) * width);
    }

    @Override
    void addGradients(Sequences in, Tensor dOut, Gradients gradients, Workspace workspace) {
        if (gradients.input().isPresent()) {
            RowSum.add(Sequences.of(dOut, in.lengths()), gradients.input().get(), workspace);
        }
    }
}
