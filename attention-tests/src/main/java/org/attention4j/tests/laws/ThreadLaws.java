package org.attention4j.tests.laws;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;

/** What every mixer does on several threads. */
public final class ThreadLaws {
    /** Of each thread beside others. */
    private static final int CALLS = 4;

    /** While others are behind, so that a busy machine does not make a thread wait for long. */
    private static final int MOST_CALLS = 64;

    private ThreadLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                EveryMixerLaws.law(
                        "threads-do-not-matter",
                        "any number of threads gives the same bits, in every call",
                        "sums whose parts are split by the number of threads; parts that write to shared memory",
                        ThreadLaws::threads),
                EveryMixerLaws.law(
                        "borrowed-threads-do-not-matter",
                        "threads of an executor give the same bits, also when it refuses all work",
                        "workspace.run: nothing may depend on which thread runs a part",
                        ThreadLaws::executor),
                EveryMixerLaws.law(
                        "short-forms-are-the-same",
                        "a call without a workspace gives the results of the same call with one",
                        "methods without a workspace: leave them to the interface",
                        ThreadLaws::shortForms),
                EveryMixerLaws.law(
                        "concurrent-calls",
                        "a mixer serves any number of threads at once",
                        "fields of the mixer that calls write to: scratch memory belongs to the workspace",
                        ThreadLaws::concurrent));
    }

    /** Of forward, also where there is enough work that it is worth a thread, and of another call that the mixer has. */
    private static void threads(LawCase c) {
        for (LawCase size : Sizes.sometimesMuchWork(c)) {
            threads(size, Calls.Kind.FORWARD);
        }
        threads(c.full(40), Calls.Kind.FORWARD);
        Calls.Kind other = Calls.Kind.any(c);
        if (other != Calls.Kind.FORWARD) {
            threads(c.full(20), other);
        }
    }

    private static void threads(LawCase c, Calls.Kind kind) {
        Calls calls = new Calls(c, c.mixer(), c.input());
        Calls.Call one = calls.plain(kind).run(Workspace.threads(1));
        try (Workspace workspace = Workspace.threads(c.threads())) {
            Calls.Call more = calls.plain(kind).run(workspace);
            one.written.forEach((name, tensor) -> Expect.same(
                    c.spec(),
                    kind.label + " of " + c.time() + " positions on 1 thread, then on " + c.threads() + ": the " + name,
                    tensor,
                    more.written.get(name),
                    "sums are split by the number of threads, or two threads write to one place"));
        }
    }

    private static void executor(LawCase c) {
        LawCase size = c.full(40);
        SequenceMixer mixer = size.mixer();
        Tensor one = Runs.forward(mixer, size.input());
        try (ExecutorService pool = Executors.newFixedThreadPool(c.threads() - 1)) {
            Tensor out = Runs.output(mixer, size.input());
            mixer.forward(size.input(), out, Workspace.on(pool, c.threads()));
            Expect.same(
                    c.spec(),
                    "1 thread, then " + c.threads() + " of an executor",
                    one,
                    out,
                    "a result depends on which thread computes a part");
            pool.shutdown();
            out.fill(Float.NaN);
            mixer.forward(size.input(), out, Workspace.on(pool, c.threads()));
            Expect.same(
                    c.spec(),
                    "1 thread, then an executor that refuses all work",
                    one,
                    out,
                    "a part is left out when no thread comes for it");
        }
    }

    private static void shortForms(LawCase c) {
        shortForm(c, Calls.Kind.FORWARD);
        shortForm(c, Calls.Kind.any(c));
    }

    private static void shortForm(LawCase c, Calls.Kind kind) {
        Calls calls = new Calls(c, c.mixer(), c.input());
        Calls.Call given = calls.plain(kind).run(Workspace.threads(1));
        Calls.Call without = calls.plain(kind);
        if (without.shortForm.isEmpty()) {
            return;
        }
        without.shortForm.get().run();
        given.written.forEach((name, tensor) -> Expect.same(
                c.spec(),
                kind.label + " with a workspace, then without: the " + name,
                tensor,
                without.written.get(name),
                "the method without a workspace is another than the interface's"));
    }

    /** Forward, and another call that the mixer has. */
    private static void concurrent(LawCase c) {
        concurrent(c, Calls.Kind.FORWARD);
        Calls.Kind other = Calls.Kind.any(c);
        if (other != Calls.Kind.FORWARD) {
            concurrent(c, other);
        }
    }

    /** Calls long enough, and repeated until every thread has made some, that they meet in the middle, even on one processor. */
    private static void concurrent(LawCase c, Calls.Kind kind) {
        LawCase size = c.full(40);
        SequenceMixer mixer = size.mixer();
        List<Calls.Call> alone = new ArrayList<>();
        List<Callable<Calls.Call>> calls = new ArrayList<>();
        AtomicInteger behind = new AtomicInteger(2);
        for (int i = 0; i < 2; i++) {
            LawCase other = size.seeded(size.seed() + i);
            Calls of = new Calls(other, mixer, other.input());
            Calls.Call expected = of.plain(kind).run(Workspace.threads(1));
            alone.add(expected);
            calls.add(() -> untilAllHaveCalled(of.plain(kind), expected, behind));
        }
        List<Calls.Call> together = Runs.together(calls);
        for (int i = 0; i < together.size(); i++) {
            Calls.Call beside = together.get(i);
            alone.get(i)
                    .written
                    .forEach((name, tensor) -> Expect.sameBits(
                            "the same " + kind.label + " alone, then beside another thread: the " + name,
                            tensor,
                            beside.written.get(name),
                            "calls share memory: a field of the mixer, or a static one"));
        }
    }

    /** What the first call wrote that gives other results than expected, or the last. */
    private static Calls.Call untilAllHaveCalled(Calls.Call call, Calls.Call expected, AtomicInteger behind) {
        int calls = 0;
        try (Workspace workspace = Workspace.threads(1)) {
            do {
                call.run(workspace);
                if (++calls == CALLS) {
                    behind.decrementAndGet();
                }
            } while (same(call, expected) && (calls < CALLS || behind.get() > 0 && calls < MOST_CALLS));
        } finally {
            if (calls < CALLS) {
                behind.decrementAndGet();
            }
        }
        return call;
    }

    private static boolean same(Calls.Call one, Calls.Call other) {
        return one.written.entrySet().stream()
                .allMatch(entry -> entry.getValue().sameBits(other.written.get(entry.getKey())));
    }
}
