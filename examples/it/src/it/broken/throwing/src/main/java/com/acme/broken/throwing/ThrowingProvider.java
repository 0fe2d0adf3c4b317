package com.acme.broken.throwing;

import java.util.Set;
import org.attention4j.api.*;

/** Needs something that is not there. */
public final class ThrowingProvider implements MixerProvider {
    /** Fails. */
    public ThrowingProvider() {
        throw new IllegalStateException("the licence server does not answer");
    }

    @Override
    public MixerKind kind() {
        return new MixerKind("never-made", MixerFamily.OTHER, "Never made", OptionSchema.of(), Set.of());
    }

    @Override
    public MixerSpec spec(MixerConfig config) {
        return MixerSpec.of(kind(), config).build();
    }

    @Override
    public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
        throw new UnsupportedOperationException("nobody comes this far");
    }
}
