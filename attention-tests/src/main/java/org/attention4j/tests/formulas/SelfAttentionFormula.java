package org.attention4j.tests.formulas;

import java.util.Map;
import java.util.Set;
import org.attention4j.api.MixerConfig;
import org.jspecify.annotations.Nullable;

/** softmax(q kᵀ / √E) v with q = W_Q x, k = W_K x, v = W_V x. */
final class SelfAttentionFormula implements Formula {
    @Override
    public Set<String> options() {
        return Set.of("key-width", "value-width", "causal", "bias");
    }

    @Override
    public double[][] outputs(MixerConfig config, Map<String, double[]> parameters, double[][] x, Rounding rounding) {
        int width = Maths.integer(config, "key-width", config.width());
        int values = Maths.integer(config, "value-width", config.width());
        double @Nullable [] bias = parameters.get("in_proj_bias");
        double[][] q = new double[x.length][];
        double[][] k = new double[x.length][];
        double[][] v = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            q[t] = project(Maths.get(parameters, "q_proj_weight"), bias, 0, width, x[t], rounding);
            k[t] = project(Maths.get(parameters, "k_proj_weight"), bias, width, width, x[t], rounding);
            v[t] = project(Maths.get(parameters, "v_proj_weight"), bias, 2 * width, values, x[t], rounding);
        }
        double[][] y = new double[x.length][];
        for (int i = 0; i < x.length; i++) {
            double[] scores = new double[x.length];
            for (int j = 0; j < x.length; j++) {
                boolean seen = !Maths.flag(config, "causal") || j <= i;
                scores[j] = seen ? rounding.of(Maths.dot(q[i], k[j]) / Math.sqrt(width)) : Double.NEGATIVE_INFINITY;
            }
            double[] weights = RowFormula.softmax(config, scores, Double.NEGATIVE_INFINITY, rounding);
            y[i] = Maths.mean(weights, v, values, rounding);
        }
        return y;
    }

    private static double[] project(
            double[] weight, double @Nullable [] bias, int row, int rows, double[] x, Rounding rounding) {
        return Maths.linear(weight, bias == null ? null : Maths.slice(bias, row, rows), 0, rows, x, rounding);
    }
}
