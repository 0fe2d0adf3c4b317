package org.attention4j.rnn;

import java.util.List;
import org.attention4j.api.Scratch;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.PackedMatrix;
import org.jspecify.annotations.Nullable;

/**
 * Gated recurrent unit. A gate row is {@code [n | r | z | q]}: the input's projection is the first three, the state's,
 * q = U_n h + b_hn among it, the last three.
 *
 * <p>Each element is computed alone, by products, sums and fused multiply-adds in the written order: the bits are the
 * same however the compiler packs the loops.
 */
final class GruCell implements UnitCell {
    static final GruCell INSTANCE = new GruCell();

    static final List<String> STATE_NAMES = List.of("h");

    private GruCell() {}

    @Override
    public List<String> stateNames() {
        return STATE_NAMES;
    }

    @Override
    public int gates() {
        return 3;
    }

    @Override
    public int apart() {
        return 1;
    }

    /** q begins with its bias. */
    @Override
    public void start(Direction weights, float[] gates, int at) {
        int hidden = weights.hidden();
        System.arraycopy(weights.recurrentBias(), 0, gates, at + 3 * hidden, hidden);
    }

    @Override
    public void forward(Kernels kernels, int hidden, float[] gates, int at, float[] state, int h) {
        kernels.apply(Activation.SIGMOID, gates, at + hidden, gates, at + hidden, 2 * hidden);
        kernels.multiplyAddElementwise(gates, at + hidden, gates, at + 3 * hidden, gates, at, hidden);
        kernels.apply(Activation.TANH, gates, at, gates, at, hidden);
        blend(gates, at + 2 * hidden, at, state, h, state, h, hidden);
    }

    /** h ← fma(z, h, fma(−z, n, n)): exactly n where z is 0, and exactly h where it is 1. */
    static void blend(
            float[] gates, int z, int n, float[] before, int beforeAt, float[] after, int afterAt, int units) {
        for (int j = 0; j < units; j++) {
            float fresh = Math.fma(-gates[z + j], gates[n + j], gates[n + j]);
            after[afterAt + j] = Math.fma(gates[z + j], before[beforeAt + j], fresh);
        }
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
        float[] ours = scratch.floats(4 * units);
        System.arraycopy(weights.recurrentBias(), from, ours, 3 * units, units);
        PackedMatrix u = weights.recurrent();
        for (int i = 0; i < 3; i++) {
            int g = fromEnd ? 2 - i : i;
            int first = g * hidden + from;
            int part = (g + 1) % 3; // r and z before their products, which go on from them, and n with q's
            weights.projectUnits(kernels, part, from, units, x, xAt, gates, gatesAt);
            System.arraycopy(gates, gatesAt + part * hidden + from, ours, part * units, units);
            WeightSweep.multiplyColumns(
                    kernels, 1, before, stateAt, 0, u, first, units, ours, (g + 1) * units, 0, true, fromEnd);
        }
        kernels.apply(Activation.SIGMOID, ours, units, ours, units, 2 * units);
        kernels.multiplyAddElementwise(ours, units, ours, 3 * units, ours, 0, units);
        kernels.apply(Activation.TANH, ours, 0, ours, 0, units);
        blend(ours, 2 * units, 0, before, stateAt + from, after, stateAt + from, units);
        for (int part = 0; part < 4; part++) {
            System.arraycopy(ours, part * units, gates, gatesAt + part * hidden + from, units);
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
        backward(gates, states, before, dState, dH, dGates, at, hidden, 0, hidden);
    }

    /** The gradients of some units' gates of a row, and dH ← dH · z. */
    private static void backward(
            float[] gates,
            float[] states,
            int before,
            float[] dState,
            int dState0,
            float[] dGates,
            int at,
            int hidden,
            int from,
            int to) {
        for (int j = from; j < to; j++) {
            float n = gates[at + j];
            float r = gates[at + hidden + j];
            float z = gates[at + 2 * hidden + j];
            float q = gates[at + 3 * hidden + j];
            float dH = dState[dState0 + j];
            float dN = Math.fma(-z, dH, dH) * Math.fma(-n, n, 1);
            dGates[at + j] = dN;
            dGates[at + hidden + j] = dN * q * Math.fma(-r, r, r);
            dGates[at + 2 * hidden + j] = dH * (states[before + j] - n) * Math.fma(-z, z, z);
            dGates[at + 3 * hidden + j] = dN * r;
            dState[dState0 + j] = dH * z;
        }
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
        backward(gates, states, beforeAt, dState, dStateAt, dGates, gatesAt, weights.hidden(), from, from + units);
    }
}
