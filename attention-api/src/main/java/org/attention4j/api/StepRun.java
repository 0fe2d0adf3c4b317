package org.attention4j.api;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Steps of parts as a task of a {@link Workspace}, one part of that task for each thread. Each thread goes through the
 * steps, begins with the part of its own number, so that it finds in its cache what that part read the step before, and
 * then takes what nobody else has begun. So no step waits for a thread that has not come.
 */
final class StepRun implements Workspace.Task {
    /** Integers from one part's counter to the next: a cache line, since all threads write them. */
    private static final int LINE = 16;
    /** About 20 µs: longer than parts of one step differ, unless a thread has lost its processor. */
    private static final int SPINS = 2_000;

    private final Workspace workspace;
    private final AtomicReference<Throwable> failure;
    private final AtomicLong done = new AtomicLong();
    /** For each part the number of steps in which it has been begun. */
    private AtomicIntegerArray begun = new AtomicIntegerArray(0);

    private int steps;
    private int parts;
    private int threads;
    private Workspace.@Nullable StepTask work;

    /** For a workspace that reports a failure here. */
    StepRun(Workspace workspace, AtomicReference<Throwable> failure) {
        this.workspace = workspace;
        this.failure = failure;
    }

    /** Before each run; helpers see it as the workspace lets them in. */
    void prepare(int steps, int parts, int threads, Workspace.StepTask work) {
        this.steps = steps;
        this.parts = parts;
        this.threads = threads;
        this.work = work;
        done.set(0);
        if (begun.length() < Math.multiplyExact(parts, LINE)) {
            begun = new AtomicIntegerArray(parts * LINE);
        }
        for (int part = 0; part < parts; part++) {
            begun.set(part * LINE, 0);
        }
    }

    void forget() {
        work = null;
    }

    @Override
    public void run(int thread, Scratch scratch) {
        Workspace.StepTask work = Objects.requireNonNull(this.work);
        int first = (int) ((long) thread * parts / threads);
        for (int step = (int) (done.get() / parts); step < steps && reached(step); step++) {
            workspace.checkInterrupted();
            for (int i = 0; i < parts && failure.get() == null; i++) {
                int part = i < parts - first ? first + i : first + i - parts;
                if (begun.compareAndSet(part * LINE, step, step + 1)) {
                    int mark = scratch.mark();
                    work.run(step, part, scratch);
                    scratch.release(mark);
                    done.incrementAndGet();
                }
            }
        }
    }

    /** Waits until all parts before a step are done; false if one of them has failed and never will be. */
    private boolean reached(int step) {
        long before = (long) step * parts;
        for (int spins = 0; done.get() < before; spins++) {
            if (failure.get() != null) {
                return false;
            }
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else { // there are fewer processors than threads: let the others finish
                Thread.yield();
            }
        }
        return true;
    }
}
