package org.attention4j.tests.formulas;

import java.util.Set;
import org.attention4j.api.MixerConfig;

/** h = f(W x + U h + b), f being tanh or max(0, ·). */
final class RnnFormula extends RecurrentFormula {
    @Override
    public Set<String> options() {
        return with("activation");
    }

    @Override
    void step(MixerConfig config, Weights weights, double[] x, double[][] state) {
        double[] sum = weights.ofInput(0, state[0].length, x);
        double[] fromHidden = weights.ofHidden(0, state[0].length, state[0]);
        boolean relu = Maths.choice(config, "activation", "tanh").equals("relu");
        for (int j = 0; j < sum.length; j++) {
            double argument = sum[j] + fromHidden[j];
            sum[j] = relu ? Math.max(0, argument) : weights.tanh(argument);
        }
        state[0] = sum;
    }
}
