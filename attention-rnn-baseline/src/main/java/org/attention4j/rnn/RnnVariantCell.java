package org.attention4j.rnn;

import java.util.List;
import org.attention4j.kernels.Kernels;

/**
 * A step without gates, h = f(W x + b + U h), of any f; a gate row leaves as f's argument, then h.
 *
 * @param activation f
 */
record RnnVariantCell(CellActivation activation) implements Cell {
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
    public void forward(
            Kernels kernels,
            Direction weights,
            int rows,
            float[] gates,
            int gatesAt,
            int gatesStride,
            float[] state,
            int stateAt,
            int stateStride,
            boolean fromEnd) {
        int hidden = weights.hidden();
        WeightSweep.multiply(
                kernels,
                rows,
                state,
                stateAt,
                stateStride,
                weights.recurrent(),
                gates,
                gatesAt,
                gatesStride,
                true,
                fromEnd);
        for (int r = 0; r < rows; r++) {
            int gate = gatesAt + r * gatesStride;
            activation.apply(kernels, gates, gate, gates, gate + hidden, hidden);
            System.arraycopy(gates, gate + hidden, state, stateAt + r * stateStride, hidden);
        }
    }

    @Override
    public void backward(
            Kernels kernels,
            Direction weights,
            int rows,
            float[] gates,
            int gatesAt,
            int gatesStride,
            float[] states,
            int beforeAt,
            int afterAt,
            int statesStride,
            float[] dState,
            int dStateAt,
            int dStateStride,
            float[] dGates,
            boolean fromEnd) {
        int hidden = weights.hidden();
        for (int r = 0; r < rows; r++) {
            int gate = gatesAt + r * gatesStride;
            System.arraycopy(dState, dStateAt + r * dStateStride, dGates, gate, hidden);
            activation.gradient(kernels, gates, gate, gates, gate + hidden, dGates, gate, hidden);
        }
        WeightSweep.multiply(
                kernels,
                rows,
                dGates,
                gatesAt,
                gatesStride,
                weights.recurrentTransposed(),
                dState,
                dStateAt,
                dStateStride,
                false,
                fromEnd);
    }
}
