package org.attention4j.tests.laws;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** Measures what the calling thread allocates on the Java heap. */
final class Allocation {
    /** Calls before the first measurement: scratch memory grows, classes load, call sites are linked. */
    private static final int WARM_UP = 5;

    private static final int CALLS = 5;
    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(100);

    private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    /**
     * What a warmed-up call allocates: the least of several rounds, because the JIT may change what a call allocates while
     * it is at work, and other agents may allocate on this thread.
     */
    long ofCall(Runnable call) {
        for (int i = 0; i < WARM_UP; i++) {
            call.run();
        }
        long deadline = System.nanoTime() + PATIENCE;
        long least = Long.MAX_VALUE;
        while (least > 0 && (least == Long.MAX_VALUE || System.nanoTime() < deadline)) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < CALLS; i++) {
                call.run();
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least / CALLS;
    }

    /** What one call allocates, the least of a few. */
    long ofFirstCall(Runnable call) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < CALLS; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            call.run();
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }
}
