package org.attention4j.core;

import org.attention4j.kernels.Kernels;

/** The scores of some queries with a block of keys: where they lie, and what {@link BlockedForward} does with all of them at once. */
interface ScoreTile {
    /** Queries of a tile at most: 32 KB of scores, two thirds of a first-level cache. */
    int QUERIES = 64;

    /** Of all queries and keys. */
    float[] scores();

    /** Begins anew, with a query that is to have the first row. */
    void start(int query);

    /** Where the score of a query and a column of the block is. */
    int at(int query, int column);

    /** Distance between the scores of a query. */
    int step();

    /**
     * The products of queries {@code from} to {@code to} with {@code width} keys of the block, from column {@code begin} on.
     *
     * @param r which of the queries of the task is the first of them
     */
    void products(AttentionCall c, KeyBlock keys, int b, int h, int from, int to, int begin, int width, int r);

    /** Products to scaled and capped scores. */
    void scaleAndCap(AttentionCall c, int from, int to, int begin, int width);

    /** Sets the scores of keys that a query does not see to −∞. */
    void hide(Kernels kernels, VisibleKeys seen, int from, int to, int begin, int width);

    /** The maxima of some queries; scores that are still to be multiplied by a factor. */
    void maxima(Kernels kernels, int from, int to, int begin, int width, float factor, float[] max, int r);

    /** Scores to exponentials, their sums added; whether none is 0. Of the scores and the factor of {@link #maxima}. */
    boolean exponentials(
            Kernels kernels, int from, int to, int begin, int width, float factor, float[] max, float[] sum, int r);

    /** Adds exponentials × values to the outputs of the queries. */
    void values(AttentionCall c, KeyBlock keys, int b, int h, int from, int to, int begin, int width, boolean positive);
}
