package org.attention4j.model;

import java.util.List;
import java.util.Objects;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Gradients;
import org.attention4j.api.InitialValue;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * y = (x − mean x) / √(variance x + ε) · weight + bias at every position, mean and variance (divided by D) taken over its
 * width (Ba, Kiros and Hinton 2016, equation 4). Parameters as PyTorch's {@code LayerNorm} has them: {@code weight [D]}, at
 * first ones, and {@code bias [D]}, at first zeros.
 */
public final class LayerNorm implements Layer {
    /** PyTorch's default. */
    public static final double DEFAULT_EPSILON = 1e-5;

    private final Kernels kernels = Kernels.preferred();
    private final int width;
    private final float epsilon;
    private final List<ParameterSpec> specs;
    private final NamedTensors parameters;
    private final float[] weight;
    private final float[] bias;

    private LayerNorm(int width, float epsilon, List<ParameterSpec> specs, ParameterSource source) {
        this.width = width;
        this.epsilon = epsilon;
        this.specs = specs;
        parameters = Parameters.filled(specs, source);
        weight = parameters.get("weight").array();
        bias = parameters.get("bias").array();
    }

    /**
     * A layer.
     *
     * @param width D
     * @param epsilon ε, {@link #DEFAULT_EPSILON} if in doubt; used as a float
     * @param source fills {@code weight} and {@code bias}
     * @return the layer
     * @throws BadShapeException if the width is not positive
     * @throws IllegalArgumentException if ε is negative or not a number
     */
    public static LayerNorm of(int width, double epsilon, ParameterSource source) {
        if (width < 1) {
            throw new BadShapeException("a layer norm of width " + width + ": must be positive");
        }
        if (!(epsilon >= 0)) {
            throw new IllegalArgumentException("epsilon " + epsilon + " of a layer norm must be at least 0");
        }
        List<ParameterSpec> specs = List.of(
                new ParameterSpec("weight", Shape.of(width), InitialValue.ones()),
                new ParameterSpec("bias", Shape.of(width), InitialValue.zeros()));
        return new LayerNorm(width, (float) epsilon, specs, source);
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
        return specs;
    }

    @Override
    public NamedTensors parameters() {
        return parameters.copy();
    }

    @Override
    public LayerNorm withParameters(ParameterSource source) {
        return new LayerNorm(width, epsilon, specs, source);
    }

    @Override
    public void forward(Sequences in, Tensor out, Workspace workspace) {
        Parameters.checkForward(this, in, out);
        int mark = workspace.begin();
        try {
            Forward task = workspace.scratch().object(Forward.class, Forward::new);
            task.layer = this;
            task.write(in, in.tensor(), out, workspace);
        } finally {
            workspace.end(mark);
        }
    }

    @Override
    public void backward(Sequences in, Tensor dOut, Gradients gradients, Workspace workspace) {
        Parameters.checkBackward(this, in, dOut, gradients);
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            if (gradients.input().isPresent()) {
                InputGradient task = scratch.object(InputGradient.class, InputGradient::new);
                task.layer = this;
                task.in = in.tensor().readable(scratch);
                task.inOffset = in.tensor().offset();
                task.add(in, dOut, gradients.input().get(), workspace);
            }
            if (!gradients.parameters().names().isEmpty()) {
                parameterGradients(in, dOut, gradients.parameters(), scratch);
            }
        } finally {
            workspace.end(mark);
        }
    }

    /** Position after position, in the calling thread: the sum is over positions, and short beside those of products. */
    private void parameterGradients(Sequences in, Tensor dOut, NamedTensors gradients, Scratch scratch) {
        float[] x = in.tensor().readable(scratch);
        float[] dY = dOut.readable(scratch);
        float[] dWeight = target(gradients, "weight", scratch);
        float[] dBias = target(gradients, "bias", scratch);
        int dWeightOffset =
                gradients.contains("weight") ? gradients.get("weight").offset() : 0;
        int dBiasOffset = gradients.contains("bias") ? gradients.get("bias").offset() : 0;
        for (int b = 0; b < in.batch(); b++) {
            for (int t = 0; t < in.length(b); t++) {
                int at = (b * in.time() + t) * width;
                kernels.layerNormParameterGradient(
                        x,
                        in.tensor().offset() + at,
                        dY,
                        dOut.offset() + at,
                        dWeight,
                        dWeightOffset,
                        dBias,
                        dBiasOffset,
                        width,
                        epsilon);
            }
        }
        gradients.forEach((name, tensor) -> tensor.commit(name.equals("weight") ? dWeight : dBias));
    }

    /** Where a gradient is added; what is not wanted goes to scratch memory. */
    private float[] target(NamedTensors gradients, String name, Scratch scratch) {
        return gradients.contains(name) ? gradients.get(name).readable(scratch) : scratch.floats(width);
    }

    private static final class Forward extends RowTask {
        private @Nullable LayerNorm layer;

        @Override
        void rows(int from, int to, Scratch scratch) {
            LayerNorm of = Objects.requireNonNull(layer);
            int n = of.width;
            for (int i = from; i < to; i++) {
                of.kernels.layerNorm(x, xOffset + i * n, y, yOffset + i * n, of.weight, 0, of.bias, 0, n, of.epsilon);
            }
        }

        @Override
        void padding(int from, int to) {
            clear(Objects.requireNonNull(layer).width, from, to);
        }
    }

    private static final class InputGradient extends RowTask {
        private @Nullable LayerNorm layer;
        private float[] in = NONE;
        private int inOffset;

        @Override
        void rows(int from, int to, Scratch scratch) {
            LayerNorm of = Objects.requireNonNull(layer);
            int n = of.width;
            for (int i = from; i < to; i++) {
                int at = i * n;
                of.kernels.layerNormInputGradient(
                        in, inOffset + at, of.weight, 0, x, xOffset + at, y, yOffset + at, n, of.epsilon);
            }
        }
    }
}
