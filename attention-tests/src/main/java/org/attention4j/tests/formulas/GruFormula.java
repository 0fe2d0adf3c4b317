package org.attention4j.tests.formulas;

import java.util.Set;
import org.attention4j.api.MixerConfig;

/**
 * r, z = σ(W x + U h + b), n = tanh(W x + b + r ⊙ (U h + b)), or tanh(W x + b + U (r ⊙ h) + b) where the reset comes before the
 * product, h = (1 − z) n + z h; rows in the order r, z, n.
 */
final class GruFormula extends RecurrentFormula {
    @Override
    public Set<String> options() {
        return with(
                "reset",
                "clip",
                "gate-activation",
                "gate-alpha",
                "gate-beta",
                "candidate-activation",
                "candidate-alpha",
                "candidate-beta");
    }

    @Override
    Cell cell(MixerConfig config, Rounding rounding) {
        ActivationFormula gate = ActivationFormula.of(config, "gate-activation", "sigmoid", rounding);
        ActivationFormula candidate = ActivationFormula.of(config, "candidate-activation", "tanh", rounding);
        boolean before = Maths.choice(config, "reset", "after").equals("before");
        return (weights, x, state) -> {
            double[] h = state[0];
            int units = h.length;
            double[] sums = weights.ofInput(0, 3 * units, x);
            double[] fromHidden = weights.ofHidden(0, 3 * units, h);
            double[] r = new double[units];
            double[] reset = new double[units];
            for (int u = 0; u < units; u++) {
                r[u] = gate.at(sums[u] + fromHidden[u]);
                reset[u] = rounding.of(r[u] * h[u]);
            }
            double[] ofReset = weights.ofHidden(2 * units, units, reset);
            double[] next = new double[units];
            for (int u = 0; u < units; u++) {
                double z = gate.at(sums[units + u] + fromHidden[units + u]);
                double recurrent = before ? ofReset[u] : rounding.of(r[u] * fromHidden[2 * units + u]);
                double n = candidate.at(sums[2 * units + u] + recurrent);
                next[u] = rounding.of((1 - z) * n + z * h[u]);
            }
            state[0] = next;
        };
    }
}
