package org.attention4j.core;

import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.WeightSum;
import org.attention4j.api.variant.AttentionRow;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionVariantProvider;
import org.attention4j.api.variant.AttentionWeighting;

/**
 * Cosine attention (Henry et al. 2020, "Query-Key Normalization"; Liu et al. 2022, Swin v2): weights are softmax(τ_h · cos(q, k)) with a learned
 * τ for each head, the parameter {@code temperature [H]}, which begins at 10. The cosine of a vector shorter than 10⁻¹² is taken as if it had that
 * length. There is no other scale,
 * and heads have a width of at least 2.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class CosineAttention implements AttentionVariantProvider {
    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public CosineAttention() {}

    @Override
    public String id() {
        return "cosine-attention";
    }

    @Override
    public String summary() {
        return "Cosine attention: the softmax of cosines times a learned temperature of each head.";
    }

    @Override
    public AttentionVariant variant(MixerSpec spec) {
        if (spec.headWidth() < 2) {
            throw new BadConfigurationException(
                    "head-width",
                    Integer.toString(spec.headWidth()),
                    "must be at least 2: cosines of numbers are 1 or -1");
        }
        ScoreOptions.checkNoScale(spec.config(), "the learned temperature is the scale");
        return AttentionVariant.of(new Weighting())
                .withParameter("temperature", new InitialValue.Constant(10), spec.heads())
                .withWeightSum(WeightSum.ONE);
    }

    private static final class Weighting implements AttentionWeighting {
        private static final double SHORTEST = 1e-12;

        private static double queryLength(AttentionRow row) {
            double sum = 0;
            for (int e = 0; e < row.headWidth(); e++) {
                sum = Math.fma((double) row.query(e), row.query(e), sum);
            }
            return Math.max(SHORTEST, Math.sqrt(sum));
        }

        private static double keyLength(AttentionRow row, int key) {
            double sum = 0;
            for (int e = 0; e < row.headWidth(); e++) {
                float k = row.key(key, e);
                sum = Math.fma((double) k, k, sum);
            }
            return Math.max(SHORTEST, Math.sqrt(sum));
        }

        private static double product(AttentionRow row, int key) {
            double sum = 0;
            for (int e = 0; e < row.headWidth(); e++) {
                sum = Math.fma((double) row.query(e), row.key(key, e), sum);
            }
            return sum;
        }

        @Override
        public void weights(AttentionRow row, float[] weights) {
            float temperature = row.parameter(row.head());
            double length = queryLength(row);
            for (int j = row.firstKey(); j < row.keys(); j++) {
                weights[j] = row.sees(j)
                        ? temperature * (float) (product(row, j) / (length * keyLength(row, j)))
                        : Float.NEGATIVE_INFINITY;
            }
            RowSoftmax.apply(row, weights);
        }

        /** With q̂ and k̂ of length 1: dq += τ ds (k̂ − cos · q̂) / |q|, and k likewise; a length that is held is no function of q. */
        @Override
        public void backward(
                AttentionRow row,
                float[] weights,
                float[] dWeights,
                float[] dQuery,
                float[] dKeys,
                float[] dParameters) {
            float temperature = row.parameter(row.head());
            double length = queryLength(row);
            int width = row.headWidth();
            RowSoftmax.gradient(row.firstKey(), row.keys(), weights, dWeights, dWeights);
            for (int j = row.firstKey(); j < row.keys(); j++) {
                if (dWeights[j] != 0) {
                    double keyLength = keyLength(row, j);
                    double cos = product(row, j) / (length * keyLength);
                    dParameters[row.head()] += (float) (dWeights[j] * cos);
                    double d = (double) temperature * dWeights[j];
                    double alongQuery = length > SHORTEST ? cos / length : 0;
                    double alongKey = keyLength > SHORTEST ? cos / keyLength : 0;
                    for (int e = 0; e < width; e++) {
                        double q = row.query(e);
                        double k = row.key(j, e);
                        dQuery[e] += (float) (d * (k / keyLength - alongQuery * q) / length);
                        dKeys[j * width + e] += (float) (d * (q / length - alongKey * k) / keyLength);
                    }
                }
            }
        }
    }
}
