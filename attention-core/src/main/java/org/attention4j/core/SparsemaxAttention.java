package org.attention4j.core;

import org.attention4j.api.MixerSpec;
import org.attention4j.api.WeightSum;
import org.attention4j.api.variant.AttentionRow;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionVariantProvider;
import org.attention4j.api.variant.ScoreWeighting;

/**
 * Sparsemax attention (Martins and Astudillo 2016): the weights of a row are the point of the probability simplex nearest to its scores, w_j =
 * max(0, s_j − τ) with the τ for which they sum to 1. Keys that score far less than others get exactly 0.
 *
 * <p>τ is found exactly by dropping keys that it leaves out until none is (Michelot 1986). A row of n keys takes O(n) for each such pass, of which there
 * are few. Immutable; safe for any number of threads.
 */
public final class SparsemaxAttention implements AttentionVariantProvider {
    private static final AttentionVariant VARIANT =
            AttentionVariant.of(new Weighting()).withWeightSum(WeightSum.ONE).withKinks();

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
        return VARIANT;
    }

    private static final class Weighting implements ScoreWeighting {
        @Override
        public void weights(AttentionRow row, float[] scores, float[] weights) {
            int first = row.firstKey();
            int keys = row.keys();
            float max = SparseRows.max(first, keys, scores);
            if (SparseRows.settled(first, keys, max, scores, weights)) {
                return;
            }
            double threshold = -1; // the largest weight is at most 1
            int end = SparseRows.keep(first, keys, scores, max, threshold, weights); // weights hold the support so far
            for (int before = -1; end != before; ) {
                before = end;
                double sum = 0;
                for (int j = first; j < end; j++) {
                    sum += (double) weights[j] - max;
                }
                threshold = (sum - 1) / (end - first);
                end = SparseRows.keep(first, end, weights, max, threshold, weights);
            }
            for (int j = first; j < keys; j++) {
                weights[j] = (float) Math.max(0, (double) scores[j] - max - threshold);
            }
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
            double sum = 0;
            int count = 0;
            for (int j = row.firstKey(); j < row.keys(); j++) {
                if (weights[j] != 0) {
                    sum += dWeights[j];
                    count++;
                }
            }
            for (int j = row.firstKey(); j < row.keys(); j++) {
                dScores[j] = weights[j] == 0 ? 0f : (float) (dWeights[j] - sum / count);
            }
        }
    }
}
