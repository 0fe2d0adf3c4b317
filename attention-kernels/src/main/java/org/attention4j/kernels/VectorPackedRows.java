package org.attention4j.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A block of rows of a left operand, in panels of twelve rows, as many as the tile for them has: what it reads is one stream, which stays in the
 * first-level cache beside two panels of B. Where there are 32 vector registers: 24 sums, two vectors of B, one number of A.
 */
final class VectorPackedRows {
    /** Rows of a panel. */
    static final int PANEL = 12;

    private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;

    private static final VectorLoop ROWS = (w, x, xo, y, yo, z, stride, v, k, m, parameter) ->
            VectorPacking.squares(x, xo, stride, k, m, PANEL, y, yo);

    private static final VectorLoop COLUMNS =
            (w, x, xo, y, yo, z, stride, v, k, m, parameter) -> columns(x, xo, stride, k, m, y);

    /** A block of rows, up to eight of them in a panel of 16: a caller's thread has one as long as it lives. */
    private static final ThreadLocal<float[]> BLOCK =
            ThreadLocal.withInitial(() -> new float[(VectorProducts.ROW_BLOCK + 4) * VectorProducts.DEPTH]);

    private VectorPackedRows() {}

    /**
     * A block of a product, of rows that are a multiple of four, in pairs of vectors of columns.
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
        int whole = m - m % PANEL;
        pack(w, a, ao, ars, acs, whole, k, rows);
        VectorPacking.pack(w, a, ao + whole * ars, acs, ars, k, m - whole, rows, whole * k);
        int length = w.species().length();
        int v = 0;
        for (; (v + 2) * length <= n; v += 2) {
            int b0 = VectorProducts.vectorAt(bo, v, length, panel);
            int b1 = VectorProducts.vectorAt(bo, v + 1, length, panel);
            int c0 = co + v * length;
            for (int i = 0; i < whole; i += PANEL) {
                twelveRowsTwoVectors(w, k, rows, i * k, b, b0, b1, c, c0 + i * crs, crs, accumulate);
            }
            VectorProducts.pair(
                    w, m - whole, k, rows, whole * k, 1, 16, b, b0, b1, c, c0 + whole * crs, crs, accumulate);
        }
        return v;
    }

    /** Copies m rows, a multiple of {@link #PANEL}: element [i, p] goes to {@code to[i / 12 * 12 * k + 12 * p + i % 12]}. */
    private static void pack(Width w, float[] a, int ao, int ars, int acs, int m, int k, float[] to) {
        if (acs == 1) {
            VectorLoop.alone(ROWS, w, a, ao, to, 0, a, ars, a, k, m, 0f);
        } else if (ars == 1) {
            VectorLoop.alone(COLUMNS, w, a, ao, to, 0, a, acs, a, k, m, 0f);
        } else {
            for (int i = 0; i < m; i++) {
                for (int p = 0, y = start(i, k); p < k; p++, y += PANEL) {
                    to[y] = a[ao + i * ars + p * acs];
                }
            }
        }
    }

    private static void columns(float[] a, int ao, int acs, int k, int m, float[] to) {
        for (int i = 0; i < m; i += 4) {
            for (int p = 0, x = ao + i, y = start(i, k); p < k; p++, x += acs, y += PANEL) {
                FloatVector.fromArray(FOUR, a, x).intoArray(to, y);
            }
        }
    }

    private static int start(int i, int k) {
        return i / PANEL * PANEL * k + i % PANEL;
    }

    /** C[0…11, two vectors], A[i, p] at {@code a[ao + 12 * p + i]}. */
    private static void twelveRowsTwoVectors(
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
        int c1 = co + s.length();
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
        if (accumulate) {
            c00 = FloatVector.fromArray(s, c, co);
            c01 = FloatVector.fromArray(s, c, c1);
            c10 = FloatVector.fromArray(s, c, co + crs);
            c11 = FloatVector.fromArray(s, c, c1 + crs);
            c20 = FloatVector.fromArray(s, c, co + 2 * crs);
            c21 = FloatVector.fromArray(s, c, c1 + 2 * crs);
            c30 = FloatVector.fromArray(s, c, co + 3 * crs);
            c31 = FloatVector.fromArray(s, c, c1 + 3 * crs);
            c40 = FloatVector.fromArray(s, c, co + 4 * crs);
            c41 = FloatVector.fromArray(s, c, c1 + 4 * crs);
            c50 = FloatVector.fromArray(s, c, co + 5 * crs);
            c51 = FloatVector.fromArray(s, c, c1 + 5 * crs);
            c60 = FloatVector.fromArray(s, c, co + 6 * crs);
            c61 = FloatVector.fromArray(s, c, c1 + 6 * crs);
            c70 = FloatVector.fromArray(s, c, co + 7 * crs);
            c71 = FloatVector.fromArray(s, c, c1 + 7 * crs);
            c80 = FloatVector.fromArray(s, c, co + 8 * crs);
            c81 = FloatVector.fromArray(s, c, c1 + 8 * crs);
            c90 = FloatVector.fromArray(s, c, co + 9 * crs);
            c91 = FloatVector.fromArray(s, c, c1 + 9 * crs);
            ca0 = FloatVector.fromArray(s, c, co + 10 * crs);
            ca1 = FloatVector.fromArray(s, c, c1 + 10 * crs);
            cb0 = FloatVector.fromArray(s, c, co + 11 * crs);
            cb1 = FloatVector.fromArray(s, c, c1 + 11 * crs);
        }
        for (int p = 0; p < k; p++) {
            FloatVector v0 = FloatVector.fromArray(s, b, b0 + 16 * p);
            FloatVector v1 = FloatVector.fromArray(s, b, b1 + 16 * p);
            FloatVector x = FloatVector.broadcast(s, a[ao + 12 * p]);
            c00 = x.fma(v0, c00);
            c01 = x.fma(v1, c01);
            x = FloatVector.broadcast(s, a[ao + 12 * p + 1]);
            c10 = x.fma(v0, c10);
            c11 = x.fma(v1, c11);
            x = FloatVector.broadcast(s, a[ao + 12 * p + 2]);
            c20 = x.fma(v0, c20);
            c21 = x.fma(v1, c21);
            x = FloatVector.broadcast(s, a[ao + 12 * p + 3]);
            c30 = x.fma(v0, c30);
            c31 = x.fma(v1, c31);
            x = FloatVector.broadcast(s, a[ao + 12 * p + 4]);
            c40 = x.fma(v0, c40);
            c41 = x.fma(v1, c41);
            x = FloatVector.broadcast(s, a[ao + 12 * p + 5]);
            c50 = x.fma(v0, c50);
            c51 = x.fma(v1, c51);
            x = FloatVector.broadcast(s, a[ao + 12 * p + 6]);
            c60 = x.fma(v0, c60);
            c61 = x.fma(v1, c61);
            x = FloatVector.broadcast(s, a[ao + 12 * p + 7]);
            c70 = x.fma(v0, c70);
            c71 = x.fma(v1, c71);
            x = FloatVector.broadcast(s, a[ao + 12 * p + 8]);
            c80 = x.fma(v0, c80);
            c81 = x.fma(v1, c81);
            x = FloatVector.broadcast(s, a[ao + 12 * p + 9]);
            c90 = x.fma(v0, c90);
            c91 = x.fma(v1, c91);
            x = FloatVector.broadcast(s, a[ao + 12 * p + 10]);
            ca0 = x.fma(v0, ca0);
            ca1 = x.fma(v1, ca1);
            x = FloatVector.broadcast(s, a[ao + 12 * p + 11]);
            cb0 = x.fma(v0, cb0);
            cb1 = x.fma(v1, cb1);
        }
        FloatVector minusZero = FloatVector.broadcast(s, Width.MINUS_ZERO);
        minusZero.add(c00).intoArray(c, co);
        minusZero.add(c01).intoArray(c, c1);
        minusZero.add(c10).intoArray(c, co + crs);
        minusZero.add(c11).intoArray(c, c1 + crs);
        minusZero.add(c20).intoArray(c, co + 2 * crs);
        minusZero.add(c21).intoArray(c, c1 + 2 * crs);
        minusZero.add(c30).intoArray(c, co + 3 * crs);
        minusZero.add(c31).intoArray(c, c1 + 3 * crs);
        minusZero.add(c40).intoArray(c, co + 4 * crs);
        minusZero.add(c41).intoArray(c, c1 + 4 * crs);
        minusZero.add(c50).intoArray(c, co + 5 * crs);
        minusZero.add(c51).intoArray(c, c1 + 5 * crs);
        minusZero.add(c60).intoArray(c, co + 6 * crs);
        minusZero.add(c61).intoArray(c, c1 + 6 * crs);
        minusZero.add(c70).intoArray(c, co + 7 * crs);
        minusZero.add(c71).intoArray(c, c1 + 7 * crs);
        minusZero.add(c80).intoArray(c, co + 8 * crs);
        minusZero.add(c81).intoArray(c, c1 + 8 * crs);
        minusZero.add(c90).intoArray(c, co + 9 * crs);
        minusZero.add(c91).intoArray(c, c1 + 9 * crs);
        minusZero.add(ca0).intoArray(c, co + 10 * crs);
        minusZero.add(ca1).intoArray(c, c1 + 10 * crs);
        minusZero.add(cb0).intoArray(c, co + 11 * crs);
        minusZero.add(cb1).intoArray(c, c1 + 11 * crs);
    }
}
