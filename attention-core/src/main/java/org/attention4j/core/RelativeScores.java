package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.variant.ScoreBlock;
import org.attention4j.api.variant.ScoreFunction;
import org.attention4j.kernels.Kernels;

/**
 * The scores of {@link RelativeAttention}. The m + n − 1 distances of a block are some rows of a table, of which the first and the last stand for all
 * farther ones, too:
 *
 * <ol>
 *   <li>x = q·k of all pairs;
 *   <li>a = c + q·r, of all queries and those rows, is added along the diagonals: each query reads a piece of its row;
 *   <li>b = s·k, of 16 keys and the rows that they meet, likewise: each pair reads its number;
 *   <li>x · scale.
 * </ol>
 *
 * Each number is a chain over e = 0 … E−1 in order, and they are added in this order: no bit depends on the block. Gradients go the same way back: what
 * the scores of a diagonal have is added up in the place of a and b.
 *
 * @param preferred kernels
 * @param scale of scores
 * @param heads H
 * @param width E
 * @param before the farthest distance before the query that has a row
 * @param after the farthest one behind it
 * @param shared whether all heads have one table
 * @param query whether there is an s
 * @param bias whether there is a c
 */
record RelativeScores(
        Kernels preferred,
        float scale,
        int heads,
        int width,
        int before,
        int after,
        boolean shared,
        boolean query,
        boolean bias)
        implements ScoreFunction {
    private static final int LANES = Kernels.LANES;

    /** R, the rows of a table. */
    int distances() {
        return before + 1 + after;
    }

    /** Numbers of r, and of s. */
    private int tables() {
        return (shared ? 1 : heads) * distances() * width;
    }

    /** Where the row of a head's first distance is in r. */
    private int keyTable(int head) {
        return shared ? 0 : head * distances() * width;
    }

    /** In s, which stands behind r. */
    private int queryTable(int head) {
        return tables() + keyTable(head);
    }

    /** In c, which stands behind both. */
    private int biasTable(int head) {
        return (query ? 2 : 1) * tables() + head * distances();
    }

    /** The row of a distance. */
    private int row(int distance) {
        return before + Math.max(-before, Math.min(after, distance));
    }

    /** From the first query to the first key; one less with each query, one more with each key. */
    private static int distance(ScoreBlock block) {
        return block.keyPosition() - block.queryPosition();
    }

    /** The first key that has a position. */
    private static int first(ScoreBlock block) {
        return Math.max(0, Math.min(block.keys(), -block.keyPosition()));
    }

    /** The first of the rows that some keys meet, from one on. */
    private int lowest(ScoreBlock block, int from) {
        return row(distance(block) + from - (block.queries() - 1));
    }

    /** How many there are up to one that meets the key before {@code to}. */
    private int rows(ScoreBlock block, int from, int to) {
        return row(distance(block) + to - 1) - lowest(block, from) + 1;
    }

    @Override
    public void scores(ScoreBlock block, float[] scores, int at, int stride) {
        Kernels kernels = PairBlock.kernels(preferred, block);
        int m = block.queries();
        int n = block.keys();
        int first = first(block);
        float[] q = block.query();
        int qAt = block.queryAt();
        int qStride = block.queryStride();
        kernels.multiply(m, n, width, q, qAt, qStride, 1, block.key(), block.keyAt(), scores, at, stride, false);
        if (first < n) {
            int low = lowest(block, first);
            int rows = rows(block, first, n);
            float[] panels = block.memory(0, width * Work.padded(rows));
            float[] a = block.memory(1, m * rows);
            int from = keyTable(block.head()) + low * width;
            kernels.pack(block.parameters(), from, 1, width, width, rows, panels, 0);
            for (int i = 0; i < m && bias; i++) {
                System.arraycopy(block.parameters(), biasTable(block.head()) + low, a, i * rows, rows);
            }
            kernels.multiply(m, rows, width, q, qAt, qStride, 1, panels, 0, a, 0, rows, bias);
            addAlong(kernels, block, a, low, rows, scores, at, stride);
            for (int j = first & -LANES; j < n && query; j += LANES) {
                addKeyProducts(kernels, block, j, Math.max(j, first), Math.min(j + LANES, n), scores, at, stride);
            }
        }
        for (int i = 0; i < m; i++) {
            kernels.scale(scores, at + i * stride, n, scale);
        }
    }

    /** The first key that is not farther before query i than rows reach. */
    private int near(ScoreBlock block, int i) {
        return Math.max(first(block), Math.min(block.keys(), i - before - distance(block)));
    }

    /** The first key after those that is farther behind query i. */
    private int past(ScoreBlock block, int i) {
        return Math.max(near(block, i), Math.min(block.keys(), i + after + 1 - distance(block)));
    }

    /** Adds to each pair what its query has for its distance: of a row of a, the first number to keys far before it, the last to those far behind. */
    private void addAlong(
            Kernels kernels, ScoreBlock block, float[] a, int low, int rows, float[] x, int at, int stride) {
        for (int i = 0; i < block.queries(); i++) {
            int to = at + i * stride;
            int own = i * rows;
            int near = near(block, i);
            int past = past(block, i);
            add(a[own], x, to + first(block), to + near);
            kernels.add(a, own + row(distance(block) + near - i) - low, x, to + near, past - near);
            add(a[own + rows - 1], x, to + past, to + block.keys());
        }
    }

    private static void add(float number, float[] x, int from, int to) {
        for (int j = from; j < to; j++) {
            x[j] += number;
        }
    }

    /** Adds the products of keys of one panel, {@code from} to {@code to}, with the rows that they meet. */
    private void addKeyProducts(
            Kernels kernels, ScoreBlock block, int panel, int from, int to, float[] x, int at, int stride) {
        int low = lowest(block, from);
        int rows = rows(block, from, to);
        int table = queryTable(block.head()) + low * width;
        int keyAt = block.keyAt() + panel * width;
        float[] b = block.memory(2, rows * LANES);
        kernels.multiply(
                rows, to - panel, width, block.parameters(), table, width, 1, block.key(), keyAt, b, 0, LANES, false);
        for (int i = 0; i < block.queries(); i++) {
            int distance = distance(block) - i;
            for (int j = from; j < to; j++) {
                x[at + i * stride + j] += b[(row(distance + j) - low) * LANES + j - panel];
            }
        }
    }

    /** With g = scale · ds: dq += g k, dk += g q; then what r and c add, and s. */
    @Override
    public void backward(
            ScoreBlock block, float[] d, int at, int stride, float[] dQueries, float[] dKeys, float[] dParameters) {
        Kernels kernels = PairBlock.kernels(preferred, block);
        int m = block.queries();
        int n = block.keys();
        float[] keys = block.memory(0, n * Work.padded(width));
        float[] rows = block.memory(1, n * width);
        float[] queries = block.memory(2, m * Work.padded(width));
        PairBlock.keyRows(block, rows);
        kernels.pack(rows, 0, width, 1, n, width, keys, 0);
        kernels.pack(block.query(), block.queryAt(), block.queryStride(), 1, m, width, queries, 0);
        for (int i = 0; i < m; i++) {
            kernels.scale(d, at + i * stride, n, scale);
        }
        kernels.multiplySkippingZeros(m, width, n, d, at, stride, 1, keys, 0, dQueries, 0, width, false);
        kernels.multiplySkippingZeros(n, width, m, d, at, 1, stride, queries, 0, dKeys, 0, width, false);
        int first = first(block);
        if (first == n) {
            return;
        }
        queryGradients(kernels, block, d, at, stride, queries, dQueries, dParameters);
        if (query) {
            int low = lowest(block, first);
            int all = rows(block, first, n);
            float[] panels = tablePanels(kernels, block, queryTable(block.head()), low, all);
            for (int j = first & -LANES; j < n; j += LANES) {
                int from = Math.max(j, first);
                int to = Math.min(j + LANES, n);
                keyGradients(kernels, block, from, to, d, at, stride, keys, panels, low, all, dKeys, dParameters);
            }
        }
    }

    /** Some rows of a table as the right operand of a product with them. */
    private float[] tablePanels(Kernels kernels, ScoreBlock block, int table, int low, int rows) {
        float[] panels = block.memory(3, rows * Work.padded(width));
        kernels.pack(block.parameters(), table + low * width, width, 1, rows, width, panels, 0);
        return panels;
    }

    /** g along the diagonals is da: dq += da r, dr += da q, dc += da. */
    private void queryGradients(
            Kernels kernels,
            ScoreBlock block,
            float[] d,
            int at,
            int stride,
            float[] queries,
            float[] dQueries,
            float[] dParameters) {
        int m = block.queries();
        int n = block.keys();
        int first = first(block);
        int low = lowest(block, first);
        int rows = rows(block, first, n);
        float[] da = block.memory(4, m * rows);
        Arrays.fill(da, 0, m * rows, 0f);
        for (int i = 0; i < m; i++) {
            int from = at + i * stride;
            int own = i * rows;
            int near = near(block, i);
            int past = past(block, i);
            da[own] += kernels.sum(d, from + first, near - first);
            da[own + rows - 1] += kernels.sum(d, from + past, n - past);
            kernels.add(d, from + near, da, own + row(distance(block) + near - i) - low, past - near);
        }
        int table = keyTable(block.head());
        float[] panels = tablePanels(kernels, block, table, low, rows);
        kernels.multiply(m, width, rows, da, 0, rows, 1, panels, 0, dQueries, 0, width, true);
        int to = table + low * width;
        kernels.multiplySkippingZeros(rows, width, m, da, 0, 1, rows, queries, 0, dParameters, to, width, true);
        for (int i = 0; i < m && bias; i++) {
            kernels.add(da, i * rows, dParameters, biasTable(block.head()) + low, rows);
        }
    }

    /** g along the diagonals of some keys of one panel is db: dk += db s, ds += db k. */
    private void keyGradients(
            Kernels kernels,
            ScoreBlock block,
            int from,
            int to,
            float[] d,
            int at,
            int stride,
            float[] keys,
            float[] panels,
            int panelsLow,
            int panelsRows,
            float[] dKeys,
            float[] dParameters) {
        int low = lowest(block, from);
        int rows = rows(block, from, to);
        int count = to - from;
        float[] db = block.memory(5, count * rows);
        Arrays.fill(db, 0, count * rows, 0f);
        for (int i = 0; i < block.queries(); i++) {
            int distance = distance(block) - i;
            for (int j = from; j < to; j++) {
                db[(j - from) * rows + row(distance + j) - low] += d[at + i * stride + j];
            }
        }
        int panelAt = LANES * (low - panelsLow);
        int panelStride = LANES * panelsRows;
        kernels.multiply(
                count, width, rows, db, 0, rows, 1, panels, panelAt, panelStride, dKeys, from * width, width, true);
        kernels.multiplySkippingZeros(
                rows,
                width,
                count,
                db,
                0,
                1,
                rows,
                keys,
                LANES * from,
                LANES * block.keys(),
                dParameters,
                queryTable(block.head()) + low * width,
                width,
                true);
    }
}
