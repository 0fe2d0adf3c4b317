package org.attention4j.tests.formulas;

import java.util.Set;
import org.attention4j.api.MixerConfig;

/**
 * i, f = σ(W x + U h + b + p c), g = tanh(W x + U h + b), c = f c + i g, o = σ(W x + U h + b + p c), h = o tanh(c), projected; rows in the
 * order i, f, g, o. Coupled: f = 1 − i. Clips cut c and h off.
 */
final class LstmFormula extends RecurrentFormula {
    @Override
    public Set<String> options() {
        return with(
                "projection",
                "peepholes",
                "coupled",
                "clip",
                "cell-clip",
                "output-clip",
                "gate-activation",
                "gate-alpha",
                "gate-beta",
                "candidate-activation",
                "candidate-alpha",
                "candidate-beta",
                "output-activation",
                "output-alpha",
                "output-beta");
    }

    @Override
    Cell cell(MixerConfig config, Rounding rounding) {
        ActivationFormula gate = ActivationFormula.of(config, "gate-activation", "sigmoid", rounding);
        ActivationFormula candidate = ActivationFormula.of(config, "candidate-activation", "tanh", rounding);
        ActivationFormula output = ActivationFormula.unclipped(config, "output-activation", "tanh", rounding);
        double cellClip = rounding.of(Maths.decimal(config, "cell-clip", 0));
        double outputClip = rounding.of(Maths.decimal(config, "output-clip", 0));
        boolean coupled = Maths.flag(config, "coupled");
        return (weights, x, state) -> {
            double[] c = state[1];
            int units = c.length;
            double[] sums = weights.ofInput(0, 4 * units, x);
            double[] fromHidden = weights.ofHidden(0, 4 * units, state[0]);
            double[] out = new double[units];
            for (int u = 0; u < units; u++) {
                double i = gate.at(sums[u] + fromHidden[u] + weights.seen(0, c, u));
                double forget = sums[units + u] + fromHidden[units + u] + weights.seen(1, c, u);
                double f = coupled ? rounding.of(1 - i) : gate.at(forget);
                double g = candidate.at(sums[2 * units + u] + fromHidden[2 * units + u]);
                c[u] = cut(rounding.of(f * c[u] + i * g), cellClip);
                double o = gate.at(sums[3 * units + u] + fromHidden[3 * units + u] + weights.seen(2, c, u));
                out[u] = rounding.of(o * output.at(c[u]));
            }
            double[] projection = weights.projection();
            state[0] = projection == null
                    ? out
                    : Maths.linear(projection, null, 0, projection.length / units, out, rounding);
            for (int r = 0; r < state[0].length; r++) {
                state[0][r] = cut(state[0][r], outputClip);
            }
        };
    }

    private static double cut(double x, double limit) {
        return limit == 0 ? x : Math.max(-limit, Math.min(limit, x));
    }
}
