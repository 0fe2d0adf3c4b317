package org.attention4j.api;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Daemon threads that take work at once: each waits for it spinning for a moment, then parked, and ends after two idle
 * seconds. Handing over work allocates nothing.
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
            if (workers.get(i).take(work)) {
                return;
            }
        }
        workers.removeIf(Worker::ended);
        Worker worker = new Worker(work);
        workers.add(worker);
        worker.start();
    }

    /** Ends all threads once they have done what they were given. */
    void close() {
        workers.forEach(Worker::end);
        workers.clear();
    }

    private static final class Worker extends Thread {
        private static final Runnable IDLE = () -> {};
        private static final Runnable END = () -> {};

        private final AtomicReference<Runnable> slot;
        private volatile boolean closed;

        Worker(Runnable first) {
            super("attention4j-worker");
            setDaemon(true);
            slot = new AtomicReference<>(first);
        }

        boolean take(Runnable work) {
            if (slot.compareAndSet(IDLE, work)) {
                LockSupport.unpark(this);
                return true;
            }
            return false;
        }

        void end() {
            closed = true;
            LockSupport.unpark(this);
        }

        boolean ended() {
            return slot.get() == END;
        }

        @Override
        public void run() {
            while (true) {
                Runnable work = await();
                if (work == END) {
                    return;
                }
                work.run();
                slot.set(IDLE);
            }
        }

        /** The next work, or {@link #END} after two idle seconds. */
        private Runnable await() {
            for (int i = 0; i < SPINS; i++) {
                if (slot.get() != IDLE) {
                    return slot.get();
                }
                Thread.onSpinWait();
            }
            long deadline = System.nanoTime() + IDLE_NANOS;
            while (slot.get() == IDLE) {
                long left = closed ? 0 : deadline - System.nanoTime();
                if (left <= 0) {
                    slot.compareAndSet(IDLE, END);
                } else {
                    LockSupport.parkNanos(this, left);
                }
            }
            return slot.get();
        }
    }
}
