package org.attention4j.tests.laws;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.attention4j.api.Capability;
import org.attention4j.api.Contextual;
import org.attention4j.api.ForeignStateException;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.OverlapException;
import org.attention4j.api.PreparedContext;
import org.attention4j.api.Sequences;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;

/** What a pass over two sequences keeps to. */
public final class ContextualLaws {
    private ContextualLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                law(
                        "context-padding-not-read",
                        "positions past a context's length are never read; they may hold NaN",
                        "loops over keys that run to S instead of to the context's length",
                        ContextualLaws::padding),
                law(
                        "context-ragged-equals-alone",
                        "a sequence and its context alone give the same outputs as in a batch",
                        "uses of T, S or B where a length is meant; the corner of a causal mask",
                        ContextualLaws::alone),
                law(
                                "later-context-does-not-matter",
                                "query i of T sees no position of a context of S past i + (S − T), by true lengths",
                                "the corner of the causal mask: the last query stands at the last key",
                                ContextualLaws::later)
                        .when("causal", MixerSpec::causal),
                law(
                        "empty-context",
                        "an empty context works and gives finite outputs",
                        "a softmax over nothing: its row is 0, never NaN",
                        ContextualLaws::empty),
                law(
                        "context-threads-do-not-matter",
                        "any number of threads gives the same bits",
                        "work that is split by the number of threads",
                        ContextualLaws::threads),
                law(
                        "prepared-context-equals-context",
                        "a context that was read once gives the bits of the context, any number of times, whatever becomes of it",
                        "prepare: what forward makes of a context must not depend on the input",
                        ContextualLaws::prepared),
                law(
                        "bad-context-refused",
                        "a context of another batch or width, of another mixer's making or in the output's memory is refused before anything"
                                + " is written",
                        "forward: begin with spec().check(in, context, out)",
                        ContextualLaws::bad));
    }

    static Law law(String id, String intent, String lookAt, Law.Check check) {
        return Law.of(Law.Group.CONTEXTUAL, id, intent, lookAt, check).needs(Capability.CONTEXTUAL);
    }

    /** A context of other lengths than the input. */
    static Sequences context(LawCase c) {
        SplittableRandom random = c.random("context lengths");
        int time = 1 + random.nextInt(9);
        List<Integer> lengths = IntStream.range(0, c.batch())
                .mapToObj(b -> random.nextInt(time + 1))
                .toList();
        return c.with(lengths, time).sequences("context", c.spec().contextWidth());
    }

    private static void padding(LawCase c) {
        Contextual mixer = c.mixer().require(Contextual.class);
        Sequences context = context(c);
        Tensor before = Runs.forward(mixer, c.input(), context);
        Sequences longer = Batches.padded(context, context.time() + 2, Float.NaN);
        Tensor after = Runs.forward(mixer, Batches.padded(c.input(), c.time(), Float.NaN), longer);
        Expect.same(
                c.spec(),
                "NaN and 2 more positions at the padding of both",
                before,
                after,
                "padding is read, or S is used where the context's length is meant");
        for (int b = 0; b < c.batch(); b++) {
            Expect.zeros(
                    "outputs past the length " + c.lengths().get(b),
                    after,
                    b,
                    c.lengths().get(b),
                    c.time(),
                    "a bias is added at padding");
        }
    }

    private static void alone(LawCase c) {
        Contextual mixer = c.mixer().require(Contextual.class);
        Sequences context = context(c);
        Tensor batch = Runs.forward(mixer, c.input(), context);
        for (int b = 0; b < c.batch(); b++) {
            Tensor alone = Runs.forward(mixer, Batches.alone(c.input(), b), Batches.alone(context, b));
            Expect.positions(
                    c.spec(),
                    "sequence " + b + " of " + c.lengths().get(b) + " over " + context.length(b)
                            + " alone, then in a batch",
                    alone,
                    0,
                    0,
                    batch,
                    b,
                    0,
                    c.lengths().get(b),
                    "T, S or B is used where a length is meant");
        }
    }

    private static void later(LawCase c) {
        Contextual mixer = c.mixer().require(Contextual.class);
        Sequences context = context(c);
        Tensor before = Runs.forward(mixer, c.input(), context);
        Tensor changed =
                c.scaled(3 * c.scale()).tensor("later", context.tensor().shape().extents());
        int[] from = new int[c.batch()];
        for (int b = 0; b < c.batch(); b++) {
            from[b] = c.random("from " + b).nextInt(context.length(b) + 1);
            Batches.copyPositions(context.tensor(), b, 0, changed, b, 0, from[b]);
        }
        Tensor after = Runs.forward(mixer, c.input(), Sequences.of(changed, context.lengths()));
        for (int b = 0; b < c.batch(); b++) {
            int length = c.lengths().get(b);
            int unaware = Math.clamp((long) from[b] - (context.length(b) - length), 0, length);
            Expect.positions(
                    c.spec(),
                    "other values from position " + from[b] + " of a context of " + context.length(b) + " on, to "
                            + length + " queries",
                    before,
                    b,
                    0,
                    after,
                    b,
                    0,
                    unaware,
                    "a later position of the context is read: the two are not aligned at their ends, or by T and S instead of the"
                            + " true lengths");
        }
    }

    private static void empty(LawCase c) {
        Contextual mixer = c.mixer().require(Contextual.class);
        Sequences none = Sequences.of(Tensor.zeros(c.batch(), 0, c.spec().contextWidth()));
        Expect.finite("a context without positions", Runs.forward(mixer, c.input(), none), "a softmax over nothing");
        Tensor nothing = Tensor.zeros(c.batch(), 2, c.spec().contextWidth());
        nothing.fill(Float.NaN);
        Expect.finite(
                "contexts of length 0",
                Runs.forward(mixer, c.input(), Sequences.of(nothing, new int[c.batch()])),
                "a softmax over nothing, or padding is read");
    }

    private static void threads(LawCase c) {
        Contextual mixer = c.mixer().require(Contextual.class);
        Sequences in = c.full(20).input();
        Sequences context = context(c);
        Tensor one = Runs.forward(mixer, in, context);
        Tensor more = Runs.output(mixer, in);
        try (Workspace workspace = Workspace.threads(c.threads())) {
            mixer.forward(in, context, more, workspace);
        }
        Expect.same(c.spec(), "1 thread, then " + c.threads(), one, more, "work is split by the number of threads");
    }

    private static void prepared(LawCase c) {
        Contextual mixer = c.mixer().require(Contextual.class);
        Sequences context = context(c);
        Tensor given = Runs.forward(mixer, c.input(), context);
        try (Workspace workspace = Workspace.threads(c.threads())) {
            PreparedContext prepared = mixer.prepare(context, workspace);
            context.tensor().fill(Float.NaN);
            for (int time = 0; time < 2; time++) {
                Tensor out = Runs.output(mixer, c.input());
                mixer.forward(c.input(), prepared, out, workspace);
                Expect.same(
                        c.spec(),
                        "the context, then prepared, used for the " + (time + 1) + ". time",
                        given,
                        out,
                        "the context is read again, or what was prepared is changed by its use");
            }
            for (int b = 0; b < c.batch(); b++) {
                Sequences alone = Batches.alone(c.input(), b);
                Tensor out = Runs.output(mixer, alone);
                mixer.forward(alone, prepared.select(b), out, workspace);
                Expect.positions(
                        c.spec(),
                        "sequence " + b + " over its context, selected from what was prepared",
                        out,
                        0,
                        0,
                        given,
                        b,
                        0,
                        c.lengths().get(b),
                        "select: lengths that stay behind");
            }
        }
    }

    private static void bad(LawCase c) {
        Contextual mixer = c.mixer().require(Contextual.class);
        int width = c.spec().contextWidth();
        for (Tensor bad : List.of(Tensor.zeros(c.batch() + 1, 3, width), Tensor.zeros(c.batch(), 3, width + 1))) {
            Tensor out = Runs.output(mixer, c.input());
            out.fill(-77);
            Tensor before = out.copy();
            String done = "a context " + bad.shape() + " to an input "
                    + c.input().tensor().shape();
            Expect.message(
                    Expect.refused(
                            ShapeMismatchException.class,
                            done,
                            () -> mixer.forward(c.input(), Sequences.of(bad), out, Workspace.threads(1))),
                    done,
                    bad.shape());
            Expect.sameBits(
                    done + ": the output after the refusal", before, out, "it is written before all is checked");
        }
        refusedMemory(c);
    }

    private static void refusedMemory(LawCase c) {
        Contextual mixer = c.mixer().require(Contextual.class);
        Sequences context = context(c);
        PreparedContext foreign = c.mixer().require(Contextual.class).prepare(context, Workspace.threads(1));
        Expect.refused(
                ForeignStateException.class,
                "a context that another mixer of the same configuration prepared",
                () -> mixer.forward(c.input(), foreign, Runs.output(mixer, c.input()), Workspace.threads(1)));
        Tensor out = Runs.output(mixer, c.input());
        if (out.size() > 0 && context.tensor().size() > 0) {
            float[] array = new float[(int) (out.size() + context.tensor().size()) - 1];
            Tensor first = Tensor.of(array, 0, context.tensor().shape());
            Tensor second = Tensor.of(array, (int) first.size() - 1, out.shape());
            Expect.refused(
                    OverlapException.class,
                    "an output that shares an element with the context",
                    () -> mixer.forward(
                            c.input(), Sequences.of(first, context.lengths()), second, Workspace.threads(1)));
        }
    }
}
