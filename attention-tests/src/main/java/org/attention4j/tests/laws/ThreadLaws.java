package org.attention4j.tests.laws;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
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
                        "any number of threads gives the same bits",
                        "sums whose parts are split by the number of threads; parts that write to shared memory",
                        ThreadLaws::threads),
                EveryMixerLaws.law(
                        "borrowed-threads-do-not-matter",
                        "threads of an executor give the same bits, also when it refuses all work",
                        "workspace.run: nothing may depend on which thread runs a part",
                        ThreadLaws::executor),
                EveryMixerLaws.law(
                        "concurrent-calls",
                        "a mixer serves any number of threads at once",
                        "fields of the mixer that calls write to: scratch memory belongs to the workspace",
                        ThreadLaws::concurrent));
    }

    private static void threads(LawCase c) {
        for (LawCase size : List.of(c, c.full(40))) {
            SequenceMixer mixer = size.mixer();
            Tensor one = Runs.forward(mixer, size.input());
            Expect.same(
                    c.spec(),
                    "1 thread, then " + c.threads(),
                    one,
                    Runs.forward(mixer, size.input(), c.threads()),
                    "sums are split by the number of threads, or two threads write to one place");
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

    /** Calls long enough, and repeated until every thread has made some, that they meet in the middle, even on one processor. */
    private static void concurrent(LawCase c) {
        LawCase size = c.full(40);
        SequenceMixer mixer = size.mixer();
        List<Tensor> alone = new ArrayList<>();
        List<Callable<Tensor>> calls = new ArrayList<>();
        AtomicInteger behind = new AtomicInteger(2);
        for (int i = 0; i < 2; i++) {
            Sequences in = size.sequences("input " + i, size.spec().inputWidth());
            Tensor expected = Runs.forward(mixer, in);
            alone.add(expected);
            calls.add(() -> untilAllHaveCalled(mixer, in, expected, behind));
        }
        List<Tensor> together = Runs.together(calls);
        for (int i = 0; i < together.size(); i++) {
            Expect.sameBits(
                    "the same call alone, then beside another thread",
                    alone.get(i),
                    together.get(i),
                    "calls share memory: a field of the mixer, or a static one");
        }
    }

    /** The outputs of the first call that gives others than expected, or of the last. */
    private static Tensor untilAllHaveCalled(SequenceMixer mixer, Sequences in, Tensor expected, AtomicInteger behind) {
        Tensor out = Runs.output(mixer, in);
        int calls = 0;
        try (Workspace workspace = Workspace.threads(1)) {
            do {
                mixer.forward(in, out, workspace);
                if (++calls == CALLS) {
                    behind.decrementAndGet();
                }
            } while (out.sameBits(expected) && (calls < CALLS || behind.get() > 0 && calls < MOST_CALLS));
        } finally {
            if (calls < CALLS) {
                behind.decrementAndGet();
            }
        }
        return out;
    }
}
