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

/** Makes {@link Lstm}s, under the id {@code lstm}. */
public final class LstmProvider implements MixerProvider {
    private static final MixerKind KIND = new MixerKind(
            "lstm",
            MixerFamily.BOUNDED_RECURRENCE,
            "Long short-term memory: a gated recurrence with a cell state.",
            Lstm.SCHEMA,
            Set.of(Capability.RECURRENT, Capability.DIFFERENTIABLE, Capability.INCREMENTAL));

    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public LstmProvider() {}

    static MixerSpec specOf(MixerConfig config) {
        return Stack.specOf(KIND, config, Lstm::cell);
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
        return Lstm.of(config, parameters);
    }
}
