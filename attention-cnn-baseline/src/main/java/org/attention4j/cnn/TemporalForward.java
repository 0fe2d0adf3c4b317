package org.attention4j.cnn;

import org.attention4j.api.RowState;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Activation;
import org.jspecify.annotations.Nullable;

/**
 * Runs the convolutions of a temporal network one after the other. What they make, {@code [B, T, D']} each, lies in slots of one
 * array: three in turn where a block's input, its hidden rows and its output are all that is needed, and one for each in a step,
 * that stores them when all are done.
 */
final class TemporalForward {
    private static final int IN_TURN = 3;

    private static final TemporalRecording.Level UNKEPT = TemporalRecording.Level.of(0);

    private TemporalForward() {}

    /** Whole sequences. */
    static void whole(TemporalBlocks blocks, Sequences in, Tensor out, Workspace workspace) {
        run(blocks, in, null, 0, IN_TURN, out, workspace);
    }

    /** A chunk; the state moves on. */
    static void step(
            TemporalBlocks blocks, Sequences chunk, RowState state, int lookback, Tensor out, Workspace workspace) {
        run(blocks, chunk, state, lookback, blocks.convolutions(), out, workspace);
    }

    private static void run(
            TemporalBlocks blocks,
            Sequences in,
            @Nullable RowState state,
            int lookback,
            int slots,
            Tensor out,
            Workspace workspace) {
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            float[] x = in.tensor().readable(scratch);
            float[] results = out.writable(scratch);
            int slot = Math.toIntExact(out.size());
            int last = blocks.convolutions() - 1;
            float[] made = scratch.floats(Math.multiplyExact(slot, Math.min(slots, last)));
            Source input = scratch.object(Source.class, Source::new);
            Source hidden = scratch.object(Source.class, Source::new);
            TemporalFinish finish = scratch.object(TemporalFinish.class, TemporalFinish::new);
            int column = 0;
            for (int i = 0; i <= last; i += 2) {
                if (i == 0) {
                    input.set(in, x, in.tensor().offset(), state, 0);
                } else {
                    input.set(in, made, (i - 1) % slots * slot, state, column);
                }
                column += blocks.filter(i).in();
                hidden.set(in, made, i % slots * slot, state, column);
                column += blocks.filter(i + 1).in();
                boolean ends = i + 1 == last;
                float[] target = ends ? results : made;
                int targetAt = ends ? out.offset() : (i + 1) % slots * slot;
                block(blocks, i / 2, input, hidden, finish, UNKEPT, target, targetAt, workspace);
            }
            finish.forget();
            input.forget();
            hidden.forget();
            out.commit(results);
            if (state != null) {
                keep(blocks, in, x, made, slot, state, lookback);
            }
        } finally {
            workspace.end(mark);
        }
    }

    /** Stores what the convolutions read, side by side, and moves on. */
    private static void keep(
            TemporalBlocks blocks, Sequences chunk, float[] x, float[] made, int slot, RowState state, int lookback) {
        int in = chunk.width();
        int width = blocks.width();
        long kept = (long) state.capacity() + lookback;
        for (int b = 0; b < chunk.batch(); b++) {
            int length = chunk.length(b);
            for (int t = 0; t < length; t++) {
                if (length - t <= kept) {
                    int position = b * chunk.time() + t;
                    float[] rows = state.rows(b);
                    int row = state.row(b, state.position(b));
                    System.arraycopy(x, chunk.tensor().offset() + position * in, rows, row, in);
                    for (int i = 0; i < blocks.convolutions() - 1; i++) {
                        System.arraycopy(made, i * slot + position * width, rows, row + in + i * width, width);
                    }
                }
                state.advance(b, 1);
            }
        }
    }

    /** Whole sequences, with all that a gradient needs written into a recording. */
    static void record(TemporalBlocks blocks, TemporalRecording recording, Tensor out, Workspace workspace) {
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            Sequences in = recording.in();
            Source input = new Source()
                    .set(in, in.tensor().readable(scratch), in.tensor().offset());
            TemporalFinish finish = new TemporalFinish();
            for (int l = 0; l < blocks.all().size(); l++) {
                TemporalRecording.Level level = recording.levels().get(l);
                Source hidden = new Source().set(in, level.hidden(), 0);
                block(blocks, l, input, hidden, finish, level, level.out(), 0, workspace);
                input = new Source().set(in, level.out(), 0);
            }
            out.write(0, input.x(), 0, Math.toIntExact(out.size()));
        } finally {
            workspace.end(mark);
        }
    }

    /**
     * Runs one block.
     *
     * @param blocks all
     * @param l which
     * @param input what the first convolution reads, and what goes around both
     * @param hidden what the second reads, where the first writes
     * @param finish set up for both
     * @param kept the sums are written to, where they have a length
     * @param out {@code [B, T, D']}, written
     * @param outAt where it starts
     * @param workspace begun
     */
    private static void block(
            TemporalBlocks blocks,
            int l,
            Source input,
            Source hidden,
            TemporalFinish finish,
            TemporalRecording.Level kept,
            float[] out,
            int outAt,
            Workspace workspace) {
        TemporalBlocks.Block block = blocks.all().get(l);
        Activation f = blocks.activation();
        finish.first(f, kept.first());
        ForwardPass.run(block.first(), input, finish, hidden.x(), hidden.row(0, blocks.width()), workspace);
        finish.second(f, block.residual(), input, kept.second(), kept.total());
        ForwardPass.run(block.second(), hidden, finish, out, outAt, workspace);
    }
}
