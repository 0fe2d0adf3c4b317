package org.attention4j.rnn;

import java.util.Set;
import org.attention4j.api.Capability;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;

/** Makes {@link MinGru}s, under the id {@code min-gru}. */
public final class MinGruProvider implements MixerProvider {
    private static final MixerKind KIND = new MixerKind(
            "min-gru",
            MixerFamily.OTHER,
            "Minimal GRU: a gated recurrence whose gates see the input alone.",
            MinGru.SCHEMA,
            Set.of(Capability.RECURRENT, Capability.DIFFERENTIABLE, Capability.INCREMENTAL));

    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public MinGruProvider() {}

    static MixerSpec specOf(MixerConfig config) {
        return Stack.specOf(KIND, config, MinGru::cell);
    }

    @Override
    public MixerKind kind() {
        return KIND;
    }

    @Override
    public MixerSpec spec(MixerConfig config) {
        return specOf(config);
    }

    @Override
    public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
        return MinGru.of(config, parameters);
    }
}
