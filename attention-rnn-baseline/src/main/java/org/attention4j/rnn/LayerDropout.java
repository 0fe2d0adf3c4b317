package org.attention4j.rnn;

import org.attention4j.api.Sequences;

/**
 * Dropout between layers (Srivastava et al. 2014; for recurrent nets Zaremba, Sutskever and Vinyals 2014): y ← y · m
 * with m = 0 for a share p of the elements and 1 / (1 − p) for the others.
 *
 * <p>Which they are follows from the seed, the layer and the row's own values, and from nothing else. So the same call
 * leaves out the same elements, whatever the batch and however many threads; and another sequence, or the same after a
 * step of training, loses others.
 *
 * @param share p
 * @param seed any
 */
record LayerDropout(double share, long seed) {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L; // SplittableRandom's, by Steele, Lea and Flood 2014
    private static final int BITS = 24; // of a float's fraction

    /** Whether anything is left out. */
    boolean isOn() {
        return share > 0;
    }

    /**
     * Leaves out.
     *
     * @param layer the one whose outputs these are
     * @param in the lengths
     * @param y {@code [B, T, width]}, read and written
     * @param width of a row
     * @param mask {@code [B, T, width]}, becomes m where there is no padding
     */
    void apply(int layer, Sequences in, float[] y, int width, float[] mask) {
        float kept = (float) (1 / (1 - share));
        long threshold = Math.round(share * (1L << BITS));
        for (int b = 0; b < in.batch(); b++) {
            for (int t = 0; t < in.length(b); t++) {
                int row = (b * in.time() + t) * width;
                long state = hash(layer, y, row, width);
                for (int j = 0; j < width; j++) {
                    state += GOLDEN;
                    float m = mixed(state) >>> Long.SIZE - BITS < threshold ? 0f : kept;
                    mask[row + j] = m;
                    y[row + j] *= m;
                }
            }
        }
    }

    /** Takes a gradient back: d ← d · m. */
    static void gradient(Sequences in, float[] mask, float[] d, int width) {
        for (int b = 0; b < in.batch(); b++) {
            int from = b * in.time() * width;
            int to = from + in.length(b) * width;
            for (int i = from; i < to; i++) {
                d[i] *= mask[i];
            }
        }
    }

    private long hash(int layer, float[] y, int row, int width) {
        long hash = mixed(seed + GOLDEN * (layer + 1L));
        for (int j = 0; j < width; j++) {
            hash = (hash ^ Float.floatToIntBits(y[row + j])) * 0x100000001B3L; // the prime of FNV-1a
            hash ^= hash >>> 32;
        }
        return mixed(hash);
    }

    /** SplitMix64's. */
    private static long mixed(long z) {
        long once = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        long twice = (once ^ once >>> 27) * 0x94D049BB133111EBL;
        return twice ^ twice >>> 31;
    }
}
