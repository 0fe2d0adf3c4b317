package org.attention4j.tests.laws;

import java.util.List;
import java.util.SplittableRandom;
import org.attention4j.api.Capability;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;

/** What steps keep to. */
public final class IncrementalLaws {
    private static final String APART =
            "a step and the whole sequence sum in another order, or the state forgets something";

    private IncrementalLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                law(
                                "token-by-token-equals-whole",
                                "one position at a time gives the outputs of the whole sequence",
                                "what the state keeps; the order of sums in step and forward, or the exactness in the spec where they are two algorithms",
                                IncrementalLaws::tokens)
                        .when(
                                "where states round, not with a norm of one number or of what is made of one, which is a step",
                                spec -> !spec.exactness().isOfStates() || Kinks.normsOfMany(spec)),
                law(
                        "prompt-equals-whole",
                        "the whole prompt in one step gives the outputs of forward",
                        "the order of sums in step and forward",
                        c -> whole(c, "all in one step", 1 << 20, false)),
                law(
                        "chunks-equal-whole",
                        "any partition into chunks gives the outputs of the whole sequence",
                        "chunks that end inside a block; the position that a chunk begins at",
                        c -> whole(c, "in chunks " + c.chunks(), 0, false)),
                law(
                        "ragged-chunks-equal-whole",
                        "each sequence may take another number of positions a step, also none",
                        "one position for the whole batch; chunk.length(b) where chunk.time() is used",
                        c -> whole(c, "in ragged chunks", 0, true)),
                law(
                        "step-threads-do-not-matter",
                        "steps on any number of threads give the same bits",
                        "work that is split by the number of threads",
                        IncrementalLaws::threads),
                law(
                        "states-do-not-interfere",
                        "states of one mixer that take turns give what each gives alone",
                        "fields of the mixer that steps write to: everything of a sequence belongs to its state",
                        IncrementalLaws::interleaved),
                law(
                        "positions-counted",
                        "position(b) counts what sequence b has taken; batch and capacity are as asked for",
                        "newState and the end of step",
                        IncrementalLaws::positions),
                law(
                                "bounded-state-goes-on",
                                "a state of fixed size takes sequences longer than its capacity",
                                "the ring: rows before the capacity are overwritten, not missed",
                                IncrementalLaws::bounded)
                        .when("with a bounded state", MixerSpec::boundedState),
                law(
                        "no-garbage-per-step",
                        "after warm-up, a step and its roll-back allocate 0 bytes",
                        Allocation.LOOK_AT,
                        IncrementalLaws::noGarbage));
    }

    private static Law law(String id, String intent, String lookAt, Law.Check check) {
        return Law.of(Law.Group.INCREMENTAL, id, intent, lookAt, check).needs(Capability.INCREMENTAL);
    }

    private static void tokens(LawCase c) {
        if (c.spec().exactness().isOfStates()) {
            new StateTolerance(c).compare("token by token, against the whole sequence", APART);
        } else {
            whole(c, "token by token", 1, false);
        }
    }

    /** Chunks of one size, or of the case's sizes in turn where it is 0. */
    private static void whole(LawCase drawn, String how, int size, boolean ragged) {
        for (LawCase c : Sizes.sometimesLong(drawn)) {
            steps(c, how, size, ragged);
        }
    }

    private static void steps(LawCase c, String how, int size, boolean ragged) {
        Incremental mixer = c.mixer().require(Incremental.class);
        Tensor whole = Steps.whole(mixer, c.input());
        Steps steps = Steps.of(mixer, c.input());
        SplittableRandom random = c.random("ragged");
        for (int i = 0; !steps.done(); i++) {
            int next = size > 0 ? size : c.chunks().get(i % c.chunks().size());
            steps.take(b -> ragged ? random.nextInt(next + 1) : next);
        }
        Expect.same(c.spec(), how + ", against the whole sequence", whole, steps.out, APART);
    }

    private static void threads(LawCase c) {
        LawCase full = c.full(20);
        Incremental mixer = full.mixer().require(Incremental.class);
        Steps one = Steps.of(mixer, full.input()).takeAll(b -> 7);
        try (Workspace workspace = Workspace.threads(c.threads())) {
            Steps more =
                    new Steps(mixer, full.input(), mixer.newState(c.batch(), full.time()), workspace).takeAll(b -> 7);
            Expect.same(
                    c.spec(),
                    "steps on 1 thread, then on " + c.threads(),
                    one.out,
                    more.out,
                    "sums are split by the number of threads, or two threads write to one place");
        }
    }

    private static void interleaved(LawCase c) {
        Incremental mixer = c.mixer().require(Incremental.class);
        Sequences other = c.sequences("other", c.spec().inputWidth());
        Tensor alone = Steps.of(mixer, c.input()).takeAll(b -> 1).out;
        Steps first = Steps.of(mixer, c.input());
        Steps second = Steps.of(mixer, other);
        while (!first.done()) {
            first.take(b -> 1);
            second.take(b -> 1);
        }
        Expect.same(
                c.spec(),
                "a state alone, then in turns with another state",
                alone,
                first.out,
                "the mixer keeps something of a sequence itself");
    }

    private static void positions(LawCase c) {
        Incremental mixer = c.mixer().require(Incremental.class);
        Steps steps = Steps.of(mixer, c.input(), c.time() + 3);
        Expect.equal(c.batch(), steps.state.batch(), "batch of the new state");
        Expect.equal(c.time() + 3, steps.state.capacity(), "capacity of the new state");
        Expect.equal(c.spec().fingerprint(), steps.state.spec().fingerprint(), "configuration of the new state");
        SplittableRandom random = c.random("ragged");
        for (int i = 0; i < 3; i++) {
            steps.take(b -> random.nextInt(3));
            for (int b = 0; b < c.batch(); b++) {
                Expect.equal((long) steps.taken[b], steps.state.position(b), "position of sequence " + b);
            }
        }
    }

    private static void bounded(LawCase c) {
        LawCase full = c.full(6);
        Incremental mixer = full.mixer().require(Incremental.class);
        int capacity = 1 + c.random("capacity").nextInt(4);
        Steps steps = Steps.of(mixer, full.input(), capacity);
        for (int i = 0; !steps.done(); i++) {
            int next = c.chunks().get(i % c.chunks().size());
            steps.take(b -> next);
        }
        Expect.same(
                c.spec(),
                full.time() + " positions through a state of capacity " + capacity,
                Steps.whole(mixer, full.input()),
                steps.out,
                "the ring is too short, or wraps at the wrong place");
    }

    private static void noGarbage(LawCase c) {
        Incremental mixer = c.mixer().require(Incremental.class);
        Steps steps = Steps.of(mixer, c.input(), c.time() + 2).take(b -> c.time());
        MixerState state = steps.state;
        Sequences token = Sequences.of(c.tensor("token", c.batch(), 1, c.spec().inputWidth()));
        Tensor out = Runs.output(mixer, token);
        Workspace workspace = Workspace.threads(1);
        long bytes = new Allocation().ofCall(() -> {
            mixer.step(token, state, out, workspace);
            state.rollback(1);
        });
        Expect.equal(0L, bytes, "bytes that a warmed-up step and its roll-back allocate on the calling thread");
    }
}
