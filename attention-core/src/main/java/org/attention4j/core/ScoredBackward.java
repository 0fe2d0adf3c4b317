package org.attention4j.core;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.variant.ScoreWeighting;
import org.jspecify.annotations.Nullable;

/**
 * Gradients for one key head of one sequence where a weighting replaces the softmax but not the scores. For a few queries at a time, in
 * order:
 *
 * <ol>
 *   <li>scores and weights again, in whole rows;
 *   <li>dw = dO Vᵀ, and what the cotangent of the weights adds; dV += wᵀ dO;
 *   <li>ds by the weighting, 0 where the query does not see the key;
 *   <li>back through bias, modifier, soft-cap and scale; then dQ += ds K, dK += dsᵀ Q.
 * </ol>
 */
final class ScoredBackward extends BackwardTask {
    private static final int BLOCK = KeyValues.BLOCK;
    private static final float HIDDEN = Float.NEGATIVE_INFINITY;

    /** What one part works with; rows are as far apart as those of the scores. */
    private static final class Tile {
        /** Some queries of one head of a sequence. */
        int b;

        int h;
        int from;
        int to;
        ScoreRows scores = new ScoreRows();
        ScoredForward.Rows rows = new ScoredForward.Rows();
        float[] weights = {};
        float[] d = {};
        float[] dWeights = {};
        float[] dScores = {};
        float[] dParameters = {};
        float[] keyRows = {};
        /** K as [keys, E] and Vᵀ as [E', keys] of a block of keys, Q and dO of the queries, in panels. */
        float[] panels = {};

        float[] queryPanels = {};
        float[] outPanels = {};
    }

    @Override
    void run(int b, int keyHead, float[] dParameters, Scratch scratch) {
        Tile tile = borrow(call, scratch);
        tile.dParameters = dParameters;
        int most = tile.scores.rows;
        for (int h = 0; h < call.heads; h++) {
            for (int from = 0; from < call.queryLengths[b] && call.keyHead(h) == keyHead; from += most) {
                tile.b = b;
                tile.h = h;
                tile.from = from;
                tile.to = Math.min(from + most, call.queryLengths[b]);
                rows(tile);
            }
        }
    }

    private static Tile borrow(AttentionCall c, Scratch scratch) {
        Tile tile = scratch.object(Tile.class, Tile::new);
        tile.scores = ScoreRows.borrow(scratch, c, true);
        tile.rows = ScoredForward.Rows.borrow(scratch, c);
        tile.weights = scratch.floats(tile.scores.scores.length);
        tile.d = scratch.floats(tile.scores.scores.length);
        tile.dWeights = scratch.floats(c.keyValues.capacity());
        tile.dScores = scratch.floats(c.keyValues.capacity());
        tile.keyRows = scratch.floats(BLOCK * Math.max(c.keyWidth, c.valueWidth));
        tile.panels = scratch.floats(BLOCK * Math.max(Work.padded(c.keyWidth), c.valueWidth));
        tile.queryPanels = scratch.floats(tile.scores.rows * Work.padded(c.keyWidth));
        tile.outPanels = scratch.floats(tile.scores.rows * Work.padded(c.valueWidth));
        return tile;
    }

    private void rows(Tile tile) {
        AttentionCall c = call;
        HeadRows dOut = arrays.dOut;
        int b = tile.b;
        int h = tile.h;
        int from = tile.from;
        int rows = tile.to - from;
        c.kernels.pack(
                c.query.array, c.query.at(b, h, from), c.query.rowStride, 1, rows, c.keyWidth, tile.queryPanels, 0);
        c.kernels.pack(dOut.array, dOut.at(b, h, from), dOut.rowStride, 1, rows, c.valueWidth, tile.outPanels, 0);
        VisibleKeys seen = tile.scores.compute(c, b, h, from, tile.to);
        for (int i = from; i < tile.to; i++) {
            int at = tile.scores.at(i, from);
            Arrays.fill(tile.d, at, at + seen.end(), 0f);
        }
        for (int key = seen.next(0); key < seen.end(); key = seen.next(key + BLOCK)) {
            dWeights(key, seen.width(), tile);
        }
        for (int i = from; i < tile.to; i++) {
            row(i, seen.end(), tile);
        }
        seen.queries(b, h, from, tile.to);
        for (int key = seen.next(0); key < seen.end(); key = seen.next(key + BLOCK)) {
            int width = seen.width();
            transposed(key, width, tile, tile.weights, tile.outPanels, arrays.dValue, c.valueWidth);
            transposed(key, width, tile, tile.d, tile.queryPanels, arrays.dKey, c.keyWidth);
            dQuery(key, width, tile);
        }
    }

    /** dw = dO Vᵀ of a block of keys. */
    private void dWeights(int key, int width, Tile tile) {
        AttentionCall c = call;
        c.keyValues.valueRows(tile.b, c.keyHead(tile.h), key, width, tile.keyRows);
        c.kernels.pack(tile.keyRows, 0, 1, c.valueWidth, c.valueWidth, width, tile.panels, 0);
        c.kernels.multiply(
                tile.to - tile.from,
                width,
                c.valueWidth,
                arrays.dOut.array,
                arrays.dOut.at(tile.b, tile.h, tile.from),
                arrays.dOut.rowStride,
                1,
                tile.panels,
                0,
                tile.d,
                key,
                tile.scores.stride,
                false);
    }

    /** The weights of a row, and from dL/dw to dL/dproduct; both 0 for keys that it does not see. */
    private void row(int i, int end, Tile tile) {
        AttentionCall c = call;
        int b = tile.b;
        int h = tile.h;
        int at = tile.scores.at(i, tile.from);
        ScoreWeighting weighting = Objects.requireNonNull(c.scoreWeighting);
        float[] x = tile.scores.scores;
        float[] weights = tile.rows.weights;
        int keys = tile.rows.set(c, b, h, i, 0, x, at);
        KeyRow row = tile.rows.row();
        int first = row.firstKey();
        System.arraycopy(tile.d, at + first, tile.dWeights, first, keys - first);
        if (c.dropout != null) {
            c.dropout.apply(c, b, h, i, first, tile.dWeights, first, keys - first);
        }
        for (int j = first; j < keys && arrays.dWeights != null; j++) {
            tile.dWeights[j] += arrays.dWeight(c, b, h, i, j);
        }
        c.kernels.clearUpTo(HIDDEN, x, at + first, tile.dWeights, first, keys - first);
        Arrays.fill(tile.dScores, first, keys, 0f);
        System.arraycopy(x, at + first, tile.rows.scores, first, keys - first);
        weighting.backward(row, tile.rows.scores, weights, tile.dWeights, tile.dScores, tile.dParameters);
        System.arraycopy(tile.dScores, first, tile.d, at + first, keys - first);
        c.kernels.clearUpTo(HIDDEN, x, at + first, tile.d, at + first, keys - first);
        if (c.dropout != null) {
            c.dropout.apply(c, b, h, i, first, weights, first, keys - first);
        }
        System.arraycopy(weights, first, tile.weights, at + first, keys - first);
        Arrays.fill(tile.weights, at, at + first, 0f);
        Arrays.fill(tile.weights, at + keys, at + end, 0f);
        Arrays.fill(tile.d, at, at + first, 0f);
        Arrays.fill(tile.d, at + keys, at + end, 0f);
        int extra = Math.min(c.extraKeys, keys);
        int to = (b * c.heads + h) * c.scores.learned();
        if (arrays.dPositions != null) {
            c.scores.positionGradient(tile.d, at + extra, keys - extra, c.position(b, i), 0, arrays.dPositions, to);
        }
        if (arrays.dBias != null) {
            c.scores.biasGradient(tile.d, at + extra, keys - extra, b, h, i, 0, arrays.dBias, arrays.dBiasOffset);
        }
        c.scores.gradient(c.kernels, tile.scores.bent, tile.d, at, keys, extra, b, h, c.position(b, i), 0);
    }

    private void dQuery(int key, int width, Tile tile) {
        HeadRows dQuery = arrays.dQuery;
        if (dQuery != null) {
            AttentionCall c = call;
            c.keyValues.keyRows(tile.b, c.keyHead(tile.h), key, width, tile.keyRows);
            c.kernels.pack(tile.keyRows, 0, c.keyWidth, 1, width, c.keyWidth, tile.panels, 0);
            Panels.multiplyAdd(
                    c.kernels,
                    tile.to - tile.from,
                    c.keyWidth,
                    width,
                    tile.d,
                    key,
                    tile.scores.stride,
                    1,
                    tile.panels,
                    0,
                    16 * width,
                    dQuery.array,
                    dQuery.at(tile.b, tile.h, tile.from),
                    dQuery.rowStride,
                    false);
        }
    }

    /** Gradient of keys or values, of width n, += aᵀ × rows in panels. */
    private void transposed(
            int key, int width, Tile tile, float[] a, float[] panels, @Nullable HeadRows gradient, int n) {
        if (gradient != null) {
            int rows = tile.to - tile.from;
            Panels.multiplyAdd(
                    call.kernels,
                    width,
                    n,
                    rows,
                    a,
                    key,
                    1,
                    tile.scores.stride,
                    panels,
                    0,
                    16 * rows,
                    gradient.array,
                    gradient.at(tile.b, call.keyHead(tile.h), key),
                    gradient.rowStride,
                    false);
        }
    }
}
