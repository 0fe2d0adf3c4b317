package com.acme.mixers;

import java.util.Set;
import org.attention4j.api.*;

/** Tells users what a decaying average is, before one is built, and builds it. */
public final class DecayingAverageProvider implements MixerProvider {
    static final Option<Double> DECAY = Option.decimal("decay", 0, 1, 0.9, "How much of the average stays at each step.");

    @Override
    public MixerKind kind() {
        return new MixerKind(
                "decaying-average",
                MixerFamily.OTHER,
                "The average of all inputs so far, the latest weighing most",
                OptionSchema.of(DECAY),
                Set.of(Capability.INCREMENTAL, Capability.DIFFERENTIABLE));
    }

    @Override
    public MixerSpec spec(MixerConfig config) {
        return MixerSpec.of(kind(), config).causal(true).boundedState(true).build();
    }

    @Override
    public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
        return new DecayingAverage(spec(config)); // it has no parameters; others: spec(config).newParameters(parameters)
    }
}
