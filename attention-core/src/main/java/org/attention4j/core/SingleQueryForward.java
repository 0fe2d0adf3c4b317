package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.Scratch;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.ScalarMath;

/**
 * What {@link OnlineSoftmax} computes, with the same bits, where each sequence has one query: decoding. Reading the keys and values is
 * then nearly all of the work, so that they are read once for all query heads that share them, and everything between is done for several
 * blocks of keys in one call.
 *
 * <p>Rows are the query heads of one part, which share a key head. For every span of blocks of which one of them sees something: products and
 * scores of the whole span; the running maximum of each row after each block; exponentials of all blocks; then block by block the output so far is
 * multiplied by exp(m − m′) and gains p v.
 */
final class SingleQueryForward extends QueryTask {
    private static final int BLOCK = KeyValues.BLOCK;
    /** Scores that stay near: 16 KB. */
    private static final int SPAN = 32 * BLOCK;

    @Override
    void run(int b, int h, int from, int to, Scratch scratch) {
        AttentionCall c = call;
        for (int r = 0; r < c.headBlock(); r++) {
            c.clear(b, h + r, from, to);
        }
        if (c.queryLengths[b] > 0) {
            rows(c, b, h, scratch);
        }
    }

    private static void rows(AttentionCall c, int b, int h, Scratch scratch) {
        int rows = c.headBlock();
        int end = c.end(b, 0);
        int span = Math.max(BLOCK, SPAN / rows / BLOCK * BLOCK);
        int blocks = span / BLOCK;
        KeyBlock tile = c.keyValues.block(scratch);
        float[] x = scratch.floats(rows * span);
        float[] max = scratch.floats(rows * (blocks + 1)); // before the span, and after each of its blocks
        float[] sums = scratch.floats(rows * blocks);
        float[] sum = scratch.floats(rows);
        for (int r = 0; r < rows; r++) {
            float sink = c.sink(h + r);
            max[r * (blocks + 1)] = sink;
            sum[r] = sink == Float.NEGATIVE_INFINITY ? 0f : 1f;
        }
        VisibleKeys seen = VisibleKeys.borrow(scratch, c, 1);
        for (int key = next(c, seen, b, h, 0), width; key < end; key = next(c, seen, b, h, key + width)) {
            width = together(c, seen, b, h, key, Math.min(span, end - key));
            int used = Work.blocks(width, BLOCK);
            products(c, tile, b, h, key, width, x, span);
            boolean positive = true;
            for (int r = 0; r < rows; r++) {
                scores(c, seen, b, h + r, key, width, x, r * span);
                maxima(c, x, r * span, width, max, r * (blocks + 1));
                positive &= exponentials(c.kernels, x, r * span, width, max, r * (blocks + 1) + 1, sums, r * blocks);
            }
            for (int block = 0, next; block < used; block = next) {
                next = block + c.keyValues.run(key + block * BLOCK, width - block * BLOCK) / BLOCK;
                next = unshrunk(max, rows, blocks + 1, block, Math.max(next, block + 1));
                for (int r = 0; r < rows; r++) {
                    int at = r * (blocks + 1) + block;
                    shrink(c, b, h + r, max[at], max[at + 1], sum, r);
                    for (int i = block; i < next; i++) {
                        sum[r] += sums[r * blocks + i];
                    }
                }
                int from = block * BLOCK;
                values(c, tile, b, h, key + from, Math.min(next * BLOCK, width) - from, x, from, span, positive);
            }
            for (int r = 0; r < rows; r++) {
                max[r * (blocks + 1)] = max[r * (blocks + 1) + used];
            }
        }
        for (int r = 0; r < rows; r++) {
            finish(c, b, h + r, max[r * (blocks + 1)], sum, r);
        }
    }

    /** The first block from one on of which a row sees something. */
    private static int next(AttentionCall c, VisibleKeys seen, int b, int h, int start) {
        if (!c.scores.masked()) {
            return start;
        }
        int least = c.end(b, 0);
        for (int r = 0; r < c.headBlock() && least > start; r++) {
            seen.queries(b, h + r, 0, 1);
            least = Math.min(least, seen.next(start));
        }
        return least;
    }

    /** How many keys from one on, and at most, are in blocks of which a row sees something. */
    private static int together(AttentionCall c, VisibleKeys seen, int b, int h, int key, int most) {
        if (!c.scores.masked()) {
            return most;
        }
        int width = Math.min(BLOCK, most);
        while (width < most && next(c, seen, b, h, key + width) == key + width) {
            width = Math.min(width + BLOCK, most);
        }
        return width;
    }

    /** From products to scores of one row, but for the scale where there is nothing else. */
    private static void scores(AttentionCall c, VisibleKeys seen, int b, int h, int key, int width, float[] x, int at) {
        if (!c.scores.plain()) {
            c.scores.scaleAndCap(c.kernels, x, at, width);
            c.finishScores(b, h, 0, key, width, x, at);
        }
        hide(c, seen, b, h, key, width, x, at);
    }

    /** Hides what the mask hides from one row. */
    private static void hide(AttentionCall c, VisibleKeys seen, int b, int h, int key, int width, float[] x, int at) {
        if (c.scores.variantMask() == null) {
            return;
        }
        seen.queries(b, h, 0, 1);
        int hidden = 0;
        for (int from = seen.next(key) - key; from < width; from = seen.next(key + from + BLOCK) - key) {
            Arrays.fill(x, at + hidden, at + from + seen.begin(0), Float.NEGATIVE_INFINITY);
            seen.hide(x, at + from, 0);
            hidden = from + seen.end(0);
        }
        Arrays.fill(x, at + hidden, at + width, Float.NEGATIVE_INFINITY);
    }

    private static void products(
            AttentionCall c, KeyBlock tile, int b, int h, int key, int width, float[] x, int span) {
        for (int from = 0, run; from < width; from += run) {
            run = c.keyValues.run(key + from, width - from);
            c.readKeys(tile, b, h, key + from, run);
            if (c.scoreFunction != null) {
                scores(c, tile, b, h, run, x, from, span);
                continue;
            }
            c.kernels.multiply(
                    c.headBlock(),
                    run,
                    c.keyWidth,
                    c.query.array,
                    c.query.at(b, h, 0),
                    c.query.headStride,
                    1,
                    tile.keys,
                    tile.keysAt,
                    x,
                    from,
                    span,
                    false);
        }
    }

    /** Scores of a score function, which knows one head and one block at a time. */
    private static void scores(AttentionCall c, KeyBlock tile, int b, int h, int run, float[] x, int at, int span) {
        for (int r = 0; r < c.headBlock(); r++) {
            for (int begin = 0; begin < run; begin += BLOCK) {
                int width = Math.min(BLOCK, run - begin);
                c.products(tile, b, h + r, 0, 1, begin, width, x, at + r * span + begin, span);
            }
        }
    }

    private static void values(
            AttentionCall c,
            KeyBlock tile,
            int b,
            int h,
            int key,
            int width,
            float[] x,
            int at,
            int span,
            boolean positive) {
        c.keyValues.values(tile, b, c.keyHead(h), key, width);
        Panels.multiplyAdd(
                c.kernels,
                c.headBlock(),
                c.valueWidth,
                width,
                x,
                at,
                span,
                1,
                tile.values,
                tile.valuesAt,
                tile.valueStride,
                c.out.array,
                c.out.at(b, h, 0),
                c.out.headStride,
                positive);
    }

    /** The running maximum after each block, given the one before; the scale, where nothing else has made products scores. */
    private static void maxima(AttentionCall c, float[] x, int at, int width, float[] max, int maxAt) {
        float factor = c.scores.plain() ? c.scores.scale() : 1f;
        int blocks = Work.blocks(width, BLOCK);
        int whole = width / BLOCK;
        Arrays.fill(max, maxAt + 1, maxAt + 1 + blocks, Float.NEGATIVE_INFINITY);
        c.kernels.scaleMaxima(whole, x, at, BLOCK, BLOCK, factor, max, maxAt + 1);
        if (whole < blocks) {
            int rest = width - whole * BLOCK;
            c.kernels.scaleMaxima(1, x, at + whole * BLOCK, BLOCK, rest, factor, max, maxAt + blocks);
        }
        for (int next = maxAt + 1; next <= maxAt + blocks; next++) {
            max[next] = Math.max(max[next - 1], max[next]);
        }
    }

    /** Scores to exponentials, and the sum of each block; zeros as long as nothing has been seen. Whether none is 0. */
    private static boolean exponentials(
            Kernels kernels, float[] x, int at, int width, float[] max, int maxAt, float[] sums, int sumsAt) {
        int blocks = Work.blocks(width, BLOCK);
        Arrays.fill(sums, sumsAt, sumsAt + blocks, 0f);
        int hidden = 0;
        while (hidden < blocks && max[maxAt + hidden] == Float.NEGATIVE_INFINITY) {
            hidden++;
        }
        Arrays.fill(x, at, at + Math.min(width, hidden * BLOCK), 0f);
        int whole = width / BLOCK;
        boolean positive = hidden == 0;
        if (hidden < whole) {
            int from = at + hidden * BLOCK;
            positive &= kernels.addExpSums(
                    whole - hidden, x, from, BLOCK, BLOCK, max, maxAt + hidden, sums, sumsAt + hidden);
        }
        if (whole < blocks && hidden < blocks) {
            int rest = width - whole * BLOCK;
            positive &=
                    kernels.addExpSums(1, x, at + whole * BLOCK, BLOCK, rest, max, maxAt + whole, sums, sumsAt + whole);
        }
        return positive;
    }

    /** The first block after {@code block}, not past {@code end}, with a maximum of a row that is not the one before. */
    private static int unshrunk(float[] max, int rows, int stride, int block, int end) {
        int next = block + 1;
        for (; next < end; next++) {
            for (int r = 0; r < rows; r++) {
                if (max[r * stride + next] != max[r * stride + next + 1]) {
                    return next;
                }
            }
        }
        return next;
    }

    /** What goes with a maximum that grows, if there is anything yet. */
    private static void shrink(AttentionCall c, int b, int h, float before, float now, float[] sum, int r) {
        if (before != Float.NEGATIVE_INFINITY && before != now) {
            float factor = ScalarMath.exp(before - now);
            sum[r] *= factor;
            c.kernels.scale(c.out.array, c.out.at(b, h, 0), c.valueWidth, factor);
        }
    }

    private static void finish(AttentionCall c, int b, int h, float max, float[] sum, int r) {
        if (c.maxima != null && c.sums != null) {
            c.maxima[c.rowAt(b, h, 0)] = max;
            c.sums[c.rowAt(b, h, 0)] = sum[r];
        }
        sum[r] = max == Float.NEGATIVE_INFINITY ? 1f : 1f / sum[r];
        c.kernels.scaleRows(1, c.out.array, c.out.at(b, h, 0), c.out.rowStride, c.valueWidth, sum, r);
    }
}
