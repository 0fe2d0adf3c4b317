package org.attention4j.tests.formulas;

import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import org.attention4j.api.MixerConfig;

/**
 * r, i = σ(W x + b), W of each block-diagonal; a = exp(−8 softplus(Λ) r); h = a h + √(1 − a²) i x, and at the first position h = i x. Rows in the order r, i.
 */
final class RgLruFormula extends RecurrentFormula {
    private static final double C = 8;

    @Override
    public Set<String> options() {
        return with("blocks");
    }

    @Override
    Cell cell(MixerConfig config, Rounding rounding) {
        int blocks = Maths.integer(config, "blocks", 1);
        return (weights, x, state) -> {
            double[] h = state[0];
            double[] begun = state[1]; // 0 before the first position
            int units = h.length;
            double[] r = gate(weights, 0, blocks, x, rounding);
            double[] i = gate(weights, units, blocks, x, rounding);
            double[] next = new double[units];
            for (int u = 0; u < units; u++) {
                double decay = rounding.of(Math.log1p(Math.exp(Objects.requireNonNull(weights.decay())[u])));
                double a = rounding.of(Math.exp(rounding.of(-C * decay * r[u])));
                double root = begun[u] == 0 ? 1 : Math.sqrt(rounding.of(1 - rounding.of(a * a)));
                next[u] = rounding.of(a * h[u] + root * i[u] * x[u]);
            }
            Arrays.fill(begun, 1);
            state[0] = next;
        };
    }

    private static double[] gate(Weights weights, int row, int blocks, double[] x, Rounding rounding) {
        int width = x.length / blocks;
        double[] gate = new double[x.length];
        for (int k = 0; k < blocks; k++) {
            double[] sums = weights.ofInput(row + k * width, width, Maths.slice(x, k * width, width));
            for (int j = 0; j < width; j++) {
                gate[k * width + j] = rounding.of(1 / (1 + Math.exp(-sums[j])));
            }
        }
        return gate;
    }
}
