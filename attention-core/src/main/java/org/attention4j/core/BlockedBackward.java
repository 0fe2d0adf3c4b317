package org.attention4j.core;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.Workspace;
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
final class BlockedBackward implements Workspace.Task {
    private static final int QUERIES = GradientTile.QUERIES;
    private static final int ROWS = GradientTile.ROWS;
    private static final int BLOCK = KeyValues.BLOCK;

    AttentionCall call = new AttentionCall();
    BackwardArrays arrays = new BackwardArrays();

    @Override
    public void run(int index, Scratch scratch) {
        int keyHeads = call.keyValues.heads();
        int b = index / keyHeads;
        int keyHead = index % keyHeads;
        GradientTile tile = GradientTile.borrow(call, scratch);
        tile.dParameters = arrays.variantZeros(scratch);
        for (int h = 0; h < call.heads; h++) {
            for (int from = 0; from < call.queryLengths[b] && call.keyHead(h) == keyHead; from += QUERIES) {
                rows(b, h, from, Math.min(from + QUERIES, call.queryLengths[b]), tile);
            }
        }
        if (call.scoreFunction != null) {
            arrays.keepVariant(index, tile.dParameters);
        }
    }

    /** Whether something is a sum over pairs of any queries and keys: how they are taken is the order of such a sum. */
    private boolean sumsPairs() {
        return call.scoreFunction != null || arrays.dBias != null || arrays.dPositions != null;
    }

    private void rows(int b, int h, int from, int to, GradientTile tile) {
        AttentionCall c = call;
        HeadRows dOut = arrays.dOut;
        tile.pack(c, arrays, b, h, from, to);
        float[] maxima = Objects.requireNonNull(c.maxima);
        float[] sums = Objects.requireNonNull(c.sums);
        for (int i = from; i < to; i++) {
            int r = i - from;
            float max = maxima[c.rowAt(b, h, i)];
            tile.delta[r] = chain(dOut.array, dOut.at(b, h, i), c.out.array, c.out.at(b, h, i), c.valueWidth);
            tile.maxima[r] = max;
            tile.inverses[r] = max == Float.NEGATIVE_INFINITY ? 0f : 1f / sums[c.rowAt(b, h, i)];
        }
        VisibleKeys seen = tile.seen;
        seen.queries(b, h, from, to);
        for (int key = seen.next(0); key < seen.end() && arrays.dWeights != null; key = seen.next(key + BLOCK)) {
            c.keyValues.keys(tile.keys, b, c.keyHead(h), key, seen.width());
            blocks(b, h, from, key, tile, true);
        }
        if (arrays.dSinks != null) {
            sinkGradient(b, h, from, to, tile.delta, arrays.dSinks);
        }
        for (int key = seen.next(0); key < seen.end(); key = seen.next(key + BLOCK)) {
            tile.pack(c, b, c.keyHead(h), key);
            blocks(b, h, from, key, tile, false);
        }
    }

    /** All rows that see something of a block of keys. */
    private void blocks(int b, int h, int from, int key, GradientTile tile, boolean cotangents) {
        VisibleKeys seen = tile.seen;
        int first = seen.first() - (seen.first() - from) % VisibleKeys.GROUP;
        for (int i = first, next; i < seen.last(); i = next) {
            next = Math.min(seen.last(), i + ROWS);
            columns(b, h, from, i, next, key, tile, cotangents);
        }
    }

    /**
     * Some rows and a block of keys: the columns that all of the rows see in one go, and each run of rows with those before and after. All in one
     * go where there are sums over pairs, which go row by row.
     */
    private void columns(int b, int h, int from, int first, int last, int key, GradientTile tile, boolean cotangents) {
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
        if (sumsPairs()) {
            block(b, h, from, first, last, key, least, most, tile, cotangents);
            return;
        }
        low = low < high ? low : seen.width();
        high = Math.max(low, high);
        for (int i = first, next; i < last; i = next) {
            next = Math.min(seen.run(i), last);
            block(b, h, from, i, next, key, seen.begin(i), Math.min(low, tile.end(next)), tile, cotangents);
        }
        block(b, h, from, first, last, key, low, high, tile, cotangents);
        for (int i = first, next; i < last; i = next) {
            next = Math.min(seen.run(i), last);
            block(b, h, from, i, next, key, Math.max(high, seen.begin(i)), tile.end(next), tile, cotangents);
        }
    }

    /** Some rows and columns, if there are any. */
    private void block(
            int b,
            int h,
            int from,
            int first,
            int last,
            int key,
            int begin,
            int end,
            GradientTile tile,
            boolean cotangents) {
        if (begin < end) {
            tile.weights(call, b, h, from, first, last, key, begin, end);
            if (cotangents) {
                weightCotangents(b, h, from, first, last, key, tile);
            } else {
                gradients(b, h, from, first, last, key, tile);
            }
        }
    }

    /** The sink is a key whose dp is 0: its ds is −p δ. */
    private void sinkGradient(int b, int h, int from, int to, float[] delta, float[] dSinks) {
        AttentionCall c = call;
        float[] maxima = Objects.requireNonNull(c.maxima);
        float[] sums = Objects.requireNonNull(c.sums);
        for (int i = from; i < to; i++) {
            int row = c.rowAt(b, h, i);
            if (maxima[row] != Float.NEGATIVE_INFINITY) {
                float p = ScalarMath.exp(c.sink(h) - maxima[row]) / sums[row];
                dSinks[b * c.heads + h] = Math.fma(-p, delta[i - from], dSinks[b * c.heads + h]);
            }
        }
    }

    /**
     * x · y, by the chain that gives dp = dO · v: where one key has all the weight, O is its value and dp − δ is exactly 0, as it is
     * in the limit.
     */
    private static float chain(float[] x, int xAt, float[] y, int yAt, int n) {
        float sum = 0;
        for (int e = 0; e < n; e++) {
            sum = Math.fma(x[xAt + e], y[yAt + e], sum);
        }
        return sum;
    }

    /** δ += Σ p · dw. */
    private void weightCotangents(int b, int h, int from, int first, int last, int key, GradientTile tile) {
        for (int i = first; i < last; i++) {
            for (int j = tile.begin; j < tile.end; j++) {
                float p = tile.weights[(i - first) * BLOCK + j];
                if (p != 0) {
                    tile.delta[i - from] = Math.fma(p, arrays.dWeight(call, b, h, i, key + j), tile.delta[i - from]);
                }
            }
        }
    }

    /** What some rows and the keys of their weights add to the gradients. */
    private void gradients(int b, int h, int from, int first, int last, int key, GradientTile tile) {
        AttentionCall c = call;
        int keyHead = c.keyHead(h);
        int rows = last - first;
        int begin = tile.begin;
        int width = tile.end - begin;
        tile.dWeights(c, first - from, rows);
        for (int i = first; i < last && (arrays.dWeights != null || c.dropout != null); i++) {
            int at = (i - first) * BLOCK + begin;
            if (c.dropout != null) {
                c.dropout.apply(c, b, h, i, key + begin, tile.d, at, width);
            }
            for (int j = 0; j < width && arrays.dWeights != null; j++) {
                tile.d[at + j] += arrays.dWeight(c, b, h, i, key + begin + j);
            }
        }
        boolean plain = c.scores.plain();
        c.kernels.softmaxGradient(
                rows,
                tile.weights,
                begin,
                tile.d,
                begin,
                BLOCK,
                width,
                tile.delta,
                first - from,
                plain ? c.scores.scale() : 1f);
        for (int i = first; i < last && !(plain && c.dropout == null); i++) {
            if (!plain) {
                scoreGradients(b, h, i, key, tile, (i - first) * BLOCK);
            }
            if (c.dropout != null) {
                c.dropout.apply(c, b, h, i, key + begin, tile.weights, (i - first) * BLOCK + begin, width);
            }
        }
        int panelAt = (first - from) * 16;
        boolean kept = tile.positive && c.dropout == null;
        transposed(
                arrays.dValue, b, keyHead, key, c.valueWidth, rows, tile, tile.weights, tile.outPanels, panelAt, kept);
        if (c.scoreFunction != null) {
            pairGradients(c.scoreFunction, b, h, first, rows, key, tile);
            return;
        }
        transposed(
                arrays.dKey, b, keyHead, key, c.keyWidth, rows, tile, tile.d, tile.queryPanels, panelAt, tile.positive);
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
                    16 * begin,
                    16 * tile.seen.width(),
                    dQuery.array,
                    dQuery.at(b, h, first),
                    dQuery.rowStride,
                    tile.positive);
        }
    }

    /** What a score function makes of dL/dscore, in d. */
    private void pairGradients(ScoreFunction function, int b, int h, int first, int rows, int key, GradientTile tile) {
        AttentionCall c = call;
        int width = tile.end - tile.begin;
        int from = tile.keys.keysAt + tile.begin * c.keyWidth;
        PairBlock pairs = tile.keys.pairs.set(c, b, h, first, rows, tile.keys.keys, from, width);
        Arrays.fill(tile.dQueries, 0, rows * c.keyWidth, 0f);
        Arrays.fill(tile.rows, 0, width * c.keyWidth, 0f);
        function.backward(pairs, tile.d, tile.begin, BLOCK, tile.dQueries, tile.rows, tile.dParameters);
        add(tile.dQueries, rows, arrays.dQuery, b, h, first);
        add(tile.rows, width, arrays.dKey, b, c.keyHead(h), key + tile.begin);
    }

    private void add(float[] from, int rows, @Nullable HeadRows to, int b, int h, int first) {
        int width = call.keyWidth;
        for (int i = 0; i < rows && to != null; i++) {
            call.kernels.add(from, i * width, to.array, to.at(b, h, first + i), width);
        }
    }

    /** From dL/dscore, in d, to dL/dproduct of one row. */
    private void scoreGradients(int b, int h, int i, int key, GradientTile tile, int at) {
        AttentionCall c = call;
        int begin = tile.begin;
        int visible = Math.max(begin, c.visible(b, i, key, tile.end));
        int extra = Math.min(visible, Math.max(begin, c.extraKeys - key)) - begin;
        int first = key + begin + extra - c.extraKeys;
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

    /** Gradient of keys or values += aᵀ × rows in panels. */
    private void transposed(
            @Nullable HeadRows gradient,
            int b,
            int keyHead,
            int key,
            int n,
            int rows,
            GradientTile tile,
            float[] a,
            float[] panels,
            int panelAt,
            boolean positive) {
        if (gradient != null) {
            Panels.multiplyAdd(
                    call.kernels,
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
                    gradient.at(b, keyHead, key + tile.begin),
                    gradient.rowStride,
                    positive);
        }
    }
}
