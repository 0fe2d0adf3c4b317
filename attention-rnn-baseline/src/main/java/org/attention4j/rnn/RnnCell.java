package org.attention4j.rnn;

import java.util.List;
import org.attention4j.api.Scratch;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.PackedMatrix;
import org.jspecify.annotations.Nullable;

/**
 * A step without gates, h = f(W x + b + U h); a gate row leaves as h.
 *
 * @param activation f, whose gradient must follow from its value
 */
record RnnCell(Activation activation) implements UnitCell {
    private static final List<String> STATE_NAMES = List.of("h");

    @Override
    public boolean smooth() {
        return activation != Activation.RELU;
    }

    @Override
    public List<String> stateNames() {
        return STATE_NAMES;
    }

    @Override
    public int gates() {
        return 1;
    }

    @Override
    public void forward(Kernels kernels, int hidden, float[] gates, int at, float[] state, int h) {
        kernels.apply(activation, gates, at, gates, at, hidden);
        System.arraycopy(gates, at, state, h, hidden);
    }

    @Override
    public void forwardUnits(
            Kernels kernels,
            Direction weights,
            int from,
            int units,
            float @Nullable [] x,
            int xAt,
            float[] gates,
            int gatesAt,
            float[] before,
            float[] after,
            int stateAt,
            boolean fromEnd,
            Scratch scratch) {
        int gate = gatesAt + from;
        PackedMatrix u = weights.recurrent();
        weights.projectUnits(kernels, 0, from, units, x, xAt, gates, gatesAt);
        WeightSweep.multiplyColumns(kernels, 1, before, stateAt, 0, u, from, units, gates, gate, 0, true, fromEnd);
        kernels.apply(activation, gates, gate, gates, gate, units);
        System.arraycopy(gates, gate, after, stateAt + from, units);
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
        kernels.gradient(activation, gates, at, gates, at, dState, dH, dGates, at, hidden);
    }

    @Override
    public void backwardUnits(
            Kernels kernels,
            Direction weights,
            int from,
            int units,
            float[] gates,
            int gatesAt,
            float[] states,
            int beforeAt,
            int afterAt,
            float[] dState,
            int dStateAt,
            float[] dGates,
            Scratch scratch) {
        int gate = gatesAt + from;
        kernels.gradient(activation, gates, gate, gates, gate, dState, dStateAt + from, dGates, gate, units);
    }
}
