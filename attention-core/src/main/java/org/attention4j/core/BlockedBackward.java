package org.attention4j.core;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.ScalarMath;
import org.jspecify.annotations.Nullable;

/**
 * Gradients of softmax attention for one key head of one sequence, without the matrix of scores (Dao et al. 2022, algorithm 4). For every
 * query head that reads this key head, every block of queries and every block of keys, in order:
 *
 * <ol>
 *   <li>weights again: p = exp(s − m) / l, from the maximum m and the sum l that the forward pass left;
 *   <li>dV += pᵀ dO; dp = dO Vᵀ, and what the cotangent of the weights adds;
 *   <li>with dropout, dp and the p of dV are multiplied with its factors, which are computed again;
 *   <li>ds = p (dp − δ) with δ = dO · O (plus p · dw); exactly 0 where p is 0;
 *   <li>back through mask, bias, modifier, soft-cap and scale; then dQ += ds K, dK += dsᵀ Q.
 * </ol>
 *
 * The order of every sum is that of the loops, so a gradient does not depend on threads.
 */
final class BlockedBackward implements Workspace.Task {
    private static final int ROWS = 128;
    private static final int BLOCK = KeyValues.BLOCK;

    AttentionCall call = new AttentionCall();
    BackwardArrays arrays = new BackwardArrays();

    /** What one part works with. */
    private static final class Tile {
        KeyBlock keys = new KeyBlock();
        VisibleKeys seen = new VisibleKeys();
        float[] rows = {};
        /** K as [keys, E] and Vᵀ as [E', keys] of the block of keys, in panels. */
        float[] keyPanels = {};

        float[] valuePanels = {};
        /** Q and dO of the block of queries, in panels. */
        float[] queryPanels = {};

        float[] outPanels = {};
        float[] weights = {};
        float[] bent = {};
        float[] d = {};
        float[] delta = {};
    }

    @Override
    public void run(int index, Scratch scratch) {
        int keyHeads = call.keyValues.heads();
        int b = index / keyHeads;
        int keyHead = index % keyHeads;
        Tile tile = borrow(call, scratch);
        for (int h = 0; h < call.heads; h++) {
            for (int from = 0; from < call.queryLengths[b] && call.keyHead(h) == keyHead; from += ROWS) {
                rows(b, h, from, Math.min(from + ROWS, call.queryLengths[b]), tile);
            }
        }
    }

    private static Tile borrow(AttentionCall c, Scratch scratch) {
        Tile tile = scratch.object(Tile.class, Tile::new);
        tile.rows = scratch.floats(BLOCK * Math.max(c.keyWidth, c.valueWidth));
        tile.keys = c.keyValues.block(scratch);
        tile.seen = VisibleKeys.borrow(scratch, c, ROWS);
        tile.keyPanels = scratch.floats(BLOCK * Work.padded(c.keyWidth));
        tile.valuePanels = scratch.floats(BLOCK * c.valueWidth);
        tile.queryPanels = scratch.floats(ROWS * Work.padded(c.keyWidth));
        tile.outPanels = scratch.floats(ROWS * Work.padded(c.valueWidth));
        tile.weights = scratch.floats(ROWS * BLOCK);
        tile.bent = scratch.floats(ROWS * BLOCK);
        tile.d = scratch.floats(ROWS * BLOCK);
        tile.delta = scratch.floats(ROWS);
        return tile;
    }

    /** Packs a block of keys and values as the gradients read them. */
    private static void pack(AttentionCall c, int b, int keyHead, int key, int width, Tile tile) {
        c.keyValues.keyRows(b, keyHead, key, width, tile.rows);
        c.kernels.pack(tile.rows, 0, c.keyWidth, 1, width, c.keyWidth, tile.keyPanels, 0);
        c.keyValues.valueRows(b, keyHead, key, width, tile.rows);
        c.kernels.pack(tile.rows, 0, 1, c.valueWidth, c.valueWidth, width, tile.valuePanels, 0);
    }

    private void rows(int b, int h, int from, int to, Tile tile) {
        AttentionCall c = call;
        HeadRows dOut = arrays.dOut;
        int rows = to - from;
        c.kernels.pack(
                c.query.array, c.query.at(b, h, from), c.query.rowStride, 1, rows, c.keyWidth, tile.queryPanels, 0);
        c.kernels.pack(dOut.array, dOut.at(b, h, from), dOut.rowStride, 1, rows, c.valueWidth, tile.outPanels, 0);
        for (int i = from; i < to; i++) {
            tile.delta[i - from] = chain(dOut.array, dOut.at(b, h, i), c.out.array, c.out.at(b, h, i), c.valueWidth);
        }
        VisibleKeys seen = tile.seen;
        seen.queries(b, h, from, to);
        for (int key = seen.next(0); key < seen.end() && arrays.dWeights != null; key = seen.next(key + BLOCK)) {
            weightCotangents(b, h, from, key, seen.width(), tile);
        }
        if (arrays.dSinks != null) {
            sinkGradient(b, h, from, to, tile.delta, arrays.dSinks);
        }
        for (int key = seen.next(0); key < seen.end(); key = seen.next(key + BLOCK)) {
            block(b, h, from, to, key, seen.width(), tile);
        }
    }

    /** The sink is a key whose dp is 0: its ds is −p δ. */
    private void sinkGradient(int b, int h, int from, int to, float[] delta, float[] dSinks) {
        AttentionCall c = call;
        float[] maxima = Objects.requireNonNull(c.maxima);
        float[] sums = Objects.requireNonNull(c.sums);
        for (int i = from; i < to; i++) {
            int row = c.rowAt(b, h, i);
            if (maxima[row] != Float.NEGATIVE_INFINITY) {
                float p = ScalarMath.exp(c.sink(h) - maxima[row]) / sums[row];
                dSinks[b * c.heads + h] = Math.fma(-p, delta[i - from], dSinks[b * c.heads + h]);
            }
        }
    }

    /**
     * x · y, by the chain that gives dp = dO · v: where one key has all the weight, O is its value and dp − δ is exactly 0, as it is
     * in the limit.
     */
    private static float chain(float[] x, int xAt, float[] y, int yAt, int n) {
        float sum = 0;
        for (int e = 0; e < n; e++) {
            sum = Math.fma(x[xAt + e], y[yAt + e], sum);
        }
        return sum;
    }

    /** δ += Σ p · dw. */
    private void weightCotangents(int b, int h, int from, int key, int width, Tile tile) {
        weights(call, b, h, from, key, width, tile);
        for (int i = tile.seen.first(); i < tile.seen.last(); i++) {
            for (int j = 0; j < width; j++) {
                float p = tile.weights[(i - from) * BLOCK + j];
                if (p != 0) {
                    tile.delta[i - from] = Math.fma(p, arrays.dWeight(call, b, h, i, key + j), tile.delta[i - from]);
                }
            }
        }
    }

    /** The weights of a block of queries on a block of keys. */
    private static void weights(AttentionCall c, int b, int h, int from, int key, int width, Tile tile) {
        VisibleKeys seen = tile.seen;
        int first = seen.first();
        float[] x = tile.weights;
        float[] maxima = Objects.requireNonNull(c.maxima);
        float[] sums = Objects.requireNonNull(c.sums);
        c.keyValues.keys(tile.keys, b, c.keyHead(h), key, width);
        c.products(tile.keys, b, h, first, seen.last() - first, width, x, (first - from) * BLOCK, BLOCK);
        for (int i = first; i < seen.last(); i++) {
            int at = (i - from) * BLOCK;
            float max = maxima[c.rowAt(b, h, i)];
            if (max == Float.NEGATIVE_INFINITY) {
                Arrays.fill(x, at, at + width, 0f);
                continue;
            }
            int begin = seen.begin(i);
            int end = seen.end(i);
            int own = at + begin;
            int count = end - begin;
            c.scores.scaleAndCap(c.kernels, x, own, count);
            if (c.scores.bent()) {
                System.arraycopy(x, own, tile.bent, own, count);
            }
            c.finishScores(b, h, i, key + begin, count, x, own);
            seen.hide(x, at, i);
            c.kernels.expSum(x, own, count, max);
            c.kernels.scale(x, own, count, 1f / sums[c.rowAt(b, h, i)]);
            Arrays.fill(x, at, own, 0f);
            Arrays.fill(x, at + end, at + width, 0f);
        }
    }

    private void block(int b, int h, int from, int to, int key, int width, Tile tile) {
        AttentionCall c = call;
        Kernels kernels = c.kernels;
        int first = tile.seen.first();
        int last = tile.seen.last();
        int rows = last - first;
        int at = (first - from) * BLOCK;
        int keyHead = c.keyHead(h);
        weights(c, b, h, from, key, width, tile);
        pack(c, b, keyHead, key, width, tile);
        kernels.multiply(
                rows,
                width,
                c.valueWidth,
                arrays.dOut.array,
                arrays.dOut.at(b, h, first),
                arrays.dOut.rowStride,
                1,
                tile.valuePanels,
                0,
                tile.d,
                at,
                BLOCK,
                false);
        for (int i = first; i < last; i++) {
            int row = (i - from) * BLOCK;
            if (c.dropout != null) {
                c.dropout.apply(c, b, h, i, key, tile.d, row, width);
            }
            scoreGradients(b, h, i, key, width, tile, row, tile.delta[i - from]);
            if (c.dropout != null) {
                c.dropout.apply(c, b, h, i, key, tile.weights, row, width);
            }
        }
        int panelAt = (first - from) * 16;
        int panelStride = 16 * (to - from);
        transposed(
                arrays.dValue,
                b,
                keyHead,
                key,
                width,
                c.valueWidth,
                rows,
                tile.weights,
                at,
                tile.outPanels,
                panelAt,
                panelStride);
        transposed(
                arrays.dKey,
                b,
                keyHead,
                key,
                width,
                c.keyWidth,
                rows,
                tile.d,
                at,
                tile.queryPanels,
                panelAt,
                panelStride);
        HeadRows dQuery = arrays.dQuery;
        if (dQuery != null) {
            Panels.multiplyAdd(
                    kernels,
                    rows,
                    c.keyWidth,
                    width,
                    tile.d,
                    at,
                    BLOCK,
                    1,
                    tile.keyPanels,
                    0,
                    16 * width,
                    dQuery.array,
                    dQuery.at(b, h, first),
                    dQuery.rowStride);
        }
    }

    /** From dL/dp, in d, to dL/dproduct of one row. */
    private void scoreGradients(int b, int h, int i, int key, int width, Tile tile, int at, float delta) {
        AttentionCall c = call;
        float[] p = tile.weights;
        float[] d = tile.d;
        for (int j = 0; j < width; j++) {
            float weight = p[at + j];
            d[at + j] = weight == 0 ? 0 : weight * (d[at + j] + arrays.dWeight(c, b, h, i, key + j) - delta);
        }
        int visible = c.visible(b, i, key, width);
        int extra = c.extra(key, visible);
        int first = key + extra - c.extraKeys;
        int own = visible - extra;
        if (arrays.dPositions != null) {
            int to = (b * c.heads + h) * c.scores.learned();
            c.scores.positionGradient(d, at + extra, own, c.position(b, i), first, arrays.dPositions, to);
        }
        if (arrays.dBias != null) {
            c.scores.biasGradient(d, at + extra, own, b, h, i, first, arrays.dBias, arrays.dBiasOffset);
        }
        c.scores.gradient(c.kernels, tile.bent, d, at, width, extra, b, h, c.position(b, i), first);
    }

    /** Gradient of keys or values += aᵀ × rows in panels. */
    private void transposed(
            @Nullable HeadRows gradient,
            int b,
            int keyHead,
            int key,
            int width,
            int n,
            int rows,
            float[] a,
            int at,
            float[] panels,
            int panelAt,
            int panelStride) {
        if (gradient != null) {
            Panels.multiplyAdd(
                    call.kernels,
                    width,
                    n,
                    rows,
                    a,
                    at,
                    1,
                    BLOCK,
                    panels,
                    panelAt,
                    panelStride,
                    gradient.array,
                    gradient.at(b, keyHead, key),
                    gradient.rowStride);
        }
    }
}
