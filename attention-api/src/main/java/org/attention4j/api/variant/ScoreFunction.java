package org.attention4j.api.variant;

/**
 * Replaces q·k/√E and nothing else: gives the scores of some queries with some keys. The softmax, masks, caches, projections and their gradients are
 * inherited, block by block, so that memory does not grow with T or S.
 *
 * <p>What a pair gets depends on its query, its key, their positions and the variant's parameters alone, by a fixed order of operations: not on
 * which other queries and keys are in the block, nor where in it they are. Pure functions, safe for any number of threads, that allocate nothing but what {@link ScoreBlock#memory} keeps.
 *
 * <p>Queries and keys are plain arrays, for the sake of vector kernels: of the module {@code org.attention4j.kernels}, or the function's own.
 */
public interface ScoreFunction {
    /**
     * Computes scores.
     *
     * @param block m queries and n keys
     * @param scores {@code scores[at + i * stride + j]} becomes the score of query i and key j
     * @param at where they start
     * @param stride distance between queries, at least n
     */
    void scores(ScoreBlock block, float[] scores, int at, int stride);

    /**
     * Computes gradients.
     *
     * @param block m queries and n keys
     * @param dScores the cotangent of the scores, laid out as in {@link #scores}; a pair whose cotangent is 0 adds nothing, even if its key is NaN. May
     *     be overwritten
     * @param at where they start
     * @param stride distance between queries
     * @param dQueries zeros [m, E], which become the gradients of the queries
     * @param dKeys zeros [n, E], which become the gradients of the keys
     * @param dParameters dL/dp is added to the number of each parameter
     */
    void backward(
            ScoreBlock block,
            float[] dScores,
            int at,
            int stride,
            float[] dQueries,
            float[] dKeys,
            float[] dParameters);
}
