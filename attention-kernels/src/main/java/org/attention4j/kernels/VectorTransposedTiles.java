package org.attention4j.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of a product whose A is the transpose of an array, as in gradients of weights: A[i, p] at {@code a[ao + p * acs + i]}. The rest is as in
 * {@link VectorTiles}.
 */
final class VectorTransposedTiles {
    private VectorTransposedTiles() {}

    /** C[0…3, two vectors]. */
    static void fourRowsTwoVectors(
            Width w,
            int k,
            float[] a,
            int ao,
            int acs,
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
        for (int p = 0; p < k; p++) {
            int at = ao + p * acs;
            FloatVector v0 = FloatVector.fromArray(s, b, b0 + 16 * p);
            FloatVector v1 = FloatVector.fromArray(s, b, b1 + 16 * p);
            FloatVector x = FloatVector.broadcast(s, a[at]);
            c00 = x.fma(v0, c00);
            c01 = x.fma(v1, c01);
            x = FloatVector.broadcast(s, a[at + 1]);
            c10 = x.fma(v0, c10);
            c11 = x.fma(v1, c11);
            x = FloatVector.broadcast(s, a[at + 2]);
            c20 = x.fma(v0, c20);
            c21 = x.fma(v1, c21);
            x = FloatVector.broadcast(s, a[at + 3]);
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

    /** C[0…7, two vectors], for machines with 32 vector registers. */
    static void eightRowsTwoVectors(
            Width w,
            int k,
            float[] a,
            int ao,
            int acs,
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
        for (int p = 0; p < k; p++) {
            int at = ao + p * acs;
            FloatVector v0 = FloatVector.fromArray(s, b, b0 + 16 * p);
            FloatVector v1 = FloatVector.fromArray(s, b, b1 + 16 * p);
            FloatVector x = FloatVector.broadcast(s, a[at]);
            c00 = x.fma(v0, c00);
            c01 = x.fma(v1, c01);
            x = FloatVector.broadcast(s, a[at + 1]);
            c10 = x.fma(v0, c10);
            c11 = x.fma(v1, c11);
            x = FloatVector.broadcast(s, a[at + 2]);
            c20 = x.fma(v0, c20);
            c21 = x.fma(v1, c21);
            x = FloatVector.broadcast(s, a[at + 3]);
            c30 = x.fma(v0, c30);
            c31 = x.fma(v1, c31);
            x = FloatVector.broadcast(s, a[at + 4]);
            c40 = x.fma(v0, c40);
            c41 = x.fma(v1, c41);
            x = FloatVector.broadcast(s, a[at + 5]);
            c50 = x.fma(v0, c50);
            c51 = x.fma(v1, c51);
            x = FloatVector.broadcast(s, a[at + 6]);
            c60 = x.fma(v0, c60);
            c61 = x.fma(v1, c61);
            x = FloatVector.broadcast(s, a[at + 7]);
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
}
