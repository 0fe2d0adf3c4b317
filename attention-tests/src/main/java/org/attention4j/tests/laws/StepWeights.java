package org.attention4j.tests.laws;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.attention4j.api.Attentive;
import org.attention4j.api.Capability;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerState;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnsupportedCapabilityException;
import org.attention4j.api.Workspace;
import org.attention4j.tests.LawCase;
import org.attention4j.tests.Tally;

/** That the weights of a step are rows of those of the whole sequence, where a mixer shows them. */
final class StepWeights {
    private StepWeights() {}

    static Tally check(LawCase c) {
        Attentive mixer = c.mixer().require(Attentive.class);
        Incremental incremental = (Incremental) mixer;
        Sequences in = c.input();
        Tensor whole = AttentiveLaws.weights(mixer, in, 1);
        SplittableRandom random = c.random("steps");
        MixerState state = incremental.newState(c.batch(), Math.max(1, c.time()));
        int[] taken = new int[c.batch()];
        int compared = 0;
        while (state.batch() > 0 && !Arrays.equals(taken, in.lengths())) {
            int most = 1 + random.nextInt(4);
            int[] counts = new int[c.batch()];
            Arrays.setAll(counts, b -> Math.min(most, in.length(b) - taken[b]));
            Sequences chunk = Batches.cut(in, taken, counts);
            incremental.step(chunk, state, Runs.output(mixer, chunk), Workspace.threads(1));
            for (int b = 0; b < c.batch(); b++) {
                taken[b] += counts[b];
            }
            int columns = 1 + random.nextInt(c.time() + 2);
            Tensor weights = Tensor.zeros(c.batch(), c.spec().heads(), chunk.time(), columns);
            weights.fill(Float.NaN);
            try {
                mixer.weights(chunk, state, weights, Workspace.threads(1));
            } catch (UnsupportedCapabilityException notShown) {
                Expect.equal(Capability.ATTENTIVE, notShown.capability(), "what weights of a step are refused for");
                return Tally.nothing("the weights of steps are refused: " + notShown.getMessage());
            }
            compare(c, whole, chunk, taken, weights);
            compared++;
        }
        return compared > 0 ? Tally.one() : Tally.nothing("there was no step");
    }

    private static void compare(LawCase c, Tensor whole, Sequences chunk, int[] taken, Tensor weights) {
        int columns = weights.extent(3);
        for (int b = 0; b < c.batch(); b++) {
            int first = Math.max(0, taken[b] - columns);
            for (int h = 0; h < c.spec().heads(); h++) {
                for (int i = 0; i < chunk.time(); i++) {
                    Tensor expected = Tensor.zeros(columns);
                    int query = taken[b] - chunk.length(b) + i;
                    for (int j = 0; i < chunk.length(b) && first + j < taken[b]; j++) {
                        expected.set(whole.get(b, h, query, first + j), j);
                    }
                    Tensor got = Tensor.zeros(columns);
                    weights.slice(b).slice(h).slice(i).read(0, got.array(), 0, columns);
                    Expect.same(
                            c.spec(),
                            "weights of sequence " + b + ", head " + h + ", row " + i + " of a step of "
                                    + chunk.length(b) + " up to position " + taken[b] + ", in " + columns + " columns",
                            expected,
                            got,
                            "column j is position max(0, n − S) + j, rows past the step are 0");
                }
            }
        }
    }
}
