package org.attention4j.tests.laws;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Capability;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerState;
import org.attention4j.api.Sequences;
import org.attention4j.api.StateExhaustedException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;

/** What a state keeps to: copying, going back, measuring, saving and loading. */
public final class StateLaws {
    private StateLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                law(
                        "copies-are-independent",
                        "a copy stands where the state does, and neither changes the other",
                        "copy: deep, positions included",
                        StateLaws::copies),
                law(
                        "reordered-sequences-go-on",
                        "after reorder, sequence b goes on from where sequence sources[b] stood, whoever else does",
                        "reorder: what is kept of a sequence, positions included; copies where several go on from one",
                        StateLaws::reordered),
                law(
                        "rollback-and-replay",
                        "rolled back by k and replayed, a state gives the same outputs",
                        "rollback: what later positions overwrote must still be there",
                        StateLaws::rollback),
                law(
                        "rollback-too-far-refused",
                        "a roll-back past position, capacity or 0, in one or in several, is refused and changes nothing",
                        "rollback: check before changing; of all sequences or of none; how far each has stood",
                        StateLaws::tooFar),
                law(
                        "reset-starts-over",
                        "after reset a state gives what a new one gives",
                        "reset: also what comes before position 0",
                        StateLaws::reset),
                law(
                        "declared-state-size",
                        "bytes() is stateBytes(…) and what newState really allocates",
                        "stateBytes and the arrays of the state",
                        StateLaws::size));
    }

    static Law law(String id, String intent, String lookAt, Law.Check check) {
        return Law.of(Law.Group.INCREMENTAL, id, intent, lookAt, check).needs(Capability.INCREMENTAL);
    }

    /** Somewhere in the middle of each sequence, of more positions than a state of fixed size has room to go back. */
    static Steps halfWay(LawCase c, Incremental mixer) {
        SplittableRandom random = c.random("half way");
        int capacity = c.spec().boundedState() ? 1 + c.random("capacity").nextInt(c.time()) : c.time();
        return Steps.of(mixer, c.input(), capacity).take(b -> random.nextInt(c.time() + 1));
    }

    private static void copies(LawCase c) {
        Incremental mixer = c.mixer().require(Incremental.class);
        Tensor whole = Steps.whole(mixer, c.input());
        Steps original = halfWay(c, mixer);
        Steps other = new Steps(
                mixer, c.sequences("other", c.spec().inputWidth()), original.state.copy(), Workspace.threads(1));
        System.arraycopy(original.taken, 0, other.taken, 0, other.taken.length);
        Steps same = new Steps(mixer, c.input(), original.state.copy(), Workspace.threads(1));
        System.arraycopy(original.taken, 0, same.taken, 0, same.taken.length);
        int[] from = original.taken.clone();
        Expect.equal(original.state.batch(), same.state.batch(), "batch of a copy");
        Expect.equal(original.state.capacity(), same.state.capacity(), "capacity of a copy");
        other.takeAll(b -> 2);
        original.takeAll(b -> 1);
        same.takeAll(b -> 3);
        for (int b = 0; b < c.batch(); b++) {
            int rest = c.lengths().get(b) - from[b];
            Expect.positions(
                    c.spec(),
                    "a state, after steps with other values on its copy",
                    whole,
                    b,
                    from[b],
                    original.out,
                    b,
                    from[b],
                    rest,
                    "the copy shares an array with the original");
            Expect.positions(
                    c.spec(),
                    "a copy, after steps on its original",
                    whole,
                    b,
                    from[b],
                    same.out,
                    b,
                    from[b],
                    rest,
                    "the copy shares an array with the original, or does not stand where it did");
        }
        Expect.that(
                other.state.workspace() != original.state.workspace(),
                "a copy has the workspace of its original, so that the two cannot be used on two threads");
    }

    private static void reordered(LawCase c) {
        Incremental mixer = c.mixer().require(Incremental.class);
        Tensor whole = Steps.whole(mixer, c.input());
        Steps steps = halfWay(c, mixer);
        SplittableRandom random = c.random("sources");
        int[] sources = new int[c.batch()];
        Arrays.setAll(sources, b -> random.nextInt(c.batch()));
        steps.state.reorder(sources);
        Steps rest = new Steps(mixer, Batches.ordered(c.input(), sources), steps.state, Workspace.threads(1));
        for (int b = 0; b < c.batch(); b++) {
            rest.taken[b] = steps.taken[sources[b]];
            Expect.equal(
                    (long) rest.taken[b],
                    rest.state.position(b),
                    "position of sequence " + b + " that goes on from sequence " + sources[b]);
        }
        int[] from = rest.taken.clone();
        rest.takeAll(b -> 2);
        for (int b = 0; b < c.batch(); b++) {
            Expect.positions(
                    c.spec(),
                    "steps after reorder(" + Arrays.toString(sources) + ")",
                    whole,
                    sources[b],
                    from[b],
                    rest.out,
                    b,
                    from[b],
                    rest.taken[b] - from[b],
                    "a sequence goes on from its own past, or two share what one of them writes");
        }
        for (int[] wrong : new int[][] {new int[c.batch() + 1], {-1}, {c.batch()}}) {
            int[] given = wrong.length == 1 ? Arrays.copyOf(wrong, c.batch()) : wrong;
            if (given.length != c.batch() || given[0] != 0) {
                Expect.refused(
                        BadShapeException.class,
                        "reorder(" + Arrays.toString(given) + ") of " + c.batch() + " sequences",
                        () -> rest.state.reorder(given));
            }
        }
    }

    private static void rollback(LawCase c) {
        Incremental mixer = c.mixer().require(Incremental.class);
        Tensor whole = Steps.whole(mixer, c.input());
        Steps steps = halfWay(c, mixer);
        int[] from = steps.taken.clone();
        Sequences wrong = c.scaled(2 * c.scale()).sequences("wrong", c.spec().inputWidth());
        Steps astray = new Steps(mixer, wrong, steps.state, Workspace.threads(1));
        System.arraycopy(from, 0, astray.taken, 0, from.length);
        int capacity = steps.state.capacity();
        for (int left = capacity; left > 0 && !astray.done(); left -= 2) {
            int next = Math.min(2, left);
            astray.take(b -> next);
        }
        for (int b = 0; b < c.batch(); b++) {
            steps.state.rollback(b, astray.taken[b] - from[b]);
            Expect.equal((long) from[b], steps.state.position(b), "position of sequence " + b + " after the roll-back");
        }
        steps.takeAll(b -> 1);
        Expect.same(
                c.spec(),
                "wrong positions taken and rolled back in a state of capacity " + capacity
                        + ", then the right ones, against the whole sequence",
                whole,
                steps.out,
                "rows that were written by what was taken back are still read, or older ones are lost");
    }

    private static void tooFar(LawCase c) {
        Incremental mixer = c.mixer().require(Incremental.class);
        Steps steps = halfWay(c, mixer);
        int b = c.random("which").nextInt(c.batch());
        int past = (int) Math.min(steps.state.capacity(), steps.state.position(b)) + 1;
        for (int count : new int[] {past, -1}) {
            String done = "roll-back of sequence " + b + " at position " + steps.taken[b] + " by " + count;
            Expect.refused(StateExhaustedException.class, done, () -> steps.state.rollback(b, count));
            Expect.refused(
                    StateExhaustedException.class, done + ", with all others", () -> steps.state.rollback(count));
            for (int s = 0; s < c.batch(); s++) {
                Expect.equal(
                        (long) steps.taken[s],
                        steps.state.position(s),
                        done + ": position of sequence " + s + " afterwards");
            }
        }
        int ofAll = Arrays.stream(steps.taken)
                        .map(taken -> Math.min(taken, steps.state.capacity()))
                        .min()
                        .orElseThrow()
                / 2;
        steps.state.rollback(ofAll);
        for (int s = 0; s < c.batch(); s++) {
            steps.taken[s] -= ofAll;
            Expect.equal(
                    (long) steps.taken[s],
                    steps.state.position(s),
                    "position of sequence " + s + " after a roll-back of all by " + ofAll);
        }
        steps.rollback(b, past - 1 - ofAll);
        String more = "roll-back of sequence " + b + " by 1, " + (past - 1)
                + " behind where it has stood, with a capacity of " + steps.state.capacity();
        Expect.refused(StateExhaustedException.class, more, () -> steps.state.rollback(b, 1));
        steps.takeAll(s -> 1);
        Expect.same(
                c.spec(),
                "roll-backs, then the rest, against the whole sequence",
                Steps.whole(mixer, c.input()),
                steps.out,
                "a refused roll-back changed the state, or one of all sequences does not do what one of each does");
    }

    private static void reset(LawCase c) {
        Incremental mixer = c.mixer().require(Incremental.class);
        Steps used = Steps.of(mixer, c.scaled(3).sequences("earlier", c.spec().inputWidth()))
                .takeAll(b -> 2);
        used.state.reset();
        Steps again = new Steps(mixer, c.input(), used.state, Workspace.threads(1));
        for (int b = 0; b < c.batch(); b++) {
            Expect.equal(0L, used.state.position(b), "position of sequence " + b + " after reset");
        }
        again.takeAll(b -> 2);
        Expect.same(
                c.spec(),
                "a state that was used and reset, against the whole sequence",
                Steps.whole(mixer, c.input()),
                again.out,
                "reset leaves something of the earlier sequences");
    }

    private static void size(LawCase c) {
        Incremental mixer = c.mixer().require(Incremental.class);
        int capacity = 2_000 + c.random("capacity").nextInt(100);
        MixerState[] kept = new MixerState[1];
        long declared = mixer.stateBytes(c.batch(), capacity);
        Allocation allocation = new Allocation();
        long measured = allocation.ofFirstCall(() -> kept[0] = mixer.newState(c.batch(), capacity));
        Expect.equal(
                declared,
                kept[0].bytes(),
                "bytes() of newState(" + c.batch() + ", " + capacity + "), against stateBytes(…)");
        Workspace[] workspace = new Workspace[1];
        long around = 2_000 + 200L * c.batch() + 2 * allocation.ofFirstCall(() -> workspace[0] = Workspace.create());
        Expect.that(
                measured <= declared + declared / 8 + around && measured >= declared - declared / 8 - around,
                "newState(" + c.batch() + ", " + capacity + ") allocates " + measured + " bytes, stateBytes(…) says "
                        + declared);
    }
}
