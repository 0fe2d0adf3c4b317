package org.attention4j.bench;

import java.util.Arrays;
import java.util.Collection;

/** Robust statistics of timings. */
final class Statistics {
    private Statistics() {}

    static double median(double... values) {
        return quantile(values, 0.5);
    }

    /** By linear interpolation between order statistics; quartiles are 0.25 and 0.75. */
    static double quantile(double[] values, double share) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no values");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double at = share * (sorted.length - 1);
        int below = (int) Math.floor(at);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    static double least(double... values) {
        return quantile(values, 0);
    }

    /** The n-th root of the product; NaN of none. */
    static double geometricMean(Collection<Double> values) {
        double logarithms = 0;
        for (double value : values) {
            logarithms += Math.log(value);
        }
        return values.isEmpty() ? Double.NaN : Math.exp(logarithms / values.size());
    }
}
