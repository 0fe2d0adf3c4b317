package org.attention4j.rnn;

import org.attention4j.api.Scratch;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.PackedMatrix;
import org.jspecify.annotations.Nullable;

/** A cell in which some hidden units of a row can be taken on apart from the others, by threads that share the row. */
interface UnitCell extends RowCell {
    /**
     * Takes some units of one row one position on, with the bits of {@link #forward}.
     *
     * @param kernels numerics
     * @param weights of the direction; H is a multiple of 16
     * @param from the first unit, a multiple of 16
     * @param units how many
     * @param x an input that is to be projected first, gate by gate, each right before the state is multiplied for it: of the weights of all that was read
     *     last, the next position then finds most in a cache; null where the gates hold the projection
     * @param xAt where it starts
     * @param gates a gate row, these units' gates read and written
     * @param gatesAt where it starts
     * @param before the whole state row before the position
     * @param after the one after it, these units written
     * @param stateAt where both start
     * @param fromEnd whether to read weights from their last columns to the first, as every other position does; see {@link WeightSweep}
     * @param scratch of the thread
     */
    void forwardUnits(
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
            Scratch scratch);

    /**
     * Takes gradients of some units of one row back to their gates, and to the states before as far as these do not see
     * them through U. With {@link #backwardState} this has the bits of {@link #backward}.
     *
     * @param kernels numerics
     * @param weights of the direction; H is a multiple of 16
     * @param from the first unit, a multiple of 16
     * @param units how many
     * @param gates a gate row as the forward pass left it
     * @param gatesAt where it starts, in {@code dGates} too
     * @param states state rows of all positions
     * @param beforeAt the one before the position
     * @param afterAt the one after it
     * @param dState gradient of the state after the position; these units' parts are replaced
     * @param dStateAt where it starts
     * @param dGates gradients of the gates, these units' written
     * @param scratch of the thread
     */
    void backwardUnits(
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
            Scratch scratch);

    /**
     * Takes the gradients of all gates of one row back through U to some units of the state before.
     *
     * @param kernels numerics
     * @param weights of the direction
     * @param from the first unit, a multiple of 16
     * @param units how many
     * @param dGates gradients of a gate row
     * @param gatesAt where it starts
     * @param dState these units' gradients of h are written, or, where {@link #apart} is not 0, added to those that {@link #backwardUnits} left
     * @param dStateAt where the row starts
     * @param fromEnd whether to read weights from their last columns to the first, as every other position does; see {@link WeightSweep}
     */
    default void backwardState(
            Kernels kernels,
            Direction weights,
            int from,
            int units,
            float[] dGates,
            int gatesAt,
            float[] dState,
            int dStateAt,
            boolean fromEnd) {
        int recurrent = gatesAt + apart() * weights.hidden();
        boolean add = apart() > 0; // a gate that the state does not share leaves it a way around U
        PackedMatrix u = weights.recurrentTransposed();
        WeightSweep.multiplyColumns(
                kernels, 1, dGates, recurrent, 0, u, from, units, dState, dStateAt + from, 0, add, fromEnd);
    }
}
