package org.attention4j.rnn;

import java.util.List;
import org.attention4j.kernels.Kernels;

/**
 * Gated recurrent unit with any of its options.
 *
 * <p>Where the reset gate comes after the product, a gate row is {@code [n | r | z | q]} as that of {@link GruCell}, then
 * the values of n, r and z. Where it comes before, it is {@code [r | z | n]}, then their values, then r · h, which n sees
 * instead of h.
 *
 * @param gate of r and z
 * @param candidate of n
 * @param resetBefore whether the reset gate comes before the product with U_n
 */
record GruVariantCell(CellActivation gate, CellActivation candidate, boolean resetBefore) implements Cell {
    @Override
    public boolean smooth() {
        return gate.smooth() && candidate.smooth();
    }

    @Override
    public List<String> stateNames() {
        return GruCell.STATE_NAMES;
    }

    @Override
    public int gates() {
        return 3;
    }

    @Override
    public int apart() {
        return resetBefore ? 0 : 1;
    }

    @Override
    public int throughReset() {
        return resetBefore ? 1 : 0;
    }

    @Override
    public int spare() {
        return resetBefore ? 4 : 3;
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
        int r = resetBefore ? gatesAt : gatesAt + hidden;
        if (!resetBefore) {
            for (int row = 0; row < rows; row++) {
                int q = gatesAt + row * gatesStride + 3 * hidden;
                System.arraycopy(weights.recurrentBias(), 0, gates, q, hidden);
            }
        }
        WeightSweep.multiply(
                kernels, rows, state, stateAt, stateStride, weights.recurrent(), gates, r, gatesStride, true, fromEnd);
        for (int row = 0; row < rows; row++) {
            reset(kernels, gates, gatesAt + row * gatesStride, state, stateAt + row * stateStride, hidden);
        }
        if (resetBefore) {
            int seen = gatesAt + 6 * hidden;
            int n = gatesAt + 2 * hidden;
            WeightSweep.multiply(
                    kernels,
                    rows,
                    gates,
                    seen,
                    gatesStride,
                    weights.throughReset().packed(),
                    gates,
                    n,
                    gatesStride,
                    true,
                    fromEnd);
        }
        for (int row = 0; row < rows; row++) {
            int at = gatesAt + row * gatesStride;
            int n = value(at, N, hidden);
            candidate.apply(kernels, gates, argument(at, N, hidden), gates, n, hidden);
            int h = stateAt + row * stateStride;
            GruCell.blend(gates, value(at, Z, hidden), n, state, h, state, h, hidden);
        }
    }

    private static final int R = 0;
    private static final int Z = 1;
    private static final int N = 2;

    /** Where a gate's argument is. */
    private int argument(int at, int gate, int hidden) {
        return at + (resetBefore ? gate : (gate + 1) % 3) * hidden;
    }

    /** Where a gate's value is. */
    private int value(int at, int gate, int hidden) {
        return argument(at, gate, hidden) + (resetBefore ? 3 : 4) * hidden;
    }

    /** The gates r and z, and what follows from r: r · h, or the argument of n. */
    private void reset(Kernels kernels, float[] gates, int at, float[] state, int h, int hidden) {
        int r = value(at, R, hidden);
        gate.apply(kernels, gates, argument(at, R, hidden), gates, r, hidden);
        gate.apply(kernels, gates, argument(at, Z, hidden), gates, value(at, Z, hidden), hidden);
        if (resetBefore) {
            for (int j = 0; j < hidden; j++) {
                gates[at + 6 * hidden + j] = gates[r + j] * state[h + j];
            }
        } else {
            kernels.multiplyAddElementwise(gates, r, gates, at + 3 * hidden, gates, at, hidden);
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
        for (int row = 0; row < rows; row++) {
            int at = gatesAt + row * gatesStride;
            int before = beforeAt + row * statesStride;
            blendGradient(kernels, gates, at, states, before, dState, dStateAt + row * dStateStride, dGates, hidden);
        }
        int dSeen = gatesAt + 6 * hidden;
        if (resetBefore) {
            int n = gatesAt + 2 * hidden;
            WeightSweep.multiply(
                    kernels,
                    rows,
                    dGates,
                    n,
                    gatesStride,
                    weights.throughReset().transposed(),
                    dGates,
                    dSeen,
                    gatesStride,
                    false,
                    fromEnd);
        }
        for (int row = 0; row < rows; row++) {
            int at = gatesAt + row * gatesStride;
            int before = beforeAt + row * statesStride;
            resetGradient(kernels, gates, at, states, before, dState, dStateAt + row * dStateStride, dGates, hidden);
        }
        int r = resetBefore ? gatesAt : gatesAt + hidden;
        WeightSweep.multiply(
                kernels,
                rows,
                dGates,
                r,
                gatesStride,
                weights.recurrentTransposed(),
                dState,
                dStateAt,
                dStateStride,
                true,
                fromEnd);
    }

    /** The gradients of n and z, and dH ← dH · z. */
    private void blendGradient(
            Kernels kernels,
            float[] gates,
            int at,
            float[] states,
            int before,
            float[] dState,
            int dH,
            float[] dGates,
            int hidden) {
        int n = value(at, N, hidden);
        int z = value(at, Z, hidden);
        int dN = argument(at, N, hidden);
        int dZ = argument(at, Z, hidden);
        for (int j = 0; j < hidden; j++) {
            float d = dState[dH + j];
            dGates[dN + j] = Math.fma(-gates[z + j], d, d);
            dGates[dZ + j] = d * (states[before + j] - gates[n + j]);
            dState[dH + j] = d * gates[z + j];
        }
        candidate.gradient(kernels, gates, dN, gates, n, dGates, dN, hidden);
        gate.gradient(kernels, gates, dZ, gates, z, dGates, dZ, hidden);
    }

    /** The gradient of r, and of what it is multiplied with: q, or h. */
    private void resetGradient(
            Kernels kernels,
            float[] gates,
            int at,
            float[] states,
            int before,
            float[] dState,
            int dH,
            float[] dGates,
            int hidden) {
        int r = value(at, R, hidden);
        int dR = argument(at, R, hidden);
        for (int j = 0; j < hidden; j++) {
            if (resetBefore) {
                float d = dGates[at + 6 * hidden + j];
                dGates[dR + j] = d * states[before + j];
                dState[dH + j] = Math.fma(d, gates[r + j], dState[dH + j]);
            } else {
                float d = dGates[at + j];
                dGates[dR + j] = d * gates[at + 3 * hidden + j];
                dGates[at + 3 * hidden + j] = d * gates[r + j];
            }
        }
        gate.gradient(kernels, gates, dR, gates, r, dGates, dR, hidden);
    }
}
