package org.attention4j.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of operands that both lie in panels. Columns of A lie side by side, a fixed distance apart, so that one index serves all rows of a tile
 * and no check of bounds is left in the loop over k: that is faster than {@link VectorTransposedTiles}, which do the rest.
 */
final class VectorPanels {
    private VectorPanels() {}

    /** {@link Kernels#multiplyPanels}. */
    static void multiply(
            Width w, int m, int n, int k, float[] a, int ao, float[] b, int bo, float[] c, int co, int panel, int crs) {
        if (w.species().length() == 16) {
            wide(w, (m + 15) & -16, n, k, a, ao, b, bo, c, co, panel, crs);
            return;
        }
        int l = w.species().length();
        int rows = (m + 15) & -16;
        for (int j = 0; j < n; j += 16, bo += 16 * k, co += panel) {
            for (int v = 0; v < 16; v += 2 * l) {
                for (int i = 0; i < rows; i += 4) {
                    int at = co + i * crs + v;
                    fourRowsTwoVectors(w, k, a, rowAt(ao, i, k), b, bo + v, c, at, crs, false);
                }
            }
        }
    }

    /** Four panels of B at a time, then two, and 16 rows where there is one. */
    private static void wide(
            Width w, int m, int n, int k, float[] a, int ao, float[] b, int bo, float[] c, int co, int panel, int crs) {
        int j = 0;
        for (; j + 48 < n; j += 64) {
            int at = co + j / 16 * panel;
            for (int i = 0; i < m; i += 16) {
                sixteenRowsFourVectors(w, k, a, ao + i * k, b, bo + j * k, 16 * k, c, at + i * crs, panel, crs, false);
            }
        }
        for (; j + 16 < n; j += 32) {
            int b0 = bo + j * k;
            int c0 = co + j / 16 * panel;
            for (int i = 0; i < m; i += 8) {
                int at = c0 + i * crs;
                eightRowsTwoVectors(w, k, a, rowAt(ao, i, k), b, b0, b0 + 16 * k, c, at, at + panel, crs, false);
            }
        }
        for (int i = 0; j < n && i < m; i += 16) {
            sixteenRowsOneVector(w, k, a, ao + i * k, b, bo + j * k, c, co + j / 16 * panel + i * crs, crs);
        }
    }

    private static int rowAt(int ao, int i, int k) {
        return ao + (i & -16) * k + i % 16;
    }

    /**
     * C[0…15, four vectors], A[i, p] at {@code a[ao + 16 * p + i]}, the vectors of B {@code panel} apart, those of C {@code column}: six rows, five and
     * five, 24 or 20 sums. By two vectors, eight rows at a time, these three tiles would be four, each with as many instructions that count and address.
     *
     * <p>Their loops count in steps of a panel's row: where the compiler multiplied the index by 16, it kept the arrays' addresses in memory.
     */
    static void sixteenRowsFourVectors(
            Width w,
            int k,
            float[] a,
            int ao,
            float[] b,
            int b0,
            int panel,
            float[] c,
            int co,
            int column,
            int crs,
            boolean accumulate) {
        sixRowsFourVectors(w, k, a, ao, b, b0, panel, c, co, column, crs, accumulate);
        fiveRowsFourVectors(w, k, a, ao + 6, b, b0, panel, c, co + 6 * crs, column, crs, accumulate);
        fiveRowsFourVectors(w, k, a, ao + 11, b, b0, panel, c, co + 11 * crs, column, crs, accumulate);
    }

    /** C[0…5, four vectors]. */
    private static void sixRowsFourVectors(
            Width w,
            int k,
            float[] a,
            int ao,
            float[] b,
            int b0,
            int panel,
            float[] c,
            int co,
            int column,
            int crs,
            boolean accumulate) {
        VectorSpecies<Float> s = w.species();
        FloatVector c00 = FloatVector.zero(s);
        FloatVector c01 = c00;
        FloatVector c02 = c00;
        FloatVector c03 = c00;
        FloatVector c10 = c00;
        FloatVector c11 = c00;
        FloatVector c12 = c00;
        FloatVector c13 = c00;
        FloatVector c20 = c00;
        FloatVector c21 = c00;
        FloatVector c22 = c00;
        FloatVector c23 = c00;
        FloatVector c30 = c00;
        FloatVector c31 = c00;
        FloatVector c32 = c00;
        FloatVector c33 = c00;
        FloatVector c40 = c00;
        FloatVector c41 = c00;
        FloatVector c42 = c00;
        FloatVector c43 = c00;
        FloatVector c50 = c00;
        FloatVector c51 = c00;
        FloatVector c52 = c00;
        FloatVector c53 = c00;
        if (accumulate) {
            c00 = FloatVector.fromArray(s, c, co);
            c01 = FloatVector.fromArray(s, c, co + column);
            c02 = FloatVector.fromArray(s, c, co + 2 * column);
            c03 = FloatVector.fromArray(s, c, co + 3 * column);
            c10 = FloatVector.fromArray(s, c, co + crs);
            c11 = FloatVector.fromArray(s, c, co + crs + column);
            c12 = FloatVector.fromArray(s, c, co + crs + 2 * column);
            c13 = FloatVector.fromArray(s, c, co + crs + 3 * column);
            c20 = FloatVector.fromArray(s, c, co + 2 * crs);
            c21 = FloatVector.fromArray(s, c, co + 2 * crs + column);
            c22 = FloatVector.fromArray(s, c, co + 2 * crs + 2 * column);
            c23 = FloatVector.fromArray(s, c, co + 2 * crs + 3 * column);
            c30 = FloatVector.fromArray(s, c, co + 3 * crs);
            c31 = FloatVector.fromArray(s, c, co + 3 * crs + column);
            c32 = FloatVector.fromArray(s, c, co + 3 * crs + 2 * column);
            c33 = FloatVector.fromArray(s, c, co + 3 * crs + 3 * column);
            c40 = FloatVector.fromArray(s, c, co + 4 * crs);
            c41 = FloatVector.fromArray(s, c, co + 4 * crs + column);
            c42 = FloatVector.fromArray(s, c, co + 4 * crs + 2 * column);
            c43 = FloatVector.fromArray(s, c, co + 4 * crs + 3 * column);
            c50 = FloatVector.fromArray(s, c, co + 5 * crs);
            c51 = FloatVector.fromArray(s, c, co + 5 * crs + column);
            c52 = FloatVector.fromArray(s, c, co + 5 * crs + 2 * column);
            c53 = FloatVector.fromArray(s, c, co + 5 * crs + 3 * column);
        }
        int b1 = b0 + panel;
        int b2 = b0 + 2 * panel;
        int b3 = b0 + 3 * panel;
        for (int p = 0; p < 16 * k; p += 16) {
            FloatVector v0 = FloatVector.fromArray(s, b, b0 + p);
            FloatVector v1 = FloatVector.fromArray(s, b, b1 + p);
            FloatVector v2 = FloatVector.fromArray(s, b, b2 + p);
            FloatVector v3 = FloatVector.fromArray(s, b, b3 + p);
            FloatVector x = FloatVector.broadcast(s, a[ao + p]);
            c00 = x.fma(v0, c00);
            c01 = x.fma(v1, c01);
            c02 = x.fma(v2, c02);
            c03 = x.fma(v3, c03);
            x = FloatVector.broadcast(s, a[ao + p + 1]);
            c10 = x.fma(v0, c10);
            c11 = x.fma(v1, c11);
            c12 = x.fma(v2, c12);
            c13 = x.fma(v3, c13);
            x = FloatVector.broadcast(s, a[ao + p + 2]);
            c20 = x.fma(v0, c20);
            c21 = x.fma(v1, c21);
            c22 = x.fma(v2, c22);
            c23 = x.fma(v3, c23);
            x = FloatVector.broadcast(s, a[ao + p + 3]);
            c30 = x.fma(v0, c30);
            c31 = x.fma(v1, c31);
            c32 = x.fma(v2, c32);
            c33 = x.fma(v3, c33);
            x = FloatVector.broadcast(s, a[ao + p + 4]);
            c40 = x.fma(v0, c40);
            c41 = x.fma(v1, c41);
            c42 = x.fma(v2, c42);
            c43 = x.fma(v3, c43);
            x = FloatVector.broadcast(s, a[ao + p + 5]);
            c50 = x.fma(v0, c50);
            c51 = x.fma(v1, c51);
            c52 = x.fma(v2, c52);
            c53 = x.fma(v3, c53);
        }
        FloatVector minusZero = FloatVector.broadcast(s, Width.MINUS_ZERO);
        int at = co;
        minusZero.add(c00).intoArray(c, at);
        minusZero.add(c01).intoArray(c, at + column);
        minusZero.add(c02).intoArray(c, at + 2 * column);
        minusZero.add(c03).intoArray(c, at + 3 * column);
        at += crs;
        minusZero.add(c10).intoArray(c, at);
        minusZero.add(c11).intoArray(c, at + column);
        minusZero.add(c12).intoArray(c, at + 2 * column);
        minusZero.add(c13).intoArray(c, at + 3 * column);
        at += crs;
        minusZero.add(c20).intoArray(c, at);
        minusZero.add(c21).intoArray(c, at + column);
        minusZero.add(c22).intoArray(c, at + 2 * column);
        minusZero.add(c23).intoArray(c, at + 3 * column);
        at += crs;
        minusZero.add(c30).intoArray(c, at);
        minusZero.add(c31).intoArray(c, at + column);
        minusZero.add(c32).intoArray(c, at + 2 * column);
        minusZero.add(c33).intoArray(c, at + 3 * column);
        at += crs;
        minusZero.add(c40).intoArray(c, at);
        minusZero.add(c41).intoArray(c, at + column);
        minusZero.add(c42).intoArray(c, at + 2 * column);
        minusZero.add(c43).intoArray(c, at + 3 * column);
        at += crs;
        minusZero.add(c50).intoArray(c, at);
        minusZero.add(c51).intoArray(c, at + column);
        minusZero.add(c52).intoArray(c, at + 2 * column);
        minusZero.add(c53).intoArray(c, at + 3 * column);
    }

    /** C[0…4, four vectors]. */
    private static void fiveRowsFourVectors(
            Width w,
            int k,
            float[] a,
            int ao,
            float[] b,
            int b0,
            int panel,
            float[] c,
            int co,
            int column,
            int crs,
            boolean accumulate) {
        VectorSpecies<Float> s = w.species();
        FloatVector c00 = FloatVector.zero(s);
        FloatVector c01 = c00;
        FloatVector c02 = c00;
        FloatVector c03 = c00;
        FloatVector c10 = c00;
        FloatVector c11 = c00;
        FloatVector c12 = c00;
        FloatVector c13 = c00;
        FloatVector c20 = c00;
        FloatVector c21 = c00;
        FloatVector c22 = c00;
        FloatVector c23 = c00;
        FloatVector c30 = c00;
        FloatVector c31 = c00;
        FloatVector c32 = c00;
        FloatVector c33 = c00;
        FloatVector c40 = c00;
        FloatVector c41 = c00;
        FloatVector c42 = c00;
        FloatVector c43 = c00;
        if (accumulate) {
            c00 = FloatVector.fromArray(s, c, co);
            c01 = FloatVector.fromArray(s, c, co + column);
            c02 = FloatVector.fromArray(s, c, co + 2 * column);
            c03 = FloatVector.fromArray(s, c, co + 3 * column);
            c10 = FloatVector.fromArray(s, c, co + crs);
            c11 = FloatVector.fromArray(s, c, co + crs + column);
            c12 = FloatVector.fromArray(s, c, co + crs + 2 * column);
            c13 = FloatVector.fromArray(s, c, co + crs + 3 * column);
            c20 = FloatVector.fromArray(s, c, co + 2 * crs);
            c21 = FloatVector.fromArray(s, c, co + 2 * crs + column);
            c22 = FloatVector.fromArray(s, c, co + 2 * crs + 2 * column);
            c23 = FloatVector.fromArray(s, c, co + 2 * crs + 3 * column);
            c30 = FloatVector.fromArray(s, c, co + 3 * crs);
            c31 = FloatVector.fromArray(s, c, co + 3 * crs + column);
            c32 = FloatVector.fromArray(s, c, co + 3 * crs + 2 * column);
            c33 = FloatVector.fromArray(s, c, co + 3 * crs + 3 * column);
            c40 = FloatVector.fromArray(s, c, co + 4 * crs);
            c41 = FloatVector.fromArray(s, c, co + 4 * crs + column);
            c42 = FloatVector.fromArray(s, c, co + 4 * crs + 2 * column);
            c43 = FloatVector.fromArray(s, c, co + 4 * crs + 3 * column);
        }
        int b1 = b0 + panel;
        int b2 = b0 + 2 * panel;
        int b3 = b0 + 3 * panel;
        for (int p = 0; p < 16 * k; p += 16) {
            FloatVector v0 = FloatVector.fromArray(s, b, b0 + p);
            FloatVector v1 = FloatVector.fromArray(s, b, b1 + p);
            FloatVector v2 = FloatVector.fromArray(s, b, b2 + p);
            FloatVector v3 = FloatVector.fromArray(s, b, b3 + p);
            FloatVector x = FloatVector.broadcast(s, a[ao + p]);
            c00 = x.fma(v0, c00);
            c01 = x.fma(v1, c01);
            c02 = x.fma(v2, c02);
            c03 = x.fma(v3, c03);
            x = FloatVector.broadcast(s, a[ao + p + 1]);
            c10 = x.fma(v0, c10);
            c11 = x.fma(v1, c11);
            c12 = x.fma(v2, c12);
            c13 = x.fma(v3, c13);
            x = FloatVector.broadcast(s, a[ao + p + 2]);
            c20 = x.fma(v0, c20);
            c21 = x.fma(v1, c21);
            c22 = x.fma(v2, c22);
            c23 = x.fma(v3, c23);
            x = FloatVector.broadcast(s, a[ao + p + 3]);
            c30 = x.fma(v0, c30);
            c31 = x.fma(v1, c31);
            c32 = x.fma(v2, c32);
            c33 = x.fma(v3, c33);
            x = FloatVector.broadcast(s, a[ao + p + 4]);
            c40 = x.fma(v0, c40);
            c41 = x.fma(v1, c41);
            c42 = x.fma(v2, c42);
            c43 = x.fma(v3, c43);
        }
        FloatVector minusZero = FloatVector.broadcast(s, Width.MINUS_ZERO);
        int at = co;
        minusZero.add(c00).intoArray(c, at);
        minusZero.add(c01).intoArray(c, at + column);
        minusZero.add(c02).intoArray(c, at + 2 * column);
        minusZero.add(c03).intoArray(c, at + 3 * column);
        at += crs;
        minusZero.add(c10).intoArray(c, at);
        minusZero.add(c11).intoArray(c, at + column);
        minusZero.add(c12).intoArray(c, at + 2 * column);
        minusZero.add(c13).intoArray(c, at + 3 * column);
        at += crs;
        minusZero.add(c20).intoArray(c, at);
        minusZero.add(c21).intoArray(c, at + column);
        minusZero.add(c22).intoArray(c, at + 2 * column);
        minusZero.add(c23).intoArray(c, at + 3 * column);
        at += crs;
        minusZero.add(c30).intoArray(c, at);
        minusZero.add(c31).intoArray(c, at + column);
        minusZero.add(c32).intoArray(c, at + 2 * column);
        minusZero.add(c33).intoArray(c, at + 3 * column);
        at += crs;
        minusZero.add(c40).intoArray(c, at);
        minusZero.add(c41).intoArray(c, at + column);
        minusZero.add(c42).intoArray(c, at + 2 * column);
        minusZero.add(c43).intoArray(c, at + 3 * column);
    }

    /** C[0…7, two vectors], A[i, p] at {@code a[ao + 16 * p + i]}, the vectors of C at {@code c[co + i * crs]} and {@code c[c1 + i * crs]}. */
    static void eightRowsTwoVectors(
            Width w,
            int k,
            float[] a,
            int ao,
            float[] b,
            int b0,
            int b1,
            float[] c,
            int co,
            int c1,
            int crs,
            boolean accumulate) {
        VectorSpecies<Float> s = w.species();
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
        }
        for (int p = 0; p < k; p++) {
            FloatVector v0 = FloatVector.fromArray(s, b, b0 + 16 * p);
            FloatVector v1 = FloatVector.fromArray(s, b, b1 + 16 * p);
            FloatVector x = FloatVector.broadcast(s, a[ao + 16 * p]);
            c00 = x.fma(v0, c00);
            c01 = x.fma(v1, c01);
            x = FloatVector.broadcast(s, a[ao + 16 * p + 1]);
            c10 = x.fma(v0, c10);
            c11 = x.fma(v1, c11);
            x = FloatVector.broadcast(s, a[ao + 16 * p + 2]);
            c20 = x.fma(v0, c20);
            c21 = x.fma(v1, c21);
            x = FloatVector.broadcast(s, a[ao + 16 * p + 3]);
            c30 = x.fma(v0, c30);
            c31 = x.fma(v1, c31);
            x = FloatVector.broadcast(s, a[ao + 16 * p + 4]);
            c40 = x.fma(v0, c40);
            c41 = x.fma(v1, c41);
            x = FloatVector.broadcast(s, a[ao + 16 * p + 5]);
            c50 = x.fma(v0, c50);
            c51 = x.fma(v1, c51);
            x = FloatVector.broadcast(s, a[ao + 16 * p + 6]);
            c60 = x.fma(v0, c60);
            c61 = x.fma(v1, c61);
            x = FloatVector.broadcast(s, a[ao + 16 * p + 7]);
            c70 = x.fma(v0, c70);
            c71 = x.fma(v1, c71);
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
    }

    /** C[0…3, two vectors of a panel], A[i, p] at {@code a[ao + 16 * p + i]}: where there may be 16 registers. */
    static void fourRowsTwoVectors(
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
        if (accumulate) {
            c00 = FloatVector.fromArray(s, c, co);
            c01 = FloatVector.fromArray(s, c, co + l);
            c10 = FloatVector.fromArray(s, c, co + crs);
            c11 = FloatVector.fromArray(s, c, co + crs + l);
            c20 = FloatVector.fromArray(s, c, co + 2 * crs);
            c21 = FloatVector.fromArray(s, c, co + 2 * crs + l);
            c30 = FloatVector.fromArray(s, c, co + 3 * crs);
            c31 = FloatVector.fromArray(s, c, co + 3 * crs + l);
        }
        for (int p = 0; p < 16 * k; p += 16) {
            FloatVector v0 = FloatVector.fromArray(s, b, b0 + p);
            FloatVector v1 = FloatVector.fromArray(s, b, b0 + p + l);
            FloatVector x = FloatVector.broadcast(s, a[ao + p]);
            c00 = x.fma(v0, c00);
            c01 = x.fma(v1, c01);
            x = FloatVector.broadcast(s, a[ao + p + 1]);
            c10 = x.fma(v0, c10);
            c11 = x.fma(v1, c11);
            x = FloatVector.broadcast(s, a[ao + p + 2]);
            c20 = x.fma(v0, c20);
            c21 = x.fma(v1, c21);
            x = FloatVector.broadcast(s, a[ao + p + 3]);
            c30 = x.fma(v0, c30);
            c31 = x.fma(v1, c31);
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
    }

    /** C[0…15, one vector]: as many sums for products as narrow as a panel. */
    static void sixteenRowsOneVector(Width w, int k, float[] a, int ao, float[] b, int b0, float[] c, int co, int crs) {
        VectorSpecies<Float> s = w.species();
        FloatVector c0 = FloatVector.zero(s);
        FloatVector c1 = c0;
        FloatVector c2 = c0;
        FloatVector c3 = c0;
        FloatVector c4 = c0;
        FloatVector c5 = c0;
        FloatVector c6 = c0;
        FloatVector c7 = c0;
        FloatVector c8 = c0;
        FloatVector c9 = c0;
        FloatVector c10 = c0;
        FloatVector c11 = c0;
        FloatVector c12 = c0;
        FloatVector c13 = c0;
        FloatVector c14 = c0;
        FloatVector c15 = c0;
        for (int p = 0; p < k; p++) {
            FloatVector v0 = FloatVector.fromArray(s, b, b0 + 16 * p);
            c0 = FloatVector.broadcast(s, a[ao + 16 * p]).fma(v0, c0);
            c1 = FloatVector.broadcast(s, a[ao + 16 * p + 1]).fma(v0, c1);
            c2 = FloatVector.broadcast(s, a[ao + 16 * p + 2]).fma(v0, c2);
            c3 = FloatVector.broadcast(s, a[ao + 16 * p + 3]).fma(v0, c3);
            c4 = FloatVector.broadcast(s, a[ao + 16 * p + 4]).fma(v0, c4);
            c5 = FloatVector.broadcast(s, a[ao + 16 * p + 5]).fma(v0, c5);
            c6 = FloatVector.broadcast(s, a[ao + 16 * p + 6]).fma(v0, c6);
            c7 = FloatVector.broadcast(s, a[ao + 16 * p + 7]).fma(v0, c7);
            c8 = FloatVector.broadcast(s, a[ao + 16 * p + 8]).fma(v0, c8);
            c9 = FloatVector.broadcast(s, a[ao + 16 * p + 9]).fma(v0, c9);
            c10 = FloatVector.broadcast(s, a[ao + 16 * p + 10]).fma(v0, c10);
            c11 = FloatVector.broadcast(s, a[ao + 16 * p + 11]).fma(v0, c11);
            c12 = FloatVector.broadcast(s, a[ao + 16 * p + 12]).fma(v0, c12);
            c13 = FloatVector.broadcast(s, a[ao + 16 * p + 13]).fma(v0, c13);
            c14 = FloatVector.broadcast(s, a[ao + 16 * p + 14]).fma(v0, c14);
            c15 = FloatVector.broadcast(s, a[ao + 16 * p + 15]).fma(v0, c15);
        }
        FloatVector minusZero = FloatVector.broadcast(s, Width.MINUS_ZERO);
        minusZero.add(c0).intoArray(c, co);
        minusZero.add(c1).intoArray(c, co + crs);
        minusZero.add(c2).intoArray(c, co + 2 * crs);
        minusZero.add(c3).intoArray(c, co + 3 * crs);
        minusZero.add(c4).intoArray(c, co + 4 * crs);
        minusZero.add(c5).intoArray(c, co + 5 * crs);
        minusZero.add(c6).intoArray(c, co + 6 * crs);
        minusZero.add(c7).intoArray(c, co + 7 * crs);
        minusZero.add(c8).intoArray(c, co + 8 * crs);
        minusZero.add(c9).intoArray(c, co + 9 * crs);
        minusZero.add(c10).intoArray(c, co + 10 * crs);
        minusZero.add(c11).intoArray(c, co + 11 * crs);
        minusZero.add(c12).intoArray(c, co + 12 * crs);
        minusZero.add(c13).intoArray(c, co + 13 * crs);
        minusZero.add(c14).intoArray(c, co + 14 * crs);
        minusZero.add(c15).intoArray(c, co + 15 * crs);
    }
}
