package org.attention4j.rnn;

import org.attention4j.kernels.Kernels;

/**
 * A cell whose gates see the input alone: h_t = (1 − a_t) h_{t−1} + a_t v_t, each unit for itself. A state row is h.
 *
 * <p>So all that is costly is done for all positions at once, and some units can be taken through a whole sequence apart
 * from the others: what is left, one multiply-add after the other, needs no parallel scan. A scan over time would add the
 * terms in another order, give other bits, and do more of them.
 */
interface ScanCell extends Cell {
    @Override
    default boolean isRecurrent() {
        return false;
    }

    /**
     * Turns the projections of a position into a and v.
     *
     * @param kernels numerics
     * @param gates a gate row of {@code [(G + spare) · units]}, read and written
     * @param at where it starts
     * @param units how many
     */
    void activate(Kernels kernels, float[] gates, int at, int units);

    /** Which part of a gate row, counted in units, is a after {@link #activate}. */
    int share();

    /** Which part of it is v. */
    int candidate();

    /**
     * Takes units one position on: h ← fma(a, v, fma(−a, h, h)), exactly h where a is 0 and exactly v where it is 1.
     *
     * @param gates a gate row that {@link #activate} has left
     * @param at where it starts
     * @param units how many
     * @param state h, read and written
     * @param h where it starts
     */
    default void advance(float[] gates, int at, int units, float[] state, int h) {
        int a = at + share() * units;
        int v = at + candidate() * units;
        for (int j = 0; j < units; j++) {
            float kept = Math.fma(-gates[a + j], state[h + j], state[h + j]);
            state[h + j] = Math.fma(gates[a + j], gates[v + j], kept);
        }
    }

    @Override
    default void forward(
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
        for (int r = 0; r < rows; r++) {
            int at = gatesAt + r * gatesStride;
            activate(kernels, gates, at, weights.hidden());
            advance(gates, at, weights.hidden(), state, stateAt + r * stateStride);
        }
    }

    /**
     * Takes the gradient of a and v back to the projections.
     *
     * @param gates a gate row that {@link #activate} has left
     * @param at where it starts, in {@code dGates} too
     * @param units how many
     * @param dGates a row whose parts of a and v hold their gradients; those of the projections are written
     */
    void activateGradient(float[] gates, int at, int units, float[] dGates);

    @Override
    default void backward(
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
            int at = gatesAt + r * gatesStride;
            advanceGradient(
                    gates,
                    at,
                    hidden,
                    states,
                    beforeAt + r * statesStride,
                    dState,
                    dStateAt + r * dStateStride,
                    dGates);
            activateGradient(gates, at, hidden, dGates);
        }
    }

    /** The gradients of a and v, and dH ← dH · (1 − a). */
    private void advanceGradient(
            float[] gates, int at, int units, float[] states, int before, float[] dState, int dH, float[] dGates) {
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
