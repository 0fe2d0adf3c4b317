package com.acme.alibi;

import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.WeightSum;
import org.attention4j.api.variant.AttentionRow;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionVariantProvider;
import org.attention4j.api.variant.ScoreWeighting;

/** Attention whose softmax is a sigmoid with a learned bias for each head: a variant that replaces weights, and learns. */
public final class SigmoidProvider implements AttentionVariantProvider {
    @Override
    public String id() {
        return "acme-sigmoid";
    }

    @Override
    public String summary() {
        return "Multi-head attention whose weights are sigmoids of scores";
    }

    @Override
    public AttentionVariant variant(MixerSpec spec) {
        return AttentionVariant.of(new Sigmoid())
                .withParameter("score_bias", InitialValue.zeros(), spec.heads())
                .withWeightSum(WeightSum.ANY);
    }

    /** Every key's weight is the sigmoid of its score and a learned bias of the head. */
    private static final class Sigmoid implements ScoreWeighting {
        @Override
        public void weights(AttentionRow row, float[] scores, float[] weights) {
            float bias = row.parameter(row.head());
            for (int j = row.firstKey(); j < row.keys(); j++) { // hidden keys have the score −∞
                weights[j] = (float) (1 / (1 + StrictMath.exp(-scores[j] - bias)));
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
            for (int j = row.firstKey(); j < row.keys(); j++) {
                dScores[j] = dWeights[j] * weights[j] * (1 - weights[j]);
                dParameters[row.head()] += dScores[j];
            }
        }
    }
}
