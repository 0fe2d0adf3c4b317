package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.Scratch;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.ScalarMath;

/**
 * softmax(QKᵀ/√E) V for one block of queries of one head (Dao et al. 2022, algorithm 1), without the matrix of scores. For every block of
 * keys, at absolute positions:
 *
 * <ol>
 *   <li>scores s = q·k, then scale, soft-cap, modifier, bias, masks; hidden keys are −∞;
 *   <li>m′ = max(m, max s); what is there of the row is multiplied by exp(m − m′);
 *   <li>p = exp(s − m′); l gains Σ p, the output gains Σ p v, without terms whose p is 0;
 * </ol>
 *
 * and at the end the output is divided by l. A row begins with m = −∞ and l = 0, or, with a sink, with its logit and 1. What a row gets
 * depends on its own query and on the keys that it sees, and on nothing else: not on the block of queries it is in. A row that sees
 * nothing is 0.
 */
final class BlockedForward extends QueryTask {
    private static final int BLOCK = KeyValues.BLOCK;

    /** Queries that are not worth a panel of 16: half of one. */
    private static final int FEW = Kernels.LANES / 2;

    @Override
    void run(int b, int firstHead, int from, int to, Scratch scratch) {
        AttentionCall c = call;
        int end = Math.min(to, c.queryLengths[b]);
        VisibleKeys seen = VisibleKeys.borrow(scratch, c, c.queryBlock(), c.headBlock());
        int mark = scratch.mark();
        for (int h = firstHead; h < Math.min(firstHead + c.headBlock(), c.heads); h++) {
            c.clear(b, h, from, to);
            if (from < end) {
                rows(c, seen, b, h, from, end, scratch);
                scratch.release(mark);
            }
        }
    }

    private static void rows(AttentionCall c, VisibleKeys seen, int b, int h, int from, int to, Scratch scratch) {
        KeyBlock keys = c.keyValues.block(scratch);
        ScoreTile tile = to - from <= FEW ? RowTile.borrow(scratch) : PanelTile.borrow(scratch, c, b, h, from, to);
        float[] factors = scratch.floats(ScoreTile.QUERIES);
        float[] max = scratch.floats(Work.padded(c.queryBlock()));
        float[] sum = scratch.floats(Work.padded(c.queryBlock()));
        float sink = c.sink(h);
        Arrays.fill(max, 0, Work.padded(to - from), sink);
        Arrays.fill(sum, 0, Work.padded(to - from), sink == Float.NEGATIVE_INFINITY ? 0f : 1f);
        seen.queries(b, h, from, to);
        for (int key = seen.next(0); key < seen.end(); key = seen.next(key + BLOCK)) {
            c.keyValues.keys(keys, b, c.keyHead(h), key, seen.width());
            c.keyValues.values(keys, b, c.keyHead(h), key, seen.width());
            int first = seen.first() - (seen.first() - from) % VisibleKeys.GROUP;
            for (int i = first, stop; i < seen.last(); i = stop) {
                stop = Math.min(i + ScoreTile.QUERIES, seen.last());
                tile.start(i);
                products(c, keys, tile, seen, b, h, i, stop, i - from);
                for (int run = i, next; run < stop; run = next) {
                    next = Math.min(seen.run(run), stop);
                    block(c, keys, tile, seen, b, h, run, next, key, factors, max, sum, run - from);
                }
            }
        }
        if (c.maxima != null && c.sums != null) {
            System.arraycopy(max, 0, c.maxima, c.rowAt(b, h, from), to - from);
            System.arraycopy(sum, 0, c.sums, c.rowAt(b, h, from), to - from);
        }
        for (int r = 0; r < to - from; r++) {
            sum[r] = max[r] == Float.NEGATIVE_INFINITY ? 1f : 1f / sum[r];
        }
        scale(c, b, h, from, to, sum);
    }

    /** The products of a tile's queries with the columns that they see, of more than one group at once where these see the same of them. */
    private static void products(
            AttentionCall c, KeyBlock keys, ScoreTile tile, VisibleKeys seen, int b, int h, int from, int to, int r) {
        if (seen.run(from) >= to) {
            int begin = seen.begin(from);
            tile.products(c, keys, b, h, from, to, begin, seen.end(to - 1) - begin, r);
            return;
        }
        for (int begin = seen.edge(from, to, 0), next; begin < seen.width(); begin = next) {
            next = seen.edge(from, to, begin + 1);
            for (int i = from, stop; i < to; i = stop) {
                stop = seen.alike(i, to, begin);
                if (seen.sees(i, begin)) {
                    tile.products(c, keys, b, h, i, stop, begin, next - begin, r + i - from);
                }
            }
        }
    }

    /** Some rows of a run, over the columns that the last of them sees; r is where their maxima and sums are. */
    private static void block(
            AttentionCall c,
            KeyBlock keys,
            ScoreTile tile,
            VisibleKeys seen,
            int b,
            int h,
            int from,
            int to,
            int key,
            float[] factors,
            float[] max,
            float[] sum,
            int r) {
        int rows = to - from;
        int begin = seen.begin(from);
        int width = seen.end(to - 1) - begin;
        boolean plain = c.scores.plain();
        float factor = plain ? c.scores.scale() : 1f;
        if (!plain) {
            tile.scaleAndCap(c, from, to, begin, width);
        }
        for (int i = from; i < to && !plain; i++) {
            int at = tile.at(i, begin);
            c.finishScores(b, h, i, key + begin, seen.end(i) - begin, tile.scores(), at, tile.step());
        }
        tile.hide(c.kernels, seen, from, to, begin, width);
        System.arraycopy(max, r, factors, 0, rows);
        tile.maxima(c.kernels, from, to, begin, width, factor, max, r);
        if (shrink(rows, factors, max, sum, r)) {
            scale(c, b, h, from, to, factors);
        }
        boolean positive = tile.exponentials(c.kernels, from, to, begin, width, factor, max, sum, r);
        for (int i = from; i < to && c.dropout != null; i++) {
            c.dropout.apply(c, b, h, i, key + begin, tile.scores(), tile.at(i, begin), tile.step(), width);
        }
        tile.values(c, keys, b, h, from, to, begin, width, positive && c.dropout == null);
    }

    /** The maxima before to the factors of what there is of each row, as parts of exp(s − m), after greater ones; whether one is not 1. */
    private static boolean shrink(int rows, float[] factors, float[] max, float[] sum, int at) {
        boolean shrinking = false;
        for (int r = 0; r < rows; r++) {
            float before = factors[r];
            factors[r] = 1f;
            if (before != Float.NEGATIVE_INFINITY && before != max[at + r]) {
                factors[r] = ScalarMath.exp(before - max[at + r]);
                sum[at + r] *= factors[r];
                shrinking = true;
            }
        }
        return shrinking;
    }

    /** The outputs of some queries, each times its factor. */
    private static void scale(AttentionCall c, int b, int h, int from, int to, float[] factors) {
        int at = c.out.at(b, h, from);
        c.kernels.scaleRows(to - from, c.out.array, at, c.out.rowStride, c.valueWidth, factors, 0);
    }
}
