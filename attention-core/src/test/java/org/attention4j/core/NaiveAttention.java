package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.variant.AttentionMask;

/**
 * The operator in float64, pair by pair, as the textbook has it: what the blocked one is compared with. Rows are [B, H, T, E], [B, K, S, E] and
 * [B, K, S, E'].
 */
final class NaiveAttention {
    /** A differentiable function of a score; df/ds by {@link #slope}. */
    interface Bend {
        double of(double score, int b, int h, int query, int key);

        double slope(double score, int b, int h, int query, int key);
    }

    static final Bend STRAIGHT = new Bend() {
        @Override
        public double of(double score, int b, int h, int query, int key) {
            return score;
        }

        @Override
        public double slope(double score, int b, int h, int query, int key) {
            return 1;
        }
    };

    final int heads;
    final int keyHeads;
    final int queries;
    final int keys;
    final int width;
    final int valueWidth;
    final int[] queryLengths;
    final int[] keyLengths;
    double scale;
    boolean causal;
    Bend bend = STRAIGHT;
    /** By index of the query, not by its position. */
    AttentionMask mask = (b, h, i, j) -> true;
    /** [B, H, T, S]. */
    double[] bias;

    /** A logit for each head that has no value; −∞ for none. */
    double[] sinks;

    double[] q = {};
    double[] k = {};
    double[] v = {};
    double[] out;
    double[] weights;
    double[] dQ = {};
    double[] dK = {};
    double[] dV = {};
    double[] dBias = {};
    double[] dSinks = {};
    /** [B, H, T]. */
    double[] logSumExp;

    /** What the roundings of a product and of its score move a score by, in units of one relative rounding: the most of all, |s f′(s)| + |f(s)|. */
    double rounding;

    NaiveAttention(
            int heads,
            int keyHeads,
            int queries,
            int keys,
            int width,
            int valueWidth,
            int[] queryLengths,
            int[] keyLengths) {
        this.heads = heads;
        this.keyHeads = keyHeads;
        this.queries = queries;
        this.keys = keys;
        this.width = width;
        this.valueWidth = valueWidth;
        this.queryLengths = queryLengths;
        this.keyLengths = keyLengths;
        scale = 1 / Math.sqrt(width);
        int rows = queryLengths.length * heads * queries;
        bias = new double[rows * keys];
        logSumExp = new double[rows];
        sinks = new double[heads];
        Arrays.fill(sinks, Double.NEGATIVE_INFINITY);
        weights = new double[rows * keys];
        out = new double[rows * valueWidth];
    }

    int row(int b, int h, int i) {
        return (b * heads + h) * queries + i;
    }

    private int keyRow(int b, int h, int j) {
        return (b * keyHeads + h * keyHeads / heads) * keys + j;
    }

    boolean sees(int b, int h, int i, int j) {
        int n = keyLengths[b];
        int m = queryLengths[b];
        return i < m
                && j < n
                && (!causal || j <= i + n - m)
                && mask.allows(b, h, i, j)
                && bias[row(b, h, i) * keys + j] != Double.NEGATIVE_INFINITY;
    }

    private double product(double[] x, int xRow, double[] y, int yRow, int n) {
        double sum = 0;
        for (int e = 0; e < n; e++) {
            sum += x[xRow * n + e] * y[yRow * n + e];
        }
        return sum;
    }

    private double scaled(int b, int h, int i, int j) {
        return scale * product(q, row(b, h, i), k, keyRow(b, h, j), width);
    }

    private int position(int b, int i) {
        return i + keyLengths[b] - queryLengths[b];
    }

    void forward() {
        for (int b = 0; b < queryLengths.length; b++) {
            for (int h = 0; h < heads; h++) {
                for (int i = 0; i < queries; i++) {
                    softmax(b, h, i);
                    for (int j = 0; j < keys; j++) {
                        double w = weights[row(b, h, i) * keys + j];
                        for (int e = 0; e < valueWidth && w != 0; e++) {
                            out[row(b, h, i) * valueWidth + e] += w * v[keyRow(b, h, j) * valueWidth + e];
                        }
                    }
                }
            }
        }
    }

    private void softmax(int b, int h, int i) {
        int at = row(b, h, i) * keys;
        double max = sinks[h];
        double[] s = new double[keys];
        for (int j = 0; j < keys; j++) {
            s[j] = sees(b, h, i, j) ? score(b, h, i, j) + bias[at + j] : Double.NEGATIVE_INFINITY;
            max = Math.max(max, s[j]);
        }
        double sum = Math.exp(sinks[h] - Math.max(-1e300, max));
        for (int j = 0; j < keys && max != Double.NEGATIVE_INFINITY; j++) {
            weights[at + j] = Math.exp(s[j] - max);
            sum += weights[at + j];
        }
        for (int j = 0; j < keys && sum != 0; j++) {
            weights[at + j] /= sum;
        }
        logSumExp[row(b, h, i)] = i < queryLengths[b] ? max + Math.log(sum) : Double.NEGATIVE_INFINITY;
    }

    private double score(int b, int h, int i, int j) {
        double scaled = scaled(b, h, i, j);
        double score = bend.of(scaled, b, h, position(b, i), j);
        double slope = bend.slope(scaled, b, h, position(b, i), j);
        rounding = Math.max(rounding, Math.abs(scaled * slope) + Math.abs(score));
        return score;
    }

    /** Gradients of sum(dOut · out) + sum(dWeights · weights). */
    void backward(double[] dOut, double[] dWeights) {
        dQ = new double[q.length];
        dK = new double[k.length];
        dV = new double[v.length];
        dBias = new double[bias.length];
        dSinks = new double[heads];
        for (int b = 0; b < queryLengths.length; b++) {
            for (int h = 0; h < heads; h++) {
                for (int i = 0; i < queryLengths[b]; i++) {
                    backward(b, h, i, dOut, dWeights);
                }
            }
        }
    }

    private void backward(int b, int h, int i, double[] dOut, double[] dWeights) {
        int r = row(b, h, i);
        double[] d = new double[keys];
        double mean = 0;
        for (int j = 0; j < keys; j++) {
            double w = weights[r * keys + j];
            if (w != 0) {
                d[j] = product(dOut, r, v, keyRow(b, h, j), valueWidth) + dWeights[r * keys + j];
                mean += w * d[j];
            }
        }
        dSinks[h] -= sinks[h] == Double.NEGATIVE_INFINITY ? 0 : Math.exp(sinks[h] - logSumExp[r]) * mean;
        for (int j = 0; j < keys; j++) {
            double w = weights[r * keys + j];
            double ds = w == 0 ? 0 : w * (d[j] - mean);
            dBias[r * keys + j] += ds;
            int kr = keyRow(b, h, j);
            for (int e = 0; e < valueWidth && w != 0; e++) {
                dV[kr * valueWidth + e] += w * dOut[r * valueWidth + e];
            }
            if (ds != 0) {
                ds *= scale * bend.slope(scaled(b, h, i, j), b, h, position(b, i), j);
                for (int e = 0; e < width; e++) {
                    dQ[r * width + e] += ds * k[kr * width + e];
                    dK[kr * width + e] += ds * q[r * width + e];
                }
            }
        }
    }
}
