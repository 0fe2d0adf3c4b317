package org.attention4j.rnn;

import java.util.List;
import org.attention4j.kernels.Kernels;

/**
 * A step without gates, h = f(W x + b + U h), of any f; a gate row leaves as f's argument, then h.
 *
 * @param activation f
 */
record RnnVariantCell(CellActivation activation) implements RowCell {
    @Override
    public boolean smooth() {
        return activation.smooth();
    }

    @Override
    public List<String> stateNames() {
        return GruCell.STATE_NAMES;
    }

    @Override
    public int gates() {
        return 1;
    }

    @Override
    public int spare() {
        return 1;
    }

    @Override
    public void forward(Kernels kernels, int hidden, float[] gates, int at, float[] state, int h) {
        activation.apply(kernels, gates, at, gates, at + hidden, hidden);
        System.arraycopy(gates, at + hidden, state, h, hidden);
    }

    @Override
    public void backward(
            Kernels kernels,
            int hidden,
            float[] gates,
            int at,
            float[] states,
            int before,
            int after,
            float[] dState,
            int dH,
            float[] dGates) {
        System.arraycopy(dState, dH, dGates, at, hidden);
        activation.gradient(kernels, gates, at, gates, at + hidden, dGates, at, hidden);
    }
}
