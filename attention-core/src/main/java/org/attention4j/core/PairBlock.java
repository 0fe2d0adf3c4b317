package org.attention4j.core;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.variant.ScoreBlock;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/** What a score function sees, moved from block to block. */
final class PairBlock implements ScoreBlock {
    private static final int SLOTS = 8;
    private static final float[] NOTHING = {};
    private static final int FEW = 1024;
    /** No block has more of them. */
    private static final int QUERIES = 64;

    private AttentionCall call = new AttentionCall();
    private int head;
    private int queries;
    private int keys;
    private int queryPosition;
    private int keyPosition;
    private int queryAt;
    private float[] key = {};
    private int keyAt;
    private final float[][] memory = new float[SLOTS][];
    private @Nullable Scratch scratch;

    /** Begins a part, whose scratch memory the slots are: those of the part before have been taken back. */
    void take(Scratch ofPart) {
        scratch = ofPart;
        Arrays.fill(memory, NOTHING);
    }

    /** Moves to some queries of a head from one on, and to keys of a block from column {@code begin} on, a multiple of 16. */
    PairBlock set(AttentionCall newCall, int b, int h, int i, int rows, KeyBlock block, int begin, int width) {
        call = newCall;
        head = h;
        queries = rows;
        keys = width;
        queryPosition = call.position(b, i);
        keyPosition = block.first + begin - call.extraKeys;
        queryAt = call.query.at(b, h, i);
        key = block.keys;
        keyAt = block.keysAt + begin * call.keyWidth;
        return this;
    }

    /** Where number 0 of a key is; the others follow at distances of 16. */
    static int keyAt(ScoreBlock block, int j) {
        return block.keyAt() + j / Kernels.LANES * Kernels.LANES * block.headWidth() + j % Kernels.LANES;
    }

    /** Kernels for loops over the numbers of all keys: where they are few, scalar ones, as vectors of short loops can become objects. */
    static Kernels kernels(Kernels all, ScoreBlock block) {
        return block.keys() * block.headWidth() < FEW ? Kernels.scalar() : all;
    }

    /** Copies the keys out: [n, E]. */
    static void keyRows(ScoreBlock block, float[] rows) {
        int width = block.headWidth();
        for (int j = 0; j < block.keys(); j++) {
            int from = keyAt(block, j);
            for (int e = 0; e < width; e++) {
                rows[j * width + e] = block.key()[from + e * Kernels.LANES];
            }
        }
    }

    @Override
    public int head() {
        return head;
    }

    @Override
    public int queryPosition() {
        return queryPosition;
    }

    @Override
    public int keyPosition() {
        return keyPosition;
    }

    @Override
    public int queries() {
        return queries;
    }

    @Override
    public int keys() {
        return keys;
    }

    @Override
    public int headWidth() {
        return call.keyWidth;
    }

    @Override
    public float[] query() {
        return call.query.array;
    }

    @Override
    public int queryAt() {
        return queryAt;
    }

    @Override
    public int queryStride() {
        return call.query.rowStride;
    }

    @Override
    public float[] key() {
        return key;
    }

    @Override
    public int keyAt() {
        return keyAt;
    }

    @Override
    public float[] parameters() {
        return call.variantParameters;
    }

    @Override
    public float[] memory(int slot, int size) {
        if (memory[slot].length < size) {
            int keysAtMost = Math.min(KeyValues.BLOCK, Work.padded(call.keyValues.capacity()));
            int most = keysAtMost * Math.max(QUERIES, Work.padded(call.keyWidth)); // for any block of the call
            memory[slot] = Objects.requireNonNull(scratch).floats(Math.max(size, most));
        }
        return memory[slot];
    }
}
