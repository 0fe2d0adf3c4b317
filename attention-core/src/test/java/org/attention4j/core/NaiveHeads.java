package org.attention4j.core;

import java.util.Map;

/** What heads go through beside attention, in float64, from the formulas: norms, turns by position, gates. */
final class NaiveHeads {
    static final double EPSILON = 0.01;
    static final int GROWTH_STEP = 2;
    private static final double BASE = 100;

    private NaiveHeads() {}

    /** What was projected, cut off; as it is where there is no limit. */
    static double clipped(MixerCase c, double x) {
        double limit = c.projectionClip();
        return limit == 0 ? x : Math.max(-limit, Math.min(limit, x));
    }

    /** A head's query or key, in place: norm, then turn, or the other way around. */
    static void chain(MixerCase c, Map<String, double[]> p, String norm, double[] row, int at, int width, int t) {
        if (!c.normTurned()) {
            normalise(c, p, norm, row, at, width);
        }
        if (!c.rotary().equals("none")) {
            turn(row, at, width / 2 * 2, t, c.rotary().equals("interleaved"));
        }
        if (c.normTurned()) {
            normalise(c, p, norm, row, at, width);
        }
        for (int e = 0; e < width && norm.equals(HeadNorm.QUERY); e++) {
            row[at + e] *= 1 + c.growth() * Math.log(1 + Math.max(0, t + 1) / GROWTH_STEP);
        }
    }

    private static void normalise(MixerCase c, Map<String, double[]> p, String norm, double[] row, int at, int width) {
        if (!c.norm().equals("none")) {
            double[] bias = c.norm().equals("layer") ? p.get(norm + ".bias") : new double[width];
            normalise(row, at, p.get(norm + ".weight"), bias, c.norm().equals("layer"));
        }
    }

    private static void normalise(double[] row, int at, double[] weight, double[] bias, boolean centred) {
        int n = weight.length;
        double mean = 0;
        for (int e = 0; e < n && centred; e++) {
            mean += row[at + e] / n;
        }
        double squares = 0;
        for (int e = 0; e < n; e++) {
            squares += (row[at + e] - mean) * (row[at + e] - mean) / n;
        }
        for (int e = 0; e < n; e++) {
            row[at + e] = (row[at + e] - mean) / Math.sqrt(squares + EPSILON) * weight[e] + bias[e];
        }
    }

    private static void turn(double[] row, int at, int width, int t, boolean interleaved) {
        for (int pair = 0; pair < width / 2; pair++) {
            int i = at + (interleaved ? 2 * pair : pair);
            int j = interleaved ? i + 1 : i + width / 2;
            double angle = t * Math.pow(BASE, -2.0 * pair / width);
            double u = row[i] * Math.cos(angle) - row[j] * Math.sin(angle);
            row[j] = row[i] * Math.sin(angle) + row[j] * Math.cos(angle);
            row[i] = u;
        }
    }

    /** The gate of a number of all heads' outputs at a position; 1 where there is none. */
    static double gate(MixerCase c, Map<String, double[]> p, double[] x, int at, int head, int number) {
        if (!c.gate()) {
            return 1;
        }
        int row = c.gateElementwise() ? number : head;
        double sum = c.bias() ? p.get("gate.bias")[row] : 0;
        for (int d = 0; d < c.width(); d++) {
            sum += p.get("gate.weight")[row * c.width() + d] * x[at + d];
        }
        return 1 / (1 + Math.exp(-sum));
    }
}
