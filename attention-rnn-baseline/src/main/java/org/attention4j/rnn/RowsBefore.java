package org.attention4j.rnn;

import org.attention4j.api.RowState;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;

/** The rows of a state that a chunk overwrites: those that can still be rolled back to when the ring is full. */
final class RowsBefore {
    private float[] rows = {};

    /** Keeps what a step of a chunk is going to overwrite. */
    static RowsBefore keep(RowState state, Sequences chunk, int width, Scratch scratch) {
        RowsBefore before = scratch.object(RowsBefore.class, RowsBefore::new);
        int count = 0;
        for (int b = 0; b < chunk.batch(); b++) {
            count += count(state, chunk, b);
        }
        before.rows = scratch.floats(Math.multiplyExact(count, width));
        before.copy(state, chunk, width, true);
        return before;
    }

    /** Puts it back; positions have not moved. */
    void restore(RowState state, Sequences chunk, int width) {
        copy(state, chunk, width, false);
    }

    private void copy(RowState state, Sequences chunk, int width, boolean keep) {
        int at = 0;
        for (int b = 0; b < chunk.batch(); b++) {
            int length = chunk.length(b);
            for (int left = count(state, chunk, b); left > 0; left--) {
                float[] ring = state.rows(b);
                int row = state.row(b, state.position(b) + (length - left) % (state.capacity() + 1));
                if (keep) {
                    System.arraycopy(ring, row, rows, at, width);
                } else {
                    System.arraycopy(rows, at, ring, row, width);
                }
                at += width;
            }
        }
    }

    /** Of the last rows of the chunk, capacity + 1 at most, those past the first capacity: before them the ring is empty. */
    private static int count(RowState state, Sequences chunk, int b) {
        long length = chunk.length(b);
        long used = state.position(b) + length - state.capacity();
        return (int) Math.clamp(used, 0, Math.min(length, state.capacity() + 1L));
    }
}
