package org.attention4j.core;

import org.attention4j.api.MixerSpec;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.WeightSum;
import org.attention4j.api.variant.AttentionRow;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionVariantProvider;
import org.attention4j.api.variant.ScoreWeighting;
import org.attention4j.kernels.Kernels;

/**
 * Top-k attention (Gupta et al. 2021, "Memory-efficient Transformers via Top-k Attention"): the softmax over the k largest scores of a row, 0 for the
 * others; of equal scores those of earlier keys are taken. Gradients are those of the softmax over the keys that were taken.
 *
 * <p>The k-th largest is found by bisection over the scores that are left between its bounds: O(n) for each step, of which there are at most 48, and
 * few over all keys of a row. Immutable; safe for any number of threads.
 */
public final class TopKAttention implements AttentionVariantProvider {
    private static final int VALUE_STEPS = 16;
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
        return AttentionVariant.of(new Weighting(spec.config().get(KEYS), Kernels.preferred()))
                .withWeightSum(WeightSum.ONE)
                .withKinks();
    }

    private record Weighting(int most, Kernels kernels) implements ScoreWeighting {
        @Override
        public void weights(AttentionRow row, float[] scores, float[] weights) {
            int first = row.firstKey();
            int keys = row.keys();
            int count = keys - first;
            float max = kernels.max(scores, first, count);
            if (SparseRows.settled(first, keys, max, scores, weights)) {
                return;
            }
            float last = last(first, count, max, scores, weights);
            System.arraycopy(scores, first, weights, first, count);
            kernels.expSum(weights, first, count, max);
            kernels.clearUpTo(Math.nextDown(last), scores, first, weights, first, count);
            int equal = most - kernels.count(scores, first, count, last);
            if (kernels.count(scores, first, count, Math.nextDown(last)) > most) {
                for (int j = first; j < keys; j++) { // of equal ones, the first
                    weights[j] = scores[j] == last && equal-- <= 0 ? 0f : weights[j];
                }
            }
            kernels.scale(weights, first, count, 1f / kernels.sum(weights, first, count));
        }

        /**
         * A number that is at most the k-th largest of the scores that are not −∞ and greater than any smaller one, or −∞ if there are not more
         * than k. Between bounds that close in, those above the lower one are kept: in {@code kept}, which is overwritten.
         */
        private float last(int first, int keys, float max, float[] scores, float[] kept) {
            if (kernels.count(scores, first, keys, Float.NEGATIVE_INFINITY) <= most) {
                return Float.NEGATIVE_INFINITY;
            }
            float low = max - 1;
            for (float depth = 4; kernels.count(scores, first, keys, low) < most; depth *= 4) {
                low = max - depth;
            }
            int count = kernels.keep(scores, first, keys, low, kept, first);
            float high = max;
            for (int step = 0; count > most; step++) {
                float middle = middle(low, high, step);
                if (!(middle > low && middle < high)) {
                    return high;
                }
                int above = kernels.count(kept, first, count, middle);
                if (above < most) {
                    high = middle;
                } else {
                    low = middle;
                    count = kernels.keep(kept, first, count, low, kept, first);
                }
            }
            return Math.nextUp(low);
        }

        /** Half the way in value, which suits scores, and after some steps in the order of floats, of which there are 2³². */
        private static float middle(float low, float high, int step) {
            float middle = low + (high - low) / 2;
            if (step < VALUE_STEPS && middle > low && middle < high) {
                return middle;
            }
            long sum = (long) order(low) + order(high);
            return Float.intBitsToFloat(order((int) Math.floorDiv(sum, 2L)));
        }

        /** The bits of a float as an integer in the same order, and back. */
        private static int order(float x) {
            return order(Float.floatToRawIntBits(x));
        }

        private static int order(int bits) {
            return bits ^ bits >> 31 & Integer.MAX_VALUE;
        }

        @Override
        public void backward(
                AttentionRow row,
                float[] scores,
                float[] weights,
                float[] dWeights,
                float[] dScores,
                float[] dParameters) {
            SparseRows.gradient(kernels, row.firstKey(), row.keys(), weights, dWeights, dScores);
        }
    }
}
