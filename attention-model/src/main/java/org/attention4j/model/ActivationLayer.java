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
    private final ElementFunction function;

    private ActivationLayer(int width, ElementFunction function) {
        if (width < 1) {
            throw new BadShapeException("an activation of width " + width + ": it must be positive");
        }
        this.width = width;
        this.function = function;
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
        return new ActivationLayer(
                width, new ElementFunction.OfKernels(Objects.requireNonNull(activation, "activation")));
    }

    /**
     * f(x) = x, or slope · x where x is negative (Maas, Hannun and Ng 2013).
     *
     * @param width D
     * @param slope 0.01 is PyTorch's default; from 0, used as a float
     * @return the layer
     * @throws BadShapeException if the width is not positive
     * @throws IllegalArgumentException if the slope is negative or no number of float
     */
    public static ActivationLayer leakyRelu(int width, double slope) {
        return new ActivationLayer(width, new ElementFunction.LeakyRelu(ElementFunction.number("slope", slope, 0)));
    }

    /**
     * f(x) = x, or α (eˣ − 1) where x is negative (Clevert, Unterthiner and Hochreiter 2016).
     *
     * @param width D
     * @param alpha α, 1 in most models; from 0, used as a float
     * @return the layer
     * @throws BadShapeException if the width is not positive
     * @throws IllegalArgumentException if α is negative or no number of float
     */
    public static ActivationLayer elu(int width, double alpha) {
        return new ActivationLayer(width, new ElementFunction.Elu(ElementFunction.number("alpha", alpha, 0)));
    }

    /**
     * f(x) = min(max(x, 0), limit), which is ReLU6 with 6 (Hannun et al. 2014, with 20).
     *
     * @param width D
     * @param limit from 0, used as a float
     * @return the layer
     * @throws BadShapeException if the width is not positive
     * @throws IllegalArgumentException if the limit is negative or no number of float
     */
    public static ActivationLayer clippedRelu(int width, double limit) {
        return new ActivationLayer(width, new ElementFunction.ClippedRelu(ElementFunction.number("limit", limit, 0)));
    }

    /**
     * f(x) = x tanh(log(1 + eˣ)) (Misra 2019).
     *
     * @param width D
     * @return the layer
     * @throws BadShapeException if the width is not positive
     */
    public static ActivationLayer mish(int width) {
        return new ActivationLayer(width, new ElementFunction.Mish());
    }

    /**
     * f(x) = x / (1 + e^−βx) (Ramachandran, Zoph and Le 2017); with β = 1.702 the approximation of GELU that CLIP calls QuickGELU (Hendrycks and Gimpel 2016).
     *
     * @param width D
     * @param beta β, from 10⁻⁶, used as a float
     * @return the layer
     * @throws BadShapeException if the width is not positive
     * @throws IllegalArgumentException if β is smaller or no number of float
     */
    public static ActivationLayer swish(int width, double beta) {
        return new ActivationLayer(width, new ElementFunction.Swish(ElementFunction.number("beta", beta, 1e-6)));
    }

    /**
     * f(x) = x · min(max(x + 3, 0), 6) / 6 (Howard et al. 2019).
     *
     * @param width D
     * @return the layer
     * @throws BadShapeException if the width is not positive
     */
    public static ActivationLayer hardSwish(int width) {
        return new ActivationLayer(width, new ElementFunction.HardSwish());
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
        return function.smooth();
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
        int at = from * width;
        function.apply(kernels, x, xOffset + at, y, yOffset + at, (to - from) * width, scratch);
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
            float[] dX = scratch.floats(count);
            of.function.gradient(kernels, in, inOffset + at, x, xOffset + at, dX, 0, count, scratch);
            kernels.add(dX, 0, y, yOffset + at, count);
        }
    }
}
