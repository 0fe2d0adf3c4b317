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
 * and at the end the output is divided by l. What a row gets depends on its own query and on the keys that it sees, and on nothing else:
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
        Arrays.fill(max, 0, to - from, Float.NEGATIVE_INFINITY);
        Arrays.fill(sum, 0, to - from, 0f);
        int end = c.end(b, to - 1);
        for (int key = 0; key < end; key += BLOCK) {
            int width = Math.min(BLOCK, end - key);
            c.keyValues.keys(tile, b, c.keyHead(h), key, width);
            c.keyValues.values(tile, b, c.keyHead(h), key, width);
            block(c, tile, b, h, from, to, key, width, x, max, sum);
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
            int b,
            int h,
            int from,
            int to,
            int key,
            int width,
            float[] x,
            float[] max,
            float[] sum) {
        int first = c.firstQuery(b, from, key);
        int at = (first - from) * BLOCK;
        c.products(tile, b, h, first, to - first, width, x, at, BLOCK);
        for (int i = first; i < to; i++) {
            score(c, b, h, i, key, width, x, (i - from) * BLOCK, max, sum, i - from);
        }
        exponentials(c, b, from, first, to, key, width, x, max, sum);
        Panels.multiplyAdd(
                c.kernels,
                to - first,
                c.valueWidth,
                width,
                x,
                at,
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
            int b,
            int h,
            int i,
            int key,
            int width,
            float[] x,
            int at,
            float[] max,
            float[] sum,
            int r) {
        Kernels kernels = c.kernels;
        int visible = c.visible(b, i, key, width);
        c.scores.scaleAndCap(kernels, x, at, visible);
        c.finishScores(b, h, i, key, visible, x, at);
        float before = max[r];
        float now = Math.max(before, kernels.max(x, at, visible));
        if (before != Float.NEGATIVE_INFINITY && before != now) {
            float shrink = ScalarMath.exp(before - now);
            sum[r] *= shrink;
            kernels.scale(c.out.array, c.out.at(b, h, i), c.valueWidth, shrink);
        }
        max[r] = now;
    }

    /** Scores to exponentials, 0 where hidden; neighbouring rows that see the whole block go together. */
    private static void exponentials(
            AttentionCall c,
            int b,
            int from,
            int first,
            int to,
            int key,
            int width,
            float[] x,
            float[] max,
            float[] sum) {
        for (int i = first, end; i < to; i = end) {
            end = i;
            while (end < to && max[end - from] != Float.NEGATIVE_INFINITY && c.visible(b, end, key, width) == width) {
                end++;
            }
            int r = i - from;
            int visible = width;
            if (end == i) { // a row that sees less, or has seen nothing yet
                end = i + 1;
                visible = max[r] == Float.NEGATIVE_INFINITY ? 0 : c.visible(b, i, key, width);
                Arrays.fill(x, r * BLOCK + visible, r * BLOCK + width, 0f);
            }
            c.kernels.addExpSums(end - i, x, r * BLOCK, BLOCK, visible, max, r, sum, r);
        }
    }
}
