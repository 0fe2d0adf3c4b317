package org.attention4j.tests.mutants;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.api.Exactness;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.naive.NaiveMixers;

/** All mutants. */
public final class Mutants {
    private Mutants() {}

    public static List<Mutant> all() {
        List<Mutant> all = new ArrayList<>();
        all.addAll(EveryMixerMutants.all());
        all.addAll(ParameterMutants.all());
        all.addAll(IncrementalMutants.all());
        all.addAll(GradientMutants.all());
        all.addAll(CapabilityMutants.all());
        all.addAll(FamilyMutants.all());
        all.addAll(FormulaMutants.all());
        return all;
    }

    public static Mutant of(String law) {
        return all().stream()
                .filter(mutant -> mutant.law().equals(law))
                .findFirst()
                .orElseThrow();
    }

    /** One whose options cannot even be asked for. */
    public static MixerProvider providerThatThrows() {
        return new Mutant.BrokenProvider(NaiveMixers.decayingAverage()) {
            @Override
            public MixerSpec spec(MixerConfig config) {
                throw new IllegalStateException("not today");
            }
        };
    }

    /** One that declares a bound, and whose outputs differ by a relative error from one number of threads to another. */
    public static MixerProvider inexact(double declared, float error) {
        MixerProvider correct = NaiveMixers.decayingAverage();
        return new Mutant.BrokenProvider(correct) {
            @Override
            public MixerSpec spec(MixerConfig config) {
                MixerSpec.Builder spec = MixerSpec.of(kind(), config)
                        .causal(true)
                        .boundedState(true)
                        .exactness(new Exactness(declared));
                correct.spec(config)
                        .parameters()
                        .forEach(parameter -> spec.parameter(
                                parameter.name(),
                                parameter.initial(),
                                parameter.shape().extents()));
                return spec.build();
            }

            @Override
            public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
                return new Broken(correct.create(config, parameters)) {
                    @Override
                    public void forward(Sequences in, Tensor out, Workspace workspace) {
                        super.forward(in, out, workspace);
                        Mutant.change(in, out, (value, b, t) -> workspace.threads() > 1 ? value * (1 + error) : value);
                    }
                };
            }
        };
    }
}
