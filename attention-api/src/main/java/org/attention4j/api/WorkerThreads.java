package org.attention4j.api;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Daemon threads that take work at once: each waits for it spinning for a moment, then parked, and ends after two idle
 * seconds. Each thread does one piece of work over and over, so there are never more of them than pieces; work that is
 * handed over while its thread is still leaving the last call is done next. Handing over work allocates nothing.
 */
final class WorkerThreads implements Executor {
    /** Spins before parking: about 20 µs, the time between two kernels of one forward pass. */
    private static final int SPINS = 2_000;

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final List<Worker> workers = new ArrayList<>();

    /** Called by one thread at a time, the owner of the workspace. */
    @Override
    public void execute(Runnable work) {
        for (int i = 0; i < workers.size(); i++) {
            if (workers.get(i).work == work && workers.get(i).call()) {
                return;
            }
        }
        workers.removeIf(Worker::ended);
        Worker worker = new Worker(work);
        worker.start();
        workers.add(worker);
    }

    /** Ends all threads once they have done what they were given. */
    void close() {
        workers.forEach(Worker::end);
        workers.clear();
    }

    private static final class Worker extends Thread {
        private static final int IDLE = 0;
        private static final int CALLED = 1;
        private static final int ENDED = 2;

        private final Runnable work;
        private final AtomicInteger state = new AtomicInteger(CALLED);
        private volatile boolean closed;

        Worker(Runnable work) {
            super("attention4j-worker");
            this.work = work;
            setDaemon(true);
        }

        /** False if this thread has ended. */
        boolean call() {
            if (state.compareAndSet(IDLE, CALLED)) {
                LockSupport.unpark(this);
            }
            return state.get() != ENDED;
        }

        void end() {
            closed = true;
            LockSupport.unpark(this);
        }

        boolean ended() {
            return state.get() == ENDED;
        }

        @Override
        public void run() {
            while (await() == CALLED) {
                state.set(IDLE);
                work.run();
            }
        }

        /** {@link #CALLED}, or {@link #ENDED} after two idle seconds. */
        private int await() {
            for (int i = 0; i < SPINS; i++) {
                if (state.get() == CALLED) {
                    return CALLED;
                }
                Thread.onSpinWait();
            }
            long deadline = System.nanoTime() + IDLE_NANOS;
            while (state.get() == IDLE) {
                long left = closed ? 0 : deadline - System.nanoTime();
                if (left <= 0) {
                    state.compareAndSet(IDLE, ENDED);
                } else {
                    LockSupport.parkNanos(this, left);
                }
            }
            return state.get();
        }
    }
}
