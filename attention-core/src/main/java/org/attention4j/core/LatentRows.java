package org.attention4j.core;

import org.attention4j.api.Scratch;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.PackedMatrix;

/**
 * One row [L + R] a position that is both: its first L numbers are the value, all of them the key, for all heads alike. A block is packed
 * by the thread that reads it.
 */
final class LatentRows implements KeySource {
    /** As many as other rows that must be packed. */
    static final int QUERY_BLOCK = 256;

    private Kernels kernels = Kernels.scalar();
    private int rowWidth;
    private int latent;
    private int capacity;
    private float[][] rows = {};
    private int[] start = {};

    /** Takes a form and room for so many sequences; each must be placed. */
    void shape(Kernels newKernels, LatentForm form, int batch, int newCapacity) {
        kernels = newKernels;
        rowWidth = form.rowWidth();
        latent = form.latent();
        capacity = newCapacity;
        if (rows.length < batch) {
            rows = new float[batch][];
            start = new int[batch];
        }
    }

    /** Says where a sequence's rows are, one after the other. */
    void place(int sequence, float[] array, int at) {
        rows[sequence] = array;
        start[sequence] = at;
    }

    private int at(int sequence, int key) {
        return start[sequence] + key * rowWidth;
    }

    @Override
    public int heads() {
        return 1;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public int queryBlock() {
        return QUERY_BLOCK;
    }

    @Override
    public int run(int key, int count) {
        return Math.min(count, KeyValues.BLOCK);
    }

    @Override
    public KeyBlock block(Scratch scratch) {
        KeyBlock block = KeyBlock.borrow(scratch);
        int most = Math.min(KeyValues.BLOCK, capacity);
        block.keys = scratch.floats(PackedMatrix.panelsLength(rowWidth, most));
        block.values = scratch.floats(PackedMatrix.panelsLength(most, latent));
        block.keysAt = 0;
        block.valuesAt = 0;
        return block;
    }

    @Override
    public void keys(KeyBlock block, int sequence, int head, int key, int count) {
        kernels.pack(rows[sequence], at(sequence, key), 1, rowWidth, rowWidth, count, block.keys, 0);
    }

    @Override
    public void values(KeyBlock block, int sequence, int head, int key, int count) {
        kernels.pack(rows[sequence], at(sequence, key), rowWidth, 1, count, latent, block.values, 0);
        block.valueStride = 16 * count;
    }

    @Override
    public float key(int sequence, int head, int key, int e) {
        return rows[sequence][at(sequence, key) + e];
    }

    @Override
    public void keyRows(int sequence, int head, int first, int count, float[] to) {
        System.arraycopy(rows[sequence], at(sequence, first), to, 0, count * rowWidth);
    }

    @Override
    public void valueRows(int sequence, int head, int first, int count, float[] to) {
        for (int j = 0; j < count; j++) {
            System.arraycopy(rows[sequence], at(sequence, first + j), to, j * latent, latent);
        }
    }

    @Override
    public long bytes() {
        return 0; // the arrays are another's
    }
}
