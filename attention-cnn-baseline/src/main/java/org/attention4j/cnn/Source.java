package org.attention4j.cnn;

import java.util.Objects;
import org.attention4j.api.RowState;
import org.attention4j.api.Sequences;
import org.jspecify.annotations.Nullable;

/**
 * What a convolution reads: rows {@code [B, T, D]}, each sequence as far as its true length, and before the rows of a chunk those
 * that a state has kept. Set anew for each use, so that a call allocates nothing.
 */
final class Source {
    private static final float[] NONE = new float[0];

    private @Nullable Sequences sequences;
    private float[] x = NONE;
    private int at;
    private @Nullable RowState before;
    private int column;

    /**
     * Rows that begin their sequences.
     *
     * @param sequences how many rows of each sequence there are
     * @param x the rows
     * @param at where they start
     * @return this
     */
    Source set(Sequences sequences, float[] x, int at) {
        return set(sequences, x, at, null, 0);
    }

    /**
     * Rows that go on, or begin.
     *
     * @param sequences how many rows of each sequence there are
     * @param x the rows
     * @param at where they start
     * @param before has the rows before them, if they are a chunk; not changed
     * @param column where in a row of the state these rows are
     * @return this
     */
    Source set(Sequences sequences, float[] x, int at, @Nullable RowState before, int column) {
        this.sequences = sequences;
        this.x = x;
        this.at = at;
        this.before = before;
        this.column = column;
        return this;
    }

    /** Lets go of the caller's memory. */
    void forget() {
        sequences = null;
        x = NONE;
        before = null;
    }

    Sequences sequences() {
        return Objects.requireNonNull(sequences);
    }

    float[] x() {
        return x;
    }

    /** Where the first row of a sequence starts, rows being {@code width} floats. */
    int row(int b, int width) {
        return at + b * sequences().time() * width;
    }

    @Nullable
    RowState before() {
        return before;
    }

    int column() {
        return column;
    }
}
