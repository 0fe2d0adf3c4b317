package org.attention4j.api;

import java.lang.management.ManagementFactory;

/** Measures what the calling thread allocates. */
final class Allocation {
    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int CALLS = 1_000;

    private Allocation() {}

    /** Bytes allocated by the calling thread up to now. */
    static long now() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    /** Bytes of a thousand calls, after a thousand for warm-up: the least of ten measurements, as the JIT allocates too. */
    static long bytes(Runnable call) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 11; i++) {
            long before = now();
            for (int j = 0; j < CALLS; j++) {
                call.run();
            }
            long bytes = now() - before;
            least = i == 0 ? least : Math.min(least, bytes);
        }
        return least;
    }
}
