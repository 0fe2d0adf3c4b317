package org.attention4j.cnn;

import org.attention4j.api.RowState;
import org.attention4j.api.Sequences;

/** The state of a convolution that reads its inputs alone: these, as far back as it reaches. */
final class InputState {
    private InputState() {}

    /**
     * Stores the inputs, as many as the state keeps, and moves on.
     *
     * @param chunk the inputs
     * @param x their elements
     * @param state moves on
     * @param lookback of the state
     */
    static void keep(Sequences chunk, float[] x, RowState state, int lookback) {
        int width = chunk.width();
        long kept = (long) state.capacity() + lookback;
        for (int b = 0; b < chunk.batch(); b++) {
            int length = chunk.length(b);
            for (int t = 0; t < length; t++) {
                if (length - t <= kept) {
                    int from = chunk.tensor().offset() + (b * chunk.time() + t) * width;
                    System.arraycopy(x, from, state.rows(b), state.row(b, state.position(b)), width);
                }
                state.advance(b, 1);
            }
        }
    }
}
