package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.WeightSum;
import org.attention4j.api.variant.AttentionRow;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionVariantProvider;
import org.attention4j.api.variant.ScoreWeighting;
import org.attention4j.kernels.Kernels;

/**
 * Sparsemax attention (Martins and Astudillo 2016): the weights of a row are the point of the probability simplex nearest to its scores, w_j =
 * max(0, s_j − τ) with the τ for which they sum to 1. Keys that score far less than others get exactly 0.
 *
 * <p>τ is found by dropping keys that it leaves out until none is (Michelot 1986). A row of n keys takes O(n) for each such pass, of which there
 * are few. Immutable; safe for any number of threads.
 */
public final class SparsemaxAttention implements AttentionVariantProvider {
    /** Of a sum so far from 1, the next is exact: its rounding is a part of so much. */
    private static final double NEAR = 0x1p-10;

    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public SparsemaxAttention() {}

    @Override
    public String id() {
        return "sparsemax-attention";
    }

    @Override
    public String summary() {
        return "Sparsemax attention: weights are the projection of scores onto the simplex, many of them exactly 0.";
    }

    @Override
    public AttentionVariant variant(MixerSpec spec) {
        return AttentionVariant.of(new Weighting(Kernels.preferred()))
                .withWeightSum(WeightSum.ONE)
                .withKinks();
    }

    private record Weighting(Kernels kernels) implements ScoreWeighting {
        /** Newton's method takes some; a support that shrinks by a key each time would take more, and is no worse off. */
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
                weights[j] = (float) Math.max(0, scores[j] - threshold);
            }
        }

        /** τ for scores less their maximum; {@code support} holds those above it so far, and is overwritten. */
        private double threshold(int first, int keys, float[] scores, float[] support) {
            double threshold = -1; // the largest weight is at most 1
            int count = kernels.keep(scores, first, keys - first, -1f, support, first);
            for (int step = 0; step < MOST_STEPS; step++) {
                float high = (float) threshold;
                double excess = kernels.sumExcess(support, first, count, high, (float) (threshold - high)) - 1;
                threshold += excess / count;
                int before = count;
                count = kernels.keep(support, first, count, (float) threshold, support, first);
                if (count == before && Math.abs(excess) < NEAR) {
                    break;
                }
            }
            return threshold;
        }

        /** On the support, ds = dw − mean(dw). */
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
            Arrays.fill(scores, first, keys, 1f);
            kernels.clearUpTo(0f, weights, first, scores, first, keys - first);
            SparseRows.gradient(kernels, first, keys, scores, dWeights, dScores);
        }
    }
}
