package org.attention4j.core;

import org.attention4j.api.MixerSpec;
import org.attention4j.api.WeightSum;
import org.attention4j.api.variant.AttentionRow;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionVariantProvider;
import org.attention4j.api.variant.ScoreWeighting;

/**
 * 1.5-entmax attention (Peters et al. 2019, "Sparse Sequence-to-Sequence Models"; Correia et al. 2019): between softmax and sparsemax. w_j =
 * max(0, s_j / 2 − τ)² with the τ for which they sum to 1.
 *
 * <p>τ is found exactly: Newton's steps from below narrow the support until the closed form on it, mean − √((1 − variance · n) / n), leaves
 * out none of it. A row of n keys takes O(n) for each step, of which there are few. Immutable; safe for any number of threads.
 */
public final class EntmaxAttention implements AttentionVariantProvider {
    private static final AttentionVariant VARIANT =
            AttentionVariant.of(new Weighting()).withWeightSum(WeightSum.ONE);

    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public EntmaxAttention() {}

    @Override
    public String id() {
        return "entmax-attention";
    }

    @Override
    public String summary() {
        return "Entmax attention (alpha 1.5): between softmax and sparsemax, with weights that are exactly 0.";
    }

    @Override
    public AttentionVariant variant(MixerSpec spec) {
        return VARIANT;
    }

    private static final class Weighting implements ScoreWeighting {
        /** Newton's method doubles the digits of a double; it is there long before. */
        private static final int MOST_STEPS = 64;

        @Override
        public void weights(AttentionRow row, float[] scores, float[] weights) {
            int first = row.firstKey();
            int keys = row.keys();
            float max = SparseRows.max(first, keys, scores);
            if (SparseRows.settled(first, keys, max, scores, weights)) {
                return;
            }
            double threshold = threshold(first, keys, max, scores, weights);
            for (int j = first; j < keys; j++) {
                double root = Math.max(0, ((double) scores[j] - max) / 2 - threshold);
                weights[j] = (float) (root * root);
            }
        }

        /** τ for halves of scores less their maximum; {@code support} holds the scores above it so far, and is overwritten. */
        private static double threshold(int first, int keys, float max, float[] scores, float[] support) {
            double threshold = -1; // the largest weight is at most 1
            int end = SparseRows.keep(first, keys, scores, max, 2 * threshold, support);
            for (int step = 0; step < MOST_STEPS; step++) {
                double n = end - first;
                double sum = 0;
                double squares = 0;
                double least = 0;
                for (int j = first; j < end; j++) {
                    double z = ((double) support[j] - max) / 2;
                    sum += z;
                    squares = Math.fma(z, z, squares);
                    least = Math.min(least, z);
                }
                double mean = sum / n;
                double left = (1 - (squares - sum * mean)) / n;
                double closed = mean - Math.sqrt(Math.max(0, left));
                if (left >= 0 && closed <= least) {
                    return closed;
                }
                double excess = squares - 2 * threshold * sum + n * threshold * threshold - 1;
                threshold += excess / (2 * (sum - n * threshold));
                end = SparseRows.keep(first, end, support, max, 2 * threshold, support);
            }
            return threshold;
        }

        /** With g = √w: ds = g (dw − Σ g dw / Σ g). */
        @Override
        public void backward(
                AttentionRow row,
                float[] scores,
                float[] weights,
                float[] dWeights,
                float[] dScores,
                float[] dParameters) {
            double sum = 0;
            double roots = 0;
            for (int j = row.firstKey(); j < row.keys(); j++) {
                if (weights[j] != 0) {
                    double root = Math.sqrt(weights[j]);
                    sum += root * dWeights[j];
                    roots += root;
                }
            }
            for (int j = row.firstKey(); j < row.keys(); j++) {
                dScores[j] = weights[j] == 0 ? 0f : (float) (Math.sqrt(weights[j]) * (dWeights[j] - sum / roots));
            }
        }
    }
}
