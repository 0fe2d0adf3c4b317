package org.attention4j.core;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.Scratch;

/** Weights × values for one block of queries of one head, where a weighting replaces the softmax but not the scores. */
final class ScoredForward extends QueryTask {
    /** Scores to weights, of one row after another. */
    static final class Rows {
        private final KeyRow row = new KeyRow();
        private VisibleKeys seen = new VisibleKeys();
        float[] scores = {};
        float[] weights = {};

        static Rows borrow(Scratch scratch, AttentionCall call) {
            Rows rows = scratch.object(Rows.class, Rows::new);
            rows.seen = VisibleKeys.borrow(scratch, call, 1);
            int most = call.keyValues.capacity() + KeyValues.BLOCK; // as in rows of scores
            rows.scores = scratch.floats(most);
            rows.weights = scratch.floats(most);
            return rows;
        }

        KeyRow row() {
            return row;
        }

        /** Moves to a query, whose scores begin with a stored key and at {@code at}; they and the weights are valid from the row's first key on. */
        int set(AttentionCall c, int b, int h, int i, int from, float[] x, int at) {
            int keys = row.set(c, seen, b, h, i, from);
            int first = row.firstKey();
            System.arraycopy(x, at + first, scores, first, keys - first);
            Arrays.fill(weights, first, keys, 0f);
            Objects.requireNonNull(c.scoreWeighting).weights(row, scores, weights);
            c.kernels.clearUpTo(Float.NEGATIVE_INFINITY, x, at + first, weights, first, keys - first);
            return keys;
        }
    }

    @Override
    void run(int b, int h, int from, int to, Scratch scratch) {
        AttentionCall c = call;
        int end = Math.min(to, c.queryLengths[b]);
        c.clear(b, h, from, to);
        if (from < end) {
            ScoreRows scores = ScoreRows.borrow(scratch, c, false);
            Rows rows = Rows.borrow(scratch, c);
            KeyBlock tile = c.keyValues.block(scratch);
            for (int i = from; i < end; i += scores.rows) {
                rows(c, b, h, i, Math.min(i + scores.rows, end), scores, rows, tile);
            }
        }
    }

    private static void rows(
            AttentionCall c, int b, int h, int from, int to, ScoreRows scores, Rows rows, KeyBlock tile) {
        VisibleKeys seen = scores.compute(c, b, h, from, to);
        for (int i = from; i < to; i++) {
            weights(c, b, h, i, scores, scores.at(i, from), seen.end(), rows);
        }
        int firstKey = scores.firstKey;
        for (int key = seen.next(firstKey); key < seen.end(); key = seen.next(key + KeyValues.BLOCK)) {
            int first = seen.first();
            c.keyValues.values(tile, b, c.keyHead(h), key, seen.width());
            Panels.multiplyAdd(
                    c.kernels,
                    seen.last() - first,
                    c.valueWidth,
                    seen.width(),
                    scores.scores,
                    scores.at(first, from) + key - firstKey,
                    scores.stride,
                    1,
                    tile.values,
                    tile.valuesAt,
                    tile.valueStride,
                    c.out.array,
                    c.out.at(b, h, first),
                    c.out.rowStride,
                    false);
        }
    }

    /** Scores of a row to weights, in place, and without those that dropout leaves out; 0 for stored keys past the row's own, up to {@code end}. */
    static void weights(AttentionCall c, int b, int h, int i, ScoreRows scores, int at, int end, Rows rows) {
        float[] x = scores.scores;
        int keys = rows.set(c, b, h, i, scores.firstKey, x, at);
        int first = rows.row().firstKey();
        if (c.dropout != null) {
            c.dropout.apply(c, b, h, i, first, rows.weights, first, keys - first);
        }
        Arrays.fill(x, at, at + first, 0f);
        System.arraycopy(rows.weights, first, x, at + first, keys - first);
        Arrays.fill(x, at + keys, at + end - scores.firstKey, 0f);
    }
}
