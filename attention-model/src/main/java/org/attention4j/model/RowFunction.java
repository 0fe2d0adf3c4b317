package org.attention4j.model;

import java.util.List;
import java.util.Objects;
import org.attention4j.api.Gradients;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/** What layers have in common that make of one row another of the same width, with one or two parameters: norms, and activations with learned numbers. */
abstract class RowFunction extends RowLayer {
    final int width;
    final List<ParameterSpec> specs;
    final NamedTensors parameters;

    RowFunction(int width, List<ParameterSpec> specs, ParameterSource source) {
        this.width = width;
        this.specs = specs;
        parameters = Parameters.filled(specs, source);
    }

    /** y ← f(x). */
    abstract void apply(float[] x, int xOffset, float[] y, int yOffset);

    /** dX += dY · f′(x). */
    abstract void inputGradient(float[] x, int xOffset, float[] dY, int dYOffset, float[] dX, int dXOffset);

    /** Adds the gradients of the first parameter and of the second; if there is none, there is room for it. */
    abstract void parameterGradient(
            float[] x,
            int xOffset,
            float[] dY,
            int dYOffset,
            float[] dFirst,
            int dFirstOffset,
            float[] dSecond,
            int dSecondOffset);

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
            apply(x, xOffset + i * width, y, yOffset + i * width);
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
        String first = specs.get(0).name();
        String second = specs.get(specs.size() - 1).name();
        float[] dFirst = target(gradients, first, scratch);
        float[] dSecond = specs.size() == 1 ? scratch.floats(width) : target(gradients, second, scratch);
        int dFirstOffset = gradients.contains(first) ? gradients.get(first).offset() : 0;
        int dSecondOffset = gradients.contains(second) ? gradients.get(second).offset() : 0;
        for (int b = 0; b < in.batch(); b++) {
            for (int t = 0; t < in.length(b); t++) {
                int at = (b * in.time() + t) * width;
                parameterGradient(
                        x,
                        in.tensor().offset() + at,
                        dY,
                        dOut.offset() + at,
                        dFirst,
                        dFirstOffset,
                        dSecond,
                        dSecondOffset);
            }
        }
        gradients.forEach((name, tensor) -> tensor.commit(name.equals(first) ? dFirst : dSecond));
    }

    /** Where a gradient is added; what is not wanted goes to scratch memory. */
    private float[] target(NamedTensors gradients, String name, Scratch scratch) {
        return gradients.contains(name) ? gradients.get(name).readable(scratch) : scratch.floats(width);
    }

    private static final class InputGradient extends RowTask {
        private @Nullable RowFunction layer;
        private float[] in = NONE;
        private int inOffset;

        @Override
        void rows(int from, int to, Scratch scratch) {
            RowFunction of = Objects.requireNonNull(layer);
            for (int i = from; i < to; i++) {
                int at = i * of.width;
                of.inputGradient(in, inOffset + at, x, xOffset + at, y, yOffset + at);
            }
        }
    }
}
