package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.Scratch;

/**
 * Whole rows of scores of a few queries of one head, where they are shown or a weighting replaces the softmax: what {@link OnlineSoftmax}
 * computes block by block. Keys that a query does not see have −∞. Memory grows with S, not with T.
 */
final class ScoreRows {
    /** Queries that share a reading of the keys: enough for the products to run at speed, and more where their scores stay near. */
    private static final int LEAST_ROWS = 16;

    private static final int MOST_ROWS = 64;
    /** Scores that stay near: 256 KB. */
    private static final int NEAR = 1 << 16;

    private static final int BLOCK = KeyValues.BLOCK;

    /** Queries that are taken together, at most. */
    int rows;

    /** [rows, stride], a row of scores for each query. */
    float[] scores = {};
    /** The scores as scale and soft-cap left them, where they are kept. */
    float[] bent = {};

    int stride;
    /** The key of the first column: 0, or past whole blocks that a ring no longer has, which no query of a call sees. */
    int firstKey;

    private KeyBlock tile = new KeyBlock();
    private VisibleKeys seen = new VisibleKeys();
    private boolean keepBent;

    static ScoreRows borrow(Scratch scratch, AttentionCall call, boolean forGradients) {
        ScoreRows rows = scratch.object(ScoreRows.class, ScoreRows::new);
        rows.stride = call.keyValues.capacity() + BLOCK; // of a ring, as many keys as it has may begin within a block
        rows.rows = Math.max(LEAST_ROWS, Math.min(MOST_ROWS, NEAR / Math.max(1, rows.stride)));
        int most = Math.min(rows.rows, call.queryTime);
        int size = Memory.length((long) most * rows.stride, "scores of some queries");
        rows.scores = scratch.floats(size);
        rows.keepBent = forGradients && call.scores.bent();
        rows.bent = rows.keepBent ? scratch.floats(size) : rows.scores;
        rows.tile = call.keyValues.block(scratch);
        rows.seen = VisibleKeys.borrow(scratch, call, most);
        return rows;
    }

    /** Where the row of a query begins, of queries from {@code from} on. */
    int at(int i, int from) {
        return (i - from) * stride;
    }

    /** Computes the rows of queries {@code from} to {@code to}, at most {@link #rows}; the blocks of keys that one of them sees can be asked for. */
    VisibleKeys compute(AttentionCall c, int b, int h, int from, int to) {
        seen.queries(b, h, from, to);
        firstKey = Math.max(0, c.keys(b) - c.keyValues.capacity()) / BLOCK * BLOCK;
        for (int i = from; i < to; i++) {
            Arrays.fill(scores, at(i, from), at(i, from) + seen.end() - firstKey, Float.NEGATIVE_INFINITY);
        }
        for (int key = seen.next(firstKey); key < seen.end(); key = seen.next(key + BLOCK)) {
            int width = seen.width();
            int first = seen.first();
            int column = key - firstKey;
            c.readKeys(tile, b, h, key, width);
            c.products(tile, b, h, first, seen.last() - first, width, scores, at(first, from) + column, stride);
            for (int i = first; i < seen.last(); i++) {
                row(c, b, h, i, key, width, at(i, from) + column);
            }
        }
        seen.queries(b, h, from, to);
        return seen;
    }

    private void row(AttentionCall c, int b, int h, int i, int key, int width, int at) {
        int begin = seen.begin(i);
        int end = seen.end(i);
        int own = at + begin;
        c.scores.scaleAndCap(c.kernels, scores, own, end - begin);
        if (keepBent) {
            System.arraycopy(scores, own, bent, own, end - begin);
        }
        c.finishScores(b, h, i, key + begin, end - begin, scores, own);
        seen.hide(scores, at, i);
        Arrays.fill(scores, at, own, Float.NEGATIVE_INFINITY);
        Arrays.fill(scores, at + end, at + width, Float.NEGATIVE_INFINITY);
    }
}
