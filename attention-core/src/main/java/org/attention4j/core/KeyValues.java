package org.attention4j.core;

import org.attention4j.api.BadShapeException;
import org.attention4j.api.Scratch;

/**
 * Keys and values of a batch, packed as the kernels read them: one array of each a sequence, so that a cache can grow as large as
 * Java's arrays allow for every sequence.
 *
 * <p>Keys [K, S, E]: head after head, panels of 16 keys, each [E, 16]. Values [K, S, E']: head after head, panels of 16 columns, each [S, 16],
 * so that one query reads a few long streams. Positions are written one by one, in any order; what has not been written holds anything and is not read.
 */
final class KeyValues implements KeySource {
    /**
     * Keys a block: softmax goes on from block to block, so this number is part of what the bits are. Measured at n = 1,024 and E = 64 with
     * 16, 32 and 64 queries: 128 and 256 keys are equally fast, 64 a fifth slower.
     */
    static final int BLOCK = 128;

    /** Queries of a task: enough to use each key of a block many times, few enough for all threads to have work. */
    private static final int QUERY_BLOCK = 32;

    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private int batch;
    private int heads;
    private int keyWidth;
    private int valueWidth;
    private int capacity;
    private float[][] keys = {};
    private float[][] values = {};

    /** Takes a form; arrays must follow. */
    private void shape(int newBatch, int newHeads, int newKeyWidth, int newValueWidth, int newCapacity) {
        batch = newBatch;
        heads = newHeads;
        keyWidth = newKeyWidth;
        valueWidth = newValueWidth;
        capacity = newCapacity;
        check(keyFloats(heads, keyWidth, capacity), "keys", keyWidth);
        check(valueFloats(heads, valueWidth, capacity), "values", valueWidth);
        if (keys.length < batch) {
            keys = new float[batch][];
            values = new float[batch][];
        }
    }

    private void check(long floats, String what, int width) {
        if (floats > LARGEST_ARRAY) {
            throw new BadShapeException(capacity + " " + what + " of " + heads + " heads of width " + width + " need "
                    + floats + " floats a sequence; a Java array holds at most " + LARGEST_ARRAY);
        }
    }

    /** Floats of the keys of one sequence. */
    static long keyFloats(int heads, int keyWidth, int capacity) {
        return (long) heads * keyWidth * ((capacity + 15L) / 16 * 16);
    }

    /** Floats of the values of one sequence. */
    static long valueFloats(int heads, int valueWidth, int capacity) {
        return (long) heads * capacity * ((valueWidth + 15L) / 16 * 16);
    }

    /** Memory of a call. */
    static KeyValues borrow(Scratch scratch, int batch, int heads, int keyWidth, int valueWidth, int capacity) {
        KeyValues borrowed = scratch.object(KeyValues.class, KeyValues::new);
        borrowed.shape(batch, heads, keyWidth, valueWidth, capacity);
        for (int b = 0; b < batch; b++) {
            borrowed.keys[b] = scratch.floats((int) keyFloats(heads, keyWidth, capacity));
            borrowed.values[b] = scratch.floats((int) valueFloats(heads, valueWidth, capacity));
        }
        return borrowed;
    }

    /** Memory of its own, zeros. */
    static KeyValues create(int batch, int heads, int keyWidth, int valueWidth, int capacity) {
        KeyValues created = new KeyValues();
        created.shape(batch, heads, keyWidth, valueWidth, capacity);
        for (int b = 0; b < batch; b++) {
            created.keys[b] = new float[(int) keyFloats(heads, keyWidth, capacity)];
            created.values[b] = new float[(int) valueFloats(heads, valueWidth, capacity)];
        }
        return created;
    }

    /** Given memory, of the lengths of {@link #keyFloats} and {@link #valueFloats}. */
    static KeyValues of(int heads, int keyWidth, int valueWidth, int capacity, float[][] keys, float[][] values) {
        KeyValues given = new KeyValues();
        given.keys = keys;
        given.values = values;
        given.shape(keys.length, heads, keyWidth, valueWidth, capacity);
        return given;
    }

    KeyValues copy() {
        float[][] keyCopies = new float[batch][];
        float[][] valueCopies = new float[batch][];
        for (int b = 0; b < batch; b++) {
            keyCopies[b] = keys[b].clone();
            valueCopies[b] = values[b].clone();
        }
        return of(heads, keyWidth, valueWidth, capacity, keyCopies, valueCopies);
    }

    float[] keys(int sequence) {
        return keys[sequence];
    }

    float[] values(int sequence) {
        return values[sequence];
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public int heads() {
        return heads;
    }

    @Override
    public int queryBlock() {
        return QUERY_BLOCK;
    }

    @Override
    public KeyBlock block(Scratch scratch) {
        return scratch.object(KeyBlock.class, KeyBlock::new);
    }

    @Override
    public int run(int key, int count) {
        return count; // panel after panel
    }

    @Override
    public void keys(KeyBlock block, int sequence, int head, int key, int count) {
        block.keys = keys[sequence];
        block.keysAt = keyPanel(head, key);
    }

    @Override
    public void values(KeyBlock block, int sequence, int head, int key, int count) {
        block.values = values[sequence];
        block.valuesAt = valuePanel(head, key);
        block.valueStride = valuePanelStride();
    }

    @Override
    public long bytes() {
        return batch * Float.BYTES * (keyFloats(heads, keyWidth, capacity) + valueFloats(heads, valueWidth, capacity));
    }

    /** Where the panel of a key begins; keys of a panel are 1 apart, the numbers of a key 16. */
    private int keyPanel(int head, int key) {
        return (head * Work.blocks(capacity, 16) + key / 16) * 16 * keyWidth;
    }

    /** Where the first panel of a value is, at its row; panels are {@link #valuePanelStride} apart. */
    private int valuePanel(int head, int key) {
        return head * capacity * Work.padded(valueWidth) + key * 16;
    }

    private int valuePanelStride() {
        return 16 * capacity;
    }

    /** Writes keys: number e of head h of row i is {@code rows[offset + i · rowStride + h · headStride + e]}. */
    void putKeys(int sequence, int first, int count, float[] rows, int offset, int rowStride, int headStride) {
        float[] to = keys[sequence];
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < count; i++) {
                int from = offset + i * rowStride + h * headStride;
                int at = keyPanel(h, first + i) + (first + i) % 16;
                for (int e = 0; e < keyWidth; e++) {
                    to[at + 16 * e] = rows[from + e];
                }
            }
        }
    }

    /** Writes values, laid out as for {@link #putKeys}. */
    void putValues(int sequence, int first, int count, float[] rows, int offset, int rowStride, int headStride) {
        float[] to = values[sequence];
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < count; i++) {
                int from = offset + i * rowStride + h * headStride;
                int at = valuePanel(h, first + i);
                int stride = valuePanelStride();
                for (int e = 0; e < valueWidth; e += 16, at += stride) {
                    System.arraycopy(rows, from + e, to, at, Math.min(16, valueWidth - e));
                }
            }
        }
    }

    @Override
    public float key(int sequence, int head, int key, int e) {
        return keys[sequence][keyPanel(head, key) + 16 * e + key % 16];
    }

    @Override
    public void keyRows(int sequence, int head, int first, int count, float[] rows) {
        for (int j = 0; j < count; j++) {
            int at = keyPanel(head, first + j) + (first + j) % 16;
            for (int e = 0; e < keyWidth; e++) {
                rows[j * keyWidth + e] = keys[sequence][at + 16 * e];
            }
        }
    }

    @Override
    public void valueRows(int sequence, int head, int first, int count, float[] rows) {
        for (int j = 0; j < count; j++) {
            int at = valuePanel(head, first + j);
            int stride = valuePanelStride();
            for (int e = 0; e < valueWidth; e += 16, at += stride) {
                System.arraycopy(values[sequence], at, rows, j * valueWidth + e, Math.min(16, valueWidth - e));
            }
        }
    }
}
