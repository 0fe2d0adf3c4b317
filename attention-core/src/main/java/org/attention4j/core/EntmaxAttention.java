package org.attention4j.core;

import org.attention4j.api.MixerSpec;
import org.attention4j.api.WeightSum;
import org.attention4j.api.variant.AttentionRow;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionVariantProvider;
import org.attention4j.api.variant.ScoreWeighting;
import org.attention4j.kernels.Kernels;

/**
 * 1.5-entmax attention (Peters et al. 2019, "Sparse Sequence-to-Sequence Models"; Correia et al. 2019): between softmax and sparsemax. w_j =
 * max(0, s_j / 2 − τ)² with the τ for which they sum to 1.
 *
 * <p>τ is found by Newton's steps from below, each over the keys that are above it so far: O(n) for a row of n keys, and of steps there are few.
 * Immutable; safe for any number of threads.
 */
public final class EntmaxAttention implements AttentionVariantProvider {
    /** Of four times the sum of the weights, so far from 4 after a step of Newton's, no more than rounding is left to gain. */
    private static final double NEAR = 0x1p-22;

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
        return AttentionVariant.of(new Weighting(Kernels.preferred())).withWeightSum(WeightSum.ONE);
    }

    private record Weighting(Kernels kernels) implements ScoreWeighting {
        /** Newton's method doubles the digits; they are there long before. */
        private static final int MOST_STEPS = 64;

        @Override
        public void weights(AttentionRow row, float[] scores, float[] weights) {
            int first = row.firstKey();
            int keys = row.keys();
            float max = kernels.max(scores, first, keys - first);
            if (SparseRows.settled(first, keys, max, scores, weights)) {
                return;
            }
            for (int j = first; j < keys; j++) {
                scores[j] -= max;
            }
            double threshold = threshold(first, keys, scores, weights);
            for (int j = first; j < keys; j++) {
                double root = Math.max(0, scores[j] - threshold);
                weights[j] = (float) (root * root * 0.25);
            }
        }

        /** 2τ for scores less their maximum; {@code support} holds those above it so far, and is overwritten. */
        private double threshold(int first, int keys, float[] scores, float[] support) {
            double threshold = -2; // the largest weight is at most 1
            int count = kernels.keep(scores, first, keys - first, -2f, support, first);
            for (int step = 0; step < MOST_STEPS; step++) {
                float high = (float) threshold;
                float low = (float) (threshold - high);
                double squares = kernels.sumSquaredExcess(support, first, count, high, low);
                double move = (squares - 4) / (2.0 * kernels.sumExcess(support, first, count, high, low));
                threshold += move;
                if (count * move * move < NEAR) {
                    break;
                }
                count = kernels.keep(support, first, count, (float) threshold, support, first);
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
            int first = row.firstKey();
            int keys = row.keys();
            for (int j = first; j < keys; j++) {
                scores[j] = (float) Math.sqrt(weights[j]);
            }
            SparseRows.gradient(kernels, first, keys, scores, dWeights, dScores);
        }
    }
}
