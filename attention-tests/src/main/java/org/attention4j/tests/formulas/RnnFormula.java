package org.attention4j.tests.formulas;

import java.util.Set;
import org.attention4j.api.MixerConfig;

/** h = f(W x + U h + b). */
final class RnnFormula extends RecurrentFormula {
    @Override
    public Set<String> options() {
        return with("activation", "alpha", "beta", "clip");
    }

    @Override
    Cell cell(MixerConfig config, Rounding rounding) {
        ActivationFormula activation = ActivationFormula.of(config, "activation", "tanh", rounding);
        return (weights, x, state) -> {
            double[] sum = weights.ofInput(0, state[0].length, x);
            double[] fromHidden = weights.ofHidden(0, state[0].length, state[0]);
            for (int u = 0; u < sum.length; u++) {
                sum[u] = activation.at(sum[u] + fromHidden[u]);
            }
            state[0] = sum;
        };
    }
}
