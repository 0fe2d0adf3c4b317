package org.attention4j.rnn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;

/** A recurrence whose gates see the input alone, with sequences and a state to run it from. */
interface ScanCase {
    LstmCase sizes();

    RecurrentMixer mixer(Kernels kernels);

    NamedTensors initial();

    /** So wide that threads share a sequence, with sizes that make parts uneven. */
    static Arbitrary<LstmCase> wide() {
        return Combinators.combine(
                        Arbitraries.of(256, 272, 400),
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false),
                        Arbitraries.integers().between(40, 70),
                        Arbitraries.longs())
                .as((hidden, bias, both, time, seed) -> new LstmCase(
                        60, hidden, bias, both, seed % 2 == 0 ? List.of(time) : List.of(time, 35), 2, seed));
    }

    /** A step of one unit, in float64. */
    @FunctionalInterface
    interface Step {
        /**
         * Takes a unit's state one position on.
         *
         * @param parameters of the mixer
         * @param suffix of the direction's names
         * @param state a number of each tensor of the hidden state, h first; replaced
         */
        void take(NamedTensors parameters, String suffix, Sequences in, int b, int t, int unit, double[] state);
    }

    /** Outputs and last states, from the initial ones on. */
    default void assertFormula(double tolerance, Step step) {
        RecurrentMixer mixer = mixer(Kernels.preferred());
        Sequences in = sizes().input();
        NamedTensors last = mixer.newHidden(in.batch());
        List<String> names = List.copyOf(last.names());
        Tensor out = sizes().newOutput();
        try (Workspace workspace = Workspace.threads(1)) {
            mixer.forward(in, initial(), out, last, workspace);
        }
        for (int d = 0; d < sizes().directions(); d++) {
            for (int b = 0; b < in.batch(); b++) {
                for (int j = 0; j < sizes().hidden(); j++) {
                    double[] state = new double[names.size()];
                    for (int i = 0; i < state.length; i++) {
                        state[i] = initial().get(names.get(i)).get(d, b, j);
                    }
                    for (int s = 0; s < in.length(b); s++) {
                        int t = d == 0 ? s : in.length(b) - 1 - s;
                        step.take(mixer.parameters(), d == 0 ? "_l0" : "_l0_reverse", in, b, t, j, state);
                        assertClose(state[0], out.get(b, t, d * sizes().hidden() + j), tolerance);
                    }
                    for (int i = 0; i < state.length; i++) {
                        assertClose(state[i], last.get(names.get(i)).get(d, b, j), tolerance);
                    }
                }
            }
        }
    }

    private static void assertClose(double expected, float actual, double tolerance) {
        assertTrue(Math.abs(actual - expected) <= tolerance * (1 + Math.abs(expected)), actual + " not " + expected);
    }

    /** Scalar and vector kernels, one thread and four, whole sequences and steps. */
    default void assertSameBits() {
        Tensor[] outs = new Tensor[2];
        NamedTensors[] lasts = new NamedTensors[2];
        Gradients[] gradients = new Gradients[2];
        Sequences in = sizes().input();
        for (int run = 0; run < 2; run++) {
            RecurrentMixer mixer = mixer(run == 0 ? Kernels.scalar() : Kernels.preferred());
            outs[run] = sizes().newOutput();
            gradients[run] = Gradients.zeros(mixer.spec(), in).withInitial(mixer.newHidden(in.batch()));
            lasts[run] = mixer.newHidden(in.batch());
            try (Workspace workspace = Workspace.threads(run == 0 ? 1 : 4)) {
                Recording recording = mixer.record(in, initial(), outs[run], lasts[run], workspace);
                mixer.backward(recording, outs[run], lasts[run], gradients[run], workspace);
                Tensor again = sizes().newOutput();
                mixer.forward(in, initial(), again, mixer.newHidden(in.batch()), workspace);
                assertTrue(again.sameBits(outs[run]));
                if (!sizes().bidirectional()) {
                    steps(mixer, in, again, workspace);
                    assertTrue(again.sameBits(outs[run]));
                }
            }
        }
        assertTrue(outs[0].sameBits(outs[1]));
        assertTrue(
                gradients[0].input().orElseThrow().sameBits(gradients[1].input().orElseThrow()));
        assertSame(gradients[0].parameters(), gradients[1].parameters());
        assertSame(gradients[0].initial().orElseThrow(), gradients[1].initial().orElseThrow());
        assertSame(lasts[0], lasts[1]);
    }

    private static void assertSame(NamedTensors expected, NamedTensors actual) {
        expected.forEach((name, tensor) -> assertTrue(tensor.sameBits(actual.get(name)), name));
    }

    /** In one long chunk, after a first position alone. */
    private void steps(RecurrentMixer mixer, Sequences in, Tensor out, Workspace workspace) {
        MixerState state = mixer.newState(initial(), 3);
        int[] done = new int[in.batch()];
        for (int chunk : new int[] {1, in.time()}) {
            int[] counts = new int[in.batch()];
            for (int b = 0; b < counts.length; b++) {
                counts[b] = Math.min(chunk, in.length(b) - done[b]);
            }
            Tensor x = Tensor.zeros(in.batch(), chunk, in.width());
            for (int b = 0; b < counts.length; b++) {
                for (int t = 0; t < counts[b]; t++) {
                    x.slice(b).slice(t).copyFrom(in.tensor().slice(b).slice(done[b] + t));
                }
            }
            Sequences part = Sequences.of(x, counts);
            Tensor y = Tensor.zeros(mixer.spec().outputShape(part));
            mixer.step(part, state, y, workspace);
            for (int b = 0; b < counts.length; b++) {
                for (int t = 0; t < counts[b]; t++) {
                    out.slice(b).slice(done[b] + t).copyFrom(y.slice(b).slice(t));
                }
                done[b] += counts[b];
            }
        }
    }
}
