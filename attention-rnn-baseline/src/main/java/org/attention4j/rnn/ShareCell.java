package org.attention4j.rnn;

import java.util.List;
import org.attention4j.kernels.Kernels;

/** A cell that takes a share a of its candidate v in place of as much of its state: h_t = (1 − a_t) h_{t−1} + a_t v_t, each unit for itself. A state row is h. */
interface ShareCell extends ScanCell {
    @Override
    default List<String> stateNames() {
        return GruCell.STATE_NAMES;
    }

    /** Which part of a gate row, counted in units, is a after {@link #activate(Kernels, float[], int, int)}. */
    int share();

    /** Which part of it is v. */
    int candidate();

    /**
     * Turns the projections of a position into a and v, by no weights.
     *
     * @param kernels numerics
     * @param gates a gate row of {@code [(G + spare) · units]}, read and written
     * @param at where it starts
     * @param units how many
     */
    void activate(Kernels kernels, float[] gates, int at, int units);

    @Override
    default void activate(Kernels kernels, Direction weights, int from, float[] gates, int at, int units) {
        activate(kernels, gates, at, units);
    }

    /** h ← fma(a, v, fma(−a, h, h)), exactly h where a is 0 and exactly v where it is 1. */
    @Override
    default void advance(
            Kernels kernels, Direction weights, int from, float[] gates, int at, int units, float[] state, int h) {
        int a = at + share() * units;
        int v = at + candidate() * units;
        for (int j = 0; j < units; j++) {
            float kept = Math.fma(-gates[a + j], state[h + j], state[h + j]);
            state[h + j] = Math.fma(gates[a + j], gates[v + j], kept);
        }
    }

    /** The gradients of a and v, and dH ← dH · (1 − a). */
    @Override
    default void advanceGradient(
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
        int a = at + share() * units;
        int v = at + candidate() * units;
        for (int j = 0; j < units; j++) {
            float d = dState[dH + j];
            dGates[a + j] = d * (gates[v + j] - states[before + j]);
            dGates[v + j] = d * gates[a + j];
            dState[dH + j] = Math.fma(-gates[a + j], d, d);
        }
    }
}
