package org.attention4j.core;

import org.attention4j.api.Scratch;
import org.attention4j.api.Tensor;
import org.jspecify.annotations.Nullable;

/** Where the rows of a batch are: row i of head h of sequence b begins at {@code start[b] + h · headStride + i · rowStride}. */
final class HeadRows {
    float[] array = {};
    int[] start = {};
    int headStride;
    int rowStride;

    /** Sets everything; the array of starts is kept, not copied. */
    void set(float[] newArray, int[] newStart, int newHeadStride, int newRowStride) {
        array = newArray;
        start = newStart;
        headStride = newHeadStride;
        rowStride = newRowStride;
    }

    /** Takes the rows of a tensor [B, H, T, E], heads after heads; {@code memory} as for {@link Memory}. */
    void place(float[] elements, Tensor tensor, @Nullable Scratch memory) {
        int batch = tensor.extent(0);
        int head = tensor.extent(2) * tensor.extent(3);
        int[] starts = starts(Memory.ints(memory, batch), batch, tensor.offset(), tensor.extent(1) * head);
        set(elements, starts, head, tensor.extent(3));
    }

    int at(int b, int h, int i) {
        return start[b] + h * headStride + i * rowStride;
    }

    /** Leaves out the first rows of every sequence. */
    static void skip(HeadRows rows, int batch, int count) {
        for (int b = 0; b < batch; b++) {
            rows.start[b] += count * rows.rowStride;
        }
    }

    /** Starts of sequences that follow each other. */
    static int[] starts(int[] starts, int batch, int offset, int stride) {
        for (int b = 0; b < batch; b++) {
            starts[b] = offset + b * stride;
        }
        return starts;
    }

    /** The same rows from a later column on, for use until the scratch memory is released. */
    HeadRows from(int column, int batch, Scratch scratch) {
        HeadRows part = scratch.object(HeadRows.class, HeadRows::new);
        int[] starts = scratch.ints(batch);
        for (int b = 0; b < batch; b++) {
            starts[b] = start[b] + column;
        }
        part.set(array, starts, headStride, rowStride);
        return part;
    }
}
