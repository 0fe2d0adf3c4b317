package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.Scratch;
import org.attention4j.kernels.Kernels;

/**
 * softmax(QKᵀ/√E) V for one block of queries of one head (Milakov and Gimelshein 2018, algorithm 3; Dao et al. 2022, algorithm 1), without
 * the matrix of scores: of each row, its maximum m and its sum l so far, beside the output so far. For every block of keys, at absolute positions:
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
final class OnlineSoftmax {
    /** Queries that are not worth a panel of 16: half of one. */
    private static final int FEW = Kernels.LANES / 2;

    private AttentionCall call = new AttentionCall();
    private int b;
    private int h;
    /** The queries: the first one, and past the last. */
    private int from;

    private int to;
    private VisibleKeys seen = new VisibleKeys();
    private KeyBlock keys = new KeyBlock();
    /** Whether the values of the block are known to be finite, and whether that was found out. */
    private boolean finite;

    private boolean examined;
    private ScoreTile tile = new RowTile();
    /** Of each row, its maximum and its sum. */
    private float[] max = {};

    private float[] sum = {};
    /** Of each row of a run, what goes with a maximum that grew; before that, the maxima before. */
    private float[] factors = {};

    /** For use again. */
    static OnlineSoftmax borrow(Scratch scratch, AttentionCall call, VisibleKeys seen, int b, int h, int from, int to) {
        OnlineSoftmax softmax = scratch.object(OnlineSoftmax.class, OnlineSoftmax::new);
        softmax.call = call;
        softmax.b = b;
        softmax.h = h;
        softmax.from = from;
        softmax.to = to;
        softmax.seen = seen;
        softmax.keys = call.keyValues.block(scratch);
        softmax.tile = to - from <= FEW
                ? RowTile.borrow(scratch, call, b, h, from)
                : PanelTile.borrow(scratch, call, b, h, from, to);
        softmax.factors = scratch.floats(ScoreTile.QUERIES);
        softmax.max = scratch.floats(Work.padded(call.queryBlock()));
        softmax.sum = scratch.floats(Work.padded(call.queryBlock()));
        return softmax;
    }

    /** Writes the outputs, and maxima and sums where the call keeps them; the outputs are 0. */
    void run() {
        float sink = call.sink(h);
        Arrays.fill(max, 0, Work.padded(to - from), sink);
        Arrays.fill(sum, 0, Work.padded(to - from), sink == Float.NEGATIVE_INFINITY ? 0f : 1f);
        seen.queries(b, h, from, to);
        for (int key = seen.next(0); key < seen.end(); key = seen.next(key + KeyValues.BLOCK)) {
            block(key);
        }
        finish();
    }

    /** The block of keys from one on, that {@link #seen} has found. */
    private void block(int key) {
        call.readKeys(keys, b, h, key, seen.width());
        call.keyValues.values(keys, b, call.keyHead(h), key, seen.width());
        examined = false;
        int first = seen.first() - (seen.first() - from) % VisibleKeys.GROUP;
        for (int i = first, stop; i < seen.last(); i = stop) {
            stop = Math.min(i + ScoreTile.QUERIES, seen.last());
            tile.start(i);
            products(i, stop);
            for (int run = i, next; run < stop; run = next) {
                next = Math.min(seen.run(run), stop);
                attend(run, next, key);
            }
        }
    }

    /** The products of a tile's queries with the columns that they see, of more than one group at once where these see the same of them. */
    private void products(int first, int last) {
        if (seen.run(first) >= last) {
            int begin = seen.begin(first);
            tile.products(keys, first, last, begin, seen.end(last - 1) - begin);
            return;
        }
        for (int begin = seen.edge(first, last, 0), next; begin < seen.width(); begin = next) {
            next = seen.edge(first, last, begin + 1);
            for (int i = first, stop; i < last; i = stop) {
                stop = seen.alike(i, last, begin);
                if (seen.sees(i, begin)) {
                    tile.products(keys, i, stop, begin, next - begin);
                }
            }
        }
    }

    /** From products to outputs of some queries of a tile, over the columns that the last of them sees. */
    private void attend(int first, int last, int key) {
        int begin = seen.begin(first);
        int width = seen.end(last - 1) - begin;
        boolean plain = call.scores.plain();
        float factor = plain ? call.scores.scale() : 1f;
        if (!plain) {
            tile.scaleAndCap(first, last, begin, width);
        }
        for (int i = first; i < last && !plain; i++) {
            call.finishScores(b, h, i, key + begin, seen.end(i) - begin, tile.x, tile.at(i, begin), tile.step());
        }
        tile.hide(seen, first, last, begin, width);
        System.arraycopy(max, first - from, factors, 0, last - first);
        tile.maxima(first, last, begin, width, factor, max);
        if (call.kernels.shrink(last - first, factors, 0, max, first - from, sum, first - from)) {
            scale(first, last, factors);
        }
        boolean positive = tile.exponentials(first, last, begin, width, factor, max, sum);
        for (int i = first; i < last && call.dropout != null; i++) {
            call.dropout.apply(call, b, h, i, key + begin, tile.x, tile.at(i, begin), tile.step(), width);
        }
        tile.values(keys, first, last, begin, width, positive && call.dropout == null || finite());
    }

    /** Whether the values of the block are finite: then what is hidden adds a 0, which changes a sum only from −0 to +0, as the end does with all. */
    private boolean finite() {
        finite = examined ? finite : keys.finite(call.kernels, seen.width(), call.valueWidth);
        examined = true;
        return finite;
    }

    private void finish() {
        if (call.maxima != null && call.sums != null) {
            System.arraycopy(max, 0, call.maxima, call.rowAt(b, h, from), to - from);
            System.arraycopy(sum, 0, call.sums, call.rowAt(b, h, from), to - from);
        }
        for (int r = 0; r < to - from; r++) {
            sum[r] = max[r] == Float.NEGATIVE_INFINITY ? 1f : 1f / sum[r];
        }
        scale(from, to, sum);
    }

    /** The outputs of some queries, each times its factor. */
    private void scale(int first, int last, float[] by) {
        int at = call.out.at(b, h, first);
        call.kernels.scaleRows(last - first, call.out.array, at, call.out.rowStride, call.valueWidth, by, 0);
    }
}
