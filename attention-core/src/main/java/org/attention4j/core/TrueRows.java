package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.jspecify.annotations.Nullable;

/** The true positions of padded sequences {@code [B, T, D]}: where each is in the tensor's array, and where among all of them. */
final class TrueRows {
    int batch;
    /** Positions looked at, with padding. */
    int time;
    /** Positions of the tensors, and how many of them are before those looked at. */
    private int paddedTime;

    private int skipped;
    int width;
    /** True lengths. */
    int[] lengths = {};
    /** How many true positions there are in the sequences before. */
    int[] before = {};

    int total;
    /** The tensor's elements. */
    final HeadRows rows = new HeadRows();

    /**
     * Looks at sequences.
     *
     * @param memory where arrays come from, see {@link Memory}
     */
    static TrueRows of(@Nullable Scratch memory, Sequences sequences) {
        TrueRows rows = memory == null ? new TrueRows() : memory.object(TrueRows.class, TrueRows::new);
        rows.set(memory, sequences);
        return rows;
    }

    private void set(@Nullable Scratch memory, Sequences sequences) {
        Tensor tensor = sequences.tensor();
        batch = sequences.batch();
        time = sequences.time();
        paddedTime = time;
        skipped = 0;
        width = sequences.width();
        lengths = Memory.ints(memory, batch);
        before = Memory.ints(memory, batch);
        total = 0;
        for (int b = 0; b < batch; b++) {
            lengths[b] = sequences.length(b);
            before[b] = total;
            total += lengths[b];
        }
        float[] array = Memory.read(memory, tensor);
        rows.set(array, padded(Memory.ints(memory, batch), tensor.offset(), width), 0, width);
    }

    /** Starts of sequences with padding. */
    int[] padded(int[] starts, int offset, int rowWidth) {
        return HeadRows.starts(starts, batch, offset + skipped * rowWidth, paddedTime * rowWidth);
    }

    /** Starts of sequences without padding. */
    int[] compact(int[] starts, int rowWidth) {
        for (int b = 0; b < batch; b++) {
            starts[b] = before[b] * rowWidth;
        }
        return starts;
    }

    /** Rows in a new place of one array, without padding. */
    HeadRows compactRows(float[] array, @Nullable Scratch memory, int rowWidth, int headWidth) {
        HeadRows compact = new HeadRows();
        compact.set(array, compact(Memory.ints(memory, batch), rowWidth), headWidth, rowWidth);
        return compact;
    }

    /** Whether the true rows of all sequences are one run. */
    boolean followEachOther(HeadRows given) {
        boolean run = true;
        for (int b = 1; b < batch; b++) {
            run &= given.start[b] == given.start[0] + before[b] * given.rowStride;
        }
        return run;
    }

    /** The true rows one after the other: the given ones if they are that already, else a copy in scratch memory. */
    HeadRows gather(HeadRows given, int rowWidth, Scratch scratch) {
        if (followEachOther(given)) {
            return given;
        }
        HeadRows copy = compactRows(scratch.floats(total * rowWidth), scratch, rowWidth, given.headStride);
        copy(given, copy, rowWidth);
        return copy;
    }

    /** Copies the true rows. */
    void copy(HeadRows from, HeadRows to, int rowWidth) {
        for (int b = 0; b < batch; b++) {
            for (int i = 0; i < lengths[b]; i++) {
                System.arraycopy(from.array, from.at(b, 0, i), to.array, to.at(b, 0, i), rowWidth);
            }
        }
    }

    /** Some positions of all sequences; what is behind them counts as padding. */
    TrueRows part(int from, int count, Scratch scratch) {
        TrueRows part = scratch.object(TrueRows.class, TrueRows::new);
        part.batch = batch;
        part.time = Math.min(count, time - from);
        part.paddedTime = paddedTime;
        part.skipped = skipped + from;
        part.width = width;
        part.lengths = scratch.ints(batch);
        part.before = scratch.ints(batch);
        int[] starts = scratch.ints(batch);
        part.total = 0;
        for (int b = 0; b < batch; b++) {
            part.lengths[b] = Math.max(0, Math.min(part.time, lengths[b] - from));
            part.before[b] = part.total;
            part.total += part.lengths[b];
            starts[b] = rows.start[b] + from * rows.rowStride;
        }
        part.rows.set(rows.array, starts, rows.headStride, rows.rowStride);
        return part;
    }

    /** Sets padding rows of an output {@code [B, T, rowWidth]} to 0. */
    void clearPadding(float[] out, int offset, int rowWidth) {
        for (int b = 0; b < batch; b++) {
            int from = offset + (b * paddedTime + skipped + lengths[b]) * rowWidth;
            Arrays.fill(out, from, offset + (b + 1) * paddedTime * rowWidth, 0f);
        }
    }
}
