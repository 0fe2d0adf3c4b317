package com.acme.alibi;

import org.attention4j.api.MixerSpec;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionVariantProvider;

/**
 * Attention with linear biases: s' = s − 2^(−8 (h + 1) / H) · |i − j| (Press, Smith and Lewis 2022, section 3). Everything
 * else of multi-head attention is inherited: options, caches, masks, gradients.
 */
public final class AlibiProvider implements AttentionVariantProvider {
    @Override
    public String id() {
        return "acme-alibi";
    }

    @Override
    public String summary() {
        return "Multi-head attention that sees what is near more clearly";
    }

    @Override
    public AttentionVariant variant(MixerSpec spec) {
        float[] slope = new float[spec.heads()];
        for (int h = 0; h < slope.length; h++) {
            slope[h] = (float) StrictMath.pow(2, -8.0 * (h + 1) / slope.length);
        }
        return AttentionVariant.softmax()
                .withScores((score, batch, head, query, key) -> score - slope[head] * Math.abs(query - key));
    }
}
