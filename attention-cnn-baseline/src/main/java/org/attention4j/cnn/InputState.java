package org.attention4j.cnn;

import org.attention4j.api.RowState;
import org.attention4j.api.Sequences;

/** The state of a convolution that keeps a row of each position: of most, the inputs, as far back as it reaches. */
final class InputState {
    private InputState() {}

    /**
     * Stores rows, as many as the state keeps, and moves on.
     *
     * @param chunk how many rows of each sequence there are
     * @param x the rows
     * @param at where they start
     * @param state moves on
     * @param lookback of the state
     */
    static void keep(Sequences chunk, float[] x, int at, RowState state, int lookback) {
        int width = chunk.width();
        long kept = (long) state.capacity() + lookback;
        for (int b = 0; b < chunk.batch(); b++) {
            int length = chunk.length(b);
            for (int t = 0; t < length; t++) {
                if (length - t <= kept) {
                    int from = at + (b * chunk.time() + t) * width;
                    System.arraycopy(x, from, state.rows(b), state.row(b, state.position(b)), width);
                }
                state.advance(b, 1);
            }
        }
    }
}
