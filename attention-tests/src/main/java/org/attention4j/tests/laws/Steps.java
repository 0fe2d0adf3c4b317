package org.attention4j.tests.laws;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerState;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/** Feeds sequences to a state piece by piece and gathers the outputs. */
final class Steps {
    private final Incremental mixer;
    private final Sequences in;
    private final Workspace workspace;
    final Tensor out;
    final int[] taken;
    MixerState state;

    Steps(Incremental mixer, Sequences in, MixerState state, Workspace workspace) {
        this.mixer = mixer;
        this.in = in;
        this.state = state;
        this.workspace = workspace;
        out = Tensor.zeros(mixer.spec().outputShape(in));
        taken = new int[in.batch()];
    }

    /** What steps of any sizes must give: the outputs of the whole sequence, or where states round what they keep, those of single steps. */
    static Tensor whole(Incremental mixer, Sequences in) {
        return mixer.spec().exactness().isOfStates() ? of(mixer, in).takeAll(b -> 1).out : Runs.forward(mixer, in);
    }

    static Steps of(Incremental mixer, Sequences in) {
        return of(mixer, in, Math.max(1, in.time()));
    }

    static Steps of(Incremental mixer, Sequences in, int capacity) {
        return new Steps(mixer, in, mixer.newState(in.batch(), capacity), Workspace.threads(1));
    }

    boolean done() {
        return Arrays.equals(taken, in.lengths());
    }

    /** Takes up to {@code wanted(b)} more positions of each sequence b. */
    Steps take(IntUnaryOperator wanted) {
        int[] counts = new int[in.batch()];
        Arrays.setAll(counts, b -> Math.min(wanted.applyAsInt(b), in.length(b) - taken[b]));
        Sequences chunk = Batches.cut(in, taken, counts);
        Tensor piece = Runs.output(mixer, chunk);
        mixer.step(chunk, state, piece, workspace);
        for (int b = 0; b < in.batch(); b++) {
            Batches.copyPositions(piece, b, 0, out, b, taken[b], counts[b]);
            taken[b] += counts[b];
            Expect.zeros(
                    "outputs past the length " + counts[b] + " of a step",
                    piece,
                    b,
                    counts[b],
                    chunk.time(),
                    "a step writes 0 at padding, as forward does");
        }
        return this;
    }

    Steps takeAll(IntUnaryOperator wanted) {
        while (!done()) {
            take(wanted);
        }
        return this;
    }

    /** Until every sequence has taken {@code until} positions. */
    void takeAll(IntUnaryOperator wanted, int until) {
        while (Arrays.stream(taken).anyMatch(count -> count < until)) {
            take(wanted);
        }
    }

    /** Takes back positions of one sequence. */
    void rollback(int b, int count) {
        state.rollback(b, count);
        taken[b] -= count;
    }
}
