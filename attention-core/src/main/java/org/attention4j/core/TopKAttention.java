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
 * <p>The k-th largest is found by a heap of k: a row of n keys takes O(n log k), and about n where k is small. Immutable; safe for any number of threads.
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
            float threshold = threshold(first, keys, scores, weights);
            int equal = most;
            for (int j = first; j < keys; j++) {
                equal -= scores[j] > threshold ? 1 : 0;
            }
            for (int j = first; j < keys; j++) { // of equal ones, the first
                boolean taken = scores[j] > threshold || scores[j] == threshold && equal-- > 0;
                scores[j] = taken ? scores[j] : Float.NEGATIVE_INFINITY;
            }
            RowSoftmax.apply(first, keys, max, scores, weights);
        }

        /** The k-th largest of the scores that are not −∞, or −∞ if there are not so many; {@code heap} is overwritten. */
        private float threshold(int first, int keys, float[] scores, float[] heap) {
            int size = 0;
            for (int j = first; j < keys; j++) {
                float score = scores[j];
                if (score == Float.NEGATIVE_INFINITY) {
                    continue;
                }
                if (size < most) {
                    up(heap, first, size++, score);
                } else if (score > heap[first]) {
                    down(heap, first, size, score);
                }
            }
            return size < most ? Float.NEGATIVE_INFINITY : heap[first];
        }

        /** Adds a number to a heap, whose least number is the first. */
        private static void up(float[] heap, int first, int size, float score) {
            int i = size;
            while (i > 0 && heap[first + (i - 1) / 2] > score) {
                heap[first + i] = heap[first + (i - 1) / 2];
                i = (i - 1) / 2;
            }
            heap[first + i] = score;
        }

        /** Puts a number in the place of the least. */
        private static void down(float[] heap, int first, int size, float score) {
            int i = 0;
            for (int child = 1; child < size; child = 2 * i + 1) {
                child += child + 1 < size && heap[first + child + 1] < heap[first + child] ? 1 : 0;
                if (heap[first + child] >= score) {
                    break;
                }
                heap[first + i] = heap[first + child];
                i = child;
            }
            heap[first + i] = score;
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
