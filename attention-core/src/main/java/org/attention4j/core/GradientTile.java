package org.attention4j.core;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.kernels.Kernels;

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

    AttentionCall call = new AttentionCall();
    BackwardArrays arrays = new BackwardArrays();
    /** The queries that are packed, of one head of a sequence, and the first key of the block. */
    int b;

    int h;
    int from;
    int to;
    int key;
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
    /** Q and dO in panels of 16 queries, the left operands of the products with keys and values. */
    float[] queryColumns = {};

    float[] outColumns = {};
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
    /** The columns of keys that are multiplied, and whether no weight of them is 0. */
    int begin;

    int end;
    boolean positive;

    /** For use again. */
    static GradientTile borrow(AttentionCall c, BackwardArrays arrays, Scratch scratch) {
        GradientTile tile = scratch.object(GradientTile.class, GradientTile::new);
        tile.call = c;
        tile.arrays = arrays;
        int queries = Math.min(QUERIES, c.queryTime);
        tile.rows = scratch.floats(BLOCK * Math.max(c.keyWidth, c.valueWidth));
        tile.keys = c.keyValues.block(scratch);
        tile.seen = VisibleKeys.borrow(scratch, c, queries);
        tile.keyPanels = scratch.floats(BLOCK * Work.padded(c.keyWidth));
        tile.valuePanels = scratch.floats(BLOCK * c.valueWidth);
        tile.queryPanels = scratch.floats(queries * Work.padded(c.keyWidth));
        tile.outPanels = scratch.floats(queries * Work.padded(c.valueWidth));
        tile.queryColumns = scratch.floats(Work.padded(queries) * c.keyWidth);
        tile.outColumns = scratch.floats(Work.padded(queries) * c.valueWidth);
        tile.weights = scratch.floats(ROWS * BLOCK);
        tile.bent = scratch.floats(ROWS * BLOCK);
        tile.d = scratch.floats(ROWS * BLOCK);
        tile.dQueries = scratch.floats(c.scoreFunction == null ? 0 : ROWS * c.keyWidth);
        tile.delta = scratch.floats(queries);
        tile.maxima = scratch.floats(queries);
        tile.inverses = scratch.floats(queries);
        return tile;
    }

    /** Moves to some queries: packs them and their cotangents as the products read them, and takes what the forward pass left of each row. */
    void queries(int sequence, int head, int fromQuery, int toQuery) {
        b = sequence;
        h = head;
        from = fromQuery;
        to = toQuery;
        HeadRows query = call.query;
        HeadRows dOut = arrays.dOut;
        int rows = to - from;
        int at = query.at(b, h, from);
        int dAt = dOut.at(b, h, from);
        panelStride = 16 * rows;
        call.kernels.pack(query.array, at, query.rowStride, 1, rows, call.keyWidth, queryPanels, 0);
        call.kernels.pack(query.array, at, 1, query.rowStride, call.keyWidth, rows, queryColumns, 0);
        call.kernels.pack(dOut.array, dAt, dOut.rowStride, 1, rows, call.valueWidth, outPanels, 0);
        call.kernels.pack(dOut.array, dAt, 1, dOut.rowStride, call.valueWidth, rows, outColumns, 0);
        float[] kept = Objects.requireNonNull(call.maxima);
        float[] sums = Objects.requireNonNull(call.sums);
        for (int r = 0; r < rows; r++) {
            float max = kept[call.rowAt(b, h, from + r)];
            delta[r] = delta(from + r);
            maxima[r] = max;
            inverses[r] = max == Float.NEGATIVE_INFINITY ? 0f : 1f / sums[call.rowAt(b, h, from + r)];
        }
        seen.queries(b, h, from, to);
    }

    /**
     * dO · O of a query, by the chain that gives dp = dO · v: where one key has all the weight, O is its value and dp − δ is exactly 0, as it
     * is in the limit.
     */
    private float delta(int i) {
        int dAt = arrays.dOut.at(b, h, i);
        int at = call.out.at(b, h, i);
        float sum = 0;
        for (int e = 0; e < call.valueWidth; e++) {
            sum = Math.fma(arrays.dOut.array[dAt + e], call.out.array[at + e], sum);
        }
        return sum;
    }

    /** Moves to the keys of the block that is seen, as the weights read them. */
    void keys(int first) {
        key = first;
        call.readKeys(keys, b, h, key, seen.width());
    }

    /** Packs these keys and their values as the gradients read them. */
    void pack() {
        int width = seen.width();
        call.keyValues.keyRows(b, keyHead(), key, width, rows);
        call.kernels.pack(rows, 0, call.keyWidth, 1, width, call.keyWidth, keyPanels, 0);
        call.keyValues.valueRows(b, keyHead(), key, width, rows);
        call.kernels.pack(rows, 0, 1, call.valueWidth, call.valueWidth, width, valuePanels, 0);
    }

    int keyHead() {
        return call.keyHead(h);
    }

    /** Past the last column that rows of a run up to {@code last} see, in whole panels as far as the block has them. */
    int end(int last) {
        return Math.min(seen.width(), Work.padded(seen.end(last - 1)));
    }

    /**
     * The weights of some rows on the keys of a block from column {@code low} to {@code high}.
     *
     * @param first the first of the rows, a multiple of 16 after the first that is packed
     */
    void weights(int first, int last, int low, int high) {
        AttentionCall c = call;
        begin = low;
        end = high;
        float[] x = weights;
        boolean plain = c.scores.plain();
        if (c.scoreFunction == null) {
            int at = keys.keysAt + low * c.keyWidth;
            products(first - from, last - first, queryColumns, c.keyWidth, keys.keys, at, x);
        } else {
            c.products(keys, b, h, first, last - first, low, high - low, x, low, BLOCK);
        }
        for (int i = first; i < last; i++) {
            int at = (i - first) * BLOCK;
            int own = at + low;
            int count = Math.max(0, Math.min(seen.end(i), high) - low);
            if (!plain) {
                c.scores.scaleAndCap(c.kernels, x, own, count);
                if (c.scores.bent()) {
                    System.arraycopy(x, own, bent, own, count);
                }
                c.finishScores(b, h, i, key + low, count, x, own);
            }
            seen.hide(x, at, i);
            Arrays.fill(x, own, Math.max(own, at + seen.begin(i)), Float.NEGATIVE_INFINITY);
            Arrays.fill(x, own + count, at + high, Float.NEGATIVE_INFINITY);
        }
        positive = c.kernels.softmaxWeights(
                last - first,
                x,
                low,
                BLOCK,
                high - low,
                plain ? c.scores.scale() : 1f,
                maxima,
                first - from,
                inverses,
                first - from);
    }

    /** dp = dO Vᵀ of some rows, of which r is the first, on the columns of the weights. */
    void dWeights(int r, int rows) {
        products(r, rows, outColumns, call.valueWidth, valuePanels, begin * call.valueWidth, d);
    }

    /** Products of some packed rows with the columns of a right operand, in rows. */
    private void products(int r, int rows, float[] columns, int width, float[] panels, int at, float[] x) {
        call.kernels.multiplyPanels(
                rows, end - begin, width, columns, r * width, panels, at, x, begin, Kernels.LANES, BLOCK);
    }
}
