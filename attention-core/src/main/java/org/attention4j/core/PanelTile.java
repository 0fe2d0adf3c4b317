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
    public int at(int query) {
        return query / PANEL * STRIDE + query % PANEL;
    }

    @Override
    public int step() {
        return PANEL;
    }

    @Override
    public void products(AttentionCall c, KeyBlock keys, int b, int h, int from, int to, int begin, int width, int r) {
        if (c.scoreFunction == null) {
            int at = keys.keysAt + begin * c.keyWidth;
            c.kernels.multiplyPanels(
                    width, to - from, c.keyWidth, keys.keys, at, queries, r * c.keyWidth, x, 0, STRIDE, PANEL);
            return;
        }
        c.products(keys, b, h, from, to - from, begin, width, rows, 0, KeyValues.BLOCK);
        for (int i = 0; i < to - from; i += PANEL) {
            int count = Math.min(PANEL, to - from - i);
            c.kernels.pack(rows, i * KeyValues.BLOCK, 1, KeyValues.BLOCK, width, count, x, at(i));
        }
    }

    @Override
    public void scaleAndCap(AttentionCall c, int count, int width) {
        for (int i = 0; i < count; i += PANEL) {
            c.scores.scaleAndCap(c.kernels, x, at(i), PANEL * width);
        }
    }

    @Override
    public void hide(Kernels kernels, VisibleKeys seen, int from, int to, int begin, int width) {
        for (int i = from; i < to; i += PANEL) {
            seen.hide(kernels, x, at(i - from) - PANEL * begin, i, begin + width);
        }
    }

    @Override
    public void maxima(Kernels kernels, int count, int width, float factor, float[] max, int r) {
        kernels.columnMaxima(Work.blocks(count, PANEL), width, x, 0, STRIDE, factor, max, r);
    }

    @Override
    public boolean exponentials(Kernels kernels, int count, int width, float factor, float[] max, float[] sum, int r) {
        int panels = Work.blocks(count, PANEL);
        return kernels.addColumnExpSums(panels, width, x, 0, STRIDE, factor, max, r, sum, r);
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
                    at(i - from),
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
