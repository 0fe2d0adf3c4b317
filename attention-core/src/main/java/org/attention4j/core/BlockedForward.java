package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.Scratch;
import org.attention4j.api.Workspace;
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
 * and at the end the output is divided by l. A row begins with m = −∞ and l = 0, or, with a sink, with its logit and 1. What a row gets depends on its own query and on the keys that it sees, and on nothing else:
 * not on the block of queries it is in. A row that sees nothing is 0.
 */
final class BlockedForward implements Workspace.Task {
    private static final int BLOCK = KeyValues.BLOCK;

    AttentionCall call = new AttentionCall();

    @Override
    public void run(int index, Scratch scratch) {
        AttentionCall c = call;
        int blocks = c.queryBlocks();
        int h = index / blocks % c.heads;
        int b = index / blocks / c.heads;
        int from = index % blocks * c.queryBlock();
        int to = Math.min(from + c.queryBlock(), c.queryTime);
        for (int i = from; i < to; i++) {
            int at = c.out.at(b, h, i);
            if (i < c.queryLengths[b] || c.outPadded) {
                Arrays.fill(c.out.array, at, at + c.valueWidth, 0f);
            }
        }
        to = Math.min(to, c.queryLengths[b]);
        if (from < to) {
            rows(c, b, h, from, to, scratch);
        }
    }

    private static void rows(AttentionCall c, int b, int h, int from, int to, Scratch scratch) {
        KeyBlock tile = c.keyValues.block(scratch);
        float[] x = scratch.floats(c.queryBlock() * BLOCK);
        float[] max = scratch.floats(c.queryBlock());
        float[] sum = scratch.floats(c.queryBlock());
        float sink = c.sink(h);
        Arrays.fill(max, 0, to - from, sink);
        Arrays.fill(sum, 0, to - from, sink == Float.NEGATIVE_INFINITY ? 0f : 1f);
        VisibleKeys seen = VisibleKeys.borrow(scratch, c, to - from);
        seen.queries(b, h, from, to);
        for (int key = seen.next(0); key < seen.end(); key = seen.next(key + BLOCK)) {
            c.keyValues.keys(tile, b, c.keyHead(h), key, seen.width());
            c.keyValues.values(tile, b, c.keyHead(h), key, seen.width());
            block(c, tile, seen, b, h, from, key, x, max, sum);
        }
        for (int i = from; i < to; i++) {
            int r = i - from;
            if (max[r] != Float.NEGATIVE_INFINITY) {
                c.kernels.scale(c.out.array, c.out.at(b, h, i), c.valueWidth, 1f / sum[r]);
            }
            if (c.maxima != null && c.sums != null) {
                c.maxima[c.rowAt(b, h, i)] = max[r];
                c.sums[c.rowAt(b, h, i)] = sum[r];
            }
        }
    }

    private static void block(
            AttentionCall c,
            KeyBlock tile,
            VisibleKeys seen,
            int b,
            int h,
            int from,
            int key,
            float[] x,
            float[] max,
            float[] sum) {
        int first = seen.first();
        int rows = seen.last() - first;
        for (int i = first, next; i < seen.last(); i = next) {
            next = seen.run(i);
            int begin = seen.begin(i);
            int columns = seen.end(next - 1) - begin; // the last row of a run sees the most
            c.products(tile, b, h, i, next - i, begin, columns, x, (i - from) * BLOCK + begin, BLOCK);
        }
        for (int i = first; i < seen.last(); i++) {
            score(c, seen, b, h, i, key, x, (i - from) * BLOCK, max, sum, i - from);
        }
        exponentials(c, seen, from, x, max, sum);
        for (int i = first; i < seen.last() && c.dropout != null; i++) {
            c.dropout.apply(c, b, h, i, key, x, (i - from) * BLOCK, seen.width());
        }
        Panels.multiplyAdd(
                c.kernels,
                rows,
                c.valueWidth,
                seen.width(),
                x,
                (first - from) * BLOCK,
                BLOCK,
                1,
                tile.values,
                tile.valuesAt,
                tile.valueStride,
                c.out.array,
                c.out.at(b, h, first),
                c.out.rowStride);
    }

    /** One row of a block: products to scores; the row's maximum, sum and output so far follow. */
    private static void score(
            AttentionCall c,
            VisibleKeys seen,
            int b,
            int h,
            int i,
            int key,
            float[] x,
            int at,
            float[] max,
            float[] sum,
            int r) {
        Kernels kernels = c.kernels;
        int begin = seen.begin(i);
        int count = seen.end(i) - begin;
        c.scores.scaleAndCap(kernels, x, at + begin, count);
        c.finishScores(b, h, i, key + begin, count, x, at + begin);
        seen.hide(x, at, i);
        float before = max[r];
        float now = Math.max(before, kernels.max(x, at + begin, count));
        if (before != Float.NEGATIVE_INFINITY && before != now) {
            float shrink = ScalarMath.exp(before - now);
            sum[r] *= shrink;
            kernels.scale(c.out.array, c.out.at(b, h, i), c.valueWidth, shrink);
        }
        max[r] = now;
    }

    /** Scores to exponentials, 0 where hidden; neighbouring rows that see the same columns go together. */
    private static void exponentials(AttentionCall c, VisibleKeys seen, int from, float[] x, float[] max, float[] sum) {
        for (int i = seen.first(), next; i < seen.last(); i = next) {
            int r = i - from;
            int begin = seen.begin(i);
            int end = max[r] == Float.NEGATIVE_INFINITY ? begin : seen.end(i); // a row may have seen nothing yet
            next = i + 1;
            while (next < seen.last()
                    && max[next - from] != Float.NEGATIVE_INFINITY
                    && seen.begin(next) == begin
                    && seen.end(next) == end) {
                next++;
            }
            for (int at = r * BLOCK; at < (next - from) * BLOCK; at += BLOCK) {
                Arrays.fill(x, at, at + begin, 0f);
                Arrays.fill(x, at + end, at + seen.width(), 0f);
            }
            c.kernels.addExpSums(next - i, x, r * BLOCK + begin, BLOCK, end - begin, max, r, sum, r);
        }
    }
}
