package com.acme.broken.sameid;

import java.util.Set;
import org.attention4j.api.*;

/** Takes the id that com.acme.mixers has. */
public final class OtherAverageProvider implements MixerProvider {
    @Override
    public MixerKind kind() {
        return new MixerKind("decaying-average", MixerFamily.OTHER, "Another average", OptionSchema.of(), Set.of());
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
