package org.attention4j.core;

import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.variant.AttentionVariant;

/** Makes {@link MultiHeadAttention}s, under the id {@code multi-head-attention}. */
public final class MultiHeadAttentionProvider implements MixerProvider {
    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public MultiHeadAttentionProvider() {}

    @Override
    public MixerKind kind() {
        return MultiHeadAttention.KIND;
    }

    @Override
    public MixerSpec spec(MixerConfig config) {
        return MultiHeadSpecs.of(MultiHeadAttention.KIND, config);
    }

    @Override
    public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
        return MultiHeadAttention.of(spec(config), AttentionVariant.softmax(), parameters);
    }
}
