package org.attention4j.tests.mutants;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.api.Capability;
import org.attention4j.api.Exactness;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnsupportedCapabilityException;
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
        all.addAll(CellMutants.all());
        all.addAll(TapMutants.all());
        all.addAll(CallMutants.all());
        all.addAll(StateMutants.all());
        all.addAll(LongMutants.all());
        all.addAll(ContextMutants.all());
        return all;
    }

    public static Mutant of(String law) {
        return all().stream()
                .filter(mutant -> mutant.law().equals(law))
                .findFirst()
                .orElseThrow();
    }

    /** One that shows the weights of whole sequences alone, as the contract allows. */
    public static MixerProvider withoutStepWeights() {
        return Mutant.of("step-weights-equal-whole", "", NaiveMixers.attention(), mixer -> new Broken(mixer) {
                    @Override
                    public void weights(Sequences chunk, MixerState state, Tensor weights, Workspace workspace) {
                        throw new UnsupportedCapabilityException(
                                spec().kind().id(), Capability.ATTENTIVE, "it shows whole sequences");
                    }
                })
                .provider();
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

    /** One that says what its states round by, and whose steps read inputs rounded to a number of bits behind the first. */
    public static MixerProvider rounding(double declared, int bits) {
        MixerProvider correct = NaiveMixers.decayingAverage();
        return new Mutant.BrokenProvider(correct) {
            @Override
            public MixerSpec spec(MixerConfig config) {
                return declaring(correct.spec(config), Exactness.ofStates(declared));
            }

            @Override
            public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
                return new Broken(correct.create(config, parameters)) {
                    @Override
                    public MixerSpec spec() {
                        return declaring(inner.spec(), Exactness.ofStates(declared));
                    }

                    @Override
                    public void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
                        float[] x = chunk.tensor().toArray();
                        for (int i = 0; i < x.length; i++) {
                            float step = Math.ulp(x[i]) * (1 << 23 - bits);
                            x[i] = step * Math.round(x[i] / step);
                        }
                        Tensor rounded = Tensor.of(x, chunk.tensor().shape().extents());
                        super.step(Sequences.of(rounded, chunk.lengths()), state, out, workspace);
                    }
                };
            }
        };
    }

    private static MixerSpec declaring(MixerSpec given, Exactness exactness) {
        MixerSpec.Builder spec = MixerSpec.of(given.kind(), given.config())
                .causal(true)
                .boundedState(true)
                .exactness(exactness);
        given.parameters()
                .forEach(parameter -> spec.parameter(
                        parameter.name(), parameter.initial(), parameter.shape().extents()));
        return spec.build();
    }

    /** One that declares a bound, and whose outputs differ by a relative error from one number of threads to another. */
    public static MixerProvider inexact(double declared, float error) {
        return inexact(new Exactness(declared), error);
    }

    /** One that declares a bound of what states keep, and whose whole sequences differ as little. */
    public static MixerProvider roundingForward(double declared) {
        return inexact(Exactness.ofStates(declared), 1e-6f);
    }

    private static MixerProvider inexact(Exactness declared, float error) {
        MixerProvider correct = NaiveMixers.decayingAverage();
        return new Mutant.BrokenProvider(correct) {
            @Override
            public MixerSpec spec(MixerConfig config) {
                return declaring(correct.spec(config), declared);
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
