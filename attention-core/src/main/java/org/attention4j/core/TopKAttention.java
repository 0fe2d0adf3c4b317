package org.attention4j.core;

import org.attention4j.api.MixerSpec;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.WeightSum;
import org.attention4j.api.variant.AttentionRow;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionVariantProvider;
import org.attention4j.api.variant.ScoreWeighting;

/**
 * Top-k attention (Gupta et al. 2021, "Memory-efficient Transformers via Top-k Attention"): the softmax over the k largest scores of a row, 0 for the
 * others; of equal scores those of earlier keys are taken. Gradients are those of the softmax over the keys that were taken.
 *
 * <p>The k-th largest is found by halving: at most 32 passes over a row, whatever k is. Immutable; safe for any number of threads.
 */
public final class TopKAttention implements AttentionVariantProvider {
    private static final Option<Integer> KEYS =
            Option.integer("top-k", 1, 1 << 30, 32, "How many keys a query takes from: those of the largest scores.");

    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public TopKAttention() {}

    @Override
    public String id() {
        return "top-k-attention";
    }

    @Override
    public String summary() {
        return "Top-k attention: the softmax over the k largest scores of each query.";
    }

    @Override
    public OptionSchema options() {
        return OptionSchema.of(KEYS);
    }

    @Override
    public AttentionVariant variant(MixerSpec spec) {
        return AttentionVariant.of(new Weighting(spec.config().get(KEYS)))
                .withWeightSum(WeightSum.ONE)
                .withKinks();
    }

    private record Weighting(int most) implements ScoreWeighting {
        @Override
        public void weights(AttentionRow row, float[] scores, float[] weights) {
            int first = row.firstKey();
            int keys = row.keys();
            float max = SparseRows.max(first, keys, scores);
            if (SparseRows.settled(first, keys, max, scores, weights)) {
                return;
            }
            hide(first, keys, scores, threshold(first, keys, max, scores));
            RowSoftmax.apply(first, keys, max, scores, weights);
        }

        /** The order of floats as one of integers, with −0 as 0. */
        private static int order(float x) {
            int bits = Float.floatToIntBits(x + 0f);
            return bits ^ bits >> 31 & Integer.MAX_VALUE;
        }

        private static int atLeast(int first, int keys, float[] scores, int order) {
            int count = 0;
            for (int j = first; j < keys; j++) {
                count += order(scores[j]) >= order ? 1 : 0;
            }
            return count;
        }

        /** The k-th largest, or −∞ if there are not so many. */
        private int threshold(int first, int keys, float max, float[] scores) {
            int low = order(Float.NEGATIVE_INFINITY);
            int past = order(max) + 1;
            while ((long) past - low > 1) { // at least k are ≥ low, or low is −∞; fewer are ≥ past
                int middle = (int) (((long) low + past) / 2);
                middle = middle == low ? low + 1 : middle;
                if (atLeast(first, keys, scores, middle) >= most) {
                    low = middle;
                } else {
                    past = middle;
                }
            }
            return low;
        }

        /** Gives −∞ to all scores but k that are at least the threshold. */
        private void hide(int first, int keys, float[] scores, int threshold) {
            int equal = most - atLeast(first, keys, scores, threshold + 1);
            for (int j = first; j < keys; j++) {
                int order = order(scores[j]);
                boolean taken = order > threshold || order == threshold && equal-- > 0;
                scores[j] = taken ? scores[j] : Float.NEGATIVE_INFINITY;
            }
        }

        @Override
        public void backward(
                AttentionRow row,
                float[] scores,
                float[] weights,
                float[] dWeights,
                float[] dScores,
                float[] dParameters) {
            RowSoftmax.gradient(row.firstKey(), row.keys(), weights, dWeights, dScores);
        }
    }
}
