package org.attention4j.rnn;

import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.PackedMatrix;

/** A cell that takes rows on one by one once U has met the states of all. */
interface RowCell extends Cell {
    /** Starts a gate row's part that the state's projection is added to and the input's is not, if there is one. */
    default void start(Direction weights, float[] gates, int at) {}

    /**
     * Takes a row on.
     *
     * @param kernels numerics
     * @param hidden H
     * @param gates a gate row of arguments, read and written
     * @param at where it starts
     * @param state the state row, replaced
     * @param h where it starts
     */
    void forward(Kernels kernels, int hidden, float[] gates, int at, float[] state, int h);

    /**
     * Takes the gradient of a row back to its gates, and to the state before as far as that is not seen through U.
     *
     * @param kernels numerics
     * @param hidden H
     * @param gates a gate row as {@link #forward} left it
     * @param at where it starts, in {@code dGates} too
     * @param states state rows
     * @param before the one before the position
     * @param after the one after it
     * @param dState gradient of the state after the position, replaced
     * @param dH where it starts
     * @param dGates gradients of the gates, written
     */
    void backward(
            Kernels kernels,
            int hidden,
            float[] gates,
            int at,
            float[] states,
            int before,
            int after,
            float[] dState,
            int dH,
            float[] dGates);

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
        int hidden = weights.hidden();
        for (int r = 0; r < rows; r++) {
            start(weights, gates, gatesAt + r * gatesStride);
        }
        int seeing = gatesAt + apart() * hidden;
        PackedMatrix u = weights.recurrent();
        WeightSweep.multiply(kernels, rows, state, stateAt, stateStride, u, gates, seeing, gatesStride, true, fromEnd);
        for (int r = 0; r < rows; r++) {
            forward(kernels, hidden, gates, gatesAt + r * gatesStride, state, stateAt + r * stateStride);
        }
    }

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
            int before = beforeAt + r * statesStride;
            int after = afterAt + r * statesStride;
            backward(kernels, hidden, gates, at, states, before, after, dState, dStateAt + r * dStateStride, dGates);
        }
        int seeing = gatesAt + apart() * hidden;
        boolean add = apart() > 0; // a gate that the state does not share leaves it a way around U
        PackedMatrix u = weights.recurrentTransposed();
        WeightSweep.multiply(
                kernels, rows, dGates, seeing, gatesStride, u, dState, dStateAt, dStateStride, add, fromEnd);
    }
}
