package org.attention4j.core;

/** What sparse weightings have in common. */
final class SparseRows {
    private SparseRows() {}

    /** The largest score, −∞ if there is none to see, NaN if one is. */
    static float max(int first, int keys, float[] scores) {
        float max = Float.NEGATIVE_INFINITY;
        for (int j = first; j < keys; j++) {
            max = Math.max(max, scores[j]);
        }
        return max;
    }

    /** Whether a row is done: it sees nothing, so that weights stay 0, or a score is NaN, which all weights become. */
    static boolean settled(int first, int keys, float max, float[] scores, float[] weights) {
        for (int j = first; j < keys && Float.isNaN(max); j++) {
            weights[j] = scores[j] == Float.NEGATIVE_INFINITY ? 0f : Float.NaN;
        }
        return !(max > Float.NEGATIVE_INFINITY);
    }

    /**
     * Keeps those numbers, in order, that are more than a threshold above (below, if it is negative) a maximum.
     *
     * @return past the last that is kept
     */
    static int keep(int first, int end, float[] from, double max, double threshold, float[] to) {
        int past = first;
        for (int j = first; j < end; j++) {
            float score = from[j];
            if (score - max > threshold) {
                to[past++] = score;
            }
        }
        return past;
    }
}
