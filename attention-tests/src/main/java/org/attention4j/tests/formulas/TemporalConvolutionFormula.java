package org.attention4j.tests.formulas;

import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import org.attention4j.api.MixerConfig;

/**
 * Blocks x = f(f(f(x ∗ W_1) ∗ W_2) + r(x)), with r the identity, or a convolution of one tap where the width changes, and f(z) one of max(z, 0),
 * z Φ(z) with the normal distribution Φ, and z σ(z).
 */
final class TemporalConvolutionFormula implements Formula {
    @Override
    public Set<String> options() {
        return Set.of("kernel", "levels", "hidden", "dilation-base", "activation");
    }

    @Override
    public double[][] outputs(MixerConfig config, Map<String, double[]> parameters, double[][] x, Rounding rounding) {
        int kernel = Maths.integer(config, "kernel", 3);
        int hidden = Maths.integer(config, "hidden", config.width());
        int base = Maths.integer(config, "dilation-base", 2);
        DoubleUnaryOperator f =
                switch (Maths.choice(config, "activation", "relu")) {
                    case "gelu" ->
                        // small where its halves cancel, and then as far off as they are
                        z -> rounding.of(z * (rounding.of(0.5) + rounding.of(0.5 * Maths.erf(z / Math.sqrt(2)))));
                    case "silu" -> z -> rounding.of(z * rounding.of(1 / (1 + Math.exp(-z))));
                    default -> z -> Math.max(0, z);
                };
        double[][] in = x;
        int dilation = 1;
        for (int level = 0; level < Maths.integer(config, "levels", 4); level++) {
            String block = "network." + level + ".";
            ConvolutionFormula.Taps taps = new ConvolutionFormula.Taps(kernel, dilation, 1, hidden, true);
            double[][] middle = each(taps.applied(parameters, block + "conv1.", in, rounding), f);
            double[][] out = each(taps.applied(parameters, block + "conv2.", middle, rounding), f);
            double[][] carried = in;
            if (level == 0 && config.width() != hidden) {
                carried = new ConvolutionFormula.Taps(1, 1, 1, hidden, true)
                        .applied(parameters, block + "downsample.", in, rounding);
            }
            in = each(sum(out, carried), f);
            dilation *= base;
        }
        return in;
    }

    private static double[][] each(double[][] rows, DoubleUnaryOperator function) {
        double[][] results = new double[rows.length][];
        for (int t = 0; t < rows.length; t++) {
            results[t] = java.util.Arrays.stream(rows[t]).map(function).toArray();
        }
        return results;
    }

    private static double[][] sum(double[][] a, double[][] b) {
        double[][] sums = new double[a.length][];
        for (int t = 0; t < a.length; t++) {
            sums[t] = a[t].clone();
            for (int d = 0; d < sums[t].length; d++) {
                sums[t][d] += b[t][d];
            }
        }
        return sums;
    }
}
