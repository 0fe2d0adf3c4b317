package com.acme.broken.law;

import java.util.Set;
import org.attention4j.api.*;

/** A running sum that takes padding for input: it never asks for the true lengths. */
public final class RunningSumProvider implements MixerProvider {
    @Override
    public MixerKind kind() {
        return new MixerKind("running-sum", MixerFamily.OTHER, "Sums, padding and all", OptionSchema.of(), Set.of());
    }

    @Override
    public MixerSpec spec(MixerConfig config) {
        return MixerSpec.of(kind(), config).causal(true).build();
    }

    @Override
    public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
        return new RunningSum(spec(config));
    }

    private record RunningSum(MixerSpec spec) implements SequenceMixer {
        @Override
        public NamedTensors parameters() {
            return NamedTensors.empty();
        }

        @Override
        public SequenceMixer withParameters(ParameterSource source) {
            return this;
        }

        @Override
        public void forward(Sequences in, Tensor out, Workspace workspace) {
            spec.check(in, out);
            for (int b = 0; b < in.batch(); b++) {
                for (int t = 0; t < in.time(); t++) { // should be in.length(b)
                    for (int i = 0; i < in.width(); i++) {
                        out.set(in.tensor().get(b, t, i) + (t == 0 ? 0 : out.get(b, t - 1, i)), b, t, i);
                    }
                }
            }
        }
    }
}
