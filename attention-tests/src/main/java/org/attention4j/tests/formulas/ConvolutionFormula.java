package org.attention4j.tests.formulas;

import java.util.Map;
import java.util.Set;
import org.attention4j.api.MixerConfig;
import org.jspecify.annotations.Nullable;

/** y[t, o] = b[o] + Σ_k Σ_c w[o, c, k] x[t + k · dilation − left, c of the group of o], where x is 0 outside the sequence. */
final class ConvolutionFormula implements Formula {
    static final Set<String> OPTIONS = Set.of("kernel", "dilation", "groups", "output-width", "causal", "bias");

    /** Where taps are, and which channels they read. */
    record Taps(int kernel, int dilation, int groups, int outputs, boolean causal) {
        static Taps of(MixerConfig config) {
            return new Taps(
                    Maths.integer(config, "kernel", 3),
                    Maths.integer(config, "dilation", 1),
                    Maths.integer(config, "groups", 1),
                    Maths.integer(config, "output-width", config.width()),
                    Maths.flag(config, "causal"));
        }

        /** Of parameters whose names begin with a prefix. */
        double[][] applied(Map<String, double[]> parameters, String prefix, double[][] x, Rounding rounding) {
            int reach = dilation * (kernel - 1);
            int left = causal ? reach : reach / 2;
            double[] weight = Maths.get(parameters, prefix + "weight");
            double @Nullable [] bias = parameters.get(prefix + "bias");
            double[][] y = new double[x.length][outputs];
            for (int t = 0; t < x.length; t++) {
                int channels = x[t].length / groups;
                for (int o = 0; o < outputs; o++) {
                    int first = o / (outputs / groups) * channels;
                    double sum = bias == null ? 0 : bias[o];
                    for (int k = 0; k < kernel; k++) {
                        int from = t + k * dilation - left;
                        for (int c = 0; c < channels && from >= 0 && from < x.length; c++) {
                            sum += weight[(o * channels + c) * kernel + k] * x[from][first + c];
                        }
                    }
                    y[t][o] = rounding.of(sum);
                }
            }
            return y;
        }
    }

    @Override
    public Set<String> options() {
        return OPTIONS;
    }

    @Override
    public double[][] outputs(MixerConfig config, Map<String, double[]> parameters, double[][] x, Rounding rounding) {
        return Taps.of(config).applied(parameters, "", x, rounding);
    }
}
