package org.attention4j.rnn;

import java.util.List;
import org.attention4j.api.Scratch;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.PackedMatrix;
import org.jspecify.annotations.Nullable;

/** Long short-term memory, gates in the order i, f, g, o; a state row is h then c. */
final class LstmCell implements UnitCell {
    static final LstmCell INSTANCE = new LstmCell();

    static final List<String> STATE_NAMES = List.of("h", "c");

    private LstmCell() {}

    @Override
    public List<String> stateNames() {
        return STATE_NAMES;
    }

    @Override
    public int gates() {
        return 4;
    }

    @Override
    public void forward(Kernels kernels, int hidden, float[] gates, int at, float[] state, int h) {
        int c = h + hidden;
        kernels.lstmCell(gates, at, state, c, state, c, state, h, hidden);
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
        int hidden = weights.hidden();
        PackedMatrix u = weights.recurrent();
        float[] ours = scratch.floats(4 * units);
        for (int i = 0; i < 4; i++) {
            int g = fromEnd ? 3 - i : i;
            int first = g * hidden + from;
            weights.projectUnits(kernels, g, from, units, x, xAt, gates, gatesAt);
            System.arraycopy(gates, gatesAt + first, ours, g * units, units);
            WeightSweep.multiplyColumns(
                    kernels, 1, before, stateAt, 0, u, first, units, ours, g * units, 0, true, fromEnd);
        }
        int h = stateAt + from;
        int c = h + hidden;
        kernels.lstmCell(ours, 0, before, c, after, c, after, h, units);
        for (int g = 0; g < 4; g++) {
            System.arraycopy(ours, g * units, gates, gatesAt + g * hidden + from, units);
        }
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
        int cBefore = before + hidden;
        int c = after + hidden;
        int dC = dH + hidden;
        kernels.lstmCellBackward(gates, at, states, cBefore, states, c, dState, dH, dState, dC, dGates, at, hidden);
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
        int hidden = weights.hidden();
        float[] ours = scratch.floats(4 * units);
        for (int g = 0; g < 4; g++) {
            System.arraycopy(gates, gatesAt + g * hidden + from, ours, g * units, units);
        }
        int before = beforeAt + hidden + from;
        int after = afterAt + hidden + from;
        int dH = dStateAt + from;
        kernels.lstmCellBackward(
                ours, 0, states, before, states, after, dState, dH, dState, dH + hidden, ours, 0, units);
        for (int g = 0; g < 4; g++) {
            System.arraycopy(ours, g * units, dGates, gatesAt + g * hidden + from, units);
        }
    }
}
