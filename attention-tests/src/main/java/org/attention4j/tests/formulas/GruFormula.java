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
        return with("reset");
    }

    @Override
    void step(MixerConfig config, Weights weights, double[] x, double[][] state) {
        double[] h = state[0];
        int hidden = h.length;
        double[] fromInput = weights.ofInput(0, 3 * hidden, x);
        double[] fromHidden = weights.ofHidden(0, 3 * hidden, h);
        double[] resetHidden = new double[hidden];
        for (int j = 0; j < hidden; j++) {
            resetHidden[j] = weights.sigmoid(fromInput[j] + fromHidden[j]) * h[j];
        }
        boolean before = Maths.choice(config, "reset", "after").equals("before");
        double[] ofReset = weights.ofHidden(2 * hidden, hidden, resetHidden);
        double[] next = new double[hidden];
        for (int j = 0; j < hidden; j++) {
            double r = weights.sigmoid(fromInput[j] + fromHidden[j]);
            double z = weights.sigmoid(fromInput[hidden + j] + fromHidden[hidden + j]);
            double candidate = before ? ofReset[j] : r * fromHidden[2 * hidden + j];
            double n = weights.tanh(fromInput[2 * hidden + j] + candidate);
            next[j] = (1 - z) * n + z * h[j];
        }
        state[0] = next;
    }
}
