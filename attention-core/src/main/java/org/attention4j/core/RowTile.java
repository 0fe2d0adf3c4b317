package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.Scratch;
import org.attention4j.kernels.Kernels;

/** Scores row by row: for a few queries, as most of a panel would be empty. */
final class RowTile implements ScoreTile {
    private static final int STRIDE = KeyValues.BLOCK;

    private float[] x = {};
    private int first;

    /** For use again. */
    static RowTile borrow(Scratch scratch) {
        RowTile tile = scratch.object(RowTile.class, RowTile::new);
        tile.x = scratch.floats(QUERIES * STRIDE);
        return tile;
    }

    @Override
    public float[] scores() {
        return x;
    }

    @Override
    public void start(int query) {
        first = query;
    }

    @Override
    public int at(int query, int column) {
        return (query - first) * STRIDE + column;
    }

    @Override
    public int step() {
        return 1;
    }

    @Override
    public void products(AttentionCall c, KeyBlock keys, int b, int h, int from, int to, int begin, int width, int r) {
        c.products(keys, b, h, from, to - from, begin, width, x, at(from, begin), STRIDE);
    }

    @Override
    public void scaleAndCap(AttentionCall c, int from, int to, int begin, int width) {
        for (int i = from; i < to; i++) {
            c.scores.scaleAndCap(c.kernels, x, at(i, begin), width);
        }
    }

    @Override
    public void hide(Kernels kernels, VisibleKeys seen, int from, int to, int begin, int width) {
        for (int i = from; i < to; i++) {
            seen.hide(x, at(i, 0), i);
            Arrays.fill(x, at(i, seen.end(i)), at(i, begin + width), Float.NEGATIVE_INFINITY);
        }
    }

    @Override
    public void maxima(Kernels kernels, int from, int to, int begin, int width, float factor, float[] max, int r) {
        kernels.scaleMaxima(to - from, x, at(from, begin), STRIDE, width, factor, max, r);
    }

    @Override
    public boolean exponentials(
            Kernels kernels, int from, int to, int begin, int width, float factor, float[] max, float[] sum, int r) {
        return kernels.addExpSums(to - from, x, at(from, begin), STRIDE, width, max, r, sum, r);
    }

    @Override
    public void values(
            AttentionCall c, KeyBlock keys, int b, int h, int from, int to, int begin, int width, boolean positive) {
        Panels.multiplyAdd(
                c.kernels,
                to - from,
                c.valueWidth,
                width,
                x,
                at(from, begin),
                STRIDE,
                1,
                keys.values,
                keys.valuesAt + Kernels.LANES * begin,
                keys.valueStride,
                c.out.array,
                c.out.at(b, h, from),
                c.out.rowStride,
                positive);
    }
}
