package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.Scratch;
import org.attention4j.kernels.Kernels;

/** Scores row by row: for a few queries, as most of a panel would be empty. */
final class RowTile extends ScoreTile {
    private static final int STRIDE = KeyValues.BLOCK;

    /** For use again. */
    static RowTile borrow(Scratch scratch, AttentionCall call, int b, int h, int from) {
        RowTile tile = scratch.object(RowTile.class, RowTile::new);
        tile.take(scratch, call, b, h, from);
        return tile;
    }

    @Override
    int at(int query, int column) {
        return (query - first) * STRIDE + column;
    }

    @Override
    int step() {
        return 1;
    }

    @Override
    void products(KeyBlock keys, int from, int to, int begin, int width) {
        call.products(keys, b, h, from, to - from, begin, width, x, at(from, begin), STRIDE);
    }

    @Override
    void scaleAndCap(int from, int to, int begin, int width) {
        for (int i = from; i < to; i++) {
            call.scores.scaleAndCap(kernels, x, at(i, begin), width);
        }
    }

    @Override
    void hide(VisibleKeys seen, int from, int to, int begin, int width) {
        for (int i = from; i < to; i++) {
            seen.hide(x, at(i, 0), i);
            Arrays.fill(x, at(i, seen.end(i)), at(i, begin + width), Float.NEGATIVE_INFINITY);
        }
    }

    @Override
    void maxima(int from, int to, int begin, int width, float factor, float[] max) {
        kernels.scaleMaxima(to - from, x, at(from, begin), STRIDE, width, factor, max, row(from));
    }

    @Override
    boolean exponentials(int from, int to, int begin, int width, float factor, float[] max, float[] sum) {
        int r = row(from);
        return kernels.addExpSums(to - from, x, at(from, begin), STRIDE, width, max, r, sum, r);
    }

    @Override
    void values(KeyBlock keys, int from, int to, int begin, int width, boolean whole) {
        Panels.multiplyAdd(
                kernels,
                to - from,
                call.valueWidth,
                width,
                x,
                at(from, begin),
                STRIDE,
                1,
                keys.values,
                keys.valuesAt + Kernels.LANES * begin,
                keys.valueStride,
                call.out.array,
                call.out.at(b, h, from),
                call.out.rowStride,
                whole);
    }
}
