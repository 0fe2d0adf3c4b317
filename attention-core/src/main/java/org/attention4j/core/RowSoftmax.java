package org.attention4j.core;

import org.attention4j.api.variant.AttentionRow;
import org.attention4j.kernels.ScalarMath;

/** The softmax over one row, for weightings that end in one: sums run over keys in order. */
final class RowSoftmax {
    private RowSoftmax() {}

    /** Turns the scores of the keys that the query sees into weights, in place; others are 0. */
    static void apply(AttentionRow row, float[] x) {
        float max = Float.NEGATIVE_INFINITY;
        for (int j = row.firstKey(); j < row.keys(); j++) {
            x[j] = row.sees(j) ? x[j] : Float.NEGATIVE_INFINITY;
            max = Math.max(max, x[j]);
        }
        apply(row.firstKey(), row.keys(), max, x, x);
    }

    /** exp(x − max) / Σ exp(x − max), 0 where x is −∞ and everywhere if all are. */
    static void apply(int first, int keys, float max, float[] x, float[] weights) {
        double sum = 0;
        for (int j = first; j < keys; j++) {
            weights[j] = x[j] == Float.NEGATIVE_INFINITY ? 0f : ScalarMath.exp(x[j] - max);
            sum += weights[j];
        }
        float share = (float) (1 / sum);
        for (int j = first; j < keys && sum != 0; j++) {
            weights[j] *= share;
        }
    }

    /** dL/dscore_j = w_j (dw_j − Σ w dw), in place of dw. */
    static void gradient(int first, int keys, float[] weights, float[] d, float[] dScores) {
        double mean = 0;
        for (int j = first; j < keys; j++) {
            mean += weights[j] == 0 ? 0 : (double) weights[j] * d[j];
        }
        for (int j = first; j < keys; j++) {
            dScores[j] = weights[j] == 0 ? 0f : (float) (weights[j] * (d[j] - mean));
        }
    }
}
