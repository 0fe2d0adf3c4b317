package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.Scratch;
import org.attention4j.api.variant.AttentionWeighting;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.ScalarMath;

/** The weights of one block of queries of one head: softmax of whole rows of scores, or what a weighting says; or the scores themselves. */
final class WeightsTask extends QueryTask {
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
        int end = Math.min(to, c.queryLengths[b]);
        int at = offset + c.rowAt(b, h, from) * columns;
        Arrays.fill(weights, at, at + (to - from) * columns, scores ? Float.NEGATIVE_INFINITY : 0f);
        if (from < end && c.weighting != null) {
            weighted(c.weighting, b, h, from, end, scratch);
        } else if (from < end) {
            scored(b, h, from, end, scratch);
        }
    }

    /** Rows of a weighting that has its own scores. */
    private void weighted(AttentionWeighting weighting, int b, int h, int from, int to, Scratch scratch) {
        AttentionCall c = call;
        KeyRow row = scratch.object(KeyRow.class, KeyRow::new);
        VisibleKeys seen = VisibleKeys.borrow(scratch, c, 1);
        float[] x = scratch.floats(c.keyValues.capacity());
        for (int i = from; i < to; i++) {
            int keys = row.set(c, seen, b, h, i);
            WeightedForward.weights(weighting, row, keys, x);
            Arrays.fill(x, 0, row.firstKey(), 0f);
            place(b, h, i, x, 0, 0, keys);
        }
    }

    private void scored(int b, int h, int from, int to, Scratch scratch) {
        AttentionCall c = call;
        ScoreRows rows = ScoreRows.borrow(scratch, c, false);
        ScoredForward.Rows weighted = ScoredForward.Rows.borrow(scratch, c);
        for (int first = from; first < to; first += rows.rows) {
            int last = Math.min(first + rows.rows, to);
            VisibleKeys seen = rows.compute(c, b, h, first, last);
            for (int i = first; i < last; i++) {
                int keys = c.end(b, i);
                int at = rows.at(i, first);
                if (!scores && c.scoreWeighting != null) {
                    ScoredForward.weights(c, b, h, i, rows, at, seen.end(), weighted);
                } else if (!scores) {
                    softmax(h, rows.scores, at, keys - rows.firstKey);
                }
                place(b, h, i, rows.scores, at, rows.firstKey, keys);
            }
        }
    }

    private void softmax(int h, float[] x, int at, int count) {
        Kernels kernels = call.kernels;
        float sink = call.sink(h);
        float max = Math.max(sink, kernels.max(x, at, count));
        if (max == Float.NEGATIVE_INFINITY) {
            Arrays.fill(x, at, at + count, 0f);
        } else {
            float sum = kernels.expSum(x, at, count, max) + ScalarMath.exp(sink - max);
            kernels.scale(x, at, count, 1f / sum);
        }
    }

    /** Puts a row, which begins with key {@code first}, where it is wanted: true keys, and then extra keys where there are columns for them. */
    private void place(int b, int h, int i, float[] x, int at, int first, int keys) {
        AttentionCall c = call;
        int to = offset + c.rowAt(b, h, i) * columns;
        if (lastPositions) {
            int gone = Math.max(0, c.keyLengths[b] - columns);
            int from = Math.max(first, gone);
            System.arraycopy(x, at + from - first, weights, to + from - gone, Math.max(0, keys - from));
            return;
        }
        int extra = c.extraKeys;
        System.arraycopy(x, at + extra, weights, to, keys - extra);
        if (columns > c.keyTime) {
            System.arraycopy(x, at, weights, to + c.keyTime, extra);
        }
    }
}
