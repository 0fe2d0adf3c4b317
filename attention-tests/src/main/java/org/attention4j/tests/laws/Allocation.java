package org.attention4j.tests.laws;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** Measures what the calling thread allocates on the Java heap. */
final class Allocation {
    /** Where garbage comes from. */
    static final String LOOK_AT =
            "new arrays, lambdas that capture, boxing, iterators, varargs such as tensor.get(b, t, d), joined strings on the hot path;"
                    + " StrictMath.sin, cos, tan and pow, which make arrays; scratch memory that is not given back: workspace.end(mark)";

    /** Calls before the first measurement: scratch memory grows, classes load, call sites are linked. */
    private static final int WARM_UP = 5;

    private static final int CALLS = 5;

    /** Then, in a row: for those that allocate now and then, such as when a buffer is full. */
    private static final int MANY_CALLS = 60;

    /**
     * Until the JIT has compiled a method, its vectors and short-lived objects are allocated; it asks for that after 15,000 calls, and
     * compiles callers again after that: an LSTM cell of vectors was seen to settle after 100,000.
     */
    private static final int PATIENT_CALLS = 200_000;

    /** How long the JIT must have finished nothing, to be taken for done: processor time, as a machine that is busy keeps the JIT waiting, too. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);

    /** Calls after which it is asked whether the JIT has finished something. */
    private static final int LOOK = 1_000;

    private static final long END_OF_PATIENCE = TimeUnit.SECONDS.toNanos(20);

    private final CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    private final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private final ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    /**
     * What a warmed-up call allocates: the least of several rounds, because the JIT may change what a call allocates while
     * it is at work, and other agents may allocate on this thread.
     */
    long ofCall(Runnable call) {
        for (int i = 0; i < WARM_UP; i++) {
            call.run();
        }
        long bytes = leastOfRounds(call, CALLS, PATIENT_CALLS);
        return bytes > 0 ? bytes : leastOfRounds(call, MANY_CALLS, PATIENT_CALLS / 10); // most is compiled by now
    }

    private long leastOfRounds(Runnable call, int callsOfRound, int patientCalls) {
        long start = system.getProcessCpuTime();
        long compiled = start;
        long compilation = compiler.getTotalCompilationTime();
        long least = Long.MAX_VALUE;
        long looked = 0;
        for (int calls = 0;
                least > 0 && !outOfPatience(calls >= patientCalls, start, compiled);
                calls += callsOfRound) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < callsOfRound; i++) {
                call.run();
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            if (calls - looked >= LOOK && compiler.getTotalCompilationTime() != compilation) {
                looked = calls;
                compilation = compiler.getTotalCompilationTime();
                compiled = system.getProcessCpuTime();
            }
        }
        return least > 0 ? Math.max(1, least / callsOfRound) : 0;
    }

    private boolean outOfPatience(boolean manyCalls, long start, long compiled) {
        long now = system.getProcessCpuTime();
        return manyCalls && now - compiled > PATIENCE || now - start > END_OF_PATIENCE;
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
