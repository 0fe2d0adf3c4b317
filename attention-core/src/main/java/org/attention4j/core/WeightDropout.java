package org.attention4j.core;

/**
 * Dropout on attention weights (Srivastava et al. 2014; on weights, Vaswani et al. 2017): w ← w · m with m = 0 for a share p of them and 1 / (1 − p)
 * for the others, behind the softmax, so that what is left of a row is not divided by its sum again.
 *
 * <p>Which they are follows from the seed, the head, the positions of query and key and the query's own numbers, and from nothing else: not
 * from blocks, threads or the batch. After a step of training queries are others, and so are the weights that are left out. Immutable.
 */
final class WeightDropout {
    private static final int GOLDEN = 0x9E3779B9; // 2³² / golden ratio, Knuth's multiplier
    private static final int BITS = 24; // of a float's fraction

    private final long seed;
    private final int threshold;
    private final float kept;

    /**
     * Takes what is left out.
     *
     * @param share p, from 0 to less than 1
     * @param seed any
     */
    WeightDropout(double share, long seed) {
        this.seed = seed;
        threshold = (int) Math.round(share * (1 << BITS));
        kept = (float) (1 / (1 - share));
    }

    /** Multiplies weights, or their cotangents, of one query with stored keys from {@code key} on. */
    void apply(AttentionCall c, int b, int h, int i, int key, float[] x, int at, int count) {
        apply(c, b, h, i, key, x, at, 1, count);
    }

    /** As above, of weights that are {@code stride} apart. */
    void apply(AttentionCall c, int b, int h, int i, int key, float[] x, int at, int stride, int count) {
        long row = row(c, b, h, i);
        apply(x, at, stride, count, (int) row + (key - c.extraKeys) * GOLDEN, (int) (row >>> Integer.SIZE));
    }

    private void apply(float[] x, int at, int stride, int count, int first, int high) {
        for (int j = 0; j < count; j++) {
            int z = first + j * GOLDEN;
            z = (z ^ z >>> 16) * 0x85EBCA6B
                    ^ high; // the finaliser of MurmurHash3, with the other half of the row's hash in it
            z = (z ^ z >>> 13) * 0xC2B2AE35;
            z = (z ^ z >>> 16) >>> Integer.SIZE - BITS;
            x[at + j * stride] = z < threshold ? 0f : x[at + j * stride] * kept;
        }
    }

    private long row(AttentionCall c, int b, int h, int i) {
        long hash = mixed(mixed(seed + h) + c.position(b, i));
        int at = c.query.at(b, h, i);
        for (int e = 0; e < c.keyWidth; e++) {
            hash = (hash ^ Float.floatToIntBits(c.query.array[at + e])) * 0x100000001B3L; // the prime of FNV-1a
            hash ^= hash >>> 32;
        }
        return mixed(hash);
    }

    /** SplitMix64's. */
    private static long mixed(long z) {
        long step = z + 0x9E3779B97F4A7C15L;
        long once = (step ^ step >>> 30) * 0xBF58476D1CE4E5B9L;
        long twice = (once ^ once >>> 27) * 0x94D049BB133111EBL;
        return twice ^ twice >>> 31;
    }
}
