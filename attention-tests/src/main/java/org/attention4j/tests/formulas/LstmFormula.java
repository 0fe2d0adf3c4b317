package org.attention4j.tests.formulas;

import org.attention4j.api.MixerConfig;

/** i, f, o = σ(W x + U h + b), g = tanh(W x + U h + b), c = f c + i g, h = o tanh(c); rows in the order i, f, g, o. */
final class LstmFormula extends RecurrentFormula {
    @Override
    void step(MixerConfig config, Weights weights, double[] x, double[][] state) {
        double[] h = state[0];
        double[] c = state[1];
        double[] fromInput = weights.ofInput(0, 4 * h.length, x);
        double[] fromHidden = weights.ofHidden(0, 4 * h.length, h);
        double[] next = new double[h.length];
        for (int j = 0; j < h.length; j++) {
            double i = weights.sigmoid(fromInput[j] + fromHidden[j]);
            double f = weights.sigmoid(fromInput[h.length + j] + fromHidden[h.length + j]);
            double g = weights.tanh(fromInput[2 * h.length + j] + fromHidden[2 * h.length + j]);
            double o = weights.sigmoid(fromInput[3 * h.length + j] + fromHidden[3 * h.length + j]);
            c[j] = weights.rounding().of(f * c[j] + i * g);
            next[j] = o * weights.tanh(c[j]);
        }
        state[0] = next;
    }
}
