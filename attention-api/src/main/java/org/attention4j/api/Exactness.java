package org.attention4j.api;

/**
 * How exactly different ways to the same result agree: alone or in a batch, whole or in chunks, on any number of threads.
 *
 * @param bound 0 where they agree bit for bit; otherwise the largest difference, relative to the largest magnitude of the
 *     output row
 */
public record Exactness(double bound) {
    /** Refuses a bound that is not one. */
    public Exactness {
        if (!(bound >= 0 && bound < 1)) {
            throw new IllegalArgumentException("bound " + bound + " is not in [0, 1)");
        }
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
     * Equal within a relative bound; only for algorithms that cannot keep the bits (an FFT, a parallel scan).
     *
     * @param bound relative to the largest magnitude of the output row
     * @return exactness of that bound
     */
    public static Exactness within(double bound) {
        return new Exactness(bound);
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
