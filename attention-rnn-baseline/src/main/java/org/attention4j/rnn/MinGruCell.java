package org.attention4j.rnn;

import java.util.List;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;

/**
 * The minimal GRU; a gate row is {@code [z | v]}, and has room for one more where v is made positive.
 *
 * @param positive whether v is made positive
 */
record MinGruCell(boolean positive) implements ScanCell {
    @Override
    public boolean smooth() {
        return !positive;
    }

    @Override
    public List<String> stateNames() {
        return GruCell.STATE_NAMES;
    }

    @Override
    public int gates() {
        return 2;
    }

    @Override
    public int spare() {
        return positive ? 1 : 0;
    }

    @Override
    public int share() {
        return 0;
    }

    @Override
    public int candidate() {
        return 1;
    }

    @Override
    public void activate(Kernels kernels, float[] gates, int at, int units) {
        kernels.apply(Activation.SIGMOID, gates, at, gates, at, units);
        if (positive) {
            makePositive(kernels, gates, at + units, at + 2 * units, units);
        }
    }

    /** v ← v + ½ where it is at least 0, else σ(v). */
    static void makePositive(Kernels kernels, float[] gates, int v, int room, int units) {
        kernels.apply(Activation.SIGMOID, gates, v, gates, room, units);
        for (int j = 0; j < units; j++) {
            gates[v + j] = gates[v + j] >= 0f ? gates[v + j] + 0.5f : gates[room + j];
        }
    }

    /** The derivative of {@link #makePositive}, from its value. */
    static float positiveGradient(float v) {
        return v >= 0.5f ? 1f : Math.fma(-v, v, v);
    }

    @Override
    public void activateGradient(float[] gates, int at, int units, float[] dGates) {
        for (int j = at; j < at + units; j++) {
            dGates[j] *= Math.fma(-gates[j], gates[j], gates[j]);
            dGates[j + units] *= positive ? positiveGradient(gates[j + units]) : 1f;
        }
    }
}
