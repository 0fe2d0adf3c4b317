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
import org.jspecify.annotations.Nullable;

/** What norms have in common: one row in, one row out, of the same width; a weight and perhaps a bias. */
abstract class NormLayer extends RowLayer {
    final int width;
    final float epsilon;
    final List<ParameterSpec> specs;
    final NamedTensors parameters;
    final float[] weight;

    NormLayer(int width, float epsilon, List<ParameterSpec> specs, ParameterSource source) {
        this.width = width;
        this.epsilon = epsilon;
        this.specs = specs;
        parameters = Parameters.filled(specs, source);
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

    abstract void normalise(float[] x, int xOffset, float[] y, int yOffset);

    abstract void inputGradient(float[] x, int xOffset, float[] dY, int dYOffset, float[] dX, int dXOffset);

    abstract void parameterGradient(
            float[] x,
            int xOffset,
            float[] dY,
            int dYOffset,
            float[] dWeight,
            int dWeightOffset,
            float[] dBias,
            int dBiasOffset);

    @Override
    public final int inputWidth() {
        return width;
    }

    @Override
    public final int outputWidth() {
        return width;
    }

    @Override
    public final List<ParameterSpec> parameterSpecs() {
        return specs;
    }

    @Override
    public final NamedTensors parameters() {
        return parameters.copy();
    }

    @Override
    final void rows(float[] x, int xOffset, float[] y, int yOffset, int from, int to, Scratch scratch) {
        for (int i = from; i < to; i++) {
            normalise(x, xOffset + i * width, y, yOffset + i * width);
        }
    }

    @Override
    final void addGradients(Sequences in, Tensor dOut, Gradients gradients, Workspace workspace) {
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
                parameterGradient(
                        x,
                        in.tensor().offset() + at,
                        dY,
                        dOut.offset() + at,
                        dWeight,
                        dWeightOffset,
                        dBias,
                        dBiasOffset);
            }
        }
        gradients.forEach((name, tensor) -> tensor.commit(name.equals("weight") ? dWeight : dBias));
    }

    /** Where a gradient is added; what is not wanted goes to scratch memory. */
    private float[] target(NamedTensors gradients, String name, Scratch scratch) {
        return gradients.contains(name) ? gradients.get(name).readable(scratch) : scratch.floats(width);
    }

    private static final class InputGradient extends RowTask {
        private @Nullable NormLayer layer;
        private float[] in = NONE;
        private int inOffset;

        @Override
        void rows(int from, int to, Scratch scratch) {
            NormLayer of = Objects.requireNonNull(layer);
            for (int i = from; i < to; i++) {
                int at = i * of.width;
                of.inputGradient(in, inOffset + at, x, xOffset + at, y, yOffset + at);
            }
        }
    }
}
