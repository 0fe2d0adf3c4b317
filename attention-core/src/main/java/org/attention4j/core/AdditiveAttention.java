package org.attention4j.core;

import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.WeightSum;
import org.attention4j.api.variant.AttentionRow;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionVariantProvider;
import org.attention4j.api.variant.AttentionWeighting;
import org.attention4j.kernels.ScalarMath;

/**
 * Additive attention (Bahdanau et al. 2015, appendix A.1.2): weights are softmax(v_hᵀ tanh(q + k)) with a learned v for each head, the parameter
 * {@code energy.weight [H, E]}; the projections of queries and keys are the paper's W and U. There is no scale.
 *
 * <p>A pair costs E hyperbolic tangents. Immutable; safe for any number of threads.
 */
public final class AdditiveAttention implements AttentionVariantProvider {
    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public AdditiveAttention() {}

    @Override
    public String id() {
        return "additive-attention";
    }

    @Override
    public String summary() {
        return "Additive attention (Bahdanau): the softmax of a learned vector times tanh(query + key).";
    }

    @Override
    public AttentionVariant variant(MixerSpec spec) {
        ScoreOptions.checkNoScale(spec.config(), "there are no products to scale");
        int width = spec.headWidth();
        return AttentionVariant.of(new Weighting())
                .withParameter("energy.weight", InitialValue.uniform(1 / Math.sqrt(width)), spec.heads(), width)
                .withWeightSum(WeightSum.ONE);
    }

    private static final class Weighting implements AttentionWeighting {
        @Override
        public void weights(AttentionRow row, float[] weights) {
            int width = row.headWidth();
            int v = row.head() * width;
            for (int j = row.firstKey(); j < row.keys(); j++) {
                if (row.sees(j)) {
                    float score = 0;
                    for (int e = 0; e < width; e++) {
                        score = Math.fma(row.parameter(v + e), ScalarMath.tanh(row.query(e) + row.key(j, e)), score);
                    }
                    weights[j] = score;
                }
            }
            RowSoftmax.apply(row, weights);
        }

        @Override
        public void backward(
                AttentionRow row,
                float[] weights,
                float[] dWeights,
                float[] dQuery,
                float[] dKeys,
                float[] dParameters) {
            int width = row.headWidth();
            int v = row.head() * width;
            RowSoftmax.gradient(row.firstKey(), row.keys(), weights, dWeights, dWeights);
            for (int j = row.firstKey(); j < row.keys(); j++) {
                float d = dWeights[j];
                for (int e = 0; e < width && d != 0; e++) {
                    float tanh = ScalarMath.tanh(row.query(e) + row.key(j, e));
                    float slope = d * row.parameter(v + e) * Math.fma(-tanh, tanh, 1f);
                    dParameters[v + e] = Math.fma(d, tanh, dParameters[v + e]);
                    dQuery[e] += slope;
                    dKeys[j * width + e] += slope;
                }
            }
        }
    }
}
