package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.Scratch;

/**
 * What a part of {@link BlockedBackward} works with: some queries and a block of keys in panels, and the weights of a tile of them,
 * computed again.
 */
final class GradientTile {
    /** Queries whose Q and dO are packed together, and for which a block of keys and values is packed once. */
    static final int QUERIES = 256;

    /** Of which so many are multiplied in one go: their weights and gradients are 64 KB. 32 are slower, 128 as fast. */
    static final int ROWS = 64;

    private static final int BLOCK = KeyValues.BLOCK;

    KeyBlock keys = new KeyBlock();
    VisibleKeys seen = new VisibleKeys();
    float[] rows = {};
    /** K as [keys, E] and Vᵀ as [E', keys] of the block of keys, in panels. */
    float[] keyPanels = {};

    float[] valuePanels = {};
    /** Q and dO of the queries, in panels. */
    float[] queryPanels = {};

    float[] outPanels = {};
    int panelStride;
    float[] weights = {};
    float[] bent = {};
    float[] d = {};
    /** What a score function adds to the gradients of some queries, and those of its parameters. */
    float[] dQueries = {};

    float[] dParameters = {};
    /** Of each query: δ, the maximum and one over the sum. */
    float[] delta = {};

    float[] maxima = {};
    float[] inverses = {};
    /** The columns that rows of the tile see, and whether all of them see them all. */
    int begin;

    int end;
    boolean positive;

    /** For use again. */
    static GradientTile borrow(AttentionCall c, Scratch scratch) {
        GradientTile tile = scratch.object(GradientTile.class, GradientTile::new);
        int queries = Math.min(QUERIES, c.queryTime);
        tile.rows = scratch.floats(BLOCK * Math.max(c.keyWidth, c.valueWidth));
        tile.keys = c.keyValues.block(scratch);
        tile.seen = VisibleKeys.borrow(scratch, c, queries);
        tile.keyPanels = scratch.floats(BLOCK * Work.padded(c.keyWidth));
        tile.valuePanels = scratch.floats(BLOCK * c.valueWidth);
        tile.queryPanels = scratch.floats(queries * Work.padded(c.keyWidth));
        tile.outPanels = scratch.floats(queries * Work.padded(c.valueWidth));
        tile.weights = scratch.floats(ROWS * BLOCK);
        tile.bent = scratch.floats(ROWS * BLOCK);
        tile.d = scratch.floats(ROWS * BLOCK);
        tile.dQueries = scratch.floats(c.scoreFunction == null ? 0 : ROWS * c.keyWidth);
        tile.delta = scratch.floats(queries);
        tile.maxima = scratch.floats(queries);
        tile.inverses = scratch.floats(queries);
        return tile;
    }

    /** Packs a block of keys and values as the gradients read them. */
    void pack(AttentionCall c, int b, int keyHead, int key) {
        int width = seen.width();
        c.keyValues.keys(keys, b, keyHead, key, width);
        c.keyValues.keyRows(b, keyHead, key, width, rows);
        c.kernels.pack(rows, 0, c.keyWidth, 1, width, c.keyWidth, keyPanels, 0);
        c.keyValues.valueRows(b, keyHead, key, width, rows);
        c.kernels.pack(rows, 0, 1, c.valueWidth, c.valueWidth, width, valuePanels, 0);
    }

    /** The weights of some rows on a block of keys, and which columns are not 0. */
    void weights(AttentionCall c, int b, int h, int from, int first, int last, int key) {
        begin = seen.width();
        end = 0;
        for (int i = first, next; i < last; i = next) {
            next = Math.min(seen.run(i), last);
            begin = Math.min(begin, seen.begin(i));
            end = Math.max(end, Math.min(seen.width(), Work.padded(seen.end(next - 1))));
        }
        positive = true;
        for (int i = first, next; i < last; i = next) {
            next = Math.min(seen.run(i), last);
            weights(c, b, h, from, first, i, next, key);
        }
    }

    /** The weights of a run of rows, over the columns that the last of them sees; the others are 0. */
    private void weights(AttentionCall c, int b, int h, int from, int first, int run, int last, int key) {
        float[] x = weights;
        int low = seen.begin(run);
        int high = Math.min(seen.width(), Work.padded(seen.end(last - 1)));
        int top = (run - first) * BLOCK;
        boolean plain = c.scores.plain();
        c.products(keys, b, h, run, last - run, low, high - low, x, top + low, BLOCK);
        for (int i = run; i < last; i++) {
            int at = (i - first) * BLOCK;
            int own = at + low;
            int count = seen.end(i) - low;
            if (!plain) {
                c.scores.scaleAndCap(c.kernels, x, own, count);
                if (c.scores.bent()) {
                    System.arraycopy(x, own, bent, own, count);
                }
                c.finishScores(b, h, i, key + low, count, x, own);
            }
            seen.hide(x, at, i);
            Arrays.fill(x, own + count, at + high, Float.NEGATIVE_INFINITY);
            Arrays.fill(x, at + begin, own, 0f);
            Arrays.fill(x, at + high, at + end, 0f);
        }
        positive &= low == begin && high == end;
        positive &= c.kernels.softmaxWeights(
                last - run,
                x,
                top + low,
                BLOCK,
                high - low,
                plain ? c.scores.scale() : 1f,
                maxima,
                run - from,
                inverses,
                run - from);
    }
}
