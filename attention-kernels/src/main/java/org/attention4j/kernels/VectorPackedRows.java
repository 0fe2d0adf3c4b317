package org.attention4j.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A block of rows of a left operand, in panels of as many rows as the tile for them has: what it reads is one stream. At 512 bits, where there are 32
 * vector registers, fourteen rows: 28 sums, two vectors of B, one number of A; at 256 bits, where there may be 16, five rows: 10 sums.
 */
final class VectorPackedRows {
    /** Rows of a panel at 512 bits. */
    private static final int FOURTEEN = 14;

    /** Rows of a panel at 256 bits. */
    private static final int FIVE = 5;

    /** Rows of a block: whole panels of either. */
    static final int BLOCK_ROWS = 2 * FOURTEEN * FIVE;

    private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;

    private static final VectorLoop ROWS = (w, x, xo, y, yo, z, stride, v, k, m, parameter) ->
            VectorPacking.squares(x, xo, stride, k, m, panel(w), y, yo);

    private static final VectorLoop COLUMNS =
            (w, x, xo, y, yo, z, stride, v, k, m, parameter) -> columns(x, xo, stride, k, m, panel(w), y, yo);

    private static final VectorLoop LEFT_ROWS = (w, x, xo, y, yo, z, stride, v, k, m, parameter) ->
            VectorPacking.squares(x, xo, stride, k, m, Kernels.LANES, y, yo);

    private static final VectorLoop LEFT_COLUMNS =
            (w, x, xo, y, yo, z, stride, v, k, m, parameter) -> columns(x, xo, stride, k, m, Kernels.LANES, y, yo);

    /** A block of rows, those that are no whole panel in one of 16: a caller's thread has one as long as it lives. */
    private static final ThreadLocal<float[]> BLOCK =
            ThreadLocal.withInitial(() -> new float[(BLOCK_ROWS + 4) * VectorProducts.DEPTH]);

    private VectorPackedRows() {}

    private static int panel(Width w) {
        return w.species().length() == 16 ? FOURTEEN : FIVE;
    }

    /** How many of so many rows go by whole panels and then by tiles of four. */
    static int rows(Width w, int m) {
        int left = m - whole(w, m);
        return m - left % VectorProducts.TILE;
    }

    /** Those in whole panels. Of five, only so many that what is left is a multiple of four, which is so for every number from 12 on. */
    private static int whole(Width w, int m) {
        int panel = panel(w);
        int left = panel == FIVE && m >= 12 ? VectorProducts.TILE * (VectorProducts.TILE * m % FIVE) : m % panel;
        return m - left;
    }

    /**
     * A block of a product in pairs of vectors of columns: rows in panels, and then a multiple of four, in one of 16. Four rows whose numbers are next to
     * each other go as they are, by four vectors, after every second pair: by two they have eight sums, each of which waits for itself.
     *
     * @return how many vectors of columns are done
     */
    static int multiply(
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
        float[] rows = BLOCK.get();
        int whole = whole(w, m);
        int left = m - whole;
        int length = w.species().length();
        int fours = length == 16 && left == VectorProducts.TILE && acs == 1 ? n / length / 4 * 4 : 0;
        pack(ROWS, COLUMNS, w, a, ao, ars, acs, whole, k, panel(w), rows, 0);
        if (fours < n / length) {
            pack(LEFT_ROWS, LEFT_COLUMNS, w, a, ao + whole * ars, ars, acs, left, k, Kernels.LANES, rows, whole * k);
        }
        int v = 0;
        for (; (v + 2) * length <= n; v += 2) {
            int b0 = VectorProducts.vectorAt(bo, v, length, panel);
            int b1 = VectorProducts.vectorAt(bo, v + 1, length, panel);
            int c0 = co + v * length;
            for (int i = 0; i < whole; i += panel(w)) {
                if (length == 16) {
                    fourteenRowsTwoVectors(w, k, rows, i * k, b, b0, b1, c, c0 + i * crs, crs, accumulate);
                } else {
                    fiveRowsTwoVectors(w, k, rows, i * k, b, b0, c, c0 + i * crs, crs, accumulate);
                }
            }
            if (v >= fours) {
                VectorProducts.pair(
                        w, left, k, rows, whole * k, 1, 16, b, b0, b1, c, c0 + whole * crs, crs, accumulate);
            } else if (v % 4 == 2) {
                int bv = VectorProducts.vectorAt(bo, v - 2, length, panel);
                int cv = co + (v - 2) * length + whole * crs;
                VectorTiles.fourRowsFourVectors(
                        w, k, a, ao + whole * ars, ars, b, bv, panel, c, cv, length, crs, accumulate);
            }
        }
        return v;
    }

    /**
     * Copies m rows, whole panels of r or a multiple of four in one: element [i, p] goes to {@code to[at + i / r * r * k + r * p + i % r]}. There is a loop for each
     * panel, to which that is a constant.
     */
    private static void pack(
            VectorLoop byRows,
            VectorLoop byColumns,
            Width w,
            float[] a,
            int ao,
            int ars,
            int acs,
            int m,
            int k,
            int panel,
            float[] to,
            int at) {
        if (acs == 1) {
            VectorLoop.alone(byRows, w, a, ao, to, at, a, ars, a, k, m, 0f);
        } else if (ars == 1) {
            VectorLoop.alone(byColumns, w, a, ao, to, at, a, acs, a, k, m, 0f);
        } else {
            for (int i = 0; i < m; i++) {
                for (int p = 0, y = at + start(i, k, panel); p < k; p++, y += panel) {
                    to[y] = a[ao + i * ars + p * acs];
                }
            }
        }
    }

    private static void columns(float[] a, int ao, int acs, int k, int m, int panel, float[] to, int at) {
        for (int i = 0; i < m; i += panel) {
            for (int r = 0; r < Math.min(panel, m - i); r += 4) {
                int row = i + Math.min(r, panel - 4);
                for (int p = 0, x = ao + row, y = at + start(row, k, panel); p < k; p++, x += acs, y += panel) {
                    FloatVector.fromArray(FOUR, a, x).intoArray(to, y);
                }
            }
        }
    }

    private static int start(int i, int k, int panel) {
        return i / panel * panel * k + i % panel;
    }

    /** C[0…13, two vectors], A[i, p] at {@code a[ao + 14 * p + i]}. */
    private static void fourteenRowsTwoVectors(
            Width w,
            int k,
            float[] a,
            int ao,
            float[] b,
            int b0,
            int b1,
            float[] c,
            int co,
            int crs,
            boolean accumulate) {
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        FloatVector c00 = FloatVector.zero(s);
        FloatVector c01 = c00;
        FloatVector c10 = c00;
        FloatVector c11 = c00;
        FloatVector c20 = c00;
        FloatVector c21 = c00;
        FloatVector c30 = c00;
        FloatVector c31 = c00;
        FloatVector c40 = c00;
        FloatVector c41 = c00;
        FloatVector c50 = c00;
        FloatVector c51 = c00;
        FloatVector c60 = c00;
        FloatVector c61 = c00;
        FloatVector c70 = c00;
        FloatVector c71 = c00;
        FloatVector c80 = c00;
        FloatVector c81 = c00;
        FloatVector c90 = c00;
        FloatVector c91 = c00;
        FloatVector ca0 = c00;
        FloatVector ca1 = c00;
        FloatVector cb0 = c00;
        FloatVector cb1 = c00;
        FloatVector cc0 = c00;
        FloatVector cc1 = c00;
        FloatVector cd0 = c00;
        FloatVector cd1 = c00;
        if (accumulate) {
            c00 = FloatVector.fromArray(s, c, co);
            c01 = FloatVector.fromArray(s, c, co + l);
            c10 = FloatVector.fromArray(s, c, co + crs);
            c11 = FloatVector.fromArray(s, c, co + crs + l);
            c20 = FloatVector.fromArray(s, c, co + 2 * crs);
            c21 = FloatVector.fromArray(s, c, co + 2 * crs + l);
            c30 = FloatVector.fromArray(s, c, co + 3 * crs);
            c31 = FloatVector.fromArray(s, c, co + 3 * crs + l);
            c40 = FloatVector.fromArray(s, c, co + 4 * crs);
            c41 = FloatVector.fromArray(s, c, co + 4 * crs + l);
            c50 = FloatVector.fromArray(s, c, co + 5 * crs);
            c51 = FloatVector.fromArray(s, c, co + 5 * crs + l);
            c60 = FloatVector.fromArray(s, c, co + 6 * crs);
            c61 = FloatVector.fromArray(s, c, co + 6 * crs + l);
            c70 = FloatVector.fromArray(s, c, co + 7 * crs);
            c71 = FloatVector.fromArray(s, c, co + 7 * crs + l);
            c80 = FloatVector.fromArray(s, c, co + 8 * crs);
            c81 = FloatVector.fromArray(s, c, co + 8 * crs + l);
            c90 = FloatVector.fromArray(s, c, co + 9 * crs);
            c91 = FloatVector.fromArray(s, c, co + 9 * crs + l);
            ca0 = FloatVector.fromArray(s, c, co + 10 * crs);
            ca1 = FloatVector.fromArray(s, c, co + 10 * crs + l);
            cb0 = FloatVector.fromArray(s, c, co + 11 * crs);
            cb1 = FloatVector.fromArray(s, c, co + 11 * crs + l);
            cc0 = FloatVector.fromArray(s, c, co + 12 * crs);
            cc1 = FloatVector.fromArray(s, c, co + 12 * crs + l);
            cd0 = FloatVector.fromArray(s, c, co + 13 * crs);
            cd1 = FloatVector.fromArray(s, c, co + 13 * crs + l);
        }
        for (int p = 0; p < k; p++) {
            FloatVector v0 = FloatVector.fromArray(s, b, b0 + 16 * p);
            FloatVector v1 = FloatVector.fromArray(s, b, b1 + 16 * p);
            FloatVector x = FloatVector.broadcast(s, a[ao + 14 * p]);
            c00 = x.fma(v0, c00);
            c01 = x.fma(v1, c01);
            x = FloatVector.broadcast(s, a[ao + 14 * p + 1]);
            c10 = x.fma(v0, c10);
            c11 = x.fma(v1, c11);
            x = FloatVector.broadcast(s, a[ao + 14 * p + 2]);
            c20 = x.fma(v0, c20);
            c21 = x.fma(v1, c21);
            x = FloatVector.broadcast(s, a[ao + 14 * p + 3]);
            c30 = x.fma(v0, c30);
            c31 = x.fma(v1, c31);
            x = FloatVector.broadcast(s, a[ao + 14 * p + 4]);
            c40 = x.fma(v0, c40);
            c41 = x.fma(v1, c41);
            x = FloatVector.broadcast(s, a[ao + 14 * p + 5]);
            c50 = x.fma(v0, c50);
            c51 = x.fma(v1, c51);
            x = FloatVector.broadcast(s, a[ao + 14 * p + 6]);
            c60 = x.fma(v0, c60);
            c61 = x.fma(v1, c61);
            x = FloatVector.broadcast(s, a[ao + 14 * p + 7]);
            c70 = x.fma(v0, c70);
            c71 = x.fma(v1, c71);
            x = FloatVector.broadcast(s, a[ao + 14 * p + 8]);
            c80 = x.fma(v0, c80);
            c81 = x.fma(v1, c81);
            x = FloatVector.broadcast(s, a[ao + 14 * p + 9]);
            c90 = x.fma(v0, c90);
            c91 = x.fma(v1, c91);
            x = FloatVector.broadcast(s, a[ao + 14 * p + 10]);
            ca0 = x.fma(v0, ca0);
            ca1 = x.fma(v1, ca1);
            x = FloatVector.broadcast(s, a[ao + 14 * p + 11]);
            cb0 = x.fma(v0, cb0);
            cb1 = x.fma(v1, cb1);
            x = FloatVector.broadcast(s, a[ao + 14 * p + 12]);
            cc0 = x.fma(v0, cc0);
            cc1 = x.fma(v1, cc1);
            x = FloatVector.broadcast(s, a[ao + 14 * p + 13]);
            cd0 = x.fma(v0, cd0);
            cd1 = x.fma(v1, cd1);
        }
        FloatVector minusZero = FloatVector.broadcast(s, Width.MINUS_ZERO);
        minusZero.add(c00).intoArray(c, co);
        minusZero.add(c01).intoArray(c, co + l);
        minusZero.add(c10).intoArray(c, co + crs);
        minusZero.add(c11).intoArray(c, co + crs + l);
        minusZero.add(c20).intoArray(c, co + 2 * crs);
        minusZero.add(c21).intoArray(c, co + 2 * crs + l);
        minusZero.add(c30).intoArray(c, co + 3 * crs);
        minusZero.add(c31).intoArray(c, co + 3 * crs + l);
        minusZero.add(c40).intoArray(c, co + 4 * crs);
        minusZero.add(c41).intoArray(c, co + 4 * crs + l);
        minusZero.add(c50).intoArray(c, co + 5 * crs);
        minusZero.add(c51).intoArray(c, co + 5 * crs + l);
        minusZero.add(c60).intoArray(c, co + 6 * crs);
        minusZero.add(c61).intoArray(c, co + 6 * crs + l);
        minusZero.add(c70).intoArray(c, co + 7 * crs);
        minusZero.add(c71).intoArray(c, co + 7 * crs + l);
        minusZero.add(c80).intoArray(c, co + 8 * crs);
        minusZero.add(c81).intoArray(c, co + 8 * crs + l);
        minusZero.add(c90).intoArray(c, co + 9 * crs);
        minusZero.add(c91).intoArray(c, co + 9 * crs + l);
        minusZero.add(ca0).intoArray(c, co + 10 * crs);
        minusZero.add(ca1).intoArray(c, co + 10 * crs + l);
        minusZero.add(cb0).intoArray(c, co + 11 * crs);
        minusZero.add(cb1).intoArray(c, co + 11 * crs + l);
        minusZero.add(cc0).intoArray(c, co + 12 * crs);
        minusZero.add(cc1).intoArray(c, co + 12 * crs + l);
        minusZero.add(cd0).intoArray(c, co + 13 * crs);
        minusZero.add(cd1).intoArray(c, co + 13 * crs + l);
    }

    /** C[0…4, two vectors of a panel], A[i, p] at {@code a[ao + 5 * p + i]}. */
    private static void fiveRowsTwoVectors(
            Width w, int k, float[] a, int ao, float[] b, int b0, float[] c, int co, int crs, boolean accumulate) {
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        FloatVector c00 = FloatVector.zero(s);
        FloatVector c01 = c00;
        FloatVector c10 = c00;
        FloatVector c11 = c00;
        FloatVector c20 = c00;
        FloatVector c21 = c00;
        FloatVector c30 = c00;
        FloatVector c31 = c00;
        FloatVector c40 = c00;
        FloatVector c41 = c00;
        if (accumulate) {
            c00 = FloatVector.fromArray(s, c, co);
            c01 = FloatVector.fromArray(s, c, co + l);
            c10 = FloatVector.fromArray(s, c, co + crs);
            c11 = FloatVector.fromArray(s, c, co + crs + l);
            c20 = FloatVector.fromArray(s, c, co + 2 * crs);
            c21 = FloatVector.fromArray(s, c, co + 2 * crs + l);
            c30 = FloatVector.fromArray(s, c, co + 3 * crs);
            c31 = FloatVector.fromArray(s, c, co + 3 * crs + l);
            c40 = FloatVector.fromArray(s, c, co + 4 * crs);
            c41 = FloatVector.fromArray(s, c, co + 4 * crs + l);
        }
        for (int p = 0; p < k; p++) {
            FloatVector v0 = FloatVector.fromArray(s, b, b0 + 16 * p);
            FloatVector v1 = FloatVector.fromArray(s, b, b0 + 16 * p + l);
            FloatVector x = FloatVector.broadcast(s, a[ao + 5 * p]);
            c00 = x.fma(v0, c00);
            c01 = x.fma(v1, c01);
            x = FloatVector.broadcast(s, a[ao + 5 * p + 1]);
            c10 = x.fma(v0, c10);
            c11 = x.fma(v1, c11);
            x = FloatVector.broadcast(s, a[ao + 5 * p + 2]);
            c20 = x.fma(v0, c20);
            c21 = x.fma(v1, c21);
            x = FloatVector.broadcast(s, a[ao + 5 * p + 3]);
            c30 = x.fma(v0, c30);
            c31 = x.fma(v1, c31);
            x = FloatVector.broadcast(s, a[ao + 5 * p + 4]);
            c40 = x.fma(v0, c40);
            c41 = x.fma(v1, c41);
        }
        FloatVector minusZero = FloatVector.broadcast(s, Width.MINUS_ZERO);
        minusZero.add(c00).intoArray(c, co);
        minusZero.add(c01).intoArray(c, co + l);
        minusZero.add(c10).intoArray(c, co + crs);
        minusZero.add(c11).intoArray(c, co + crs + l);
        minusZero.add(c20).intoArray(c, co + 2 * crs);
        minusZero.add(c21).intoArray(c, co + 2 * crs + l);
        minusZero.add(c30).intoArray(c, co + 3 * crs);
        minusZero.add(c31).intoArray(c, co + 3 * crs + l);
        minusZero.add(c40).intoArray(c, co + 4 * crs);
        minusZero.add(c41).intoArray(c, co + 4 * crs + l);
    }
}
