package org.attention4j.core;

import org.attention4j.api.Scratch;
import org.attention4j.kernels.Kernels;

/** The scores of some queries with a block of keys: where they lie, and what {@link OnlineSoftmax} does with all of them at once. */
abstract class ScoreTile {
    /** Queries of a tile at most: 32 KB of scores, two thirds of a first-level cache. */
    static final int QUERIES = 64;

    AttentionCall call = new AttentionCall();
    Kernels kernels = Kernels.scalar();
    int b;
    int h;
    /** The first query of the task. */
    private int origin;
    /** The query that has the first row. */
    int first;
    /** Of all queries and keys. */
    float[] x = {};

    /** Takes room for the scores of queries of a head from one on. */
    final void take(Scratch scratch, AttentionCall of, int sequence, int head, int from) {
        call = of;
        kernels = of.kernels;
        b = sequence;
        h = head;
        origin = from;
        x = scratch.floats(QUERIES * KeyValues.BLOCK);
    }

    /** Begins anew, with a query that is to have the first row. */
    final void start(int query) {
        first = query;
    }

    /** Which of the task's queries one is. */
    final int row(int query) {
        return query - origin;
    }

    /** Where the score of a query and a column of the block is. */
    abstract int at(int query, int column);

    /** Distance between the scores of a query. */
    abstract int step();

    /** The products of queries {@code from} to {@code to} with {@code width} keys of the block, from column {@code begin} on. */
    abstract void products(KeyBlock keys, int from, int to, int begin, int width);

    /** Products to scaled and capped scores. */
    abstract void scaleAndCap(int from, int to, int begin, int width);

    /** Sets the scores of keys that a query does not see to −∞. */
    abstract void hide(VisibleKeys seen, int from, int to, int begin, int width);

    /** The maxima of some of the task's queries; of scores that are still to be multiplied by a factor. */
    abstract void maxima(int from, int to, int begin, int width, float factor, float[] max);

    /** Scores to exponentials, their sums added; whether none is 0. Of the scores and the factor of {@link #maxima}. */
    abstract boolean exponentials(int from, int to, int begin, int width, float factor, float[] max, float[] sum);

    /** Adds exponentials × values to the outputs of the queries; where {@code whole}, also those that are 0. */
    abstract void values(KeyBlock keys, int from, int to, int begin, int width, boolean whole);
}
