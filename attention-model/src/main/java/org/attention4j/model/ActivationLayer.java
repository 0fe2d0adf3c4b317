package org.attention4j.model;

import java.util.List;
import java.util.Objects;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Gradients;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * y = f(x), number by number, as between the convolutions of a {@link Sequential}. It has no parameters.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class ActivationLayer extends RowLayer {
    private final int width;
    private final Activation activation;

    private ActivationLayer(int width, Activation activation) {
        this.width = width;
        this.activation = activation;
    }

    /**
     * A layer.
     *
     * @param width D
     * @param activation f
     * @return the layer
     * @throws BadShapeException if the width is not positive
     */
    public static ActivationLayer of(int width, Activation activation) {
        Objects.requireNonNull(activation, "activation");
        if (width < 1) {
            throw new BadShapeException("an activation of width " + width + ": it must be positive");
        }
        return new ActivationLayer(width, activation);
    }

    /**
     * f.
     *
     * @return the activation
     */
    public Activation activation() {
        return activation;
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
    public boolean smooth() {
        return activation.smooth();
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
    public ActivationLayer withParameters(ParameterSource source) {
        return this;
    }

    @Override
    void rows(float[] x, int xOffset, float[] y, int yOffset, int from, int to, Scratch scratch) {
        kernels.apply(activation, x, xOffset + from * width, y, yOffset + from * width, (to - from) * width);
    }

    @Override
    void addGradients(Sequences in, Tensor dOut, Gradients gradients, Workspace workspace) {
        if (gradients.input().isPresent()) {
            InputGradient task = workspace.scratch().object(InputGradient.class, InputGradient::new);
            task.layer = this;
            task.in = in.tensor().readable(workspace.scratch());
            task.inOffset = in.tensor().offset();
            task.add(in, dOut, gradients.input().get(), workspace);
        }
    }

    private static final class InputGradient extends RowTask {
        private @Nullable ActivationLayer layer;
        private float[] in = NONE;
        private int inOffset;

        @Override
        void rows(int from, int to, Scratch scratch) {
            ActivationLayer of = Objects.requireNonNull(layer);
            Kernels kernels = of.kernels;
            int at = from * of.width;
            int count = to * of.width - at;
            float[] values = NONE;
            if (of.activation.gradientFromOutput()) {
                values = scratch.floats(count);
                kernels.apply(of.activation, in, inOffset + at, values, 0, count);
            }
            float[] dX = scratch.floats(count);
            kernels.gradient(of.activation, in, inOffset + at, values, 0, x, xOffset + at, dX, 0, count);
            kernels.add(dX, 0, y, yOffset + at, count);
        }
    }
}
