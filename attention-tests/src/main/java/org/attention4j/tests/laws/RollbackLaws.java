package org.attention4j.tests.laws;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.attention4j.api.Incremental;
import org.attention4j.api.Sequences;
import org.attention4j.api.StateExhaustedException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;
import org.attention4j.tests.Violation;

/** How far a state can go back, wherever it has come from. */
public final class RollbackLaws {
    /** How a state has come to be what it is. */
    private enum Way {
        STEPPED("steps, a roll-back and a step"),
        COPIED("a copy"),
        LOADED("saving and loading"),
        REORDERED("reorder"),
        RESET("reset and new steps");

        private final String label;

        Way(String label) {
            this.label = label;
        }
    }

    private RollbackLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(StateLaws.law(
                "rollback-limit-is-kept",
                "how far a state can be rolled back, and to what, outlives steps, copies, reorder and loading, and begins anew with reset",
                "how far each sequence has stood, and the rows before it: copied, reordered, saved, loaded and reset with the rest",
                RollbackLaws::limit));
    }

    private static void limit(LawCase c) throws IOException {
        SplittableRandom random = c.random("way");
        Way way = Way.values()[random.nextInt(Way.values().length)];
        Incremental mixer = c.mixer().require(Incremental.class);
        Steps steps = StateLaws.halfWay(c, mixer);
        int[] furthest = steps.taken.clone();
        int capacity = steps.state.capacity();
        for (int b = 0; b < c.batch(); b++) {
            steps.rollback(b, random.nextInt(Math.min(capacity, steps.taken[b]) + 1));
        }
        steps.take(b -> 1);
        Arrays.setAll(furthest, b -> Math.max(furthest[b], steps.taken[b]));
        Sequences in = c.input();
        int[] sources = new int[c.batch()];
        Arrays.setAll(sources, b -> way == Way.REORDERED ? 0 : b);
        switch (way) {
            case STEPPED -> {}
            case COPIED -> steps.state = steps.state.copy();
            case LOADED -> {
                byte[] saved = SavedStateLaws.save(steps.state);
                steps.state = mixer.loadState(Channels.newChannel(new ByteArrayInputStream(saved)));
            }
            case REORDERED -> {
                steps.state.reorder(sources);
                in = Batches.ordered(in, sources);
            }
            case RESET -> {
                steps.state.reset();
                Arrays.fill(furthest, 0);
                Arrays.fill(steps.taken, 0);
                steps.take(b -> random.nextInt(c.time() + 1));
                System.arraycopy(steps.taken, 0, furthest, 0, furthest.length);
            }
        }
        Steps after = new Steps(mixer, in, steps.state, Workspace.threads(1));
        Arrays.setAll(after.taken, b -> steps.taken[sources[b]]);
        backAndForth(c, way.label, mixer, in, after, b -> furthest[sources[b]]);
        if (way == Way.RESET) {
            Tensor whole = Steps.whole(mixer, in);
            for (int b = 0; b < c.batch(); b++) {
                Expect.positions(
                        c.spec(),
                        "steps after reset, against the whole sequence",
                        whole,
                        b,
                        0,
                        steps.out,
                        b,
                        0,
                        furthest[b],
                        "reset leaves something of the earlier sequences");
            }
        }
    }

    private static void backAndForth(
            LawCase c, String way, Incremental mixer, Sequences in, Steps steps, IntUnaryOperator furthest) {
        int capacity = steps.state.capacity();
        int[] from = new int[c.batch()];
        for (int b = 0; b < c.batch(); b++) {
            int stood = steps.taken[b];
            int most = Math.min(stood, capacity - (furthest.applyAsInt(b) - stood));
            String done = "after " + way + ", sequence " + b + " at position " + stood + ", which has stood at "
                    + furthest.applyAsInt(b) + ", of a state of capacity " + capacity;
            try {
                steps.rollback(b, most);
            } catch (StateExhaustedException refusal) {
                throw new Violation(
                        done + ": a roll-back by " + most + " is refused: " + refusal.getMessage(), refusal);
            }
            int sequence = b;
            Expect.refused(
                    StateExhaustedException.class,
                    done + ": a roll-back by 1 more than " + most,
                    () -> steps.state.rollback(sequence, 1));
            from[b] = steps.taken[b];
        }
        steps.takeAll(b -> 2);
        Tensor whole = Steps.whole(mixer, in);
        for (int b = 0; b < c.batch(); b++) {
            Expect.positions(
                    c.spec(),
                    "after " + way + ", a roll-back as far as a state of capacity " + capacity
                            + " allows, and a replay",
                    whole,
                    b,
                    from[b],
                    steps.out,
                    b,
                    from[b],
                    steps.taken[b] - from[b],
                    "rows before the position are lost or another sequence's");
        }
    }
}
