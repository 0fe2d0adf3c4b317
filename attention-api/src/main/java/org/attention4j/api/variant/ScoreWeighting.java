package org.attention4j.api.variant;

/**
 * Replaces the softmax and nothing else: gives the weights of one query over the keys from its scores. Products, scale, soft-cap, modifiers, biases,
 * masks and their gradients are inherited, with the kernels that compute them.
 *
 * <p>Keys that the query does not see have the score −∞, and get the weight 0 whatever is written for them. A sum over keys that adds 0 for
 * them does not depend on how many there are, one after another or in lanes, as the first key is a multiple of 16: that is how steps keep the
 * bits of whole sequences. Rows are plain arrays for the sake of vector kernels (of the module {@code org.attention4j.kernels} or the
 * weighting's own), which is how the built-in weightings come near the softmax's speed.
 *
 * <p>Pure functions, safe for any number of threads, that allocate nothing.
 */
public interface ScoreWeighting {
    /**
     * Computes the weights of one query.
     *
     * @param row the query and the keys; loops over keys run from {@link AttentionRow#firstKey()} to {@link AttentionRow#keys()}
     * @param scores of each key, −∞ where the query does not see it; may be overwritten
     * @param weights {@code weights[j]} becomes the weight of key j; zeros before
     */
    void weights(AttentionRow row, float[] scores, float[] weights);

    /**
     * Computes the gradients of one query's scores, and adds those of parameters.
     *
     * @param row the query and the keys, as in {@link #weights}
     * @param scores as in {@link #weights}; may be overwritten
     * @param weights what {@link #weights} computed
     * @param dWeights the cotangent of the weights, 0 where the query does not see the key
     * @param dScores {@code dScores[j]} becomes dL/dscore_j; zeros before, and ignored where the query does not see the key
     * @param dParameters dL/dp is added to the number of each {@linkplain AttentionRow#parameter parameter}
     */
    void backward(
            AttentionRow row, float[] scores, float[] weights, float[] dWeights, float[] dScores, float[] dParameters);
}
