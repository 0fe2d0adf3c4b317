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

/** Makes {@link Gru}s, under the id {@code gru}. */
public final class GruProvider implements MixerProvider {
    private static final MixerKind KIND = new MixerKind(
            "gru",
            MixerFamily.BOUNDED_RECURRENCE,
            "Gated recurrent unit: a recurrence that keeps or renews its state.",
            Gru.SCHEMA,
            Set.of(Capability.RECURRENT, Capability.DIFFERENTIABLE, Capability.INCREMENTAL));

    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public GruProvider() {}

    static MixerSpec specOf(MixerConfig config) {
        return Stack.specOf(KIND, config, Gru::cell);
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
        return Gru.of(config, parameters);
    }
}
