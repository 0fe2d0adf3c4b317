package org.attention4j.core;

import org.attention4j.api.MixerSpec;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.WeightSum;
import org.attention4j.api.variant.AttentionRow;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionVariantProvider;
import org.attention4j.api.variant.ScoreWeighting;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.ScalarMath;

/**
 * Sigmoid attention (Ramapuram et al. 2024, "Theory, Analysis, and Best Practices for Sigmoid Self-Attention"): each key's weight is σ(score −
 * log n), whatever the others are, so that a row may sum to more or less than 1. n is the number of keys that the query sees, or the option {@code
 * length}, as for a model that was trained at one length.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class SigmoidAttention implements AttentionVariantProvider {
    private static final float HIDDEN = Float.NEGATIVE_INFINITY;
    private static final Option<Integer> LENGTH = Option.integer(
            "length", 0, 1 << 30, 0, "n of the bias -log n of every score; 0: how many keys the query sees.");

    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public SigmoidAttention() {}

    @Override
    public String id() {
        return "sigmoid-attention";
    }

    @Override
    public String summary() {
        return "Sigmoid attention: every key's weight is the sigmoid of its score, less the logarithm of their number.";
    }

    @Override
    public OptionSchema options() {
        return OptionSchema.of(LENGTH);
    }

    @Override
    public AttentionVariant variant(MixerSpec spec) {
        return AttentionVariant.of(new Weighting(spec.config().get(LENGTH), Kernels.preferred()))
                .withWeightSum(WeightSum.ANY);
    }

    private record Weighting(int length, Kernels kernels) implements ScoreWeighting {
        @Override
        public void weights(AttentionRow row, float[] scores, float[] weights) {
            int first = row.firstKey();
            int count = row.keys() - first;
            float bias = ScalarMath.log(length == 0 ? kernels.count(scores, first, count, HIDDEN) : length);
            for (int j = first; j < first + count; j++) {
                scores[j] -= bias;
            }
            kernels.apply(Activation.SIGMOID, scores, first, weights, first, count);
        }

        @Override
        public void backward(
                AttentionRow row,
                float[] scores,
                float[] weights,
                float[] dWeights,
                float[] dScores,
                float[] dParameters) {
            int first = row.firstKey();
            int count = row.keys() - first;
            kernels.gradient(
                    Activation.SIGMOID, weights, first, weights, first, dWeights, first, dScores, first, count);
        }
    }
}
