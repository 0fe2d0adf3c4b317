package org.attention4j.kernels;

import static jdk.incubator.vector.VectorOperators.EQ;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of a product: k steps over a tile of C that stays in registers.
 *
 * <p>Of 16 registers the allocator keeps eight to ten accumulators without spills, of 32 up to 28. The loop over k is plain: unrolled by hand it runs at
 * half the speed or less. One step down a panel is 16 floats, at any vector width; {@code b0}, {@code b1} are where the vectors of B start.
 *
 * <p>The large tiles take rows of A whose numbers are next to each other, A[i, p] at {@code a[ao + i * ars + p]}: with a distance that the compiler does not
 * know, it checks every number against the array's length and keeps their addresses in memory, which costs a quarter of the speed.
 *
 * <p>Whole vectors of C are stored as −0 + c, see {@link Width#MINUS_ZERO}; those that a mask cuts off as they are, since with a sum before a masked
 * store one vector a product became an object.
 */
final class VectorTiles {
    private VectorTiles() {}

    /** C[0…3, two vectors], C[i, v] at {@code c[co + i * crs + v * length]}. */
    static void fourRowsTwoVectors(
            Width w,
            int k,
            float[] a,
            int ao,
            int ars,
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
        int a1 = ao + ars;
        int a2 = ao + 2 * ars;
        int a3 = ao + 3 * ars;
        for (int p = 0; p < k; p++) {
            FloatVector v0 = FloatVector.fromArray(s, b, b0 + 16 * p);
            FloatVector v1 = FloatVector.fromArray(s, b, b1 + 16 * p);
            FloatVector x = FloatVector.broadcast(s, a[ao + p]);
            c00 = x.fma(v0, c00);
            c01 = x.fma(v1, c01);
            x = FloatVector.broadcast(s, a[a1 + p]);
            c10 = x.fma(v0, c10);
            c11 = x.fma(v1, c11);
            x = FloatVector.broadcast(s, a[a2 + p]);
            c20 = x.fma(v0, c20);
            c21 = x.fma(v1, c21);
            x = FloatVector.broadcast(s, a[a3 + p]);
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

    /**
     * C[0…7, two vectors]: sixteen accumulators, for machines with 32 vector registers. Ten loads feed sixteen multiply-adds, so a panel
     * that lies across cache lines costs nothing; with four rows the loads are the limit.
     */
    static void eightRowsTwoVectors(
            Width w,
            int k,
            float[] a,
            int ao,
            int ars,
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
        }
        int a1 = ao + ars;
        int a2 = ao + 2 * ars;
        int a3 = ao + 3 * ars;
        int a4 = ao + 4 * ars;
        int a5 = ao + 5 * ars;
        int a6 = ao + 6 * ars;
        int a7 = ao + 7 * ars;
        for (int p = 0; p < k; p++) {
            FloatVector v0 = FloatVector.fromArray(s, b, b0 + 16 * p);
            FloatVector v1 = FloatVector.fromArray(s, b, b1 + 16 * p);
            FloatVector x = FloatVector.broadcast(s, a[ao + p]);
            c00 = x.fma(v0, c00);
            c01 = x.fma(v1, c01);
            x = FloatVector.broadcast(s, a[a1 + p]);
            c10 = x.fma(v0, c10);
            c11 = x.fma(v1, c11);
            x = FloatVector.broadcast(s, a[a2 + p]);
            c20 = x.fma(v0, c20);
            c21 = x.fma(v1, c21);
            x = FloatVector.broadcast(s, a[a3 + p]);
            c30 = x.fma(v0, c30);
            c31 = x.fma(v1, c31);
            x = FloatVector.broadcast(s, a[a4 + p]);
            c40 = x.fma(v0, c40);
            c41 = x.fma(v1, c41);
            x = FloatVector.broadcast(s, a[a5 + p]);
            c50 = x.fma(v0, c50);
            c51 = x.fma(v1, c51);
            x = FloatVector.broadcast(s, a[a6 + p]);
            c60 = x.fma(v0, c60);
            c61 = x.fma(v1, c61);
            x = FloatVector.broadcast(s, a[a7 + p]);
            c70 = x.fma(v0, c70);
            c71 = x.fma(v1, c71);
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
    }

    /**
     * C[0…3, four vectors]: as many accumulators for a product of only four rows, as a group of query heads makes. With two vectors it has
     * eight, each of which waits for itself, and six loads for eight multiply-adds; here eight feed sixteen. The vectors of B are {@code panel}
     * apart, those of C {@code column}.
     */
    static void fourRowsFourVectors(
            Width w,
            int k,
            float[] a,
            int ao,
            int ars,
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
        }
        int a1 = ao + ars;
        int a2 = ao + 2 * ars;
        int a3 = ao + 3 * ars;
        int b1 = b0 + panel;
        int b2 = b0 + 2 * panel;
        int b3 = b0 + 3 * panel;
        for (int p = 0; p < k; p++) {
            FloatVector v0 = FloatVector.fromArray(s, b, b0 + 16 * p);
            FloatVector v1 = FloatVector.fromArray(s, b, b1 + 16 * p);
            FloatVector v2 = FloatVector.fromArray(s, b, b2 + 16 * p);
            FloatVector v3 = FloatVector.fromArray(s, b, b3 + 16 * p);
            FloatVector x = FloatVector.broadcast(s, a[ao + p]);
            c00 = x.fma(v0, c00);
            c01 = x.fma(v1, c01);
            c02 = x.fma(v2, c02);
            c03 = x.fma(v3, c03);
            x = FloatVector.broadcast(s, a[a1 + p]);
            c10 = x.fma(v0, c10);
            c11 = x.fma(v1, c11);
            c12 = x.fma(v2, c12);
            c13 = x.fma(v3, c13);
            x = FloatVector.broadcast(s, a[a2 + p]);
            c20 = x.fma(v0, c20);
            c21 = x.fma(v1, c21);
            c22 = x.fma(v2, c22);
            c23 = x.fma(v3, c23);
            x = FloatVector.broadcast(s, a[a3 + p]);
            c30 = x.fma(v0, c30);
            c31 = x.fma(v1, c31);
            c32 = x.fma(v2, c32);
            c33 = x.fma(v3, c33);
        }
        FloatVector minusZero = FloatVector.broadcast(s, Width.MINUS_ZERO);
        minusZero.add(c00).intoArray(c, co);
        minusZero.add(c01).intoArray(c, co + column);
        minusZero.add(c02).intoArray(c, co + 2 * column);
        minusZero.add(c03).intoArray(c, co + 3 * column);
        minusZero.add(c10).intoArray(c, co + crs);
        minusZero.add(c11).intoArray(c, co + crs + column);
        minusZero.add(c12).intoArray(c, co + crs + 2 * column);
        minusZero.add(c13).intoArray(c, co + crs + 3 * column);
        minusZero.add(c20).intoArray(c, co + 2 * crs);
        minusZero.add(c21).intoArray(c, co + 2 * crs + column);
        minusZero.add(c22).intoArray(c, co + 2 * crs + 2 * column);
        minusZero.add(c23).intoArray(c, co + 2 * crs + 3 * column);
        minusZero.add(c30).intoArray(c, co + 3 * crs);
        minusZero.add(c31).intoArray(c, co + 3 * crs + column);
        minusZero.add(c32).intoArray(c, co + 3 * crs + 2 * column);
        minusZero.add(c33).intoArray(c, co + 3 * crs + 3 * column);
    }

    /**
     * C[0…3, two vectors] += without the terms whose A[i, p] is 0: there the sum before is taken again. It is the new sum that is asked to blend, not
     * the one that is carried, see {@link Width#MINUS_ZERO}.
     */
    static void fourRowsSkippingZeros(
            Width w,
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
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        FloatVector zero = FloatVector.zero(s);
        FloatVector c00 = FloatVector.fromArray(s, c, co);
        FloatVector c01 = FloatVector.fromArray(s, c, co + l);
        FloatVector c10 = FloatVector.fromArray(s, c, co + crs);
        FloatVector c11 = FloatVector.fromArray(s, c, co + crs + l);
        FloatVector c20 = FloatVector.fromArray(s, c, co + 2 * crs);
        FloatVector c21 = FloatVector.fromArray(s, c, co + 2 * crs + l);
        FloatVector c30 = FloatVector.fromArray(s, c, co + 3 * crs);
        FloatVector c31 = FloatVector.fromArray(s, c, co + 3 * crs + l);
        int a1 = ao + ars;
        int a2 = ao + 2 * ars;
        int a3 = ao + 3 * ars;
        for (int p = 0; p < k; p++) {
            FloatVector v0 = FloatVector.fromArray(s, b, b0 + 16 * p);
            FloatVector v1 = FloatVector.fromArray(s, b, b1 + 16 * p);
            FloatVector x = FloatVector.broadcast(s, a[ao + p * acs]);
            VectorMask<Float> none = x.compare(EQ, zero);
            c00 = x.fma(v0, c00).blend(c00, none);
            c01 = x.fma(v1, c01).blend(c01, none);
            x = FloatVector.broadcast(s, a[a1 + p * acs]);
            none = x.compare(EQ, zero);
            c10 = x.fma(v0, c10).blend(c10, none);
            c11 = x.fma(v1, c11).blend(c11, none);
            x = FloatVector.broadcast(s, a[a2 + p * acs]);
            none = x.compare(EQ, zero);
            c20 = x.fma(v0, c20).blend(c20, none);
            c21 = x.fma(v1, c21).blend(c21, none);
            x = FloatVector.broadcast(s, a[a3 + p * acs]);
            none = x.compare(EQ, zero);
            c30 = x.fma(v0, c30).blend(c30, none);
            c31 = x.fma(v1, c31).blend(c31, none);
        }
        FloatVector.broadcast(s, Width.MINUS_ZERO).add(c00).intoArray(c, co);
        FloatVector.broadcast(s, Width.MINUS_ZERO).add(c01).intoArray(c, co + l);
        FloatVector.broadcast(s, Width.MINUS_ZERO).add(c10).intoArray(c, co + crs);
        FloatVector.broadcast(s, Width.MINUS_ZERO).add(c11).intoArray(c, co + crs + l);
        FloatVector.broadcast(s, Width.MINUS_ZERO).add(c20).intoArray(c, co + 2 * crs);
        FloatVector.broadcast(s, Width.MINUS_ZERO).add(c21).intoArray(c, co + 2 * crs + l);
        FloatVector.broadcast(s, Width.MINUS_ZERO).add(c30).intoArray(c, co + 3 * crs);
        FloatVector.broadcast(s, Width.MINUS_ZERO).add(c31).intoArray(c, co + 3 * crs + l);
    }

    /** C[0…3, one vector]: the right edge. */
    static void fourRowsOneVector(
            Width w,
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
        VectorSpecies<Float> s = w.species();
        FloatVector c0 = FloatVector.zero(s);
        FloatVector c1 = c0;
        FloatVector c2 = c0;
        FloatVector c3 = c0;
        if (accumulate) {
            c0 = FloatVector.fromArray(s, c, co);
            c1 = FloatVector.fromArray(s, c, co + crs);
            c2 = FloatVector.fromArray(s, c, co + 2 * crs);
            c3 = FloatVector.fromArray(s, c, co + 3 * crs);
        }
        int a1 = ao + ars;
        int a2 = ao + 2 * ars;
        int a3 = ao + 3 * ars;
        for (int p = 0; p < k; p++) {
            FloatVector v = FloatVector.fromArray(s, b, b0 + 16 * p);
            c0 = FloatVector.broadcast(s, a[ao + p * acs]).fma(v, c0);
            c1 = FloatVector.broadcast(s, a[a1 + p * acs]).fma(v, c1);
            c2 = FloatVector.broadcast(s, a[a2 + p * acs]).fma(v, c2);
            c3 = FloatVector.broadcast(s, a[a3 + p * acs]).fma(v, c3);
        }
        FloatVector minusZero = FloatVector.broadcast(s, Width.MINUS_ZERO);
        minusZero.add(c0).intoArray(c, co);
        minusZero.add(c1).intoArray(c, co + crs);
        minusZero.add(c2).intoArray(c, co + 2 * crs);
        minusZero.add(c3).intoArray(c, co + 3 * crs);
    }

    /** C[0…7, one vector]: products as narrow as a panel, where there are 32 registers. */
    static void eightRowsOneVector(
            Width w,
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
        VectorSpecies<Float> s = w.species();
        FloatVector c0 = FloatVector.zero(s);
        FloatVector c1 = c0;
        FloatVector c2 = c0;
        FloatVector c3 = c0;
        FloatVector c4 = c0;
        FloatVector c5 = c0;
        FloatVector c6 = c0;
        FloatVector c7 = c0;
        if (accumulate) {
            c0 = FloatVector.fromArray(s, c, co);
            c1 = FloatVector.fromArray(s, c, co + crs);
            c2 = FloatVector.fromArray(s, c, co + 2 * crs);
            c3 = FloatVector.fromArray(s, c, co + 3 * crs);
            c4 = FloatVector.fromArray(s, c, co + 4 * crs);
            c5 = FloatVector.fromArray(s, c, co + 5 * crs);
            c6 = FloatVector.fromArray(s, c, co + 6 * crs);
            c7 = FloatVector.fromArray(s, c, co + 7 * crs);
        }
        int a1 = ao + ars;
        int a2 = ao + 2 * ars;
        int a3 = ao + 3 * ars;
        int a4 = ao + 4 * ars;
        int a5 = ao + 5 * ars;
        int a6 = ao + 6 * ars;
        int a7 = ao + 7 * ars;
        for (int p = 0; p < k; p++) {
            FloatVector v = FloatVector.fromArray(s, b, b0 + 16 * p);
            c0 = FloatVector.broadcast(s, a[ao + p * acs]).fma(v, c0);
            c1 = FloatVector.broadcast(s, a[a1 + p * acs]).fma(v, c1);
            c2 = FloatVector.broadcast(s, a[a2 + p * acs]).fma(v, c2);
            c3 = FloatVector.broadcast(s, a[a3 + p * acs]).fma(v, c3);
            c4 = FloatVector.broadcast(s, a[a4 + p * acs]).fma(v, c4);
            c5 = FloatVector.broadcast(s, a[a5 + p * acs]).fma(v, c5);
            c6 = FloatVector.broadcast(s, a[a6 + p * acs]).fma(v, c6);
            c7 = FloatVector.broadcast(s, a[a7 + p * acs]).fma(v, c7);
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
    }

    /** C[0, eight vectors]: a matrix–vector product, A[0, p] at {@code a[ao + p]}. Where they are in B: {@link VectorProducts#vectorAt}. */
    static void oneRowEightVectors(
            Width w, int k, float[] a, int ao, float[] b, int b0, int panel, float[] c, int co, boolean accumulate) {
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        FloatVector c0 = FloatVector.zero(s);
        FloatVector c1 = c0;
        FloatVector c2 = c0;
        FloatVector c3 = c0;
        FloatVector c4 = c0;
        FloatVector c5 = c0;
        FloatVector c6 = c0;
        FloatVector c7 = c0;
        if (accumulate) {
            c0 = FloatVector.fromArray(s, c, co);
            c1 = FloatVector.fromArray(s, c, co + l);
            c2 = FloatVector.fromArray(s, c, co + 2 * l);
            c3 = FloatVector.fromArray(s, c, co + 3 * l);
            c4 = FloatVector.fromArray(s, c, co + 4 * l);
            c5 = FloatVector.fromArray(s, c, co + 5 * l);
            c6 = FloatVector.fromArray(s, c, co + 6 * l);
            c7 = FloatVector.fromArray(s, c, co + 7 * l);
        }
        int b1 = VectorProducts.vectorAt(b0, 1, l, panel);
        int b2 = VectorProducts.vectorAt(b0, 2, l, panel);
        int b3 = VectorProducts.vectorAt(b0, 3, l, panel);
        int b4 = VectorProducts.vectorAt(b0, 4, l, panel);
        int b5 = VectorProducts.vectorAt(b0, 5, l, panel);
        int b6 = VectorProducts.vectorAt(b0, 6, l, panel);
        int b7 = VectorProducts.vectorAt(b0, 7, l, panel);
        for (int p = 0; p < k; p++) {
            FloatVector x = FloatVector.broadcast(s, a[ao + p]);
            c0 = x.fma(FloatVector.fromArray(s, b, b0 + 16 * p), c0);
            c1 = x.fma(FloatVector.fromArray(s, b, b1 + 16 * p), c1);
            c2 = x.fma(FloatVector.fromArray(s, b, b2 + 16 * p), c2);
            c3 = x.fma(FloatVector.fromArray(s, b, b3 + 16 * p), c3);
            c4 = x.fma(FloatVector.fromArray(s, b, b4 + 16 * p), c4);
            c5 = x.fma(FloatVector.fromArray(s, b, b5 + 16 * p), c5);
            c6 = x.fma(FloatVector.fromArray(s, b, b6 + 16 * p), c6);
            c7 = x.fma(FloatVector.fromArray(s, b, b7 + 16 * p), c7);
        }
        FloatVector minusZero = FloatVector.broadcast(s, Width.MINUS_ZERO);
        minusZero.add(c0).intoArray(c, co);
        minusZero.add(c1).intoArray(c, co + l);
        minusZero.add(c2).intoArray(c, co + 2 * l);
        minusZero.add(c3).intoArray(c, co + 3 * l);
        minusZero.add(c4).intoArray(c, co + 4 * l);
        minusZero.add(c5).intoArray(c, co + 5 * l);
        minusZero.add(c6).intoArray(c, co + 6 * l);
        minusZero.add(c7).intoArray(c, co + 7 * l);
    }

    /** C[0…1, four vectors], A[i, p] at {@code a[ao + i * ars + p]}: what is read of B serves both rows. */
    static void twoRowsFourVectors(
            Width w,
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
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        int d = co + crs;
        FloatVector c0 = FloatVector.zero(s);
        FloatVector c1 = c0;
        FloatVector c2 = c0;
        FloatVector c3 = c0;
        FloatVector d0 = c0;
        FloatVector d1 = c0;
        FloatVector d2 = c0;
        FloatVector d3 = c0;
        if (accumulate) {
            c0 = FloatVector.fromArray(s, c, co);
            c1 = FloatVector.fromArray(s, c, co + l);
            c2 = FloatVector.fromArray(s, c, co + 2 * l);
            c3 = FloatVector.fromArray(s, c, co + 3 * l);
            d0 = FloatVector.fromArray(s, c, d);
            d1 = FloatVector.fromArray(s, c, d + l);
            d2 = FloatVector.fromArray(s, c, d + 2 * l);
            d3 = FloatVector.fromArray(s, c, d + 3 * l);
        }
        int a1 = ao + ars;
        int b1 = VectorProducts.vectorAt(b0, 1, l, panel);
        int b2 = VectorProducts.vectorAt(b0, 2, l, panel);
        int b3 = VectorProducts.vectorAt(b0, 3, l, panel);
        for (int p = 0; p < k; p++) {
            FloatVector x = FloatVector.broadcast(s, a[ao + p]);
            FloatVector y = FloatVector.broadcast(s, a[a1 + p]);
            FloatVector v = FloatVector.fromArray(s, b, b0 + 16 * p);
            c0 = x.fma(v, c0);
            d0 = y.fma(v, d0);
            v = FloatVector.fromArray(s, b, b1 + 16 * p);
            c1 = x.fma(v, c1);
            d1 = y.fma(v, d1);
            v = FloatVector.fromArray(s, b, b2 + 16 * p);
            c2 = x.fma(v, c2);
            d2 = y.fma(v, d2);
            v = FloatVector.fromArray(s, b, b3 + 16 * p);
            c3 = x.fma(v, c3);
            d3 = y.fma(v, d3);
        }
        FloatVector minusZero = FloatVector.broadcast(s, Width.MINUS_ZERO);
        minusZero.add(c0).intoArray(c, co);
        minusZero.add(c1).intoArray(c, co + l);
        minusZero.add(c2).intoArray(c, co + 2 * l);
        minusZero.add(c3).intoArray(c, co + 3 * l);
        minusZero.add(d0).intoArray(c, d);
        minusZero.add(d1).intoArray(c, d + l);
        minusZero.add(d2).intoArray(c, d + 2 * l);
        minusZero.add(d3).intoArray(c, d + 3 * l);
    }

    /** C[0…2, four vectors]: more sums than 16 registers hold. */
    static void threeRowsFourVectors(
            Width w,
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
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        int d = co + crs;
        int e = co + 2 * crs;
        FloatVector c0 = FloatVector.zero(s);
        FloatVector c1 = c0;
        FloatVector c2 = c0;
        FloatVector c3 = c0;
        FloatVector d0 = c0;
        FloatVector d1 = c0;
        FloatVector d2 = c0;
        FloatVector d3 = c0;
        FloatVector e0 = c0;
        FloatVector e1 = c0;
        FloatVector e2 = c0;
        FloatVector e3 = c0;
        if (accumulate) {
            c0 = FloatVector.fromArray(s, c, co);
            c1 = FloatVector.fromArray(s, c, co + l);
            c2 = FloatVector.fromArray(s, c, co + 2 * l);
            c3 = FloatVector.fromArray(s, c, co + 3 * l);
            d0 = FloatVector.fromArray(s, c, d);
            d1 = FloatVector.fromArray(s, c, d + l);
            d2 = FloatVector.fromArray(s, c, d + 2 * l);
            d3 = FloatVector.fromArray(s, c, d + 3 * l);
            e0 = FloatVector.fromArray(s, c, e);
            e1 = FloatVector.fromArray(s, c, e + l);
            e2 = FloatVector.fromArray(s, c, e + 2 * l);
            e3 = FloatVector.fromArray(s, c, e + 3 * l);
        }
        int a1 = ao + ars;
        int a2 = ao + 2 * ars;
        int b1 = VectorProducts.vectorAt(b0, 1, l, panel);
        int b2 = VectorProducts.vectorAt(b0, 2, l, panel);
        int b3 = VectorProducts.vectorAt(b0, 3, l, panel);
        for (int p = 0; p < k; p++) {
            FloatVector x = FloatVector.broadcast(s, a[ao + p]);
            FloatVector y = FloatVector.broadcast(s, a[a1 + p]);
            FloatVector z = FloatVector.broadcast(s, a[a2 + p]);
            FloatVector v = FloatVector.fromArray(s, b, b0 + 16 * p);
            c0 = x.fma(v, c0);
            d0 = y.fma(v, d0);
            e0 = z.fma(v, e0);
            v = FloatVector.fromArray(s, b, b1 + 16 * p);
            c1 = x.fma(v, c1);
            d1 = y.fma(v, d1);
            e1 = z.fma(v, e1);
            v = FloatVector.fromArray(s, b, b2 + 16 * p);
            c2 = x.fma(v, c2);
            d2 = y.fma(v, d2);
            e2 = z.fma(v, e2);
            v = FloatVector.fromArray(s, b, b3 + 16 * p);
            c3 = x.fma(v, c3);
            d3 = y.fma(v, d3);
            e3 = z.fma(v, e3);
        }
        FloatVector minusZero = FloatVector.broadcast(s, Width.MINUS_ZERO);
        minusZero.add(c0).intoArray(c, co);
        minusZero.add(c1).intoArray(c, co + l);
        minusZero.add(c2).intoArray(c, co + 2 * l);
        minusZero.add(c3).intoArray(c, co + 3 * l);
        minusZero.add(d0).intoArray(c, d);
        minusZero.add(d1).intoArray(c, d + l);
        minusZero.add(d2).intoArray(c, d + 2 * l);
        minusZero.add(d3).intoArray(c, d + 3 * l);
        minusZero.add(e0).intoArray(c, e);
        minusZero.add(e1).intoArray(c, e + l);
        minusZero.add(e2).intoArray(c, e + 2 * l);
        minusZero.add(e3).intoArray(c, e + 3 * l);
    }

    /** C[0, four vectors]: as narrow as a head of values often is. One vector at a time would wait for each multiply-add. */
    static void oneRowFourVectors(
            Width w, int k, float[] a, int ao, float[] b, int b0, int panel, float[] c, int co, boolean accumulate) {
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        FloatVector c0 = FloatVector.zero(s);
        FloatVector c1 = c0;
        FloatVector c2 = c0;
        FloatVector c3 = c0;
        if (accumulate) {
            c0 = FloatVector.fromArray(s, c, co);
            c1 = FloatVector.fromArray(s, c, co + l);
            c2 = FloatVector.fromArray(s, c, co + 2 * l);
            c3 = FloatVector.fromArray(s, c, co + 3 * l);
        }
        int b1 = VectorProducts.vectorAt(b0, 1, l, panel);
        int b2 = VectorProducts.vectorAt(b0, 2, l, panel);
        int b3 = VectorProducts.vectorAt(b0, 3, l, panel);
        for (int p = 0; p < k; p++) {
            FloatVector x = FloatVector.broadcast(s, a[ao + p]);
            c0 = x.fma(FloatVector.fromArray(s, b, b0 + 16 * p), c0);
            c1 = x.fma(FloatVector.fromArray(s, b, b1 + 16 * p), c1);
            c2 = x.fma(FloatVector.fromArray(s, b, b2 + 16 * p), c2);
            c3 = x.fma(FloatVector.fromArray(s, b, b3 + 16 * p), c3);
        }
        FloatVector minusZero = FloatVector.broadcast(s, Width.MINUS_ZERO);
        minusZero.add(c0).intoArray(c, co);
        minusZero.add(c1).intoArray(c, co + l);
        minusZero.add(c2).intoArray(c, co + 2 * l);
        minusZero.add(c3).intoArray(c, co + 3 * l);
    }

    /** C[0, one vector]: the last corner. */
    static void oneRowOneVector(
            Width w, int k, float[] a, int ao, int acs, float[] b, int b0, float[] c, int co, boolean accumulate) {
        VectorSpecies<Float> s = w.species();
        FloatVector c0 = FloatVector.zero(s);
        if (accumulate) {
            c0 = FloatVector.fromArray(s, c, co);
        }
        for (int p = 0; p < k; p++) {
            c0 = FloatVector.broadcast(s, a[ao + p * acs]).fma(FloatVector.fromArray(s, b, b0 + 16 * p), c0);
        }
        FloatVector.broadcast(s, Width.MINUS_ZERO).add(c0).intoArray(c, co);
    }
}
