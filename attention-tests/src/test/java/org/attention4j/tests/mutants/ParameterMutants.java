package org.attention4j.tests.mutants;

import java.util.List;
import java.util.Map;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.RowState;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.naive.NaiveMixers;

/** Defects of what a mixer does with parameters, and of what it refuses. */
final class ParameterMutants {
    private static final MixerProvider AVERAGE = NaiveMixers.decayingAverage();
    private static final MixerProvider ATTENTION = NaiveMixers.attention();
    private static final MixerProvider LSTM = NaiveMixers.lstm();

    private ParameterMutants() {}

    /** Makes a mixer in a wrong way. */
    private interface Creation {
        SequenceMixer create(MixerProvider inner, MixerConfig config, ParameterSource parameters);
    }

    private static Mutant creation(String law, String says, MixerProvider base, Creation creation) {
        return new Mutant(law, says, new Mutant.BrokenProvider(base) {
            @Override
            public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
                return creation.create(inner, config, parameters);
            }
        });
    }

    /** Changes a configuration before it is checked. */
    private interface Repair {
        MixerConfig repaired(MixerConfig config, Map<String, Option<?>> known);
    }

    private static Mutant forgiving(String law, String says, Repair repair) {
        return new Mutant(law, says, new Mutant.BrokenProvider(AVERAGE) {
            private MixerConfig repaired(MixerConfig config) {
                Map<String, Option<?>> known = new java.util.HashMap<>();
                kind().options().options().forEach(option -> known.put(option.name(), option));
                return repair.repaired(config, known);
            }

            @Override
            public MixerSpec spec(MixerConfig config) {
                return inner.spec(repaired(config));
            }

            @Override
            public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
                return inner.create(repaired(config), parameters);
            }
        });
    }

    static List<Mutant> all() {
        return List.of(
                new Mutant("declared-tolerance-is-small", "a bound of 0.9 is declared", Mutants.inexact(0.9, 0.5f)),
                Mutant.forward(
                        "dropout-is-for-recordings",
                        "against forward without",
                        NaiveMixers.scannedSum(),
                        (inner, in, out, workspace) -> {
                            inner.forward(in, out, workspace);
                            boolean some =
                                    inner.spec().config().options().get("dropout") instanceof Double share && share > 0;
                            Mutant.change(in, out, (value, b, t) -> some && t % 2 == 0 ? 0 : value);
                        }),
                Mutant.of(
                        "new-parameters-new-mixer",
                        "names that withParameters(…) asked its source for",
                        AVERAGE,
                        mixer -> new Broken(mixer) {
                            @Override
                            public SequenceMixer withParameters(ParameterSource source) {
                                inner.withParameters(source);
                                return inner.withParameters(source);
                            }
                        }),
                creation("parameters-asked-once", "asked its source for", AVERAGE, (inner, config, source) -> {
                    inner.spec(config).newParameters(source);
                    return inner.create(config, source);
                }),
                Mutant.of("parameters-as-given", "packed or transposed", AVERAGE, mixer -> new Broken(mixer) {
                    @Override
                    public NamedTensors parameters() {
                        NamedTensors parameters = inner.parameters();
                        Tensor first = parameters.asMap().values().iterator().next();
                        first.set(-first.get(0), 0);
                        return parameters;
                    }
                }),
                creation(
                        "parameters-used",
                        "all of parameter 'bias_hh_l0' change no output",
                        LSTM,
                        (inner, config, source) -> {
                            SequenceMixer full = inner.create(config, source);
                            NamedTensors without = full.parameters().copy();
                            without.get("bias_hh_l0").fill(0);
                            return new Broken(inner.create(config, ParameterSource.of(without))) {
                                @Override
                                public NamedTensors parameters() {
                                    return full.parameters();
                                }
                            };
                        }),
                Mutant.of("parameters-are-copies", "hands out", AVERAGE, mixer -> new Broken(mixer) {
                    private final NamedTensors own = inner.parameters();

                    @Override
                    public NamedTensors parameters() {
                        return own;
                    }
                }),
                Mutant.of(
                        "new-parameters-new-mixer",
                        "something made of the old parameters",
                        AVERAGE,
                        mixer -> new Broken(mixer) {
                            @Override
                            public SequenceMixer withParameters(ParameterSource source) {
                                return this;
                            }
                        }),
                creation(
                        "same-seed-same-bits",
                        "does not come from the source",
                        AVERAGE,
                        (inner, config, source) -> inner.create(config, Initializer.seeded(System.nanoTime()))),
                new Mutant("spec-known-before-building", "causality of the mixer", new Mutant.BrokenProvider(AVERAGE) {
                    @Override
                    public MixerSpec spec(MixerConfig config) {
                        return notCausal(inner.spec(config));
                    }
                }),
                new Mutant(
                        "spec-known-before-building",
                        "is incremental and not causal",
                        new Mutant.BrokenProvider(AVERAGE) {
                            @Override
                            public MixerSpec spec(MixerConfig config) {
                                return notCausal(inner.spec(config));
                            }

                            @Override
                            public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
                                return new Broken(inner.create(config, parameters)) {
                                    @Override
                                    public MixerSpec spec() {
                                        return notCausal(inner.spec());
                                    }
                                };
                            }
                        }),
                Mutant.of(
                        "declared-capability-implemented",
                        "does not implement Incremental",
                        AVERAGE,
                        mixer -> new SequenceMixer() {
                            @Override
                            public MixerSpec spec() {
                                return mixer.spec();
                            }

                            @Override
                            public NamedTensors parameters() {
                                return mixer.parameters();
                            }

                            @Override
                            public SequenceMixer withParameters(ParameterSource source) {
                                return mixer.withParameters(source);
                            }

                            @Override
                            public void forward(Sequences in, Tensor out, Workspace workspace) {
                                mixer.forward(in, out, workspace);
                            }
                        }),
                Mutant.of(
                        "undeclared-capability-refused",
                        "newState(…) of a mixer that does not declare incremental",
                        ATTENTION,
                        mixer -> new Broken(mixer) {
                            @Override
                            public MixerState newState(int batch, int capacity) {
                                return new RowState(spec(), batch, capacity, 1, 0);
                            }
                        }),
                Mutant.forward("bad-input-width-refused", "was accepted", AVERAGE, (inner, in, out, workspace) -> {
                    if (in.width() == inner.spec().inputWidth()) {
                        inner.forward(in, out, workspace);
                    }
                }),
                Mutant.forward(
                        "bad-output-shape-refused",
                        "before all arguments have been checked",
                        AVERAGE,
                        (inner, in, out, workspace) -> {
                            out.fill(0);
                            inner.forward(in, out, workspace);
                        }),
                Mutant.forward(
                        "overlap-refused",
                        "an output that shares",
                        AVERAGE,
                        (inner, in, out, workspace) ->
                                inner.forward(Sequences.of(in.tensor().copy(), in.lengths()), out, workspace)),
                forgiving("unknown-option-refused", "'no-such-option' = 3 must be refused", (config, known) -> {
                    MixerConfig kept = MixerConfig.width(config.width());
                    for (Map.Entry<String, Object> option : config.options().entrySet()) {
                        kept = known.containsKey(option.getKey())
                                ? kept.with(option.getKey(), option.getValue())
                                : kept;
                    }
                    return kept;
                }),
                forgiving("bad-option-refused", "must be refused with BadConfigurationException", (config, known) -> {
                    MixerConfig kept = MixerConfig.width(config.width());
                    for (Map.Entry<String, Object> option : config.options().entrySet()) {
                        try {
                            known.get(option.getKey()).parse(Option.text(option.getValue()));
                            kept = kept.with(option.getKey(), option.getValue());
                        } catch (BadConfigurationException forgiven) {
                            continue;
                        }
                    }
                    return kept;
                }));
    }

    private static MixerSpec notCausal(MixerSpec given) {
        MixerSpec.Builder spec = MixerSpec.of(given.kind(), given.config()).boundedState(true);
        given.parameters()
                .forEach(parameter -> spec.parameter(
                        parameter.name(), parameter.initial(), parameter.shape().extents()));
        return spec.build();
    }
}
