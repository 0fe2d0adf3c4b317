package org.attention4j.tests.mutants;

import java.util.List;
import org.attention4j.api.Contextual;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.PreparedContext;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.naive.NaiveMixers;

/** Defects of causality, of shown weights, of contexts and of hidden states. */
final class CapabilityMutants {
    private static final MixerProvider AVERAGE = NaiveMixers.decayingAverage();
    private static final MixerProvider ATTENTION = NaiveMixers.attention();
    private static final MixerProvider LSTM = NaiveMixers.lstm();

    private CapabilityMutants() {}

    /** What becomes of a weight. */
    interface Weight {
        float of(float value, Sequences in, int b, int i, int j);
    }

    static Mutant weights(String law, String says, Weight defect) {
        return Mutant.of(law, says, ATTENTION, mixer -> new Broken(mixer) {
            @Override
            public void weights(Sequences in, Tensor weights, Workspace workspace) {
                super.weights(in, weights, workspace);
                for (int b = 0; b < in.batch(); b++) {
                    for (int h = 0; h < weights.extent(1); h++) {
                        for (int i = 0; i < in.time(); i++) {
                            for (int j = 0; j < in.time(); j++) {
                                weights.set(defect.of(weights.get(b, h, i, j), in, b, i, j), b, h, i, j);
                            }
                        }
                    }
                }
            }
        });
    }

    /** A pass over two sequences around that of a correct mixer. */
    interface Cross {
        void run(Contextual inner, Sequences in, Sequences context, Tensor out, Workspace workspace);
    }

    static Mutant cross(String law, String says, Cross defect) {
        return Mutant.of(law, says, ATTENTION, mixer -> new Broken(mixer) {
            @Override
            public void forward(Sequences in, Sequences context, Tensor out, Workspace workspace) {
                defect.run(inner.require(Contextual.class), in, context, out, workspace);
            }
        });
    }

    /** A pass from a hidden state, after which something is wrong. */
    private interface Hidden {
        void spoil(Sequences in, NamedTensors initial, Tensor out, NamedTensors last);
    }

    private static Mutant hidden(String law, String says, Hidden defect) {
        return Mutant.of(law, says, LSTM, mixer -> new Broken(mixer) {
            @Override
            public void forward(
                    Sequences in, NamedTensors initial, Tensor out, NamedTensors last, Workspace workspace) {
                super.forward(in, initial, out, last, workspace);
                defect.spoil(in, initial, out, last);
            }
        });
    }

    static List<Mutant> all() {
        return List.of(
                Mutant.output(
                        "later-inputs-do-not-matter",
                        "a later position is read",
                        AVERAGE,
                        (value, in, b, t) ->
                                t + 1 < in.length(b) ? value + in.tensor().get(b, t + 1, 0) : value),
                Mutant.output(
                        "prefix-equals-whole",
                        "alone, then in the whole",
                        AVERAGE,
                        (value, in, b, t) -> value / in.length(b)),
                weights("weights-are-shares", "sum to 2", (value, in, b, i, j) -> 2 * value),
                weights("weights-are-shares", "sum to 0.5", (value, in, b, i, j) -> value / 2),
                weights(
                        "weights-of-padding-are-zero",
                        "but the length is",
                        (value, in, b, i, j) -> i >= in.length(b) ? 1f / in.time() : value),
                weights(
                        "weights-respect-causality",
                        "on the later key",
                        (value, in, b, i, j) -> j == i + 1 ? 0.1f : value),
                weights(
                        "weights-of-sequences-alone",
                        "alone, then in a batch",
                        (value, in, b, i, j) -> value / in.batch()),
                Mutant.of(
                        "bad-weights-shape-refused",
                        "must be refused with ShapeMismatchException, was accepted",
                        ATTENTION,
                        mixer -> new Broken(mixer) {
                            @Override
                            public void weights(Sequences in, Tensor weights, Workspace workspace) {
                                IncrementalMutants.swallowed(() -> super.weights(in, weights, workspace));
                            }
                        }),
                cross(
                        "context-padding-not-read",
                        "at the padding of both",
                        (inner, in, context, out, workspace) ->
                                inner.forward(in, Sequences.of(context.tensor()), out, workspace)),
                cross("context-ragged-equals-alone", "alone, then in a batch", (inner, in, context, out, workspace) -> {
                    inner.forward(in, context, out, workspace);
                    Mutant.change(in, out, (value, b, t) -> value * in.batch());
                }),
                cross("empty-context", "a context without positions", (inner, in, context, out, workspace) -> {
                    inner.forward(in, context, out, workspace);
                    Mutant.change(in, out, (value, b, t) -> context.length(b) == 0 ? 0f / context.length(b) : value);
                }),
                cross("context-threads-do-not-matter", "1 thread, then", (inner, in, context, out, workspace) -> {
                    inner.forward(in, context, out, workspace);
                    Mutant.change(in, out, (value, b, t) -> value + workspace.threads());
                }),
                Mutant.of(
                        "prepared-context-equals-context",
                        "used for the 1. time",
                        ATTENTION,
                        mixer -> new Broken(mixer) {
                            @Override
                            public void forward(
                                    Sequences in, PreparedContext context, Tensor out, Workspace workspace) {
                                super.forward(in, context, out, workspace);
                                Mutant.change(in, out, (value, b, t) -> Math.nextUp(value));
                            }
                        }),
                cross(
                        "bad-context-refused",
                        "must be refused with ShapeMismatchException, was accepted",
                        (inner, in, context, out, workspace) ->
                                IncrementalMutants.swallowed(() -> inner.forward(in, context, out, workspace))),
                hidden(
                        "zero-hidden-is-forward",
                        "from newHidden(…), against forward",
                        (in, initial, out, last) -> Mutant.change(in, out, (value, b, t) -> Math.nextUp(value))),
                hidden(
                        "hidden-carried-equals-whole",
                        "the second part of two",
                        (in, initial, out, last) -> last.fill(0)),
                hidden(
                        "hidden-of-empty-sequence-stays",
                        "of sequences of length 0",
                        (in, initial, out, last) ->
                                last.forEach((name, tensor) -> tensor.set(tensor.get(0, 0, 0) + 1, 0, 0, 0))),
                hidden("initial-hidden-not-written", "after forward", (in, initial, out, last) -> {
                    if (initial != last) {
                        initial.fill(0);
                    }
                }),
                Mutant.of("hidden-starts-a-state", "steps from a hidden state", LSTM, mixer -> new Broken(mixer) {
                    @Override
                    public MixerState newState(NamedTensors initial, int capacity) {
                        return super.newState(initial.zerosLike(), capacity);
                    }
                }),
                Mutant.of(
                        "bad-hidden-refused",
                        "must be refused with ShapeMismatchException, was accepted",
                        LSTM,
                        mixer -> new Broken(mixer) {
                            @Override
                            public void forward(
                                    Sequences in,
                                    NamedTensors initial,
                                    Tensor out,
                                    NamedTensors last,
                                    Workspace workspace) {
                                IncrementalMutants.swallowed(() -> super.forward(in, initial, out, last, workspace));
                            }
                        }));
    }
}
