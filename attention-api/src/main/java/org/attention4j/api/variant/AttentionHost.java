package org.attention4j.api.variant;

import org.attention4j.api.MixerProvider;

/** Makes a whole mixer of an attention variant. Provided as a service by the module that has multi-head attention. */
public interface AttentionHost {
    /**
     * A provider of multi-head attention with the variant inside.
     *
     * @param variant the variant
     * @return its mixer's provider
     */
    MixerProvider host(AttentionVariantProvider variant);
}
