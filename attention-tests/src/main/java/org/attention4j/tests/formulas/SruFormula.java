package org.attention4j.tests.formulas;

import java.util.Set;
import org.attention4j.api.MixerConfig;

/**
 * f, r = σ(W x + p c + b), c = f c + (1 − f) W x, h = r g(c) + (1 − r) α x', x' being x or a projection of it; rows in the order of the candidate, f, r and x', peepholes f, r.
 */
final class SruFormula extends RecurrentFormula {
    @Override
    public Set<String> options() {
        return with("peepholes", "highway-projection", "highway-scale", "output-activation");
    }

    @Override
    Cell cell(MixerConfig config, Rounding rounding) {
        boolean projected = Maths.flag(config, "highway-projection");
        double scale = Maths.decimal(config, "highway-scale", 1);
        boolean tanh = Maths.choice(config, "output-activation", "linear").equals("tanh");
        return (weights, x, state) -> {
            double[] c = state[1];
            int units = c.length;
            double[] rows = weights.ofInput(0, (projected ? 4 : 3) * units, x);
            double[] next = new double[units];
            double[] h = new double[units];
            for (int u = 0; u < units; u++) {
                double f = sigmoid(rows[units + u] + weights.seen(0, c, u), rounding);
                double r = sigmoid(rows[2 * units + u] + weights.seen(1, c, u), rounding);
                next[u] = rounding.of(f * c[u] + (1 - f) * rows[u]);
                double value = tanh ? rounding.of(Math.tanh(next[u])) : next[u];
                double highway = rounding.of(scale * (projected ? rows[3 * units + u] : x[u]));
                h[u] = rounding.of(r * value + (1 - r) * highway);
            }
            state[0] = h;
            System.arraycopy(next, 0, c, 0, units);
        };
    }

    private static double sigmoid(double x, Rounding rounding) {
        return rounding.of(1 / (1 + Math.exp(-rounding.of(x))));
    }
}
