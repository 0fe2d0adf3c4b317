package org.attention4j.core;

import org.attention4j.api.Scratch;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.PackedMatrix;

/**
 * Rows [L + R] that a state keeps as keys, which are values too: the first L numbers of each. Keys are read as the state has them; values are turned
 * round, block by block, by the thread that reads.
 */
final class CachedLatents implements KeySource {
    private static final int PANEL = 16;

    private Kernels kernels = Kernels.scalar();
    private KeyValues rows = new KeyValues();
    private int latent;

    /** Takes the rows of a state. */
    void set(Kernels newKernels, KeyValues newRows, int newLatent) {
        kernels = newKernels;
        rows = newRows;
        latent = newLatent;
    }

    @Override
    public int heads() {
        return 1;
    }

    @Override
    public int capacity() {
        return rows.capacity();
    }

    @Override
    public int queryBlock() {
        return LatentRows.QUERY_BLOCK;
    }

    @Override
    public int run(int key, int count) {
        return Math.min(count, KeyValues.BLOCK);
    }

    @Override
    public KeyBlock block(Scratch scratch) {
        KeyBlock block = rows.block(scratch);
        block.ownValues = scratch.floats(PackedMatrix.panelsLength(KeyValues.BLOCK, latent));
        return block;
    }

    @Override
    public void keys(KeyBlock block, int sequence, int head, int key, int count) {
        rows.keys(block, sequence, head, key, count);
    }

    /** From panels [L + R, 16] of positions to panels [count, 16] of numbers. */
    @Override
    public void values(KeyBlock block, int sequence, int head, int key, int count) {
        rows.keys(block, sequence, head, key, count);
        block.values = block.ownValues;
        block.valuesAt = 0;
        block.valueStride = PANEL * count;
        for (int j = 0; j < count; j += PANEL) {
            int from = block.keysAt + j * rows.keyWidth;
            int positions = Math.min(PANEL, count - j);
            for (int e = 0; e < latent; e += PANEL) {
                int numbers = Math.min(PANEL, latent - e);
                int to = e * count + j * PANEL;
                kernels.pack(block.keys, from + e * PANEL, 1, PANEL, positions, numbers, block.values, to);
            }
        }
    }

    @Override
    public float key(int sequence, int head, int key, int e) {
        return rows.key(sequence, head, key, e);
    }

    @Override
    public void keyRows(int sequence, int head, int first, int count, float[] to) {
        rows.keyRows(sequence, head, first, count, to);
    }

    @Override
    public void valueRows(int sequence, int head, int first, int count, float[] to) {
        for (int j = 0; j < count; j++) {
            for (int e = 0; e < latent; e++) {
                to[j * latent + e] = rows.key(sequence, head, first + j, e);
            }
        }
    }

    @Override
    public long bytes() {
        return 0; // the arrays are another's
    }
}
