package org.attention4j.core;

import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;

/** Makes {@link SelfAttention}s, under the id {@code self-attention}. */
public final class SelfAttentionProvider implements MixerProvider {
    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public SelfAttentionProvider() {}

    @Override
    public MixerKind kind() {
        return SelfAttention.KIND;
    }

    @Override
    public MixerSpec spec(MixerConfig config) {
        return SelfAttention.specOf(config);
    }

    @Override
    public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
        return SelfAttention.of(config, parameters);
    }
}
