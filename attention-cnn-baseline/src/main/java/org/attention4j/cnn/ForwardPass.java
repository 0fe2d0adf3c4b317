package org.attention4j.cnn;

import java.util.Objects;
import org.attention4j.api.RowState;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/** Convolves whole sequences or a chunk of them. One part is some positions of one sequence. */
final class ForwardPass implements Workspace.Task {
    /** Positions of a part at most: enough to read the weights rarely, few enough to stay in a second-level cache. */
    private static final int MOST_POSITIONS = 140;

    /** Positions that are worth a part of their own, where threads share a sequence. */
    private static final int LEAST_POSITIONS = 16;

    /** Multiplications that take about as long as it takes to wake a thread, some microseconds. */
    static final long WORTH_SHARING = 1 << 18;

    private static final float[] NONE = new float[0];

    private @Nullable Filter filter;
    private @Nullable Source source;
    private Finish finish = Finish.NONE;
    private float[] out = NONE;
    private int outAt;
    private int positions;
    private int blocks;

    /**
     * Runs one filter from an input to an output.
     *
     * @param filter the convolution
     * @param finish what becomes of the sums
     * @param in {@code [B, T, D]}
     * @param before the inputs before them, if they are a chunk; moves on
     * @param out {@code [B, T, D']}, written
     * @param workspace not begun
     */
    static void run(
            Filter filter, Finish finish, Sequences in, @Nullable RowState before, Tensor out, Workspace workspace) {
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            float[] x = in.tensor().readable(scratch);
            Source source = scratch.object(Source.class, Source::new)
                    .set(in, x, in.tensor().offset(), before, 0);
            float[] results = out.writable(scratch);
            run(filter, source, finish, results, out.offset(), workspace);
            source.forget();
            out.commit(results);
            if (before != null) {
                InputState.keep(
                        in, x, in.tensor().offset(), before, filter.reach().left());
            }
        } finally {
            workspace.end(mark);
        }
    }

    /**
     * Runs.
     *
     * @param filter the convolution
     * @param source what it reads
     * @param finish what becomes of the sums
     * @param out {@code [B, T, D']}, written
     * @param outAt where it starts
     * @param workspace begun
     */
    static void run(Filter filter, Source source, Finish finish, float[] out, int outAt, Workspace workspace) {
        ForwardPass pass = workspace.scratch().object(ForwardPass.class, ForwardPass::new);
        pass.filter = filter;
        pass.source = source;
        pass.finish = finish;
        pass.out = out;
        pass.outAt = outAt;
        Sequences in = source.sequences();
        pass.positions = positions(in, workspace.threads());
        pass.blocks = Math.ceilDiv(in.time(), pass.positions);
        try {
            int parts = in.batch() * pass.blocks;
            workspace.run(parts, filter.multiplications(in) >= WORTH_SHARING, pass);
        } finally {
            pass.forget();
        }
    }

    /** How many positions of a sequence are a part: fewer than at most where there are fewer sequences than threads. */
    static int positions(Sequences in, int threads) {
        int shares = Math.ceilDiv(threads, Math.max(1, in.batch()));
        return Math.clamp(Math.ceilDiv(in.time(), shares), LEAST_POSITIONS, MOST_POSITIONS);
    }

    /** Lets go of the caller's memory. */
    private void forget() {
        filter = null;
        source = null;
        finish = Finish.NONE;
        out = NONE;
    }

    @Override
    public void run(int index, Scratch scratch) {
        Filter filter = Objects.requireNonNull(this.filter);
        Source source = Objects.requireNonNull(this.source);
        Sequences in = source.sequences();
        int b = index / blocks;
        int from = index % blocks * positions;
        int end = Math.min(in.time(), from + positions);
        int real = Math.min(in.length(b), end);
        int together = filter.taps().positions();
        int row = outAt + b * in.time() * filter.out();
        for (int t = from; t < real; t += together) {
            int to = Math.min(real, t + together);
            filter.convolve(source, b, t, to, out, row + t * filter.out());
            int mark = scratch.mark();
            finish.run(filter, source, b, t, to, out, row + t * filter.out(), scratch);
            scratch.release(mark);
        }
        int padding = Math.max(from, real);
        filter.pad(padding, end, out, row + padding * filter.out());
    }
}
