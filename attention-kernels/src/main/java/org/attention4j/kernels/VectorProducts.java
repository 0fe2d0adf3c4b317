package org.attention4j.kernels;

import java.util.Arrays;

/**
 * Products by tiles: which tile when, so that its operands are near.
 *
 * <p>Blocks shape the walk, never a chain: a block along k reads C and goes on from there.
 */
final class VectorProducts {
    /** Rows of the tile that fits into 16 vector registers. */
    static final int TILE = 4;

    /** Steps along k in one go where rows are not packed in panels: two panels of B (32 KB at most) stay in the first-level cache. */
    static final int K_BLOCK = 256;

    /**
     * Most steps along k of a block of A at 512 bits (560 KB), which stays in the second-level cache beside a pair of panels of B (128 KB). A tile goes all this
     * way at once: the two of them come from there as fast as they are multiplied, and a tile's part of C, whose rows may share a few sets of the
     * caches, is read and written once.
     */
    static final int DEPTH = 1024;

    /**
     * Columns from which it pays to pack the rows of a block: in panels their distance is fixed, so that one index serves all of a tile.
     */
    static final int PACKED_COLUMNS = 128;

    /** Steps along k of a long stream (32 KB), and columns of many panels. */
    private static final int LONG = 512;

    /** Steps along k whose part of a panel is a page of memory, 4 KB. */
    private static final int PANEL_PAGE = 64;

    /** A tile of the last columns: a caller's thread has one as long as it lives. */
    private static final ThreadLocal<float[]> EDGE = ThreadLocal.withInitial(() -> new float[16 * TILE]);

    /** A stretch of rows whose numbers are apart: a caller's thread has it as long as it lives. */
    private static final ThreadLocal<float[]> ROWS = ThreadLocal.withInitial(() -> new float[(TILE - 1) * K_BLOCK]);

    private VectorProducts() {}

    /** Where vector v of columns starts, given panels of {@code panel} floats; vectors divide panels. */
    static int vectorAt(int panelsOffset, int v, int length, int panel) {
        return panelsOffset + v * length / 16 * panel + v * length % 16;
    }

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
            int panel,
            float[] c,
            int cOffset,
            int cRowStride,
            boolean accumulate) {
        ScalarKernels.checkSizes(m, n, k);
        if (k == 0) {
            clearUnless(accumulate, m, n, c, cOffset, cRowStride);
        } else if (m < TILE) {
            rows(
                    w,
                    m,
                    n,
                    k,
                    a,
                    aOffset,
                    aRowStride,
                    aColumnStride,
                    panels,
                    panelsOffset,
                    panel,
                    c,
                    cOffset,
                    cRowStride,
                    accumulate);
        } else {
            int depth = Math.ceilDiv(k, Math.ceilDiv(k, mostSteps(w)));
            for (int p = 0; p < k; p += depth) {
                for (int i = 0; i < m; i += VectorPackedRows.BLOCK_ROWS) {
                    block(
                            w,
                            Math.min(VectorPackedRows.BLOCK_ROWS, m - i),
                            n,
                            Math.min(depth, k - p),
                            a,
                            aOffset + i * aRowStride + p * aColumnStride,
                            aRowStride,
                            aColumnStride,
                            panels,
                            panelsOffset + 16 * p,
                            panel,
                            c,
                            cOffset + i * cRowStride,
                            cRowStride,
                            accumulate || p > 0);
                }
            }
        }
    }

    static void clearUnless(boolean accumulate, int m, int n, float[] c, int cOffset, int cRowStride) {
        for (int i = 0; i < m && !accumulate; i++) {
            Arrays.fill(c, cOffset + i * cRowStride, cOffset + i * cRowStride + n, 0f);
        }
    }

    /** Most steps along k of a block: machines with vectors of 512 bits have a second-level cache for {@link #DEPTH}, others often one of half the size or less. */
    private static int mostSteps(Width w) {
        return w.species().length() == 16 ? DEPTH : K_BLOCK;
    }

    /** Rows of the largest tile: eight where vectors have 512 bits, since such machines have 32 vector registers. */
    static int mostRows(Width w) {
        return w.species().length() == 16 ? 2 * TILE : TILE;
    }

    /** Tiles panel after panel, so that a pair of panels is used by all rows; then the last one to three rows. */
    static void block(
            Width w,
            int m,
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
            int crs,
            boolean accumulate) {
        boolean packed = w.species().length() > TILE
                && m >= 2 * TILE
                && n >= PACKED_COLUMNS
                && k >= TILE
                && (acs != 16 || ars != 1);
        int tiled = packed ? VectorPackedRows.rows(w, m) : m - m % TILE;
        int v = 0;
        if (packed) {
            v = VectorPackedRows.multiply(w, tiled, n, k, a, ao, ars, acs, b, bo, panel, c, co, crs, accumulate);
        } else if (acs == 1 || ars == 1) {
            v = pairs(w, tiled, n, k, a, ao, ars, acs, b, bo, panel, c, co, crs, accumulate);
        }
        for (; v * w.species().length() < n; v++) {
            column(w, v, tiled, n, k, a, ao, ars, acs, b, bo, panel, c, co, crs, accumulate);
        }
        if (tiled < m) {
            rows(w, m - tiled, n, k, a, ao + tiled * ars, ars, acs, b, bo, panel, c, co + tiled * crs, crs, accumulate);
        }
    }

    /**
     * Columns in pairs of vectors, where the rows or the columns of A are contiguous.
     *
     * @return how many vectors of columns are done
     */
    private static int pairs(
            Width w,
            int m,
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
            int crs,
            boolean accumulate) {
        int length = w.species().length();
        int v = 0;
        if (mostRows(w) > TILE && m == TILE && acs == 1) {
            v = fourRows(w, n / length / 4, k, a, ao, ars, b, bo, panel, c, co, crs, accumulate);
        } else if (mostRows(w) > TILE && m == 16 && acs == 16) {
            v = panelOfRows(w, n / length / 4, k, a, ao, b, bo, panel, c, co, crs, accumulate);
        }
        // Where rows do not lie in panels, each step along k has a cache line of A, of which a tile needs half.
        int most = acs == 1 || acs == 16 ? K_BLOCK : K_BLOCK / 2;
        for (; (v + 2) * length <= n; v += 2) {
            int b0 = vectorAt(bo, v, length, panel);
            int b1 = vectorAt(bo, v + 1, length, panel);
            int c0 = co + v * length;
            for (int p = 0; p < k; p += most) {
                int steps = Math.min(most, k - p);
                int at = ao + p * acs;
                pair(w, m, steps, a, at, ars, acs, b, b0 + 16 * p, b1 + 16 * p, c, c0, crs, accumulate || p > 0);
            }
        }
        return v;
    }

    /** All rows of a block, for the two vectors of columns at b0 and b1. */
    static void pair(
            Width w,
            int m,
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
            int crs,
            boolean accumulate) {
        int length = w.species().length();
        int i = 0;
        for (; mostRows(w) > TILE && i <= m - 2 * TILE; i += 2 * TILE) {
            int ai = ao + i * ars;
            int ci = co + i * crs;
            if (acs == 1) {
                VectorTiles.eightRowsTwoVectors(w, k, a, ai, ars, b, b0, b1, c, ci, crs, accumulate);
            } else if (acs == 16) {
                VectorPanels.eightRowsTwoVectors(w, k, a, ai, b, b0, b1, c, ci, ci + length, crs, accumulate);
            } else {
                VectorTransposedTiles.eightRowsTwoVectors(w, k, a, ai, acs, b, b0, b1, c, ci, crs, accumulate);
            }
        }
        for (; i < m; i += TILE) {
            int ai = ao + i * ars;
            int ci = co + i * crs;
            if (acs == 1) {
                VectorTiles.fourRowsTwoVectors(w, k, a, ai, ars, b, b0, b1, c, ci, crs, accumulate);
            } else if (acs == 16 && length < 16) {
                VectorPanels.fourRowsTwoVectors(w, k, a, ai, b, b0, c, ci, crs, accumulate);
            } else {
                VectorTransposedTiles.fourRowsTwoVectors(w, k, a, ai, acs, b, b0, b1, c, ci, crs, accumulate);
            }
        }
    }

    /** All rows of a block, for vector v of columns, of which there may be fewer than it has lanes. */
    private static void column(
            Width w,
            int v,
            int m,
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
            int crs,
            boolean accumulate) {
        int length = w.species().length();
        int b0 = vectorAt(bo, v, length, panel);
        int columns = n - v * length;
        int c0 = co + v * length;
        if (columns < length) {
            edge(w, m, columns, k, a, ao, ars, acs, b, b0, c, c0, crs, accumulate);
            return;
        }
        int i = 0;
        for (; mostRows(w) > TILE && i <= m - 2 * TILE; i += 2 * TILE) {
            VectorTiles.eightRowsOneVector(w, k, a, ao + i * ars, ars, acs, b, b0, c, c0 + i * crs, crs, accumulate);
        }
        for (; i <= m - TILE; i += TILE) {
            VectorTiles.fourRowsOneVector(w, k, a, ao + i * ars, ars, acs, b, b0, c, c0 + i * crs, crs, accumulate);
        }
        for (; i < m; i++) {
            VectorTiles.oneRowOneVector(w, k, a, ao + i * ars, acs, b, b0, c, c0 + i * crs, accumulate);
        }
    }

    /**
     * Rows of the last columns, fewer than a vector has lanes, in a copy of their own. A vector with a mask that reaches past the end of an array is
     * checked lane by lane, and where that was rare when the compiler looked, it makes objects of the masks from then on.
     */
    private static void edge(
            Width w,
            int m,
            int columns,
            int k,
            float[] a,
            int ao,
            int ars,
            int acs,
            float[] b,
            int b0,
            float[] c,
            int co,
            int crs,
            boolean accumulate) {
        float[] copy = EDGE.get();
        for (int i = 0; i < m; i += TILE) {
            int rows = Math.min(TILE, m - i);
            int ai = ao + i * ars;
            int ci = co + i * crs;
            for (int r = 0; r < rows && accumulate; r++) {
                System.arraycopy(c, ci + r * crs, copy, 16 * r, columns);
            }
            if (rows == TILE) {
                VectorTiles.fourRowsOneVector(w, k, a, ai, ars, acs, b, b0, copy, 0, 16, accumulate);
            } else {
                for (int r = 0; r < rows; r++) {
                    VectorTiles.oneRowOneVector(w, k, a, ai + r * ars, acs, b, b0, copy, 16 * r, accumulate);
                }
            }
            for (int r = 0; r < rows; r++) {
                System.arraycopy(copy, 16 * r, c, ci + r * crs, columns);
            }
        }
    }

    /**
     * Four rows, with vectors that fill panels: each of four vectors goes through panels of its own, {@code each} of them, so that what is read
     * are four long streams. Side by side, they would begin anew every four panels, and keys in the third cache took a fifth longer.
     *
     * @return how many vectors of columns are done
     */
    private static int fourRows(
            Width w,
            int each,
            int k,
            float[] a,
            int ao,
            int ars,
            float[] b,
            int bo,
            int panel,
            float[] c,
            int co,
            int crs,
            boolean accumulate) {
        for (int v = 0; v < each; v++) {
            VectorTiles.fourRowsFourVectors(
                    w, k, a, ao, ars, b, bo + v * panel, each * panel, c, co + 16 * v, 16 * each, crs, accumulate);
        }
        return 4 * each;
    }

    /**
     * Sixteen rows that are a panel, with vectors that fill panels, four at a time.
     *
     * @return how many vectors of columns are done
     */
    private static int panelOfRows(
            Width w,
            int fours,
            int k,
            float[] a,
            int ao,
            float[] b,
            int bo,
            int panel,
            float[] c,
            int co,
            int crs,
            boolean accumulate) {
        for (int v = 0; v < 4 * fours; v += 4) {
            for (int p = 0; p < k; p += K_BLOCK / 2) {
                VectorPanels.sixteenRowsFourVectors(
                        w,
                        Math.min(K_BLOCK / 2, k - p),
                        a,
                        ao + 16 * p,
                        b,
                        bo + v * panel + 16 * p,
                        panel,
                        c,
                        co + 16 * v,
                        16,
                        crs,
                        accumulate || p > 0);
            }
        }
        return 4 * fours;
    }

    /** Fewer rows than a tile has. Where their numbers are apart, they are copied, for the same reason for which the large tiles have none such. */
    static void rows(
            Width w,
            int m,
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
            int crs,
            boolean accumulate) {
        if (acs == 1) {
            rowsInPlace(w, m, n, k, a, ao, ars, b, bo, panel, c, co, crs, accumulate);
            return;
        }
        float[] copy = ROWS.get();
        for (int p = 0; p < k; p += K_BLOCK) {
            int steps = Math.min(K_BLOCK, k - p);
            for (int i = 0; i < m; i++) {
                for (int q = 0, x = ao + i * ars + p * acs; q < steps; q++, x += acs) {
                    copy[i * K_BLOCK + q] = a[x];
                }
            }
            rowsInPlace(w, m, n, steps, copy, 0, K_BLOCK, b, bo + 16 * p, panel, c, co, crs, accumulate || p > 0);
        }
    }

    /**
     * Whether a row goes by four vectors, not eight. Long streams come from a cache, which gives four of them faster than eight, above all where
     * vectors lie across its lines; so do the panels of many columns.
     */
    static boolean goesByFours(Width w, int n, int k) {
        return w.species().length() == 16 && n >= 4 * 16 && (k >= LONG || k >= PANEL_PAGE && n >= LONG);
    }

    /** Three rows together where there are registers for their sums, else two and one. */
    private static void fourVectors(
            Width w,
            int m,
            int k,
            float[] a,
            int ao,
            int ars,
            float[] b,
            int b0,
            int panel,
            float[] c,
            int co,
            int crs,
            boolean accumulate) {
        if (m == 3 && w.species().length() == 16) {
            VectorTiles.threeRowsFourVectors(w, k, a, ao, ars, b, b0, panel, c, co, crs, accumulate);
            return;
        }
        if (m > 1) {
            VectorTiles.twoRowsFourVectors(w, k, a, ao, ars, b, b0, panel, c, co, crs, accumulate);
        }
        if (m % 2 == 1) {
            int last = m - 1;
            VectorTiles.oneRowFourVectors(w, k, a, ao + last * ars, b, b0, panel, c, co + last * crs, accumulate);
        }
    }

    /** Rows whose numbers are next to each other: by four vectors, a single one also by eight. */
    private static void rowsInPlace(
            Width w,
            int m,
            int n,
            int k,
            float[] a,
            int ao,
            int ars,
            float[] b,
            int bo,
            int panel,
            float[] c,
            int co,
            int crs,
            boolean accumulate) {
        int length = w.species().length();
        boolean eights = m == 1 && !goesByFours(w, n, k);
        int v = 0;
        for (; eights && (v + 8) * length <= n; v += 8) {
            int b0 = vectorAt(bo, v, length, panel);
            VectorTiles.oneRowEightVectors(w, k, a, ao, b, b0, panel, c, co + v * length, accumulate);
        }
        for (; (v + 4) * length <= n; v += 4) {
            int b0 = vectorAt(bo, v, length, panel);
            fourVectors(w, m, k, a, ao, ars, b, b0, panel, c, co + v * length, crs, accumulate);
        }
        for (; (v + 1) * length <= n; v++) {
            int b0 = vectorAt(bo, v, length, panel);
            for (int i = 0; i < m; i++) {
                VectorTiles.oneRowOneVector(w, k, a, ao + i * ars, 1, b, b0, c, co + i * crs + v * length, accumulate);
            }
        }
        if (v * length < n) {
            int b0 = vectorAt(bo, v, length, panel);
            edge(w, m, n - v * length, k, a, ao, ars, 1, b, b0, c, co + v * length, crs, accumulate);
        }
    }
}
