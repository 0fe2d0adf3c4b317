package org.attention4j.rnn;

import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.PackedMatrix;

/**
 * Products with weights that every position reads again. Where they are larger than a cache, reading them in one order
 * each time finds nothing of them in it; from the last columns to the first every other time, it finds those that were
 * read last. A column's chain is the same either way.
 */
final class WeightSweep {
    /** Columns of a turn: no fewer than a product of one row does at once. */
    static final int COLUMNS = 128;

    /** Rows from which on a product takes longer than reading the weights. */
    private static final int MANY_ROWS = 8;

    private WeightSweep() {}

    /**
     * Multiplies, as {@link Kernels#multiplyColumns}.
     *
     * @param fromEnd whether to begin with the last columns
     */
    static void multiplyColumns(
            Kernels kernels,
            int rows,
            float[] a,
            int aAt,
            int aStride,
            PackedMatrix b,
            int from,
            int columns,
            float[] c,
            int cAt,
            int cStride,
            boolean accumulate,
            boolean fromEnd) {
        if (!fromEnd || rows >= MANY_ROWS) {
            kernels.multiplyColumns(rows, a, aAt, aStride, b, from, columns, c, cAt, cStride, accumulate);
            return;
        }
        int end = columns;
        while (end > 0) {
            int first = (end - 1) / COLUMNS * COLUMNS;
            kernels.multiplyColumns(
                    rows, a, aAt, aStride, b, from + first, end - first, c, cAt + first, cStride, accumulate);
            end = first;
        }
    }

    /** The same with all columns. */
    static void multiply(
            Kernels kernels,
            int rows,
            float[] a,
            int aAt,
            int aStride,
            PackedMatrix b,
            float[] c,
            int cAt,
            int cStride,
            boolean accumulate,
            boolean fromEnd) {
        multiplyColumns(kernels, rows, a, aAt, aStride, b, 0, b.columns(), c, cAt, cStride, accumulate, fromEnd);
    }
}
