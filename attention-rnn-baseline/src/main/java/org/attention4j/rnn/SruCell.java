package org.attention4j.rnn;

import java.util.Arrays;
import java.util.List;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Scratch;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;

/**
 * The simple recurrent unit; a gate row is {@code [v | f | r | x']}, with the arguments of f and r until {@link #advance}; a state row is h, then c.
 *
 * @param projected whether x' is a projection, and not the input itself
 * @param seen whether f and r see c
 * @param tanh whether h takes the hyperbolic tangent of c
 * @param scale α
 */
record SruCell(boolean projected, boolean seen, boolean tanh, float scale) implements ScanCell {
    private static final PeepholeGradient PEEPHOLES = new PeepholeGradient(List.of(1, 2), 2);

    @Override
    public List<String> stateNames() {
        return LstmCell.STATE_NAMES;
    }

    @Override
    public int gates() {
        return projected ? 4 : 3;
    }

    @Override
    public boolean takesInput() {
        return !projected;
    }

    @Override
    public int peepholes() {
        return seen ? 2 : 0;
    }

    @Override
    public void activate(Kernels kernels, Direction weights, int from, float[] gates, int at, int units) {
        // f and r see c, which is not there yet
    }

    @Override
    public void advance(
            Kernels kernels, Direction weights, int from, float[] gates, int at, int units, float[] state, int h) {
        int c = h + units;
        int f = at + units;
        int r = at + 2 * units;
        int x = at + 3 * units;
        if (seen) {
            float[] p = weights.peepholes();
            kernels.multiplyAddElementwise(state, c, p, from, gates, f, units);
            kernels.multiplyAddElementwise(state, c, p, weights.hidden() + from, gates, r, units);
        }
        kernels.apply(Activation.SIGMOID, gates, f, gates, f, 2 * units);
        for (int j = 0; j < units; j++) {
            float taken = Math.fma(-gates[f + j], gates[at + j], gates[at + j]);
            state[c + j] = Math.fma(gates[f + j], state[c + j], taken);
            state[h + j] = state[c + j];
        }
        if (tanh) {
            kernels.apply(Activation.TANH, state, h, state, h, units);
        }
        for (int j = 0; j < units; j++) {
            float highway = scale * gates[x + j];
            state[h + j] = Math.fma(gates[r + j], state[h + j], Math.fma(-gates[r + j], highway, highway));
        }
    }

    @Override
    public void advanceGradient(
            Kernels kernels,
            Direction weights,
            float[] gates,
            int at,
            int units,
            float[] states,
            int before,
            int after,
            float[] dState,
            int dH,
            float[] dGates) {
        int f = at + units;
        int r = at + 2 * units;
        int x = at + 3 * units;
        int c = after + units;
        int dC = dH + units;
        System.arraycopy(states, c, dGates, at, units); // room for g(c)
        if (tanh) {
            kernels.apply(Activation.TANH, dGates, at, dGates, at, units);
        }
        for (int j = 0; j < units; j++) {
            float d = dState[dH + j];
            float value = dGates[at + j];
            float slope = tanh ? Math.fma(-value, value, 1f) : 1f;
            float dCell = Math.fma(d * gates[r + j], slope, dState[dC + j]);
            dGates[r + j] = d * (value - scale * gates[x + j]);
            dGates[x + j] = scale * Math.fma(-gates[r + j], d, d);
            dGates[f + j] = dCell * (states[before + units + j] - gates[at + j]);
            dGates[at + j] = Math.fma(-gates[f + j], dCell, dCell);
            dState[dC + j] = dCell * gates[f + j];
        }
        Arrays.fill(dState, dH, dH + units, 0f);
        for (int j = f; j < f + 2 * units; j++) {
            dGates[j] *= Math.fma(-gates[j], gates[j], gates[j]);
        }
        if (seen) {
            float[] p = weights.peepholes();
            kernels.multiplyAddElementwise(dGates, f, p, 0, dState, dC, units);
            kernels.multiplyAddElementwise(dGates, r, p, units, dState, dC, units);
        }
    }

    @Override
    public void activateGradient(Direction weights, float[] gates, int at, int units, float[] dGates) {
        // as above
    }

    @Override
    public void addOwnGradients(
            Layer layer, LayerRecording recording, int d, float[] dGates, NamedTensors wanted, Scratch scratch) {
        PEEPHOLES.add(layer, recording, d, dGates, wanted, scratch);
    }
}
