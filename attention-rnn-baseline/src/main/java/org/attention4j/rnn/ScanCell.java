package org.attention4j.rnn;

import org.attention4j.kernels.Kernels;

/**
 * A cell without U: a unit's gates see the input, and of the state at most the unit's own. Every part of a state row is {@code [H]}.
 *
 * <p>So all that is costly is done for all positions at once, and some units can be taken through a whole sequence apart
 * from the others: what is left, some operations one after the other, needs no parallel scan. A scan over time would add the
 * terms in another order, give other bits, and do more of them; where gates see the state there is none.
 */
interface ScanCell extends Cell {
    @Override
    default boolean isRecurrent() {
        return false;
    }

    /**
     * Turns the projections of a position into what {@link #advance} takes.
     *
     * @param kernels numerics
     * @param weights of the direction
     * @param from which unit is the first
     * @param gates a gate row of {@code [(G + spare) · units]}, read and written
     * @param at where it starts
     * @param units how many
     */
    void activate(Kernels kernels, Direction weights, int from, float[] gates, int at, int units);

    /**
     * Takes units one position on.
     *
     * @param kernels numerics
     * @param weights of the direction
     * @param from which unit is the first
     * @param gates a gate row that {@link #activate} has left, read and written
     * @param at where it starts
     * @param units how many
     * @param state the parts of a state row, {@code [units]} each, read and written
     * @param stateAt where they start
     */
    void advance(
            Kernels kernels, Direction weights, int from, float[] gates, int at, int units, float[] state, int stateAt);

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
            activate(kernels, weights, 0, gates, at, weights.hidden());
            advance(kernels, weights, 0, gates, at, weights.hidden(), state, stateAt + r * stateStride);
        }
    }

    /**
     * Takes the gradient of a row's state back to what {@link #activate} has left, and to the state before.
     *
     * @param kernels numerics
     * @param weights of the direction
     * @param gates a gate row that {@link #advance} has left
     * @param at where it starts, in {@code dGates} too
     * @param units H
     * @param states state rows
     * @param before the one before the position
     * @param after the one after it
     * @param dState gradient of the state after the position, replaced
     * @param dStateAt where it starts
     * @param dGates gradients, written
     */
    void advanceGradient(
            Kernels kernels,
            Direction weights,
            float[] gates,
            int at,
            int units,
            float[] states,
            int before,
            int after,
            float[] dState,
            int dStateAt,
            float[] dGates);

    /**
     * Takes the gradient of what {@link #activate} has left back to the projections.
     *
     * @param weights of the direction
     * @param gates a gate row that {@link #advance} has left
     * @param at where it starts, in {@code dGates} too
     * @param units H
     * @param dGates a row as {@link #advanceGradient} has left it; those of the projections are written
     */
    void activateGradient(Direction weights, float[] gates, int at, int units, float[] dGates);

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
                    kernels,
                    weights,
                    gates,
                    at,
                    hidden,
                    states,
                    beforeAt + r * statesStride,
                    afterAt + r * statesStride,
                    dState,
                    dStateAt + r * dStateStride,
                    dGates);
            activateGradient(weights, gates, at, hidden, dGates);
        }
    }
}
