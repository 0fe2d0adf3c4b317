package org.attention4j.cnn;

import org.attention4j.api.Gradients;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerState;
import org.attention4j.api.RowState;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * Windows of positions. A state keeps the last inputs, or, of a window that has all before it, what has become of them.
 *
 * @param width D
 * @param kernel K; 0: all
 * @param max the maximum, or the mean
 * @param countPadding whether a mean is divided by K everywhere
 * @param causal whether windows end with the position itself
 */
record PoolingForm(int width, int kernel, boolean max, boolean countPadding, boolean causal)
        implements ConvolutionForm {
    static PoolingForm of(MixerConfig config) {
        return new PoolingForm(
                config.width(),
                config.get(Pooling.KERNEL),
                config.get(Pooling.POOL).equals("max"),
                config.get(Pooling.COUNT_PADDING),
                config.get(Convolution.CAUSAL));
    }

    /** Whether no position is too far away. */
    boolean all() {
        return kernel == 0;
    }

    /** How far back a window reaches, if not to the beginning. */
    int left() {
        return Reach.of(kernel, 1, causal).left();
    }

    /** How far ahead it reaches, if not to the end. */
    int right() {
        return Reach.of(kernel, 1, causal).right();
    }

    /** The first position of a window. */
    int from(int t, int first) {
        return all() ? first : Math.max(first, t - left());
    }

    /** Past the last position of a window. */
    int to(int t, int length) {
        if (all()) {
            return causal ? t + 1 : length;
        }
        return Math.min(length, t + right() + 1);
    }

    /** What a mean of so many positions is divided by. */
    float divisor(long positions) {
        return countPadding ? kernel : positions;
    }

    @Override
    public void run(Sequences in, @Nullable MixerState state, Tensor out, Workspace workspace) {
        RowState before = state == null ? null : state.require(RowState.class);
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            float[] x = in.tensor().readable(scratch);
            float[] y = out.writable(scratch);
            boolean sums = before != null && all();
            float[] pooled = sums
                    ? scratch.floats(Math.multiplyExact(Math.multiplyExact(in.batch(), in.time()), width))
                    : PoolingTask.NONE;
            PoolingForward.run(this, in, x, before, pooled, y, out.offset(), workspace);
            out.commit(y);
            if (before != null) {
                InputState.keep(in, sums ? pooled : x, sums ? 0 : in.tensor().offset(), before, lookback());
            }
        } finally {
            workspace.end(mark);
        }
    }

    @Override
    public void backward(ConvolutionRecording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        gradients.input().ifPresent(dIn -> {
            int mark = workspace.begin();
            try {
                PoolingGradient.run(this, recording.in(), dOut, dIn, workspace);
            } finally {
                workspace.end(mark);
            }
        });
    }

    @Override
    public int rowWidth() {
        return width;
    }

    @Override
    public int lookback() {
        return all() ? 1 : left();
    }
}
