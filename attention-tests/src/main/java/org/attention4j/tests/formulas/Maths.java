package org.attention4j.tests.formulas;

import java.util.List;
import java.util.Map;
import org.attention4j.api.MixerConfig;

/** What formulas share. */
final class Maths {
    private Maths() {}

    /** An option's value; what it is without the option where the kind has none. */
    static int integer(MixerConfig config, String option, int without) {
        return config.options().get(option) instanceof Integer value ? value : without;
    }

    static double decimal(MixerConfig config, String option, double without) {
        return config.options().get(option) instanceof Number value ? value.doubleValue() : without;
    }

    /** The numbers of an option that is a list. */
    static double[] decimals(MixerConfig config, String option, double without) {
        return config.options().get(option) instanceof List<?> list
                ? list.stream()
                        .mapToDouble(number -> ((Number) number).doubleValue())
                        .toArray()
                : new double[] {without};
    }

    static boolean flag(MixerConfig config, String option) {
        return Boolean.TRUE.equals(config.options().get(option));
    }

    static String choice(MixerConfig config, String option, String without) {
        return config.options().get(option) instanceof String value ? value : without;
    }

    /**
     * W x + b, of rows of a weight.
     *
     * @param weight {@code [rows, x.length]} from {@code row} on
     * @param bias from {@code row} on, or null
     */
    static double[] linear(
            double[] weight,
            double @org.jspecify.annotations.Nullable [] bias,
            int row,
            int rows,
            double[] x,
            Rounding rounding) {
        double[] y = new double[rows];
        for (int r = 0; r < rows; r++) {
            y[r] = bias == null ? 0 : bias[row + r];
            for (int d = 0; d < x.length; d++) {
                y[r] += weight[(row + r) * x.length + d] * x[d];
            }
            y[r] = rounding.of(y[r]);
        }
        return y;
    }

    static double[] get(Map<String, double[]> parameters, String name) {
        double[] values = parameters.get(name);
        if (values == null) {
            throw new IllegalArgumentException("there is no parameter '" + name + "', but " + parameters.keySet());
        }
        return values;
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    static double max(double[] x) {
        double max = Double.NEGATIVE_INFINITY;
        for (double element : x) {
            max = Math.max(max, element);
        }
        return max;
    }

    /** The error function, by its series of positive terms (Abramowitz and Stegun 1964, 7.1.6). */
    static double erf(double x) {
        if (Math.abs(x) > 6) {
            return Math.signum(x); // less than 2⁻⁵³ away
        }
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }

    /** Σ_j w_j v_j. */
    static double[] mean(double[] weights, double[][] values, int width, Rounding rounding) {
        double[] mean = new double[width];
        for (int j = 0; j < weights.length; j++) {
            for (int e = 0; e < width; e++) {
                mean[e] += weights[j] * values[j][e];
            }
        }
        for (int e = 0; e < width; e++) {
            mean[e] = rounding.of(mean[e]);
        }
        return mean;
    }

    static double[] slice(double[] x, int from, int count) {
        return java.util.Arrays.copyOfRange(x, from, from + count);
    }
}
