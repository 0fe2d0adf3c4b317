package org.attention4j.rnn;

import java.util.Arrays;
import java.util.List;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Scratch;
import org.attention4j.api.Tensor;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.Linear;
import org.attention4j.kernels.PackedMatrix;

/**
 * Long short-term memory with any of its options. A gate row is {@code [pre-activations i, f, g, o | their values | m]},
 * with m = o · h(c) where the output is a projection of it; a state row is h {@code [R]}, then c {@code [H]}.
 *
 * <p>A row of gradients is {@code [those of the pre-activations | dm, t, d, · | dh]}: t = h(c), d that of c, dh that of
 * the projection.
 *
 * @param gate of i, f and o
 * @param candidate of g
 * @param output of c, not clipped
 * @param coupled whether f is 1 − i
 * @param hasPeepholes whether i and f see c_{t−1}, and o c_t
 * @param projection R; 0 if the output is not projected
 * @param cellClip at which c is cut off; 0 if it is not
 * @param outputClip at which h is cut off; 0 if it is not
 */
record LstmVariantCell(
        CellActivation gate,
        CellActivation candidate,
        CellActivation output,
        boolean coupled,
        boolean hasPeepholes,
        int projection,
        float cellClip,
        float outputClip)
        implements Cell {
    /** i and f see c before the step, o after it. */
    private static final PeepholeGradient PEEPHOLES = new PeepholeGradient(List.of(0, 1, 3), 2);

    @Override
    public boolean smooth() {
        return gate.smooth() && candidate.smooth() && output.smooth() && cellClip == 0 && outputClip == 0;
    }

    @Override
    public List<String> stateNames() {
        return LstmCell.STATE_NAMES;
    }

    @Override
    public int gates() {
        return 4;
    }

    @Override
    public int spare() {
        return projection > 0 ? 5 : 4;
    }

    @Override
    public int peepholes() {
        return hasPeepholes ? 3 : 0;
    }

    @Override
    public int outputWidth(int hidden) {
        return projection > 0 ? projection : hidden;
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
            int at = gatesAt + r * gatesStride;
            int h = stateAt + r * stateStride;
            int c = h + outputWidth(hidden);
            cell(kernels, weights, gates, at, state, c);
            if (projection > 0) {
                output.apply(kernels, state, c, gates, at + 8 * hidden, hidden);
                multiply(gates, at + 7 * hidden, gates, at + 8 * hidden, hidden);
            } else {
                output.apply(kernels, state, c, state, h, hidden);
                multiply(gates, at + 7 * hidden, state, h, hidden);
            }
        }
        if (projection > 0) {
            int m = gatesAt + 8 * hidden;
            weights.projection().forward(kernels, 0, rows, gates, m, gatesStride, state, stateAt, stateStride);
        }
        for (int r = 0; r < rows; r++) {
            cut(state, stateAt + r * stateStride, outputWidth(hidden), outputClip);
        }
    }

    /** x ← x, or the limit that it is beyond; NaN stays. */
    private static void cut(float[] x, int at, int n, float limit) {
        for (int j = at; j < at + n && limit > 0; j++) {
            x[j] = Math.max(-limit, Math.min(limit, x[j]));
        }
    }

    /** dX ← 0 where x was cut off. */
    private static void cutGradient(float[] x, int at, int n, float limit, float[] dX, int dXAt) {
        for (int j = 0; j < n && limit > 0; j++) {
            if (Math.abs(x[at + j]) >= limit) {
                dX[dXAt + j] = 0f;
            }
        }
    }

    /** Gates and c. */
    private void cell(Kernels kernels, Direction weights, float[] gates, int at, float[] state, int c) {
        int hidden = weights.hidden();
        float[] p = weights.peepholes();
        int values = at + 4 * hidden;
        if (hasPeepholes) {
            kernels.multiplyAddElementwise(state, c, p, 0, gates, at, hidden);
            kernels.multiplyAddElementwise(state, c, p, hidden, gates, at + hidden, hidden);
        }
        gate.apply(kernels, gates, at, gates, values, hidden);
        if (coupled) {
            for (int j = 0; j < hidden; j++) {
                gates[values + hidden + j] = 1f - gates[values + j];
            }
        } else {
            gate.apply(kernels, gates, at + hidden, gates, values + hidden, hidden);
        }
        candidate.apply(kernels, gates, at + 2 * hidden, gates, values + 2 * hidden, hidden);
        for (int j = 0; j < hidden; j++) {
            float taken = gates[values + j] * gates[values + 2 * hidden + j];
            state[c + j] = Math.fma(gates[values + hidden + j], state[c + j], taken);
        }
        cut(state, c, hidden, cellClip);
        if (hasPeepholes) {
            kernels.multiplyAddElementwise(state, c, p, 2 * hidden, gates, at + 3 * hidden, hidden);
        }
        gate.apply(kernels, gates, at + 3 * hidden, gates, values + 3 * hidden, hidden);
    }

    /** y ← x · y. */
    private static void multiply(float[] x, int xAt, float[] y, int yAt, int n) {
        for (int j = 0; j < n; j++) {
            y[yAt + j] *= x[xAt + j];
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
        int dM = gatesAt + 4 * hidden;
        for (int r = 0; r < rows; r++) {
            int dH = dStateAt + r * dStateStride;
            int to = dM + r * gatesStride;
            cutGradient(states, afterAt + r * statesStride, outputWidth(hidden), outputClip, dState, dH);
            if (projection > 0) {
                System.arraycopy(dState, dH, dGates, to + 4 * hidden, projection);
                Arrays.fill(dGates, to, to + hidden, 0f);
            } else {
                System.arraycopy(dState, dH, dGates, to, hidden);
            }
        }
        if (projection > 0) {
            int dH = gatesAt + 8 * hidden;
            weights.projection().inputGradient(kernels, 0, rows, dGates, dH, gatesStride, dGates, dM, gatesStride);
        }
        int output = outputWidth(hidden);
        for (int r = 0; r < rows; r++) {
            int at = gatesAt + r * gatesStride;
            int before = beforeAt + r * statesStride + output;
            int after = afterAt + r * statesStride + output;
            int dC = dStateAt + r * dStateStride + output;
            outputGradient(kernels, weights, gates, at, states, after, dState, dC, dGates);
            cutGradient(states, after, hidden, cellClip, dState, dC);
            cellGradient(kernels, weights, gates, at, states, before, dState, dC, dGates);
        }
        PackedMatrix u = weights.recurrentTransposed();
        WeightSweep.multiply(
                kernels, rows, dGates, gatesAt, gatesStride, u, dState, dStateAt, dStateStride, false, fromEnd);
    }

    /** From dm: the gradient of o, and that of c added to what later positions have left. */
    private void outputGradient(
            Kernels kernels,
            Direction weights,
            float[] gates,
            int at,
            float[] states,
            int c,
            float[] dState,
            int dC,
            float[] dGates) {
        int hidden = weights.hidden();
        int o = at + 7 * hidden;
        int dO = at + 3 * hidden;
        int dM = at + 4 * hidden;
        int t = at + 5 * hidden;
        int d = at + 6 * hidden;
        output.apply(kernels, states, c, dGates, t, hidden);
        for (int j = 0; j < hidden; j++) {
            dGates[dO + j] = dGates[dM + j] * dGates[t + j];
            dGates[d + j] = dGates[dM + j] * gates[o + j];
        }
        gate.gradient(kernels, gates, dO, gates, o, dGates, dO, hidden);
        output.gradient(kernels, states, c, dGates, t, dGates, d, hidden);
        kernels.add(dGates, d, dState, dC, hidden);
        if (hasPeepholes) {
            kernels.multiplyAddElementwise(dGates, dO, weights.peepholes(), 2 * hidden, dState, dC, hidden);
        }
    }

    /** From the gradient of c: those of i, f and g, and that of c before. */
    private void cellGradient(
            Kernels kernels,
            Direction weights,
            float[] gates,
            int at,
            float[] states,
            int before,
            float[] dState,
            int dC,
            float[] dGates) {
        int hidden = weights.hidden();
        int i = at + 4 * hidden;
        int f = at + 5 * hidden;
        int g = at + 6 * hidden;
        for (int j = 0; j < hidden; j++) {
            float d = dState[dC + j];
            float forgotten = d * states[before + j];
            dGates[at + j] = coupled ? Math.fma(d, gates[g + j], -forgotten) : d * gates[g + j];
            dGates[at + hidden + j] = coupled ? 0f : forgotten;
            dGates[at + 2 * hidden + j] = d * gates[i + j];
            dState[dC + j] = d * gates[f + j];
        }
        gate.gradient(kernels, gates, at, gates, i, dGates, at, hidden);
        if (!coupled) {
            gate.gradient(kernels, gates, at + hidden, gates, f, dGates, at + hidden, hidden);
        }
        candidate.gradient(kernels, gates, at + 2 * hidden, gates, g, dGates, at + 2 * hidden, hidden);
        if (hasPeepholes) {
            float[] p = weights.peepholes();
            kernels.multiplyAddElementwise(dGates, at, p, 0, dState, dC, hidden);
            kernels.multiplyAddElementwise(dGates, at + hidden, p, hidden, dState, dC, hidden);
        }
    }

    @Override
    public void addOwnGradients(
            Layer layer, LayerRecording recording, int d, float[] dGates, NamedTensors wanted, Scratch scratch) {
        String suffix = layer.directions().get(d).suffix();
        if (wanted.contains("weight_hr" + suffix)) {
            Tensor gradient = wanted.get("weight_hr" + suffix);
            float[] sum = gradient.readable(scratch);
            addProjectionGradient(layer, recording, d, dGates, sum, gradient.offset(), scratch);
            gradient.commit(sum);
        }
        PEEPHOLES.add(layer, recording, d, dGates, wanted, scratch);
    }

    private void addProjectionGradient(
            Layer layer, LayerRecording recording, int d, float[] dGates, float[] sum, int sumAt, Scratch scratch) {
        int hidden = layer.hidden();
        int width = layer.gateStride();
        int time = recording.in().time();
        Linear weights = layer.directions().get(d).projection();
        float[] panels = scratch.floats(PackedMatrix.panelsLength(time, hidden));
        for (int b = 0; b < recording.in().batch(); b++) {
            int count = recording.in().length(b);
            int m = b * time * width + 8 * hidden;
            if (count > 0) {
                layer.kernels().pack(recording.gates(d), m, width, 1, count, hidden, panels, 0);
                weights.weightGradient(layer.kernels(), 0, projection, count, dGates, m, width, panels, 0, sum, sumAt);
            }
        }
    }
}
