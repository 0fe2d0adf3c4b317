package org.attention4j.tests.mutants;

import java.util.List;
import org.attention4j.api.Capability;
import org.attention4j.api.ForeignStateException;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.PreparedContext;
import org.attention4j.api.Recording;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.naive.NaiveMixers;

/** Defects of what a pass over two sequences, or from a hidden state, has to itself. */
final class ContextMutants {
    private static final MixerProvider ATTENTION = NaiveMixers.attention();

    private ContextMutants() {}

    /** As a correct backward, but where a context's gradient is asked for. */
    private static Mutant contextGradient(String law, String says, GradientMutants.Backward defect) {
        return GradientMutants.backward(law, says, ATTENTION, (correct, recording, dOut, gradients, workspace) -> {
            if (gradients.context().isPresent()) {
                defect.run(correct, recording, dOut, gradients, workspace);
            } else {
                correct.backward(recording, dOut, gradients, workspace);
            }
        });
    }

    static List<Mutant> all() {
        return List.of(
                CapabilityMutants.cross(
                        "later-context-does-not-matter",
                        "a later position of the context is read",
                        (inner, in, context, out, workspace) -> {
                            inner.forward(in, context, out, workspace);
                            Mutant.change(in, out, (value, b, t) -> {
                                int last = context.length(b) - 1;
                                return last < 0
                                        ? value
                                        : value + context.tensor().get(b, last, 0);
                            });
                        }),
                Mutant.of(
                        "bad-context-refused",
                        "must be refused with ForeignStateException, was accepted",
                        ATTENTION,
                        mixer -> new Broken(mixer) {
                            @Override
                            public void forward(
                                    Sequences in, PreparedContext context, Tensor out, Workspace workspace) {
                                try {
                                    super.forward(in, context, out, workspace);
                                } catch (ForeignStateException swallowed) {
                                    out.fill(0);
                                }
                            }
                        }),
                CapabilityMutants.cross(
                        "bad-context-refused",
                        "must be refused with OverlapException, was accepted",
                        (inner, in, context, out, workspace) -> {
                            Tensor other = out.copy();
                            inner.forward(in, context, other, workspace);
                            out.copyFrom(other);
                        }),
                contextGradient(
                        "context-gradient-is-derivative",
                        "over a context: along a random direction",
                        (correct, recording, dOut, gradients, workspace) -> {
                            NamedTensors before = gradients.parameters().copy();
                            correct.backward(recording, dOut, gradients, workspace);
                            gradients.parameters().forEach((name, tensor) -> tensor.copyFrom(before.get(name)));
                        }),
                contextGradient(
                        "context-gradient-adds-outside-padding",
                        "backward overwrites",
                        (correct, recording, dOut, gradients, workspace) -> {
                            gradients.context().orElseThrow().fill(0);
                            correct.backward(recording, dOut, gradients, workspace);
                        }),
                contextGradient(
                        "context-gradient-adds-outside-padding",
                        "padding has no gradient",
                        (correct, recording, dOut, gradients, workspace) -> {
                            correct.backward(recording, dOut, gradients, workspace);
                            Tensor dContext = gradients.context().orElseThrow();
                            int last = dContext.extent(1) - 1;
                            dContext.set(1 + dContext.get(0, last, 0), 0, last, 0);
                        }),
                Mutant.of("step-weights-equal-whole", "of a step of", ATTENTION, mixer -> new Broken(mixer) {
                    @Override
                    public void weights(Sequences chunk, MixerState state, Tensor weights, Workspace workspace) {
                        weights.fill(0);
                    }
                }),
                Mutant.of("context-weights-are-shares", "over a context of", ATTENTION, mixer -> new Broken(mixer) {
                    @Override
                    public void weights(Sequences in, Sequences context, Tensor weights, Workspace workspace) {
                        super.weights(in, context, weights, workspace);
                        weights.set(0.5f, 0, 0, in.time() - 1, context.time() - 1);
                    }
                }),
                Mutant.of(
                        "initial-hidden-gradient-is-derivative",
                        "gradient by parameter",
                        NaiveMixers.lstm(),
                        ContextMutants::withoutLast),
                new Mutant(
                        "initial-hidden-gradient-is-derivative",
                        "; no better at 3 points beside",
                        new WithKinks(NaiveMixers.lstm())));
    }

    /** Says that it has kinks, and gives the initial state too large a gradient. */
    private static final class WithKinks extends Mutant.BrokenProvider {
        WithKinks(MixerProvider inner) {
            super(inner);
        }

        @Override
        public MixerSpec spec(MixerConfig config) {
            MixerSpec given = inner.spec(config);
            MixerSpec.Builder spec = MixerSpec.of(given.kind(), config)
                    .causal(given.causal())
                    .boundedState(true)
                    .smooth(false)
                    .outputWidth(given.outputWidth());
            if (!given.supports(Capability.INCREMENTAL)) {
                spec.refuse(Capability.INCREMENTAL, "needs bidirectional=false, was true");
            }
            given.parameters()
                    .forEach(parameter -> spec.parameter(
                            parameter.name(),
                            parameter.initial(),
                            parameter.shape().extents()));
            return spec.build();
        }

        @Override
        public SequenceMixer create(MixerConfig config, ParameterSource source) {
            return tooMuch(spec(config), inner.create(config, source));
        }

        private static Broken tooMuch(MixerSpec spec, SequenceMixer mixer) {
            return new Broken(mixer) {
                @Override
                public MixerSpec spec() {
                    return spec;
                }

                @Override
                public SequenceMixer withParameters(ParameterSource source) {
                    return tooMuch(spec, inner.withParameters(source));
                }

                @Override
                public void backward(
                        Recording recording,
                        Tensor dOut,
                        NamedTensors dLast,
                        Gradients gradients,
                        Workspace workspace) {
                    NamedTensors before =
                            gradients.initial().orElse(NamedTensors.empty()).copy();
                    super.backward(recording, dOut, dLast, gradients, workspace);
                    gradients
                            .initial()
                            .ifPresent(dInitial -> dInitial.forEach(
                                    (name, tensor) -> GradientMutants.tooMuch(tensor, before.get(name))));
                }
            };
        }
    }

    /** Its parameters get nothing from the cotangent of the last state. */
    private static Broken withoutLast(SequenceMixer mixer) {
        return new Broken(mixer) {
            @Override
            public SequenceMixer withParameters(ParameterSource source) {
                return withoutLast(inner.withParameters(source));
            }

            @Override
            public void backward(
                    Recording recording, Tensor dOut, NamedTensors dLast, Gradients gradients, Workspace workspace) {
                Gradients others = gradients.withParameters(NamedTensors.empty());
                super.backward(recording, dOut, dLast, others, workspace);
                Gradients parameters = Gradients.none().withParameters(gradients.parameters());
                super.backward(recording, dOut, dLast.zerosLike(), parameters, workspace);
            }
        };
    }
}
