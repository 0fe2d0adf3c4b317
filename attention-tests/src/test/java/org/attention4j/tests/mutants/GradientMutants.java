package org.attention4j.tests.mutants;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.naive.NaiveMixers;

/** Defects of gradients. */
final class GradientMutants {
    private static final MixerProvider AVERAGE = NaiveMixers.decayingAverage();

    private GradientMutants() {}

    /** A backward pass around that of a correct mixer. */
    interface Backward {
        void run(Differentiable correct, Recording recording, Tensor dOut, Gradients gradients, Workspace workspace);
    }

    static Mutant backward(String law, String says, MixerProvider base, Backward defect) {
        return Mutant.of(law, says, base, mixer -> around(mixer, defect));
    }

    private static Broken around(SequenceMixer mixer, Backward defect) {
        return new Broken(mixer) {
            private final Differentiable correct = new Broken(inner);

            @Override
            public SequenceMixer withParameters(ParameterSource source) {
                return around(inner.withParameters(source), defect);
            }

            @Override
            public void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
                defect.run(correct, recording, dOut, gradients, workspace);
            }
        };
    }

    /** What is done before a correct pass back to a hidden state. */
    private interface Before {
        void spoil(Tensor dOut, Gradients gradients);
    }

    private static Mutant hidden(String law, String says, Before defect) {
        return Mutant.of(law, says, NaiveMixers.lstm(), mixer -> new Broken(mixer) {
            @Override
            public void backward(
                    Recording recording, Tensor dOut, NamedTensors dLast, Gradients gradients, Workspace workspace) {
                defect.spoil(dOut, gradients);
                super.backward(recording, dOut, dLast, gradients, workspace);
            }
        });
    }

    /** Goes back from what each thread has recorded last. */
    private static final class Latest extends Broken {
        private final ThreadLocal<Recording> latest = new ThreadLocal<>();

        Latest(SequenceMixer inner) {
            super(inner);
        }

        @Override
        public Recording record(Sequences in, Tensor out, Workspace workspace) {
            Recording recording = super.record(in, out, workspace);
            latest.set(recording);
            return recording;
        }

        @Override
        public void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
            super.backward(latest.get(), dOut, gradients, workspace);
        }
    }

    /** Adds 1.05 times what a correct pass adds. */
    static void tooMuch(Tensor target, Tensor before) {
        float[] now = target.toArray();
        float[] then = before.toArray();
        for (int i = 0; i < now.length; i++) {
            now[i] += 0.05f * (now[i] - then[i]);
        }
        target.write(0, now, 0, now.length);
    }

    static List<Mutant> all() {
        Set<Recording> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        return List.of(
                hidden("gradients-accumulate", "backward overwrites", (dOut, gradients) -> gradients
                        .initial()
                        .ifPresent(dInitial -> dInitial.fill(0))),
                hidden("padding-has-no-gradient", "NaN at the padding of all that is read", (dOut, gradients) -> {
                    float nothing = 0; // of padding, but for a NaN
                    for (float element : dOut.toArray()) {
                        nothing += 0 * element;
                    }
                    Tensor first = gradients.input().orElseThrow();
                    first.set(first.get(0, 0, 0) + nothing, 0, 0, 0);
                }),
                backward(
                        "earlier-outputs-have-no-later-gradient",
                        "backward masks other positions",
                        AVERAGE,
                        (correct, recording, dOut, gradients, workspace) -> {
                            correct.backward(recording, dOut, gradients, workspace);
                            gradients.input().ifPresent(dIn -> {
                                for (int b = 0; b < dIn.extent(0); b++) {
                                    dIn.set(
                                            dIn.get(b, dIn.extent(1) - 1, 0) + dOut.get(b, 0, 0),
                                            b,
                                            dIn.extent(1) - 1,
                                            0);
                                }
                            });
                        }),
                Mutant.of("recording-computes-forward", "record, against forward", AVERAGE, mixer -> new Broken(mixer) {
                    @Override
                    public Recording record(Sequences in, Tensor out, Workspace workspace) {
                        Recording recording = super.record(in, out, workspace);
                        Mutant.change(in, out, (value, b, t) -> Math.nextUp(value));
                        return recording;
                    }
                }),
                backward(
                        "input-gradient-is-derivative",
                        "gradient by the input: along a random direction",
                        AVERAGE,
                        (correct, recording, dOut, gradients, workspace) -> {
                            Tensor before = gradients.input().orElseThrow().copy();
                            correct.backward(recording, dOut, gradients, workspace);
                            tooMuch(gradients.input().orElseThrow(), before);
                        }),
                backward(
                        "parameter-gradients-are-derivatives",
                        "gradient by parameter 'decay': along",
                        AVERAGE,
                        (correct, recording, dOut, gradients, workspace) -> {
                            Tensor before = gradients.parameters().get("decay").copy();
                            correct.backward(recording, dOut, gradients, workspace);
                            tooMuch(gradients.parameters().get("decay"), before);
                        }),
                backward(
                        "parameter-gradients-are-derivatives",
                        "gradient by parameter 'bias_hh_l0': along",
                        NaiveMixers.lstm(),
                        (correct, recording, dOut, gradients, workspace) -> {
                            Tensor before =
                                    gradients.parameters().get("bias_hh_l0").copy();
                            correct.backward(recording, dOut, gradients, workspace);
                            gradients.parameters().get("bias_hh_l0").copyFrom(before);
                        }),
                backward(
                        "input-gradient-is-derivative",
                        "; no better at 3 points beside",
                        NaiveMixers.rectifier(),
                        (correct, recording, dOut, gradients, workspace) -> {
                            Tensor dIn = gradients.input().orElseThrow();
                            Tensor before = dIn.copy();
                            correct.backward(recording, dOut, gradients, workspace);
                            for (int i = 0; i < dIn.size(); i++) { // as if every unit were open
                                float change = dIn.array()[i] - before.array()[i];
                                dIn.array()[i] += change == 0 ? dOut.array()[i] : 0;
                            }
                        }),
                backward(
                        "parameter-gradients-are-derivatives",
                        "gradient by parameter 'bias': along",
                        NaiveMixers.rectifier(),
                        (correct, recording, dOut, gradients, workspace) -> {
                            Tensor before = gradients.parameters().get("bias").copy();
                            correct.backward(recording, dOut, gradients, workspace);
                            tooMuch(gradients.parameters().get("bias"), before);
                        }),
                backward(
                        "backward-is-linear",
                        "3·u + v, against those of u and v",
                        AVERAGE,
                        (correct, recording, dOut, gradients, workspace) -> {
                            Tensor large = dOut.copy();
                            float largest = 0;
                            for (float element : dOut.toArray()) {
                                largest = Math.max(largest, Math.abs(element));
                            }
                            for (int i = 0; i < large.size(); i++) {
                                float element = large.array()[i];
                                large.array()[i] = Math.abs(element) < largest / 2 ? 0 : element;
                            }
                            correct.backward(recording, large, gradients, workspace);
                        }),
                backward(
                        "backward-is-linear",
                        "the cotangent times -4",
                        AVERAGE,
                        (correct, recording, dOut, gradients, workspace) -> {
                            Tensor fixed = dOut.copy();
                            for (int i = 0; i < fixed.size(); i++) {
                                fixed.array()[i] = Math.round(fixed.array()[i] * 0x1p20f) * 0x1p-20f;
                            }
                            correct.backward(recording, fixed, gradients, workspace);
                        }),
                backward(
                        "gradients-accumulate",
                        "backward overwrites",
                        AVERAGE,
                        (correct, recording, dOut, gradients, workspace) -> {
                            gradients.clear();
                            correct.backward(recording, dOut, gradients, workspace);
                        }),
                backward(
                        "recording-used-twice",
                        "and again after those of another batch",
                        AVERAGE,
                        (correct, recording, dOut, gradients, workspace) -> {
                            correct.backward(recording, dOut, gradients, workspace);
                            if (!seen.add(recording)) {
                                correct.backward(recording, dOut, gradients, workspace);
                            }
                        }),
                backward(
                        "recording-used-twice",
                        "record over a context and backward, and again",
                        NaiveMixers.attention(),
                        (correct, recording, dOut, gradients, workspace) -> {
                            if (gradients.context().isEmpty() || seen.add(recording)) {
                                correct.backward(recording, dOut, gradients, workspace);
                            }
                        }),
                Mutant.of("recording-used-twice", "of another batch, then the first's", AVERAGE, Latest::new),
                backward(
                        "only-wanted-gradients",
                        "alone, against all",
                        AVERAGE,
                        (correct, recording, dOut, gradients, workspace) -> {
                            if (gradients.input().isPresent()) {
                                correct.backward(recording, dOut, gradients, workspace);
                            }
                        }),
                backward(
                        "padding-has-no-gradient",
                        "padding has no gradient",
                        AVERAGE,
                        (correct, recording, dOut, gradients, workspace) -> {
                            correct.backward(recording, dOut, gradients, workspace);
                            gradients.input().ifPresent(dIn -> dIn.set(1, 0, dIn.extent(1) - 1, 0));
                        }),
                backward(
                        "gradient-threads-do-not-matter",
                        "1 thread, then",
                        AVERAGE,
                        (correct, recording, dOut, gradients, workspace) -> {
                            correct.backward(recording, dOut, gradients, workspace);
                            gradients.parameters().get("decay").set(workspace.threads(), 0);
                        }),
                backward(
                        "foreign-recording-refused",
                        "must be refused with ForeignStateException, was accepted",
                        AVERAGE,
                        (correct, recording, dOut, gradients, workspace) -> IncrementalMutants.swallowed(
                                () -> correct.backward(recording, dOut, gradients, workspace))),
                backward(
                        "bad-cotangent-refused",
                        "must be refused with ShapeMismatchException, was accepted",
                        AVERAGE,
                        (correct, recording, dOut, gradients, workspace) -> IncrementalMutants.swallowed(
                                () -> correct.backward(recording, dOut, gradients, workspace))),
                backward(
                        "bad-cotangent-refused",
                        "must be refused with OverlapException, was accepted",
                        AVERAGE,
                        (correct, recording, dOut, gradients, workspace) ->
                                correct.backward(recording, dOut.copy(), gradients, workspace)),
                backward(
                        "context-gradient-is-derivative",
                        "gradient by the context: along",
                        NaiveMixers.attention(),
                        (correct, recording, dOut, gradients, workspace) -> {
                            Tensor before = gradients.context().orElseThrow().copy();
                            correct.backward(recording, dOut, gradients, workspace);
                            tooMuch(gradients.context().orElseThrow(), before);
                        }),
                Mutant.of(
                        "initial-hidden-gradient-is-derivative",
                        "gradient by the initial hidden",
                        NaiveMixers.lstm(),
                        mixer -> new Broken(mixer) {
                            @Override
                            public void backward(
                                    Recording recording,
                                    Tensor dOut,
                                    NamedTensors dLast,
                                    Gradients gradients,
                                    Workspace workspace) {
                                super.backward(recording, dOut, dLast.zerosLike(), gradients, workspace);
                            }
                        }));
    }
}
