package org.attention4j.kernels;

/**
 * Products by tiles without the terms whose factor in A is 0: attention's weights times values, where a mask has made squares of zeros.
 *
 * <p>As many rows as the largest tile has go as those of {@link VectorProducts}, zeros and all, where 0 times what they meet is 0, and in between go
 * tiles that leave zeros out. A term 0 changes a sum only from −0 to +0, which all sums are made in the end.
 */
final class VectorSparseProducts {
    private static final int TILE = VectorProducts.TILE;

    /** Steps along k that are looked at for zeros together: a panel of keys, whose edge a mask may cut. */
    private static final int ZEROS = 16;

    /** A tile of the last columns: a caller's thread has one as long as it lives. */
    private static final ThreadLocal<float[]> EDGE = ThreadLocal.withInitial(() -> new float[32 * TILE]);

    private VectorSparseProducts() {}

    /** As {@link VectorProducts#multiply} without the terms whose A[i, p] is 0, and with every −0 that it ends in made +0. */
    static void multiply(
            Width w,
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aRowStride,
            int aColumnStride,
            float[] panels,
            int panelsOffset,
            int panelStride,
            float[] c,
            int cOffset,
            int cRowStride,
            boolean accumulate) {
        ScalarKernels.checkSizes(m, n, k);
        VectorProducts.clearUnless(accumulate, m, n, c, cOffset, cRowStride);
        int most = aRowStride == 1 ? 16 : VectorProducts.mostRows(w);
        for (int i = 0; i < m; i += most) {
            int rows = Math.min(most, m - i);
            int ao = aOffset + i * aRowStride;
            int co = cOffset + i * cRowStride;
            boolean apart =
                    zerosApart(w, rows, n, a, ao, aRowStride, aColumnStride, panels, panelsOffset, panelStride, 0, k);
            for (int p = 0; p < k; ) {
                int from = p;
                boolean found = apart;
                while (p < k && apart == found) {
                    p = Math.min(p + ZEROS, k);
                    apart = zerosApart(
                            w, rows, n, a, ao, aRowStride, aColumnStride, panels, panelsOffset, panelStride, p, k);
                }
                int at = ao + from * aColumnStride;
                int b = panelsOffset + 16 * from;
                if (!found) {
                    VectorProducts.block(
                            w,
                            rows,
                            n,
                            p - from,
                            a,
                            at,
                            aRowStride,
                            aColumnStride,
                            panels,
                            b,
                            panelStride,
                            c,
                            co,
                            cRowStride,
                            true);
                }
                for (int r = 0; r < rows && found; r += TILE) {
                    tile(
                            w,
                            Math.min(TILE, rows - r),
                            n,
                            p - from,
                            a,
                            at + r * aRowStride,
                            aRowStride,
                            aColumnStride,
                            panels,
                            b,
                            panelStride,
                            c,
                            co + r * cRowStride,
                            cRowStride);
                }
            }
            VectorRows.addZero(w, rows, c, co, cRowStride, n);
        }
    }

    /**
     * Whether zeros are to be left out one by one at the next steps from p on: where a row has some and they meet a NaN or an infinity, or where a whole
     * tile costs more than what is left without them.
     */
    private static boolean zerosApart(
            Width w,
            int rows,
            int n,
            float[] a,
            int ao,
            int ars,
            int acs,
            float[] panels,
            int panelsOffset,
            int panel,
            int p,
            int k) {
        if (!anyZero(w, rows, a, ao, ars, acs, p, k)) {
            return false;
        }
        int steps = Math.min(ZEROS, k - p);
        return rows < TILE || !VectorRows.finite(w, (n + 15) / 16, panels, panelsOffset + 16 * p, panel, 16 * steps);
    }

    /** Whether one of a tile's rows is 0 at one of the next steps from p on. */
    private static boolean anyZero(Width w, int rows, float[] a, int ao, int ars, int acs, int p, int k) {
        int steps = Math.min(ZEROS, k - p);
        if (acs == 1 && steps == ZEROS) {
            return VectorRows.anyZero(w, rows, a, ao + p, ars);
        }
        if (ars == 1 && rows == 16) {
            return VectorRows.anyZero(w, steps, a, ao + acs * p, acs);
        }
        for (int i = p; i < p + steps; i++) {
            for (int r = 0; r < rows; r++) {
                if (a[ao + r * ars + i * acs] == 0f) {
                    return true;
                }
            }
        }
        return false;
    }

    /** One tile's rows, but for the first and last steps that are 0 in all of them. */
    private static void tile(
            Width w,
            int rows,
            int n,
            int k,
            float[] a,
            int ao,
            int ars,
            int acs,
            float[] b,
            int bo,
            int panel,
            float[] c,
            int co,
            int crs) {
        int from = 0;
        while (from < k && allZero(rows, a, ao + from * acs, ars)) {
            from++;
        }
        int to = k;
        while (from < to && allZero(rows, a, ao + (to - 1) * acs, ars)) {
            to--;
        }
        int length = w.species().length();
        int v = 0;
        for (; rows == TILE && from < to && (v + 2) * length <= n; v += 2) {
            int b0 = VectorProducts.vectorAt(bo, v, length, panel) + 16 * from;
            int b1 = VectorProducts.vectorAt(bo, v + 1, length, panel) + 16 * from;
            int c0 = co + v * length;
            VectorTiles.fourRowsSkippingZeros(w, to - from, a, ao + from * acs, ars, acs, b, b0, b1, c, c0, crs);
        }
        if (rows == TILE && from < to && v * length < n) {
            int b0 = VectorProducts.vectorAt(bo, v, length, panel) + 16 * from;
            int b1 = n - v * length > length ? VectorProducts.vectorAt(bo, v + 1, length, panel) + 16 * from : b0;
            int at = ao + from * acs;
            edge(w, n - v * length, to - from, a, at, ars, acs, b, b0, b1, c, co + v * length, crs);
        }
        for (int r = 0; r < rows && rows < TILE && v * length < n; r++) {
            int b0 = VectorProducts.vectorAt(bo, v, length, panel);
            rowRuns(w, n - v * length, from, to, a, ao + r * ars, acs, b, b0, panel, c, co + r * crs + v * length);
        }
    }

    /** A tile's last columns, fewer than two vectors have lanes, in a copy, for the same reason as those of {@link VectorProducts}. */
    private static void edge(
            Width w,
            int columns,
            int k,
            float[] a,
            int ao,
            int ars,
            int acs,
            float[] b,
            int b0,
            int b1,
            float[] c,
            int co,
            int crs) {
        float[] copy = EDGE.get();
        for (int r = 0; r < TILE; r++) {
            System.arraycopy(c, co + r * crs, copy, 32 * r, columns);
        }
        VectorTiles.fourRowsSkippingZeros(w, k, a, ao, ars, acs, b, b0, b1, copy, 0, 32);
        for (int r = 0; r < TILE; r++) {
            System.arraycopy(copy, 32 * r, c, co + r * crs, columns);
        }
    }

    private static boolean allZero(int rows, float[] a, int ao, int ars) {
        for (int r = 0; r < rows; r++) {
            if (a[ao + r * ars] != 0f) {
                return false;
            }
        }
        return true;
    }

    /** One row's runs of non-zero A[p], from ≤ p < to. */
    private static void rowRuns(
            Width w,
            int n,
            int from,
            int to,
            float[] a,
            int ao,
            int acs,
            float[] b,
            int bo,
            int panel,
            float[] c,
            int co) {
        int p = from;
        while (p < to) {
            int start = p;
            while (p < to && a[ao + p * acs] != 0f) {
                p++;
            }
            if (p > start) {
                VectorProducts.rows(
                        w, 1, n, p - start, a, ao + start * acs, 0, acs, b, bo + 16 * start, panel, c, co, 0, true);
            }
            while (p < to && a[ao + p * acs] == 0f) {
                p++;
            }
        }
    }
}
