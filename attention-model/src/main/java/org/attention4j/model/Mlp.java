package org.attention4j.model;

import java.util.ArrayList;
import java.util.Arrays;
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
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Linear;
import org.jspecify.annotations.Nullable;

/**
 * The feed-forward part of a block, at every position.
 *
 * <ul>
 *   <li>Plain: y = W₂ f(W₁ x + b₁) + b₂ (Vaswani et al. 2017, equation 2, with ReLU for f).
 *   <li>Gated: y = W₂ (f(W₁ x + b₁) ⊙ (W₃ x + b₃)) + b₂ (Shazeer 2020, equation 6): GLU with f = sigmoid, ReGLU with ReLU, GeGLU with
 *       GELU, SwiGLU with SiLU.
 * </ul>
 *
 * <p>Parameters as PyTorch's {@code TransformerEncoderLayer} names them: {@code linear1.weight [F, D]}, {@code linear1.bias [F]}, {@code
 * linear2.weight [D, F]}, {@code linear2.bias [D]}; a gated one, which PyTorch does not have, adds {@code linear3.weight [F, D]} and
 * {@code linear3.bias [F]}, numbered as Llama's {@code w1}, {@code w2} and {@code w3}.
 *
 * <p>The forward pass keeps the hidden values of a few positions at a time; the backward pass computes them again, which costs a
 * sixth more than keeping them.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class Mlp extends RowLayer {
    private final Activation activation;
    private final LinearLayer first;
    private final LinearLayer second;
    private final @Nullable LinearLayer gated;
    private final List<Linear> stages;

    private Mlp(Activation activation, LinearLayer first, LinearLayer second, @Nullable LinearLayer gated) {
        this.activation = Objects.requireNonNull(activation, "activation");
        this.first = first;
        this.second = second;
        this.gated = gated;
        stages = List.of(first.linear(), second.linear());
    }

    /**
     * A plain layer with biases.
     *
     * @param width D
     * @param hidden F
     * @param activation f
     * @param source fills the parameters
     * @return the layer
     * @throws org.attention4j.api.BadShapeException if a width is not positive
     */
    public static Mlp of(int width, int hidden, Activation activation, ParameterSource source) {
        return of(width, hidden, activation, true, source);
    }

    /**
     * A plain layer.
     *
     * @param width D
     * @param hidden F
     * @param activation f
     * @param bias whether b₁ and b₂ are added
     * @param source fills the parameters
     * @return the layer
     * @throws org.attention4j.api.BadShapeException if a width is not positive
     */
    public static Mlp of(int width, int hidden, Activation activation, boolean bias, ParameterSource source) {
        return new Mlp(
                activation,
                LinearLayer.of(width, hidden, bias, source.under("linear1.")),
                LinearLayer.of(hidden, width, bias, source.under("linear2.")),
                null);
    }

    /**
     * A gated layer.
     *
     * @param width D
     * @param hidden F; two thirds of a plain layer's make as many parameters
     * @param activation f of the gate: SiLU for SwiGLU
     * @param bias whether b₁, b₂ and b₃ are added
     * @param source fills the parameters
     * @return the layer
     * @throws org.attention4j.api.BadShapeException if a width is not positive
     */
    public static Mlp gated(int width, int hidden, Activation activation, boolean bias, ParameterSource source) {
        Mlp plain = of(width, hidden, activation, bias, source);
        LinearLayer third = LinearLayer.of(width, hidden, bias, source.under("linear3."));
        return new Mlp(activation, plain.first, plain.second, third);
    }

    @Override
    public int inputWidth() {
        return first.inputWidth();
    }

    @Override
    public int outputWidth() {
        return second.outputWidth();
    }

    /**
     * F.
     *
     * @return at least 1
     */
    public int hiddenWidth() {
        return first.outputWidth();
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
    public boolean smooth() {
        return activation.smooth();
    }

    /**
     * Whether the hidden values are multiplied by a second projection.
     *
     * @return true if so
     */
    public boolean isGated() {
        return gated != null;
    }

    @Override
    public List<ParameterSpec> parameterSpecs() {
        List<ParameterSpec> all = new ArrayList<>();
        all.addAll(Parameters.under("linear1.", first.parameterSpecs()));
        all.addAll(Parameters.under("linear2.", second.parameterSpecs()));
        if (gated != null) {
            all.addAll(Parameters.under("linear3.", gated.parameterSpecs()));
        }
        return all;
    }

    @Override
    public NamedTensors parameters() {
        NamedTensors plain =
                NamedTensors.empty().and("linear1.", first.parameters()).and("linear2.", second.parameters());
        return gated == null ? plain : plain.and("linear3.", gated.parameters());
    }

    @Override
    public Mlp withParameters(ParameterSource source) {
        return new Mlp(
                activation,
                first.withParameters(source.under("linear1.")),
                second.withParameters(source.under("linear2.")),
                gated == null ? null : gated.withParameters(source.under("linear3.")));
    }

    @Override
    void rows(float[] x, int xOffset, float[] y, int yOffset, int from, int to, Scratch scratch) {
        Linear into = first.linear();
        Linear outOf = second.linear();
        int rows = to - from;
        int count = rows * into.out();
        int at = xOffset + from * into.in();
        float[] hidden = scratch.floats(count);
        into.forward(kernels, 0, rows, x, at, into.in(), hidden, 0, into.out());
        kernels.apply(activation, hidden, 0, hidden, 0, count);
        if (gated != null) {
            float[] factor = scratch.floats(count);
            gated.linear().forward(kernels, 0, rows, x, at, into.in(), factor, 0, into.out());
            kernels.multiplyElementwise(hidden, 0, factor, 0, hidden, 0, count);
        }
        outOf.forward(kernels, 0, rows, hidden, 0, into.out(), y, yOffset + from * outOf.out(), outOf.out());
    }

    @Override
    List<Linear> stages() {
        return stages;
    }

    @Override
    void outputs(OutputTask task, int from, int count, Scratch scratch) {
        Linear into = first.linear();
        Linear outOf = second.linear();
        int rows = task.rows;
        int width = into.out();
        float[] hidden = task.hidden;
        if (task.stage == 1) {
            int at = task.yOffset + from;
            outOf.forwardOutputs(kernels, rows, hidden, 0, width, from, count, task.y, at, outOf.out());
            return;
        }
        into.forwardOutputs(kernels, rows, task.x, task.xOffset, into.in(), from, count, hidden, from, width);
        float[] factor = gated == null ? RowTask.NONE : scratch.floats(rows * count);
        if (gated != null) {
            Linear third = gated.linear();
            third.forwardOutputs(kernels, rows, task.x, task.xOffset, into.in(), from, count, factor, 0, count);
        }
        for (int i = 0, at = from; i < rows; i++, at += width) {
            kernels.apply(activation, hidden, at, hidden, at, count);
            if (gated != null) {
                kernels.multiplyElementwise(hidden, at, factor, i * count, hidden, at, count);
            }
        }
    }

    @Override
    void addGradients(Sequences in, Tensor dOut, Gradients gradients, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        int size = in.batch() * in.time() * hiddenWidth();
        Hidden task = scratch.object(Hidden.class, Hidden::new);
        task.layer = this;
        task.in = in.tensor().readable(scratch);
        task.inOffset = in.tensor().offset();
        task.hidden = scratch.floats(size);
        task.dBefore = scratch.floats(size);
        task.dFactor = gated == null ? RowTask.NONE : scratch.floats(size);
        task.dInWanted = gradients.input().isPresent();
        if (task.dInWanted) {
            task.add(in, dOut, gradients.input().get(), workspace);
        } else {
            task.read(in, dOut, workspace);
        }
        NamedTensors wanted = gradients.parameters();
        WeightGradient.add(
                kernels, second.linear(), in, task.hidden, 0, task.x, dOut.offset(), wanted, "linear2.", workspace);
        task.weightGradient(first.linear(), task.dBefore, in, wanted, "linear1.", workspace);
        if (gated != null) {
            task.weightGradient(gated.linear(), task.dFactor, in, wanted, "linear3.", workspace);
        }
    }

    /** Hidden values again, their gradients before the activation, and the input's gradient. */
    private static final class Hidden extends RowTask {
        private @Nullable Mlp layer;
        private float[] in = NONE;
        private int inOffset;
        private float[] hidden = NONE;
        private float[] dBefore = NONE;
        private float[] dFactor = NONE;
        private boolean dInWanted;

        @Override
        void rows(int from, int to, Scratch scratch) {
            Mlp of = Objects.requireNonNull(layer);
            Linear first = of.first.linear();
            Linear second = of.second.linear();
            int width = first.out();
            int count = (to - from) * width;
            int at = from * width;
            float[] before = scratch.floats(count);
            first.forward(of.kernels, 0, to - from, in, inOffset + from * first.in(), first.in(), before, 0, width);
            of.kernels.apply(of.activation, before, 0, hidden, at, count);
            Arrays.fill(dBefore, at, at + count, 0f);
            second.inputGradient(of.kernels, from, to, x, xOffset, second.out(), dBefore, 0, width);
            if (of.gated == null) {
                of.kernels.gradient(of.activation, before, 0, hidden, at, dBefore, at, dBefore, at, count);
            } else {
                gate(of, of.gated.linear(), before, from, to, scratch);
            }
            if (dInWanted) {
                first.inputGradient(of.kernels, from, to, dBefore, 0, width, y, yOffset, first.in());
            }
        }

        /** Turns f(before) in hidden into the product, and dHidden in dBefore into the gradients of both factors. */
        private void gate(Mlp of, Linear third, float[] before, int from, int to, Scratch scratch) {
            int width = third.out();
            int count = (to - from) * width;
            int at = from * width;
            float[] factor = scratch.floats(count);
            third.forward(of.kernels, 0, to - from, in, inOffset + from * third.in(), third.in(), factor, 0, width);
            of.kernels.multiplyElementwise(dBefore, at, hidden, at, dFactor, at, count);
            of.kernels.multiplyElementwise(dBefore, at, factor, 0, dBefore, at, count);
            of.kernels.gradient(of.activation, before, 0, hidden, at, dBefore, at, dBefore, at, count);
            of.kernels.multiplyElementwise(hidden, at, factor, 0, hidden, at, count);
            if (dInWanted) {
                third.inputGradient(of.kernels, from, to, dFactor, 0, width, y, yOffset, third.in());
            }
        }

        void weightGradient(
                Linear linear, float[] dY, Sequences batch, NamedTensors wanted, String prefix, Workspace workspace) {
            WeightGradient.add(
                    Objects.requireNonNull(layer).kernels,
                    linear,
                    batch,
                    in,
                    inOffset,
                    dY,
                    0,
                    wanted,
                    prefix,
                    workspace);
        }
    }
}
