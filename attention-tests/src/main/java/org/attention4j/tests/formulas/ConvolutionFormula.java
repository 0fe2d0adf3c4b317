package org.attention4j.tests.formulas;

import java.util.Map;
import java.util.Set;
import org.attention4j.api.MixerConfig;
import org.jspecify.annotations.Nullable;

/** y[t, o] = b[o] + Σ_k Σ_c w[o, c, k] x[t + k · dilation − left, c of the group of o], where x is 0 outside the sequence. */
final class ConvolutionFormula implements Formula {
    @Override
    public Set<String> options() {
        return Set.of("kernel", "dilation", "groups", "output-width", "causal", "bias");
    }

    @Override
    public double[][] outputs(MixerConfig config, Map<String, double[]> parameters, double[][] x, Rounding rounding) {
        int kernel = Maths.integer(config, "kernel", 3);
        int dilation = Maths.integer(config, "dilation", 1);
        int groups = Maths.integer(config, "groups", 1);
        int outputs = Maths.integer(config, "output-width", config.width());
        int reach = dilation * (kernel - 1);
        int left = Maths.flag(config, "causal") ? reach : reach / 2;
        int channels = config.width() / groups;
        double[] weight = Maths.get(parameters, "weight");
        double @Nullable [] bias = parameters.get("bias");
        double[][] y = new double[x.length][outputs];
        for (int t = 0; t < x.length; t++) {
            for (int o = 0; o < outputs; o++) {
                int first = o / (outputs / groups) * channels;
                y[t][o] = bias == null ? 0 : bias[o];
                for (int k = 0; k < kernel; k++) {
                    int from = t + k * dilation - left;
                    for (int c = 0; c < channels && from >= 0 && from < x.length; c++) {
                        y[t][o] += weight[(o * channels + c) * kernel + k] * x[from][first + c];
                    }
                }
                y[t][o] = rounding.of(y[t][o]);
            }
        }
        return y;
    }
}
