package org.attention4j.core;

import org.attention4j.kernels.Kernels;

/** What sparse weightings have in common. */
final class SparseRows {
    private SparseRows() {}

    /** Whether a row is done: it sees nothing, so that weights stay 0, or its greatest score is no number, and no weight is one. */
    static boolean settled(int first, int keys, float max, float[] scores, float[] weights) {
        if (Float.isFinite(max)) {
            return false;
        }
        for (int j = first; j < keys && max != Float.NEGATIVE_INFINITY; j++) {
            weights[j] = scores[j] == Float.NEGATIVE_INFINITY ? 0f : Float.NaN;
        }
        return true;
    }

    /** ds = g (dw − Σ g dw / Σ g) where g is not 0, and 0 elsewhere, whatever dw is. */
    static void gradient(Kernels kernels, int first, int keys, float[] g, float[] d, float[] dScores) {
        int count = keys - first;
        System.arraycopy(d, first, dScores, first, count);
        kernels.clearUpTo(0f, g, first, dScores, first, count);
        float all = kernels.sum(g, first, count);
        float mean = all == 0f ? 0f : kernels.dot(g, first, dScores, first, count) / all;
        for (int j = first; j < keys; j++) {
            dScores[j] = g[j] * (dScores[j] - mean);
        }
    }
}
