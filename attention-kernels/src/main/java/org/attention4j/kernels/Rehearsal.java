package org.attention4j.kernels;

/**
 * Whether a vector kernel is still rehearsed, by what it and its twin took so far. Threads that race lose some of that, and change no bit.
 */
final class Rehearsal {
    /** Where a call has fewer numbers or multiply-adds, reading the clock would take longer. */
    private static final int LEAST = 1024;

    /** What rehearsals may take of the time that scalar kernels took, all kernels together. */
    private static final double SHARE = 0.5;

    /**
     * What rehearsals of a kernel that is a small part of the work may take of the time that its own twin took: what all of them may take is gone by the
     * time it is its turn.
     */
    private static final double SHARE_OF_SMALL = 4;

    /** Faster: by so much, so many times in a row. */
    private static final double FASTER = 0.8;

    /**
     * Not much slower, where the twin is a vector kernel, too, or what is rehearsed so short that reading the clock takes as long: a kernel that is still
     * cold is slower many times over, and by more than so much.
     */
    private static final double COMPILED = 2;

    private static final long CLOCK_NANOS = 200;

    private static final int TIMES = 3;

    /** A kernel that is not faster after so long never will be, and is used all the same: that is a fault to be seen. */
    private static final long PATIENCE_NANOS = 1_000_000_000;

    /** Time that the kernels of a JVM took while they were cold. */
    static final class Time {
        private long scalar;
        private long rehearsals;
    }

    private final Time all;
    private final double share;
    private final double most;
    private final long clock;
    private long performed;
    private long nanos;
    private double scalar = Double.POSITIVE_INFINITY;
    private int faster;
    private boolean over;

    private Rehearsal(Time all, double share, double most, long clock, boolean over) {
        this.all = all;
        this.share = share;
        this.most = most;
        this.clock = clock;
        this.over = over;
    }

    /** Of a kernel that is cold, one of those that share their time. */
    static Rehearsal of(Time all) {
        return new Rehearsal(all, 0, FASTER, 0, false);
    }

    /** Of a cold kernel that is a small part of the work. */
    static Rehearsal ofSmall(Time all) {
        return new Rehearsal(all, SHARE_OF_SMALL, COMPILED, CLOCK_NANOS, false);
    }

    /** Of a cold kernel whose twin is a vector kernel that is compiled by then. */
    static Rehearsal ofVectors(Time all) {
        return new Rehearsal(all, 0, COMPILED, CLOCK_NANOS, false);
    }

    /** Of a kernel that is used from its first call on. */
    static Rehearsal none() {
        return new Rehearsal(new Time(), 0, FASTER, 0, true);
    }

    /** Whether the vector kernel takes a call with so many numbers or multiply-adds. */
    boolean over(long work) {
        return over || work < LEAST;
    }

    /** The twin took from {@code start} until now. */
    void performed(long work, long start) {
        long took = System.nanoTime() - start;
        all.scalar += took;
        performed += took;
        scalar = Math.min(scalar, (double) took / work);
    }

    /** Whether there is time for another rehearsal. */
    boolean due() {
        return !over && (all.rehearsals <= SHARE * all.scalar || nanos < share * performed);
    }

    /** The vector kernel took from {@code start} until now. */
    void rehearsed(long work, long start) {
        long took = System.nanoTime() - start;
        all.rehearsals += took;
        nanos += took;
        faster = took < most * scalar * work + clock ? faster + 1 : 0;
        over = over || faster == TIMES || nanos > PATIENCE_NANOS;
    }
}
