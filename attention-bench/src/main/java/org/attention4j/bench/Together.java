package org.attention4j.bench;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/** Runs the same on several threads that start at once. */
final class Together {
    private Together() {}

    /** Seconds from the start of all to the end of the last. */
    static double seconds(int threads, IntConsumer work) {
        CountDownLatch ready = new CountDownLatch(threads - 1);
        AtomicBoolean go = new AtomicBoolean();
        Thread[] others = new Thread[threads - 1];
        for (int i = 0; i < others.length; i++) {
            int index = i + 1;
            others[i] = new Thread(
                    () -> {
                        ready.countDown();
                        while (!go.get()) {
                            Thread.onSpinWait();
                        }
                        work.accept(index);
                    },
                    "probe-" + index);
            others[i].setDaemon(true);
            others[i].start();
        }
        try {
            ready.await();
            long start = System.nanoTime();
            go.set(true);
            work.accept(0);
            for (Thread other : others) {
                other.join();
            }
            return (System.nanoTime() - start) * 1e-9;
        } catch (InterruptedException interrupted) {
            go.set(true);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring the machine", interrupted);
        }
    }
}
