package org.attention4j.api.variant;

/**
 * Replaces softmax(QKᵀ/√E) as a whole: gives the weights of one query over the keys, from the query, the keys and parameters
 * of the variant. The output is weights × values, as ever; values, projections, caches and their gradients are inherited.
 *
 * <p>Where only the softmax is replaced, and scores are q·k as ever, a {@link ScoreWeighting} is simpler, faster and inherits more.
 *
 * <p>Pure functions, safe for any number of threads, that allocate nothing.
 */
public interface AttentionWeighting {
    /**
     * Computes the weights of one query.
     *
     * @param row the query and the keys
     * @param weights {@code weights[j]} becomes the weight of key j, for 0 ≤ j &lt; {@link AttentionRow#keys()}; keys that
     *     the row cannot see get 0
     */
    void weights(AttentionRow row, float[] weights);

    /**
     * Adds the gradients of one query's weights.
     *
     * @param row the query and the keys, as in {@link #weights}
     * @param weights what {@link #weights} computed
     * @param dWeights the cotangent of the weights
     * @param dQuery E numbers from index 0: dL/dq is added
     * @param dKeys dL/dk_j is added to the E numbers from index j·E
     * @param dParameters dL/dp is added to the number of each {@linkplain AttentionRow#parameter parameter}
     */
    void backward(
            AttentionRow row, float[] weights, float[] dWeights, float[] dQuery, float[] dKeys, float[] dParameters);
}
