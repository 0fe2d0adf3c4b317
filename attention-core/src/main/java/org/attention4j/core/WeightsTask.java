package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.Scratch;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.ScalarMath;

/** The weights of one block of queries of one head: softmax of whole rows of scores, or what a weighting says; or the scores themselves. */
final class WeightsTask implements Workspace.Task {
    private static final int BLOCK = KeyValues.BLOCK;

    AttentionCall call = new AttentionCall();
    float[] weights = {};
    int offset;
    int columns;
    /** Whether the scores are wanted, −∞ where a query does not see a key. */
    boolean scores;

    @Override
    public void run(int index, Scratch scratch) {
        AttentionCall c = call;
        int blocks = c.queryBlocks();
        int h = index / blocks % c.heads;
        int b = index / blocks / c.heads;
        int from = index % blocks * c.queryBlock();
        int to = Math.min(from + c.queryBlock(), c.queryTime);
        KeyBlock tile = c.keyValues.block(scratch);
        VisibleKeys seen = VisibleKeys.borrow(scratch, c, 1);
        KeyRow row = scratch.object(KeyRow.class, KeyRow::new);
        float[] x = scratch.floats(c.keyValues.capacity());
        for (int i = from; i < to; i++) {
            int at = offset + c.rowAt(b, h, i) * columns;
            Arrays.fill(weights, at, at + columns, scores ? Float.NEGATIVE_INFINITY : 0f);
            if (i < c.queryLengths[b]) {
                int keys = row(c, tile, seen, b, h, i, row, x);
                place(c, x, keys, at);
            }
        }
    }

    /** Puts true keys first and extra keys at the end, where there are columns for them. */
    private void place(AttentionCall c, float[] x, int keys, int at) {
        int extra = c.extraKeys;
        System.arraycopy(x, extra, weights, at, keys - extra);
        if (columns > c.keyTime) {
            System.arraycopy(x, 0, weights, at + c.keyTime, extra);
        }
    }

    /** The weights or scores of one row; returns how many keys it has. */
    private int row(AttentionCall c, KeyBlock tile, VisibleKeys seen, int b, int h, int i, KeyRow row, float[] x) {
        if (c.weighting != null) {
            int keys = row.set(c, seen, b, h, i);
            WeightedForward.weights(c.weighting, row, keys, x);
            Arrays.fill(x, 0, row.firstKey(), 0f);
            return keys;
        }
        Kernels kernels = c.kernels;
        int keys = c.end(b, i);
        Arrays.fill(x, 0, keys, Float.NEGATIVE_INFINITY);
        seen.queries(b, h, i, i + 1);
        for (int key = seen.next(0); key < keys; key = seen.next(key + BLOCK)) {
            int width = seen.width();
            c.keyValues.keys(tile, b, c.keyHead(h), key, width);
            c.products(tile, b, h, i, 1, width, x, key, width);
            c.scores.scaleAndCap(kernels, x, key, width);
            c.finishScores(b, h, i, key, width, x, key);
            int begin = key + seen.begin(i);
            Arrays.fill(x, key, begin, Float.NEGATIVE_INFINITY);
            Arrays.fill(x, key + seen.end(i), key + width, Float.NEGATIVE_INFINITY);
            seen.hide(x, key, i);
        }
        if (scores) {
            return keys;
        }
        float sink = c.sink(h);
        float max = Math.max(sink, kernels.max(x, 0, keys));
        if (max == Float.NEGATIVE_INFINITY) {
            Arrays.fill(x, 0, keys, 0f);
        } else {
            float sum = kernels.expSum(x, 0, keys, max) + ScalarMath.exp(sink - max);
            kernels.scale(x, 0, keys, 1f / sum);
        }
        return keys;
    }
}
