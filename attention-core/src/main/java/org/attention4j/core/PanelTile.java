package org.attention4j.core;

import org.attention4j.api.Scratch;
import org.attention4j.kernels.Kernels;

/**
 * Scores in panels of 16 queries, key after key: the left operand of the product with the values as its tiles read it best, and a query
 * in each lane of a vector for the softmax.
 */
final class PanelTile extends ScoreTile {
    private static final int PANEL = Kernels.LANES;
    /** Between panels of scores. */
    private static final int STRIDE = PANEL * KeyValues.BLOCK;

    /** The queries of the task, in panels. */
    private float[] queries = {};
    /** Row by row, what a score function gives. */
    private float[] rows = {};

    /** For use again, with the queries of a task. */
    static PanelTile borrow(Scratch scratch, AttentionCall call, int b, int h, int from, int to) {
        PanelTile tile = scratch.object(PanelTile.class, PanelTile::new);
        tile.take(scratch, call, b, h, from);
        boolean function = call.scoreFunction != null;
        tile.rows = scratch.floats(function ? QUERIES * KeyValues.BLOCK : 0);
        tile.queries = scratch.floats(function ? 0 : Work.padded(call.queryBlock()) * call.keyWidth);
        if (!function) {
            int at = call.query.at(b, h, from);
            call.kernels.pack(call.query.array, at, 1, call.query.rowStride, call.keyWidth, to - from, tile.queries, 0);
        }
        return tile;
    }

    @Override
    int at(int query, int column) {
        int row = query - first;
        return row / PANEL * STRIDE + PANEL * column + row % PANEL;
    }

    @Override
    int step() {
        return PANEL;
    }

    @Override
    void products(KeyBlock keys, int from, int to, int begin, int width) {
        if (call.scoreFunction == null) {
            kernels.multiplyPanels(
                    width,
                    to - from,
                    call.keyWidth,
                    keys.keys,
                    keys.keysAt + begin * call.keyWidth,
                    queries,
                    row(from) * call.keyWidth,
                    x,
                    at(from, begin),
                    STRIDE,
                    PANEL);
            return;
        }
        call.products(keys, b, h, from, to - from, begin, width, rows, 0, KeyValues.BLOCK);
        for (int i = from; i < to; i += PANEL) {
            int count = Math.min(PANEL, to - i);
            int row = (i - from) * KeyValues.BLOCK;
            kernels.pack(rows, row, 1, KeyValues.BLOCK, width, count, x, at(i, begin));
        }
    }

    @Override
    void scaleAndCap(int from, int to, int begin, int width) {
        for (int i = from; i < to; i += PANEL) {
            call.scores.scaleAndCap(kernels, x, at(i, begin), PANEL * width);
        }
    }

    @Override
    void hide(VisibleKeys seen, int from, int to, int begin, int width) {
        for (int i = from; i < to; i += PANEL) {
            seen.hide(kernels, x, at(i, 0), i, begin + width);
        }
    }

    @Override
    void maxima(int from, int to, int begin, int width, float factor, float[] max) {
        int panels = Work.blocks(to - from, PANEL);
        kernels.columnMaxima(panels, width, x, at(from, begin), STRIDE, factor, max, row(from));
    }

    @Override
    boolean exponentials(int from, int to, int begin, int width, float factor, float[] max, float[] sum) {
        int panels = Work.blocks(to - from, PANEL);
        int r = row(from);
        return kernels.addColumnExpSums(panels, width, x, at(from, begin), STRIDE, factor, max, r, sum, r);
    }

    @Override
    void values(KeyBlock keys, int from, int to, int begin, int width, boolean whole) {
        for (int i = from; i < to; i += PANEL) {
            Panels.multiplyAdd(
                    kernels,
                    Math.min(PANEL, to - i),
                    call.valueWidth,
                    width,
                    x,
                    at(i, begin),
                    1,
                    PANEL,
                    keys.values,
                    keys.valuesAt + PANEL * begin,
                    keys.valueStride,
                    call.out.array,
                    call.out.at(b, h, i),
                    call.out.rowStride,
                    whole);
        }
    }
}
