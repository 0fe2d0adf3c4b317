package org.attention4j.cnn;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.RowState;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * Convolves whole sequences or a chunk of them. One part is some positions of one sequence: outputs ← bias, then tap
 * by tap. A tap that reads before a sequence's first position or past its last is left out, and the inputs before a
 * chunk are those of the state.
 */
final class ForwardPass implements Workspace.Task {
    /** Positions of a part: enough to read the weights rarely, few enough to share one sequence among threads. */
    private static final int POSITIONS = 64;

    /** Multiplications that take about as long as it takes to wake a thread, some microseconds. */
    private static final long WORTH_SHARING = 1 << 18;

    private static final float[] NONE = new float[0];

    private @Nullable Filter filter;
    private @Nullable Sequences in;
    private @Nullable RowState before;
    private float[] x = NONE;
    private int xAt;
    private float[] out = NONE;
    private int outAt;
    private int blocks;

    /**
     * Runs.
     *
     * @param filter the convolution
     * @param in {@code [B, T, D]}
     * @param x its elements
     * @param before the inputs that came before, if this is a chunk; not changed
     * @param out {@code [B, T, D']}, written
     * @param outAt where it starts
     * @param workspace begun
     */
    static void run(
            Filter filter,
            Sequences in,
            float[] x,
            @Nullable RowState before,
            float[] out,
            int outAt,
            Workspace workspace) {
        ForwardPass pass = workspace.scratch().object(ForwardPass.class, ForwardPass::new);
        pass.filter = filter;
        pass.in = in;
        pass.before = before;
        pass.x = x;
        pass.xAt = in.tensor().offset();
        pass.out = out;
        pass.outAt = outAt;
        pass.blocks = Math.ceilDiv(in.time(), POSITIONS);
        try {
            int parts = in.batch() * pass.blocks;
            if (filter.multiplications(in) < WORTH_SHARING) {
                for (int i = 0; i < parts; i++) {
                    pass.run(i, workspace.scratch());
                }
            } else {
                workspace.run(parts, pass);
            }
        } finally {
            pass.forget();
        }
    }

    /** Lets go of the caller's memory. */
    private void forget() {
        filter = null;
        in = null;
        before = null;
        x = NONE;
        out = NONE;
    }

    @Override
    public void run(int index, Scratch scratch) {
        Filter filter = Objects.requireNonNull(this.filter);
        Sequences in = Objects.requireNonNull(this.in);
        int b = index / blocks;
        int from = index % blocks * POSITIONS;
        int end = Math.min(in.time(), from + POSITIONS);
        int real = Math.min(in.length(b), end);
        int positions = filter.taps().positions();
        for (int t = from; t < real; t += positions) {
            convolve(filter, in, b, t, Math.min(real, t + positions));
        }
        if (end > Math.max(from, real)) {
            int row = outAt + b * in.time() * filter.out();
            Arrays.fill(out, row + Math.max(from, real) * filter.out(), row + end * filter.out(), 0f);
        }
    }

    private void convolve(Filter filter, Sequences in, int b, int from, int to) {
        Reach reach = filter.reach();
        int width = filter.out();
        int outRow = outAt + b * in.time() * width;
        int inRow = xAt + b * in.time() * filter.in();
        for (int t = from; t < to; t++) {
            System.arraycopy(filter.bias(), 0, out, outRow + t * width, width);
        }
        int first = Math.clamp(reach.first(0), from, to);
        int end = Math.clamp(reach.end(reach.kernel() - 1, in.length(b)), first, to);
        edge(filter, in, b, from, first, inRow, outRow);
        int row = inRow + (first + reach.shift(0)) * filter.in();
        filter.taps().addAll(filter.kernels(), reach, end - first, x, row, filter.in(), out, outRow + first * width);
        edge(filter, in, b, end, to, inRow, outRow);
    }

    /** Outputs of which a tap may read before a sequence's first position or past its last. */
    private void edge(Filter filter, Sequences in, int b, int from, int to, int inRow, int outRow) {
        Reach reach = filter.reach();
        for (int k = 0; k < reach.kernel() && from < to; k++) {
            int first = Math.max(from, reach.first(k));
            int end = Math.min(to, reach.end(k, in.length(b)));
            if (before != null) {
                addBefore(filter, before, b, k, from, Math.min(first, to), outRow);
            }
            if (first < end) {
                int row = inRow + (first + reach.shift(k)) * filter.in();
                filter.taps().add(filter.kernels(), k, end - first, x, row, out, outRow + first * filter.out());
            }
        }
    }

    /** Tap k of the outputs that read before the chunk. */
    private void addBefore(Filter filter, RowState state, int b, int k, int from, int to, int outRow) {
        long position = state.position(b);
        int shift = filter.reach().shift(k);
        for (int t = (int) Math.max(from, -position - shift); t < to; t++) {
            int row = state.row(b, position + t + shift);
            filter.taps().add(filter.kernels(), k, 1, state.rows(b), row, out, outRow + t * filter.out());
        }
    }
}
