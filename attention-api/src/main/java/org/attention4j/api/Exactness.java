package org.attention4j.api;

/**
 * How exactly different ways to the same result agree: alone or in a batch, whole or in chunks, on any number of threads.
 *
 * @param bound 0 where they agree bit for bit; otherwise the largest difference, relative to the largest magnitude
 * @param sequence whether that is the largest magnitude of all outputs of the sequence; otherwise that of the output row
 */
public record Exactness(double bound, boolean sequence) {
    /** Refuses a bound that is not one. */
    public Exactness {
        if (!(bound >= 0 && bound < 1)) {
            throw new IllegalArgumentException("bound " + bound + " is not in [0, 1)");
        }
    }

    /**
     * Equal within a bound relative to the output row.
     *
     * @param bound 0 for bits
     */
    public Exactness(double bound) {
        this(bound, false);
    }

    /**
     * The same bits.
     *
     * @return exactness of bound 0
     */
    public static Exactness bits() {
        return new Exactness(0);
    }

    /**
     * Equal within a relative bound; only for algorithms that cannot keep the bits (a parallel scan).
     *
     * @param bound relative to the largest magnitude of the output row
     * @return exactness of that bound
     */
    public static Exactness within(double bound) {
        return new Exactness(bound);
    }

    /**
     * Equal within a bound that is relative to the whole sequence; only for algorithms that mix its positions and take them apart
     * again (an FFT), so that a small output carries the rounding of the large ones.
     *
     * @param bound relative to the largest magnitude of the sequence's outputs
     * @return exactness of that bound
     */
    public static Exactness withinSequence(double bound) {
        return new Exactness(bound, true);
    }

    /**
     * Whether bits are kept.
     *
     * @return true if the bound is 0
     */
    public boolean isBits() {
        return bound == 0;
    }
}
