package org.attention4j.model;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * Work on the positions of a batch, seen as the B · T rows of a matrix and split into blocks of rows. Each block is handed on
 * in runs of true positions and runs of padding, so that a batch without padding is one matrix and padding costs nothing.
 */
abstract class RowTask implements Workspace.Task {
    /** A block of 64 rows of a wide hidden layer (1536 floats) still fits a core's second-level cache. */
    private static final int LARGEST_BLOCK = 64;

    /** The height of a register tile: smaller blocks waste it. */
    private static final int SMALLEST_BLOCK = 4;

    /** Where an array is to come. */
    static final float[] NONE = {};

    /** What is read, row 0 at {@link #xOffset}. */
    float[] x = NONE;

    int xOffset;

    /** What is written or added to, row 0 at {@link #yOffset}. */
    float[] y = NONE;

    int yOffset;

    private @Nullable Sequences sequences;
    private int rows;
    private int block;

    /** Works on rows {@code from} to {@code to} − 1, which are true positions. */
    abstract void rows(int from, int to, Scratch scratch);

    /** Works on rows {@code from} to {@code to} − 1, which are padding. */
    void padding(int from, int to) {}

    /** Writes zeros to rows of {@link #y}. */
    final void clear(int width, int from, int to) {
        Arrays.fill(y, yOffset + from * width, yOffset + to * width, 0f);
    }

    /** Reads {@code from} and overwrites {@code to}, on all rows. */
    final void write(Sequences batch, Tensor from, Tensor to, Workspace workspace) {
        bind(from, to, to.writable(workspace.scratch()), workspace);
        over(batch, workspace);
        to.commit(y);
    }

    /** Reads {@code from} and adds to {@code to}, on all rows. */
    final void add(Sequences batch, Tensor from, Tensor to, Workspace workspace) {
        bind(from, to, to.readable(workspace.scratch()), workspace);
        over(batch, workspace);
        to.commit(y);
    }

    /** Reads {@code from}, on all rows; what is written is the task's own affair. */
    final void read(Sequences batch, Tensor from, Workspace workspace) {
        x = from.readable(workspace.scratch());
        xOffset = from.offset();
        over(batch, workspace);
    }

    private void bind(Tensor from, Tensor to, float[] target, Workspace workspace) {
        x = from.readable(workspace.scratch());
        xOffset = from.offset();
        y = target;
        yOffset = to.offset();
    }

    /** How many blocks there are at most. */
    static int blocks(Sequences batch) {
        return Math.ceilDiv(batch.batch() * batch.time(), SMALLEST_BLOCK);
    }

    /** Runs this on all rows. */
    final void over(Sequences batch, Workspace workspace) {
        sequences = batch;
        rows = batch.batch() * batch.time();
        int share = (rows + 4 * workspace.threads() - 1) / (4 * workspace.threads());
        block = Math.clamp((share + 3) / 4 * 4, SMALLEST_BLOCK, LARGEST_BLOCK);
        workspace.run((rows + block - 1) / block, this);
        sequences = null;
    }

    @Override
    public final void run(int index, Scratch scratch) {
        Sequences batch = Objects.requireNonNull(sequences);
        int end = Math.min(index * block + block, rows);
        for (int row = index * block; row < end; ) {
            int next = runEnd(batch, row, end);
            if (next > 0) {
                rows(row, next, scratch);
            } else {
                padding(row, -next);
            }
            row = Math.abs(next);
        }
    }

    /**
     * The end of the run that begins at a row: r if rows {@code row} to r − 1 are true positions, −r if they are padding.
     * Runs of true positions go on into the next sequence where there is no padding between.
     */
    static int runEnd(Sequences batch, int row, int end) {
        int time = batch.time();
        int sequence = row / time;
        int valid = sequence * time + batch.length(sequence);
        if (row >= valid) {
            return -Math.min(end, (sequence + 1) * time);
        }
        while (valid < end && valid == (sequence + 1) * time) {
            sequence++;
            valid = sequence * time + batch.length(sequence);
        }
        return Math.min(end, valid);
    }
}
