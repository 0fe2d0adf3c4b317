package org.attention4j.rnn;

import org.attention4j.api.Scratch;
import org.attention4j.kernels.Kernels;

/** A cell in which some hidden units of a row can be taken on apart from the others, by threads that share the row. */
interface UnitCell extends Cell {
    /**
     * Takes some units of one row one position on, with the bits of {@link #forward}.
     *
     * @param kernels numerics
     * @param weights of the direction; H is a multiple of 16
     * @param from the first unit, a multiple of 16
     * @param units how many
     * @param gates a gate row, these units' gates read and written
     * @param gatesAt where it starts
     * @param before the whole state row before the position
     * @param after the one after it, these units written
     * @param stateAt where both start
     * @param scratch of the thread
     */
    void forwardUnits(
            Kernels kernels,
            Direction weights,
            int from,
            int units,
            float[] gates,
            int gatesAt,
            float[] before,
            float[] after,
            int stateAt,
            Scratch scratch);
}
