package org.attention4j.rnn;

import java.util.Arrays;
import java.util.List;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.RowState;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.jspecify.annotations.Nullable;

/** The state rows of a batch, or their gradients: for each layer {@code [directions, B, S]}, in scratch memory. */
final class StateRows {
    private float[][] rows = {};

    /** Rows with arbitrary contents. */
    private static StateRows of(Stack stack, int batch, Scratch scratch) {
        StateRows state = scratch.object(StateRows.class, StateRows::new);
        int layers = stack.layers().size();
        if (state.rows.length < layers) {
            state.rows = new float[layers][];
        }
        for (int l = 0; l < layers; l++) {
            state.rows[l] = scratch.floats(length(stack, batch));
        }
        return state;
    }

    private static int length(Stack stack, int batch) {
        return Math.multiplyExact(
                Math.multiplyExact(stack.directions(), batch),
                stack.layers().get(0).stateWidth());
    }

    /** Rows with the values of hidden tensors, or zeros. */
    static StateRows of(Stack stack, int batch, @Nullable NamedTensors values, Scratch scratch) {
        StateRows state = of(stack, batch, scratch);
        for (int l = 0; l < stack.layers().size(); l++) {
            if (values == null) {
                Arrays.fill(state.rows[l], 0, length(stack, batch), 0f);
            } else {
                state.copy(stack, l, batch, values, true);
            }
        }
        return state;
    }

    /** The rows after the last position that each sequence of an incremental state has taken. */
    static StateRows of(Stack stack, Sequences chunk, RowState kept, Scratch scratch) {
        StateRows state = of(stack, chunk.batch(), scratch);
        for (int l = 0; l < stack.layers().size(); l++) {
            int width = stack.layers().get(l).stateWidth();
            for (int b = 0; b < chunk.batch(); b++) {
                int at = kept.row(b, kept.position(b) - 1) + stack.stateAt(l);
                System.arraycopy(kept.rows(b), at, state.rows[l], b * width, width);
            }
        }
        return state;
    }

    /** Makes these what an incremental state has before its first position. */
    void start(Stack stack, RowState kept) {
        for (int l = 0; l < stack.layers().size(); l++) {
            int width = stack.layers().get(l).stateWidth();
            for (int b = 0; b < kept.batch(); b++) {
                System.arraycopy(rows[l], b * width, kept.rows(b), kept.row(b, -1) + stack.stateAt(l), width);
            }
        }
    }

    /** Those of one layer. */
    float[] layer(int layer) {
        return rows[layer];
    }

    /** Writes hidden tensors. */
    void store(Stack stack, int batch, NamedTensors hidden) {
        for (int l = 0; l < stack.layers().size(); l++) {
            copy(stack, l, batch, hidden, false);
        }
    }

    /** Adds these to hidden tensors. */
    void addTo(Stack stack, int batch, NamedTensors hidden, Scratch scratch) {
        StateRows sum = of(stack, batch, hidden, scratch);
        for (int l = 0; l < stack.layers().size(); l++) {
            stack.kernels().add(rows[l], 0, sum.rows[l], 0, length(stack, batch));
        }
        sum.store(stack, batch, hidden);
    }

    private void copy(Stack stack, int l, int batch, NamedTensors hidden, boolean read) {
        Layer layer = stack.layers().get(l);
        int count = stack.directions() * batch;
        List<String> names = stack.stateNames();
        int at = 0;
        for (int i = 0; i < names.size(); i++) {
            Tensor tensor = hidden.get(names.get(i));
            int width = layer.partWidth(i);
            for (int row = 0; row < count; row++) {
                long element = ((long) l * count + row) * width;
                int to = row * layer.stateWidth() + at;
                if (read) {
                    tensor.read(element, rows[l], to, width);
                } else {
                    tensor.write(element, rows[l], to, width);
                }
            }
            at += width;
        }
    }
}
