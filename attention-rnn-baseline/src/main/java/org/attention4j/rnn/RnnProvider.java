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

/** Makes {@link Rnn}s, under the id {@code rnn}. */
public final class RnnProvider implements MixerProvider {
    private static final MixerKind KIND = new MixerKind(
            "rnn",
            MixerFamily.BOUNDED_RECURRENCE,
            "Simple recurrence: tanh or ReLU of the input and the state before.",
            Rnn.SCHEMA,
            Set.of(Capability.RECURRENT, Capability.DIFFERENTIABLE, Capability.INCREMENTAL));

    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public RnnProvider() {}

    static MixerSpec specOf(MixerConfig config) {
        return Stack.specOf(KIND, config, Rnn::cell);
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
        return Rnn.of(config, parameters);
    }
}
