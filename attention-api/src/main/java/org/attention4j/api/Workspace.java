package org.attention4j.api;

import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What a call needs beside its inputs and outputs: scratch memory and threads. It belongs to the caller and serves one call
 * at a time; kept from call to call, it makes them free of garbage. Results never depend on it.
 *
 * <p>How many threads work is the caller's choice. One means the calling thread and no other. Threads of its own start with
 * the first call that splits its work, are daemons, end by themselves when idle for two seconds, and at {@link #close} at
 * the latest.
 *
 * <p>A call can be cancelled: interrupt its thread. Parts not yet begun are then left out, and the call ends with a
 * {@link CancelledException} when those at work have ended. Only the calling thread's interrupt flag counts, not that of a
 * thread that helps.
 */
public final class Workspace implements AutoCloseable {
    /** As many threads as a workspace may have. */
    public static final int MOST_THREADS = 1024;

    /** A piece of work that is split by index. */
    @FunctionalInterface
    public interface Task {
        /**
         * Does one part.
         *
         * @param index which, 0 to parts − 1; parts write to disjoint memory
         * @param scratch of the thread that runs it; what is taken is released afterwards
         */
        void run(int index, Scratch scratch);
    }

    /** A piece of work that goes step by step, each step split by index. */
    @FunctionalInterface
    public interface StepTask {
        /**
         * Does one part of a step. It sees all that the parts of the steps before have written.
         *
         * @param step which, 0 to steps − 1; all parts of the steps before are done
         * @param part which, 0 to parts − 1; parts of a step write to disjoint memory and do not read what others write
         * @param scratch of the thread that runs it; what is taken is released afterwards
         */
        void run(int step, int part, Scratch scratch);
    }

    private static final int OPEN = 1 << 30;
    /** About 20 µs; the last parts of a call end within that of each other, unless a helper has lost its processor. */
    private static final int SPINS = 2_000;

    private final int threads;
    private final @Nullable Executor executor;
    private final @Nullable WorkerThreads own;
    private final Scratch scratch = new Scratch();
    private final Helper[] helpers;
    private final AtomicReference<Thread> owner = new AtomicReference<>();
    /** Calls inside calls, counted by the owner. */
    private int calls;
    /** The depth of the call that must finish, or 0. */
    private volatile int finishing;

    private final AtomicInteger next = new AtomicInteger();
    /** {@link #OPEN} while parts are handed out, plus the number of helpers at work. */
    private final AtomicInteger gate = new AtomicInteger();

    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final StepRun stepRun = new StepRun(this, failure);
    private volatile int parts;
    private volatile @Nullable Task task;
    /** Whose interruption cancels, while helpers may be at work. */
    private volatile @Nullable Thread caller;

    private Workspace(int threads, @Nullable Executor executor, @Nullable WorkerThreads own) {
        if (threads < 1 || threads > MOST_THREADS) {
            throw new IllegalArgumentException("threads = " + threads + " is not in 1 to " + MOST_THREADS);
        }
        this.threads = threads;
        this.executor = executor;
        this.own = own;
        helpers = new Helper[threads - 1];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Helper();
        }
    }

    /**
     * A workspace with as many threads as the machine has processors.
     *
     * @return a new workspace
     */
    public static Workspace create() {
        return threads(Runtime.getRuntime().availableProcessors());
    }

    /**
     * A workspace with a given number of threads.
     *
     * @param threads 1 means the calling thread alone
     * @return a new workspace
     */
    public static Workspace threads(int threads) {
        WorkerThreads own = threads > 1 ? new WorkerThreads() : null;
        return new Workspace(threads, own, own);
    }

    /**
     * A workspace that borrows threads. The calling thread always works too, so an executor that is busy or refuses only
     * makes a call slower.
     *
     * @param executor lends threads; not shut down by this
     * @param threads how many work on a call, the calling one included
     * @return a new workspace
     */
    public static Workspace on(Executor executor, int threads) {
        return new Workspace(threads, Objects.requireNonNull(executor, "executor"), null);
    }

    /**
     * How many threads work on a call.
     *
     * @return at least 1
     */
    public int threads() {
        return threads;
    }

    /**
     * Begins a call: the calling thread takes the workspace. Calls inside a call are allowed.
     *
     * @return what {@link #end} needs
     * @throws IllegalStateException if another thread is using it
     */
    public int begin() {
        Thread current = Thread.currentThread();
        if (owner.get() != current && !owner.compareAndSet(null, current)) {
            throw new IllegalStateException("this workspace is in use by another thread; give each thread its own");
        }
        calls++;
        return scratch.mark();
    }

    /**
     * Ends a call and takes its scratch memory back.
     *
     * @param mark from {@link #begin}
     * @throws IllegalStateException if the calling thread has not begun a call
     */
    public void end(int mark) {
        if (owner.get() != Thread.currentThread()) {
            throw new IllegalStateException("the calling thread has not begun a call with this workspace");
        }
        scratch.release(mark);
        calls--;
        if (finishing > calls) {
            finishing = 0;
        }
        if (calls == 0) {
            owner.set(null);
        }
    }

    /**
     * The calling thread's scratch memory.
     *
     * @return for use between {@link #begin} and {@link #end}
     */
    public Scratch scratch() {
        Thread current = Thread.currentThread();
        if (owner.get() != current) {
            for (Helper helper : helpers) {
                if (helper.thread == current) {
                    return helper.mine;
                }
            }
        }
        return scratch;
    }

    /**
     * From here on the call that was begun last, and calls inside it, are not cancelled: for one that has begun to change
     * what it was given, such as a state or parameters.
     */
    public void mustFinish() {
        if (finishing == 0) {
            finishing = calls;
        }
    }

    /**
     * Gives up if the calling thread is interrupted. {@link #run} asks before each part; a long part may ask in its turn, on
     * whatever thread it runs.
     *
     * @throws CancelledException if the thread that called {@link #run}, or outside of it this thread, is interrupted,
     *     unless the call {@linkplain #mustFinish must finish}
     */
    public void checkInterrupted() {
        Thread calling = caller;
        Thread asked = calling == null ? Thread.currentThread() : calling;
        if (asked.isInterrupted() && finishing == 0) {
            throw new CancelledException(asked.getName());
        }
    }

    /**
     * Runs all parts of a task and returns when they are done. Which thread runs a part is left to chance, so nothing may
     * depend on it. If a part fails, parts not yet begun are left out and the first failure is thrown. A part that runs a
     * task in its turn does all of it on its own thread.
     *
     * @param count how many parts
     * @param work runs each of 0 to count − 1 once
     * @throws CancelledException if the calling thread is interrupted before all parts have begun
     */
    public void run(int count, Task work) {
        run(count, true, work);
    }

    /**
     * As {@link #run(int, Task)}, or all parts in order on the calling thread where they are too small to be shared: waking another
     * thread costs some microseconds. The bits are the same.
     *
     * @param count how many parts
     * @param shared whether all parts together are worth another thread
     * @param work runs each of 0 to count − 1 once
     * @throws CancelledException if the calling thread is interrupted before all parts have begun
     */
    public void run(int count, boolean shared, Task work) {
        boolean insidePart = gate.get() != 0; // closed, too, while a helper is still at its last part
        if (!shared || count <= 1 || threads == 1 || insidePart) {
            Scratch mine = scratch();
            for (int i = 0; i < count; i++) {
                checkInterrupted();
                runPart(i, work, mine);
            }
            return;
        }
        task = work;
        parts = count;
        next.set(0);
        failure.set(null);
        caller = Thread.currentThread();
        gate.set(OPEN);
        try {
            int wanted = Math.min(helpers.length, count - 1);
            for (int i = 0; i < wanted; i++) {
                helpers[i].call();
            }
            runParts(work, scratch);
        } finally { // also where an executor fails otherwise than by refusing: no helper may outlive the call
            close(gate);
            task = null;
            caller = null;
        }
        if (failure.get() instanceof RuntimeException exception) {
            throw exception;
        }
        if (failure.get() instanceof Error error) {
            throw error;
        }
    }

    /**
     * Runs a task step by step and returns when all steps are done: no part begins before all parts of the steps before are
     * done, and it sees what they have written (their writes happen before it). Otherwise as {@link #run(int, Task)}: which
     * thread runs a part is left to chance, though mostly it is the one that ran that part of the step before, whose cache
     * holds what it read; a thread that does not come is not waited for; if a part fails, parts not yet begun are left out
     * and the first failure is thrown; inside a part it is a plain double loop.
     *
     * <p>Threads that have nothing left in a step wait for the others spinning, so this is for many short steps, of some
     * microseconds each.
     *
     * @param steps how many steps
     * @param partsOfStep how many parts each step has
     * @param work runs each part of each step once
     * @throws CancelledException if the calling thread is interrupted before all steps have begun
     */
    public void runSteps(int steps, int partsOfStep, StepTask work) {
        boolean insidePart = gate.get() != 0;
        if (partsOfStep <= 1 || threads == 1 || insidePart) {
            Scratch mine = scratch();
            for (int step = 0; step < steps; step++) {
                checkInterrupted();
                for (int part = 0; part < partsOfStep; part++) {
                    int mark = mine.mark();
                    try {
                        work.run(step, part, mine);
                    } finally {
                        mine.release(mark);
                    }
                }
            }
            return;
        }
        int wanted = Math.min(threads, partsOfStep);
        stepRun.prepare(steps, partsOfStep, wanted, work);
        try {
            run(wanted, stepRun);
        } finally {
            stepRun.forget();
        }
    }

    /** Lets no further helper in, and waits for those at work. Helpers that never came are not waited for. */
    private static void close(AtomicInteger gate) {
        int busy = gate.addAndGet(-OPEN);
        for (int spins = 0; busy > 0; spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else { // there are fewer processors than threads: let the helpers finish
                Thread.yield();
            }
            busy = gate.get();
        }
    }

    private void runParts(Task work, Scratch mine) {
        try {
            for (int i = next.getAndIncrement(); i < parts && failure.get() == null; i = next.getAndIncrement()) {
                checkInterrupted();
                runPart(i, work, mine);
            }
        } catch (RuntimeException | Error thrown) {
            failure.compareAndSet(null, thrown);
        }
    }

    private static void runPart(int index, Task work, Scratch mine) {
        int mark = mine.mark();
        try {
            work.run(index, mine);
        } finally {
            mine.release(mark);
        }
    }

    /**
     * The scratch memory that is kept for the next call, of all threads.
     *
     * @return bytes
     */
    public long bytes() {
        long bytes = scratch.bytes();
        for (Helper helper : helpers) {
            bytes += helper.mine.bytes();
        }
        return bytes;
    }

    /** Ends the threads of its own. The workspace may be used again and then starts new ones. */
    @Override
    public void close() {
        if (own != null) {
            own.close();
        }
    }

    /** One borrowed thread's part in a call; kept, so that a call allocates nothing. */
    private final class Helper implements Runnable {
        private final Scratch mine = new Scratch();
        private final AtomicInteger entered = new AtomicInteger();
        private volatile @Nullable Thread thread;

        /** Asks the executor for a thread; a refusal leaves the work to the others. */
        void call() {
            try {
                Objects.requireNonNull(executor).execute(this);
            } catch (RejectedExecutionException refused) {
                System.getLogger("org.attention4j.api")
                        .log(System.Logger.Level.DEBUG, "executor refused a helper", refused);
            }
        }

        /** May be late, and may be run twice at once by an executor that lagged: then it does nothing. */
        @Override
        public void run() {
            if (!entered.compareAndSet(0, 1)) {
                return;
            }
            try {
                if (enter()) {
                    Task work = task;
                    if (work != null) {
                        thread = Thread.currentThread();
                        runParts(work, mine);
                    }
                    gate.decrementAndGet();
                }
            } finally {
                thread = null;
                entered.set(0);
            }
        }

        private boolean enter() {
            int seen = gate.get();
            while ((seen & OPEN) != 0) {
                if (gate.compareAndSet(seen, seen + 1)) {
                    return true;
                }
                seen = gate.get();
            }
            return false;
        }
    }
}
