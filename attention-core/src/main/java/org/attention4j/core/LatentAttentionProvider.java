package org.attention4j.core;

import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;

/** Makes {@link LatentAttention}s, under the id {@code latent-attention}. */
public final class LatentAttentionProvider implements MixerProvider {
    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public LatentAttentionProvider() {}

    @Override
    public MixerKind kind() {
        return LatentAttention.KIND;
    }

    @Override
    public MixerSpec spec(MixerConfig config) {
        return LatentAttention.specOf(config);
    }

    @Override
    public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
        return LatentAttention.of(config, parameters);
    }
}
