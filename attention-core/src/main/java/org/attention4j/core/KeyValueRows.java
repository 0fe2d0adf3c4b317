package org.attention4j.core;

import org.attention4j.api.Scratch;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.PackedMatrix;

/**
 * Keys and values where the caller has them, row by row. A block is packed by the thread that reads it, each time that it is read, so that
 * a call needs no memory that grows with the number of keys.
 */
final class KeyValueRows implements KeySource {
    /** So many that packing the keys again for each matters little. */
    private static final int QUERY_BLOCK = 512;

    private Kernels kernels = Kernels.scalar();
    private int heads;
    private int keyWidth;
    private int valueWidth;
    private int capacity;
    final HeadRows keys = new HeadRows();
    final HeadRows values = new HeadRows();

    /** Takes a form; {@link #keys} and {@link #values} must be placed too. */
    void shape(Kernels newKernels, int newHeads, int newKeyWidth, int newValueWidth, int newCapacity) {
        kernels = newKernels;
        heads = newHeads;
        keyWidth = newKeyWidth;
        valueWidth = newValueWidth;
        capacity = newCapacity;
    }

    @Override
    public int heads() {
        return heads;
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
    public KeyBlock block(Scratch scratch) {
        KeyBlock block = KeyBlock.borrow(scratch);
        int most = Math.min(KeyValues.BLOCK, capacity);
        block.keys = scratch.floats(PackedMatrix.panelsLength(keyWidth, most));
        block.values = scratch.floats(PackedMatrix.panelsLength(most, valueWidth));
        block.keysAt = 0;
        block.valuesAt = 0;
        return block;
    }

    @Override
    public int run(int key, int count) {
        return Math.min(count, KeyValues.BLOCK);
    }

    @Override
    public void keys(KeyBlock block, int sequence, int head, int key, int count) {
        int from = keys.at(sequence, head, key);
        kernels.pack(keys.array, from, 1, keys.rowStride, keyWidth, count, block.keys, 0);
    }

    @Override
    public void values(KeyBlock block, int sequence, int head, int key, int count) {
        int from = values.at(sequence, head, key);
        kernels.pack(values.array, from, values.rowStride, 1, count, valueWidth, block.values, 0);
        block.valueStride = 16 * count;
    }

    @Override
    public float key(int sequence, int head, int key, int e) {
        return keys.array[keys.at(sequence, head, key) + e];
    }

    @Override
    public void keyRows(int sequence, int head, int first, int count, float[] rows) {
        copy(keys, sequence, head, first, count, keyWidth, rows);
    }

    @Override
    public void valueRows(int sequence, int head, int first, int count, float[] rows) {
        copy(values, sequence, head, first, count, valueWidth, rows);
    }

    private static void copy(HeadRows from, int sequence, int head, int first, int count, int width, float[] rows) {
        for (int j = 0; j < count; j++) {
            System.arraycopy(from.array, from.at(sequence, head, first + j), rows, j * width, width);
        }
    }

    @Override
    public long bytes() {
        return Float.BYTES * ((long) keys.array.length + values.array.length);
    }
}
