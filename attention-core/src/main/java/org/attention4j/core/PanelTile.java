package org.attention4j.core;

import org.attention4j.api.Scratch;
import org.attention4j.kernels.Kernels;

/**
 * Scores in panels of 16 queries, key after key: the left operand of the product with the values as its tiles read it best, and a query
 * in each lane of a vector for the softmax.
 */
final class PanelTile implements ScoreTile {
    private static final int PANEL = Kernels.LANES;
    /** Between panels of scores. */
    private static final int STRIDE = PANEL * KeyValues.BLOCK;

    private float[] x = {};
    private int first;
    /** The queries of a task, in panels. */
    private float[] queries = {};
    /** Row by row, what a score function gives. */
    private float[] rows = {};

    /** For use again, with the queries of a task. */
    static PanelTile borrow(Scratch scratch, AttentionCall c, int b, int h, int from, int to) {
        PanelTile tile = scratch.object(PanelTile.class, PanelTile::new);
        tile.x = scratch.floats(QUERIES * KeyValues.BLOCK);
        boolean function = c.scoreFunction != null;
        tile.rows = scratch.floats(function ? QUERIES * KeyValues.BLOCK : 0);
        tile.queries = scratch.floats(function ? 0 : Work.padded(c.queryBlock()) * c.keyWidth);
        if (!function) {
            int at = c.query.at(b, h, from);
            c.kernels.pack(c.query.array, at, 1, c.query.rowStride, c.keyWidth, to - from, tile.queries, 0);
        }
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
        int row = query - first;
        return row / PANEL * STRIDE + PANEL * column + row % PANEL;
    }

    @Override
    public int step() {
        return PANEL;
    }

    @Override
    public void products(AttentionCall c, KeyBlock keys, int b, int h, int from, int to, int begin, int width, int r) {
        if (c.scoreFunction == null) {
            c.kernels.multiplyPanels(
                    width,
                    to - from,
                    c.keyWidth,
                    keys.keys,
                    keys.keysAt + begin * c.keyWidth,
                    queries,
                    r * c.keyWidth,
                    x,
                    at(from, begin),
                    STRIDE,
                    PANEL);
            return;
        }
        c.products(keys, b, h, from, to - from, begin, width, rows, 0, KeyValues.BLOCK);
        for (int i = from; i < to; i += PANEL) {
            int count = Math.min(PANEL, to - i);
            int row = (i - from) * KeyValues.BLOCK;
            c.kernels.pack(rows, row, 1, KeyValues.BLOCK, width, count, x, at(i, begin));
        }
    }

    @Override
    public void scaleAndCap(AttentionCall c, int from, int to, int begin, int width) {
        for (int i = from; i < to; i += PANEL) {
            c.scores.scaleAndCap(c.kernels, x, at(i, begin), PANEL * width);
        }
    }

    @Override
    public void hide(Kernels kernels, VisibleKeys seen, int from, int to, int begin, int width) {
        for (int i = from; i < to; i += PANEL) {
            seen.hide(kernels, x, at(i, 0), i, begin + width);
        }
    }

    @Override
    public void maxima(Kernels kernels, int from, int to, int begin, int width, float factor, float[] max, int r) {
        int panels = Work.blocks(to - from, PANEL);
        kernels.columnMaxima(panels, width, x, at(from, begin), STRIDE, factor, max, r);
    }

    @Override
    public boolean exponentials(
            Kernels kernels, int from, int to, int begin, int width, float factor, float[] max, float[] sum, int r) {
        int panels = Work.blocks(to - from, PANEL);
        return kernels.addColumnExpSums(panels, width, x, at(from, begin), STRIDE, factor, max, r, sum, r);
    }

    @Override
    public void values(
            AttentionCall c, KeyBlock keys, int b, int h, int from, int to, int begin, int width, boolean positive) {
        for (int i = from; i < to; i += PANEL) {
            Panels.multiplyAdd(
                    c.kernels,
                    Math.min(PANEL, to - i),
                    c.valueWidth,
                    width,
                    x,
                    at(i, begin),
                    1,
                    PANEL,
                    keys.values,
                    keys.valuesAt + PANEL * begin,
                    keys.valueStride,
                    c.out.array,
                    c.out.at(b, h, i),
                    c.out.rowStride,
                    positive);
        }
    }
}
