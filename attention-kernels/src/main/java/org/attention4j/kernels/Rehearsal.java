package org.attention4j.kernels;

/**
 * Whether a vector kernel is still rehearsed, by what it and its scalar twin took so far. Threads that race lose some of that, and change no bit.
 */
final class Rehearsal {
    /** Where a call has fewer numbers or multiply-adds, reading the clock would take longer. */
    private static final int LEAST = 1024;

    /** What rehearsals may take of the time that scalar kernels took, all kernels together. */
    private static final double SHARE = 0.5;

    /** Faster: by so much, so many times in a row. */
    private static final double FASTER = 0.8;

    private static final int TIMES = 3;

    /** A kernel that is not faster after so long never will be, and is used all the same: that is a fault to be seen. */
    private static final long PATIENCE_NANOS = 1_000_000_000;

    /** Time that the kernels of a JVM took while they were cold. */
    static final class Time {
        private long scalar;
        private long rehearsals;
    }

    private final Time all;
    private long nanos;
    private double scalar = Double.POSITIVE_INFINITY;
    private int faster;
    private boolean over;

    private Rehearsal(Time all, boolean over) {
        this.all = all;
        this.over = over;
    }

    /** Of a kernel that is cold, one of those that share their time. */
    static Rehearsal of(Time all) {
        return new Rehearsal(all, false);
    }

    /** Of a kernel that is used from its first call on. */
    static Rehearsal none() {
        return new Rehearsal(new Time(), true);
    }

    /** Whether the vector kernel takes a call with so many numbers or multiply-adds. */
    boolean over(long work) {
        return over || work < LEAST;
    }

    /** The scalar kernel took from {@code start} until now. */
    void performed(long work, long start) {
        long took = System.nanoTime() - start;
        all.scalar += took;
        scalar = Math.min(scalar, (double) took / work);
    }

    /** Whether there is time for another rehearsal. */
    boolean due() {
        return !over && all.rehearsals <= SHARE * all.scalar;
    }

    /** The vector kernel took from {@code start} until now. */
    void rehearsed(long work, long start) {
        long took = System.nanoTime() - start;
        all.rehearsals += took;
        nanos += took;
        faster = took < FASTER * scalar * work ? faster + 1 : 0;
        over = over || faster == TIMES || nanos > PATIENCE_NANOS;
    }
}
