package org.attention4j.tests.formulas;

import java.util.Set;
import org.attention4j.api.MixerConfig;

/**
 * The minimal recurrences, whose gates see the input alone: h = (1 − z) h + z v, or h = (f h + i v) / (f + i); v as it is, or v + ½ where it is
 * at least 0 and else σ(v), or tanh(v). Rows in the order z, v or f, i, v.
 */
final class MinimalFormula extends RecurrentFormula {
    private final boolean lstm;

    MinimalFormula(boolean lstm) {
        this.lstm = lstm;
    }

    @Override
    public Set<String> options() {
        return with("candidate-activation");
    }

    @Override
    Cell cell(MixerConfig config, Rounding rounding) {
        String made = Maths.choice(config, "candidate-activation", "linear");
        return (weights, x, state) -> {
            double[] h = state[0];
            int units = h.length;
            double[] rows = weights.ofInput(0, (lstm ? 3 : 2) * units, x);
            double[] next = new double[units];
            for (int u = 0; u < units; u++) {
                double v = rows[(lstm ? 2 : 1) * units + u];
                double candidate = candidate(made, v, rounding);
                double first = sigmoid(rows[u], rounding);
                double second = lstm ? sigmoid(rows[units + u], rounding) : 0;
                double share = rounding.of(lstm ? second / (first + second) : first);
                next[u] = rounding.of((1 - share) * h[u] + share * candidate);
            }
            state[0] = next;
        };
    }

    private static double candidate(String made, double v, Rounding rounding) {
        return switch (made) {
            case "positive" -> v >= 0 ? v + 0.5 : sigmoid(v, rounding);
            case "tanh" -> rounding.of(Math.tanh(v));
            default -> v;
        };
    }

    private static double sigmoid(double x, Rounding rounding) {
        return rounding.of(1 / (1 + Math.exp(-x)));
    }
}
