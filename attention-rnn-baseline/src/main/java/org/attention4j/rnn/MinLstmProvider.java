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

/** Makes {@link MinLstm}s, under the id {@code min-lstm}. */
public final class MinLstmProvider implements MixerProvider {
    private static final MixerKind KIND = new MixerKind(
            "min-lstm",
            MixerFamily.OTHER,
            "Minimal LSTM: a recurrence whose normalised gates see the input alone.",
            MinLstm.SCHEMA,
            Set.of(Capability.RECURRENT, Capability.DIFFERENTIABLE, Capability.INCREMENTAL));

    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public MinLstmProvider() {}

    static MixerSpec specOf(MixerConfig config) {
        return Stack.specOf(KIND, config, MinLstm::cell);
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
        return MinLstm.of(config, parameters);
    }
}
