package org.attention4j.core;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.variant.ScoreFunction;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.ScalarMath;
import org.jspecify.annotations.Nullable;

/**
 * Gradients of softmax attention for one key head of one sequence, without the matrix of scores (Dao et al. 2022, algorithm 4). For every
 * query head that reads this key head, every block of queries and every block of keys, in order:
 *
 * <ol>
 *   <li>weights again: p = exp(s − m) / l, from the maximum m and the sum l that the forward pass left;
 *   <li>dV += pᵀ dO; dp = dO Vᵀ, and what the cotangent of the weights adds;
 *   <li>with dropout, dp and the p of dV are multiplied with its factors, which are computed again;
 *   <li>ds = p (dp − δ) with δ = dO · O (plus p · dw); exactly 0 where p is 0;
 *   <li>back through mask, bias, modifier, soft-cap and scale; then dQ += ds K, dK += dsᵀ Q.
 * </ol>
 *
 * The order of every sum is that of the loops, so a gradient does not depend on threads.
 */
final class BlockedBackward extends BackwardTask {
    private static final int QUERIES = GradientTile.QUERIES;
    private static final int BLOCK = KeyValues.BLOCK;

    /** What becomes of the weights of some rows on some keys. */
    @FunctionalInterface
    private interface Use {
        void take(GradientTile tile, int first, int last);
    }

    @Override
    void run(int b, int keyHead, float[] dParameters, Scratch scratch) {
        int length = call.queryLengths[b];
        GradientTile tile = GradientTile.borrow(call, arrays, scratch);
        tile.dParameters = dParameters;
        for (int h = 0; h < call.heads; h++) {
            for (int from = 0; from < length && call.keyHead(h) == keyHead; from += QUERIES) {
                tile.queries(b, h, from, Math.min(from + QUERIES, length));
                rows(tile);
            }
        }
    }

    private static void rows(GradientTile tile) {
        BackwardArrays arrays = tile.arrays;
        VisibleKeys seen = tile.seen;
        for (int key = seen.next(0); key < seen.end() && arrays.dWeights != null; key = seen.next(key + BLOCK)) {
            tile.keys(key);
            blocks(tile, BlockedBackward::weightCotangents);
        }
        if (arrays.dSinks != null) {
            sinkGradient(tile, arrays.dSinks);
        }
        for (int key = seen.next(0); key < seen.end(); key = seen.next(key + BLOCK)) {
            tile.keys(key);
            tile.pack();
            blocks(tile, BlockedBackward::gradients);
        }
    }

    /** All rows that see something of a block of keys. */
    private static void blocks(GradientTile tile, Use use) {
        VisibleKeys seen = tile.seen;
        int first = seen.first() - (seen.first() - tile.from) % VisibleKeys.GROUP;
        for (int i = first, next; i < seen.last(); i = next) {
            next = Math.min(seen.last(), i + GradientTile.ROWS);
            columns(tile, i, next, use);
        }
    }

    /**
     * Some rows and a block of keys: the columns that all of the rows see in one go, and each run of rows with those before and after. All in one
     * go where something is a sum over pairs of any queries and keys, as how they are taken is the order of such a sum: row by row.
     */
    private static void columns(GradientTile tile, int first, int last, Use use) {
        VisibleKeys seen = tile.seen;
        int least = seen.width();
        int low = 0;
        int high = seen.width();
        int most = 0;
        for (int i = first, next; i < last; i = next) {
            next = Math.min(seen.run(i), last);
            int end = tile.end(next);
            least = Math.min(least, seen.begin(i));
            low = Math.max(low, seen.begin(i));
            high = Math.min(high, seen.end(i) == seen.end(next - 1) ? end : seen.end(i) & -Kernels.LANES);
            most = Math.max(most, end);
        }
        if (tile.call.scoreFunction != null || tile.arrays.dBias != null || tile.arrays.dPositions != null) {
            block(tile, first, last, least, most, use);
            return;
        }
        low = low < high ? low : seen.width();
        high = Math.max(low, high);
        for (int i = first, next; i < last; i = next) {
            next = Math.min(seen.run(i), last);
            block(tile, i, next, seen.begin(i), Math.min(low, tile.end(next)), use);
        }
        block(tile, first, last, low, high, use);
        for (int i = first, next; i < last; i = next) {
            next = Math.min(seen.run(i), last);
            block(tile, i, next, Math.max(high, seen.begin(i)), tile.end(next), use);
        }
    }

    /** Some rows and columns, if there are any. */
    private static void block(GradientTile tile, int first, int last, int begin, int end, Use use) {
        if (begin < end) {
            tile.weights(first, last, begin, end);
            use.take(tile, first, last);
        }
    }

    /** The sink is a key whose dp is 0: its ds is −p δ. */
    private static void sinkGradient(GradientTile tile, float[] dSinks) {
        AttentionCall c = tile.call;
        float[] sums = Objects.requireNonNull(c.sums);
        for (int i = tile.from; i < tile.to; i++) {
            int r = i - tile.from;
            if (tile.maxima[r] != Float.NEGATIVE_INFINITY) {
                float p = ScalarMath.exp(c.sink(tile.h) - tile.maxima[r]) / sums[c.rowAt(tile.b, tile.h, i)];
                int at = tile.b * c.heads + tile.h;
                dSinks[at] = Math.fma(-p, tile.delta[r], dSinks[at]);
            }
        }
    }

    /** δ += Σ p · dw. */
    private static void weightCotangents(GradientTile tile, int first, int last) {
        for (int i = first; i < last; i++) {
            int r = i - tile.from;
            for (int j = tile.begin; j < tile.end; j++) {
                float p = tile.weights[(i - first) * BLOCK + j];
                if (p != 0) {
                    float dw = tile.arrays.dWeight(tile.call, tile.b, tile.h, i, tile.key + j);
                    tile.delta[r] = Math.fma(p, dw, tile.delta[r]);
                }
            }
        }
    }

    /** What some rows and the keys of their weights add to the gradients. */
    private static void gradients(GradientTile tile, int first, int last) {
        AttentionCall c = tile.call;
        BackwardArrays arrays = tile.arrays;
        int rows = last - first;
        int begin = tile.begin;
        int width = tile.end - begin;
        int r = first - tile.from;
        tile.dWeights(r, rows);
        for (int i = first; i < last && (arrays.dWeights != null || c.dropout != null); i++) {
            int at = (i - first) * BLOCK + begin;
            if (c.dropout != null) {
                c.dropout.apply(c, tile.b, tile.h, i, tile.key + begin, tile.d, at, width);
            }
            for (int j = 0; j < width && arrays.dWeights != null; j++) {
                tile.d[at + j] += arrays.dWeight(c, tile.b, tile.h, i, tile.key + begin + j);
            }
        }
        boolean plain = c.scores.plain();
        float factor = plain ? c.scores.scale() : 1f;
        c.kernels.softmaxGradient(rows, tile.weights, begin, tile.d, begin, BLOCK, width, tile.delta, r, factor);
        for (int i = first; i < last && !(plain && c.dropout == null); i++) {
            int at = (i - first) * BLOCK;
            if (!plain) {
                scoreGradients(tile, i, at);
            }
            if (c.dropout != null) {
                c.dropout.apply(c, tile.b, tile.h, i, tile.key + begin, tile.weights, at + begin, width);
            }
        }
        int panelAt = r * Kernels.LANES;
        boolean kept = tile.positive && c.dropout == null;
        transposed(tile, tile.weights, rows, tile.outPanels, panelAt, arrays.dValue, c.valueWidth, kept);
        if (c.scoreFunction != null) {
            pairGradients(c.scoreFunction, tile, first, rows);
            return;
        }
        transposed(tile, tile.d, rows, tile.queryPanels, panelAt, arrays.dKey, c.keyWidth, tile.positive);
        HeadRows dQuery = arrays.dQuery;
        if (dQuery != null) {
            Panels.multiplyAdd(
                    c.kernels,
                    rows,
                    c.keyWidth,
                    width,
                    tile.d,
                    begin,
                    BLOCK,
                    1,
                    tile.keyPanels,
                    Kernels.LANES * begin,
                    Kernels.LANES * tile.seen.width(),
                    dQuery.array,
                    dQuery.at(tile.b, tile.h, first),
                    dQuery.rowStride,
                    tile.positive);
        }
    }

    /** What a score function makes of dL/dscore, in d. */
    private static void pairGradients(ScoreFunction function, GradientTile tile, int first, int rows) {
        AttentionCall c = tile.call;
        int width = tile.end - tile.begin;
        PairBlock pairs = tile.keys.pairs.set(c, tile.b, tile.h, first, rows, tile.keys, tile.begin, width);
        Arrays.fill(tile.dQueries, 0, rows * c.keyWidth, 0f);
        Arrays.fill(tile.rows, 0, width * c.keyWidth, 0f);
        function.backward(pairs, tile.d, tile.begin, BLOCK, tile.dQueries, tile.rows, tile.dParameters);
        add(c, tile.dQueries, rows, tile.arrays.dQuery, tile.b, tile.h, first);
        add(c, tile.rows, width, tile.arrays.dKey, tile.b, tile.keyHead(), tile.key + tile.begin);
    }

    private static void add(AttentionCall c, float[] from, int rows, @Nullable HeadRows to, int b, int h, int first) {
        for (int i = 0; i < rows && to != null; i++) {
            c.kernels.add(from, i * c.keyWidth, to.array, to.at(b, h, first + i), c.keyWidth);
        }
    }

    /** From dL/dscore, in d, to dL/dproduct of one row. */
    private static void scoreGradients(GradientTile tile, int i, int at) {
        AttentionCall c = tile.call;
        BackwardArrays arrays = tile.arrays;
        int b = tile.b;
        int h = tile.h;
        int begin = tile.begin;
        int visible = Math.max(begin, c.visible(b, i, tile.key, tile.end));
        int extra = Math.min(visible, Math.max(begin, c.extraKeys - tile.key)) - begin;
        int first = tile.key + begin + extra - c.extraKeys;
        int own = visible - begin - extra;
        float[] d = tile.d;
        int from = at + begin;
        if (arrays.dPositions != null) {
            int to = (b * c.heads + h) * c.scores.learned();
            c.scores.positionGradient(d, from + extra, own, c.position(b, i), first, arrays.dPositions, to);
        }
        if (arrays.dBias != null) {
            c.scores.biasGradient(d, from + extra, own, b, h, i, first, arrays.dBias, arrays.dBiasOffset);
        }
        int width = tile.end - begin;
        c.scores.gradient(c.kernels, tile.bent, d, from, width, extra, b, h, c.position(b, i), first);
    }

    /** Gradient of keys or values, of width n, += aᵀ × rows in panels. */
    private static void transposed(
            GradientTile tile,
            float[] a,
            int rows,
            float[] panels,
            int panelAt,
            @Nullable HeadRows gradient,
            int n,
            boolean positive) {
        if (gradient != null) {
            Panels.multiplyAdd(
                    tile.call.kernels,
                    tile.end - tile.begin,
                    n,
                    rows,
                    a,
                    tile.begin,
                    1,
                    BLOCK,
                    panels,
                    panelAt,
                    tile.panelStride,
                    gradient.array,
                    gradient.at(tile.b, tile.keyHead(), tile.key + tile.begin),
                    gradient.rowStride,
                    positive);
        }
    }
}
