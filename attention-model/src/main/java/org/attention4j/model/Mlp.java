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
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.Linear;
import org.jspecify.annotations.Nullable;

/**
 * The feed-forward part of a block: y = W₂ f(W₁ x + b₁) + b₂ at every position. Parameters as PyTorch's {@code
 * TransformerEncoderLayer} names them: {@code linear1.weight [F, D]}, {@code linear1.bias [F]}, {@code linear2.weight [D, F]},
 * {@code linear2.bias [D]}.
 *
 * <p>The forward pass keeps the hidden values of a few positions at a time; the backward pass computes them again, which costs a
 * sixth more than keeping them.
 */
public final class Mlp implements Layer {
    private final Kernels kernels = Kernels.preferred();
    private final Activation activation;
    private final LinearLayer first;
    private final LinearLayer second;

    private Mlp(Activation activation, LinearLayer first, LinearLayer second) {
        this.activation = activation;
        this.first = first;
        this.second = second;
    }

    /**
     * A layer.
     *
     * @param width D
     * @param hidden F
     * @param activation f
     * @param source fills the parameters
     * @return the layer
     * @throws org.attention4j.api.BadShapeException if a width is not positive
     */
    public static Mlp of(int width, int hidden, Activation activation, ParameterSource source) {
        return new Mlp(
                Objects.requireNonNull(activation, "activation"),
                LinearLayer.of(width, hidden, true, source.under("linear1.")),
                LinearLayer.of(hidden, width, true, source.under("linear2.")));
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
    public List<ParameterSpec> parameterSpecs() {
        List<ParameterSpec> all = new ArrayList<>();
        first.parameterSpecs().forEach(spec -> all.add(Parameters.under("linear1.", spec)));
        second.parameterSpecs().forEach(spec -> all.add(Parameters.under("linear2.", spec)));
        return all;
    }

    @Override
    public NamedTensors parameters() {
        return NamedTensors.empty().and("linear1.", first.parameters()).and("linear2.", second.parameters());
    }

    @Override
    public Mlp withParameters(ParameterSource source) {
        return new Mlp(
                activation,
                first.withParameters(source.under("linear1.")),
                second.withParameters(source.under("linear2.")));
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
            int size = in.batch() * in.time() * hiddenWidth();
            Hidden task = scratch.object(Hidden.class, Hidden::new);
            task.layer = this;
            task.in = in.tensor().readable(scratch);
            task.inOffset = in.tensor().offset();
            task.hidden = scratch.floats(size);
            task.dBefore = scratch.floats(size);
            task.dInWanted = gradients.input().isPresent();
            if (task.dInWanted) {
                task.add(in, dOut, gradients.input().get(), workspace);
            } else {
                task.read(in, dOut, workspace);
            }
            float[] dY = task.x;
            NamedTensors wanted = gradients.parameters();
            WeightGradient.add(
                    kernels, second.linear(), in, task.hidden, 0, dY, dOut.offset(), wanted, "linear2.", workspace);
            WeightGradient.add(
                    kernels,
                    first.linear(),
                    in,
                    task.in,
                    task.inOffset,
                    task.dBefore,
                    0,
                    wanted,
                    "linear1.",
                    workspace);
        } finally {
            workspace.end(mark);
        }
    }

    private static final class Forward extends RowTask {
        private @Nullable Mlp layer;

        @Override
        void rows(int from, int to, Scratch scratch) {
            Mlp of = Objects.requireNonNull(layer);
            Linear first = of.first.linear();
            Linear second = of.second.linear();
            int rows = to - from;
            float[] hidden = scratch.floats(rows * first.out());
            first.forward(of.kernels, 0, rows, x, xOffset + from * first.in(), first.in(), hidden, 0, first.out());
            of.kernels.apply(of.activation, hidden, 0, hidden, 0, rows * first.out());
            second.forward(of.kernels, 0, rows, hidden, 0, first.out(), y, yOffset + from * second.out(), second.out());
        }

        @Override
        void padding(int from, int to) {
            clear(Objects.requireNonNull(layer).outputWidth(), from, to);
        }
    }

    /** Hidden values again, their gradients before the activation, and the input's gradient. */
    private static final class Hidden extends RowTask {
        private @Nullable Mlp layer;
        private float[] in = NONE;
        private int inOffset;
        private float[] hidden = NONE;
        private float[] dBefore = NONE;
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
            of.kernels.gradient(of.activation, before, 0, hidden, at, dBefore, at, dBefore, at, count);
            if (dInWanted) {
                first.inputGradient(of.kernels, from, to, dBefore, 0, width, y, yOffset, first.in());
            }
        }
    }
}
