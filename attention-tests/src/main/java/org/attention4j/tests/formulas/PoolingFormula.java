package org.attention4j.tests.formulas;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.attention4j.api.MixerConfig;

/** max or mean over s of x[s], s from t − left to t − left + kernel − 1, as far as there are positions; with {@code kernel=0} over all, or all up to t. */
final class PoolingFormula implements Formula {
    @Override
    public Set<String> options() {
        return Set.of("kernel", "pool", "count-padding", "causal");
    }

    @Override
    public double[][] outputs(MixerConfig config, Map<String, double[]> parameters, double[][] x, Rounding rounding) {
        int kernel = Maths.integer(config, "kernel", 3);
        boolean causal = Maths.flag(config, "causal");
        int left = causal ? kernel - 1 : (kernel - 1) / 2;
        double[][] y = new double[x.length][config.width()];
        for (int t = 0; t < x.length; t++) {
            int from = kernel == 0 ? 0 : Math.max(0, t - left);
            int end = kernel == 0 ? x.length : Math.min(x.length, t - left + kernel);
            double[][] window = Arrays.copyOfRange(x, from, causal ? t + 1 : end);
            int count = Maths.flag(config, "count-padding") ? kernel : window.length;
            for (int c = 0; c < y[t].length; c++) {
                int channel = c;
                double[] values =
                        Arrays.stream(window).mapToDouble(row -> row[channel]).toArray();
                y[t][c] = Maths.choice(config, "pool", "max").equals("max")
                        ? Maths.max(values)
                        : rounding.of(Arrays.stream(values).sum() / count);
            }
        }
        return y;
    }
}
