package org.attention4j.cnn;

/**
 * Which inputs the taps read: tap k of the output at t reads the input at t + {@link #shift}(k).
 *
 * @param kernel K, the number of taps
 * @param dilation positions from one tap to the next
 * @param left how far back tap 0 reaches
 */
record Reach(int kernel, int dilation, int left) {
    /** Causal: the last tap reads the position itself. Centred: half of the taps before it, rounded down. */
    static Reach of(int kernel, int dilation, boolean causal) {
        int total = dilation * (kernel - 1);
        return new Reach(kernel, dilation, causal ? total : total / 2);
    }

    /** How far ahead the last tap reaches. */
    int right() {
        return dilation * (kernel - 1) - left;
    }

    /** Where tap k reads, counted from the output. */
    int shift(int k) {
        return k * dilation - left;
    }

    /** The first output whose tap k reads no earlier than position 0. */
    int first(int k) {
        return Math.max(0, -shift(k));
    }

    /** Past the last output whose tap k reads before the end of a sequence; there is none unless it is past {@link #first}. */
    int end(int k, int length) {
        return Math.min(length, length - shift(k));
    }
}
