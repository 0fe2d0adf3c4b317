package org.attention4j.cnn;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import org.attention4j.api.Capability;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.RowState;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;

/** The state of a mixer that reads a window of its inputs: these inputs, as far back as the receptive field. */
final class InputState {
    private InputState() {}

    private static int lookback(MixerSpec spec) {
        spec.require(Capability.INCREMENTAL);
        return spec.receptiveField().orElseThrow().left();
    }

    static RowState of(MixerSpec spec, int batch, int capacity) {
        return new RowState(spec, batch, capacity, spec.inputWidth(), lookback(spec));
    }

    static long bytes(MixerSpec spec, int batch, int capacity) {
        return RowState.bytes(batch, capacity, spec.inputWidth(), lookback(spec));
    }

    static RowState load(ReadableByteChannel channel, MixerSpec spec) throws IOException {
        return RowState.load(channel, spec, spec.inputWidth(), lookback(spec));
    }

    /** Checks the arguments of a step. */
    static RowState check(MixerSpec spec, Sequences chunk, MixerState state, Tensor out) {
        spec.check(chunk, state, out);
        RowState rows = state.require(RowState.class);
        return rows;
    }

    /**
     * Stores the inputs, as many as the state keeps, and moves on.
     *
     * @param chunk the inputs
     * @param x their elements
     * @param state moves on
     * @param lookback of the state; not asked of its specification, whose answer would be an object a step
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
