package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.Scratch;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.ScalarMath;

/** The weights of one block of queries of one head: softmax of whole rows of scores, or what a weighting says; or the scores themselves. */
final class WeightsTask extends QueryTask {
    private static final int BLOCK = KeyValues.BLOCK;

    private float[] weights = {};
    private int offset;
    private int columns;
    /** Whether columns stand for the last positions that a sequence has, where it has more. */
    boolean lastPositions;
    /** Whether the scores are wanted, −∞ where a query does not see a key. */
    boolean scores;

    /** For use again: the weights of all positions, unless something else is said. */
    static WeightsTask borrow(Scratch scratch, float[] weights, int offset, int columns) {
        WeightsTask task = scratch.object(WeightsTask.class, WeightsTask::new);
        task.weights = weights;
        task.offset = offset;
        task.columns = columns;
        task.lastPositions = false;
        task.scores = false;
        return task;
    }

    @Override
    void run(int b, int h, int from, int to, Scratch scratch) {
        AttentionCall c = call;
        KeyBlock tile = c.keyValues.block(scratch);
        VisibleKeys seen = VisibleKeys.borrow(scratch, c, 1);
        KeyRow row = scratch.object(KeyRow.class, KeyRow::new);
        float[] x = scratch.floats(c.keyValues.capacity() + BLOCK);
        int gone = gone(c, b);
        ScoredForward.Rows rows = ScoredForward.Rows.borrow(scratch, c);
        for (int i = from; i < to; i++) {
            int at = offset + c.rowAt(b, h, i) * columns;
            Arrays.fill(weights, at, at + columns, scores ? Float.NEGATIVE_INFINITY : 0f);
            if (i < c.queryLengths[b]) {
                int keys = row(c, tile, seen, b, h, i, row, rows, gone, x);
                if (lastPositions) {
                    int skipped = Math.max(gone, c.keyLengths[b] - columns);
                    int column = skipped - Math.max(0, c.keyLengths[b] - columns);
                    System.arraycopy(x, skipped - gone, weights, at + column, Math.max(0, keys - skipped));
                } else {
                    place(c, x, keys, at);
                }
            }
        }
    }

    /** Whole blocks of keys that a ring no longer has: no query of the call sees them. */
    private static int gone(AttentionCall c, int b) {
        return Math.max(0, c.keys(b) - c.keyValues.capacity()) / BLOCK * BLOCK;
    }

    /** Puts true keys first and extra keys at the end, where there are columns for them. */
    private void place(AttentionCall c, float[] x, int keys, int at) {
        int extra = c.extraKeys;
        System.arraycopy(x, extra, weights, at, keys - extra);
        if (columns > c.keyTime) {
            System.arraycopy(x, 0, weights, at + c.keyTime, extra);
        }
    }

    /** The weights or scores of one row, the first at key {@code gone}; returns how many keys it has. Weightings have all keys. */
    private int row(
            AttentionCall c,
            KeyBlock tile,
            VisibleKeys seen,
            int b,
            int h,
            int i,
            KeyRow row,
            ScoredForward.Rows rows,
            int gone,
            float[] x) {
        if (c.weighting != null) {
            int keys = row.set(c, seen, b, h, i);
            WeightedForward.weights(c.weighting, row, keys, x);
            Arrays.fill(x, 0, row.firstKey(), 0f);
            return keys;
        }
        Kernels kernels = c.kernels;
        int keys = c.end(b, i);
        int count = keys - gone;
        Arrays.fill(x, 0, count, Float.NEGATIVE_INFINITY);
        seen.queries(b, h, i, i + 1);
        for (int key = seen.next(gone); key < keys; key = seen.next(key + BLOCK)) {
            int width = seen.width();
            int at = key - gone;
            c.keyValues.keys(tile, b, c.keyHead(h), key, width);
            c.products(tile, b, h, i, 1, width, x, at, width);
            c.scores.scaleAndCap(kernels, x, at, width);
            c.finishScores(b, h, i, key, width, x, at);
            Arrays.fill(x, at, at + seen.begin(i), Float.NEGATIVE_INFINITY);
            Arrays.fill(x, at + seen.end(i), at + width, Float.NEGATIVE_INFINITY);
            seen.hide(x, at, i);
        }
        if (scores) {
            return keys;
        }
        if (c.scoreWeighting != null) {
            rows.set(c, b, h, i, x, 0);
            int first = rows.row().firstKey();
            Arrays.fill(x, 0, first, 0f);
            System.arraycopy(rows.weights, first, x, first, keys - first);
            return keys;
        }
        float sink = c.sink(h);
        float max = Math.max(sink, kernels.max(x, 0, count));
        if (max == Float.NEGATIVE_INFINITY) {
            Arrays.fill(x, 0, count, 0f);
        } else {
            float sum = kernels.expSum(x, 0, count, max) + ScalarMath.exp(sink - max);
            kernels.scale(x, 0, count, 1f / sum);
        }
        return keys;
    }
}
