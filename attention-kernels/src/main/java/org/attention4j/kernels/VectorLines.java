package org.attention4j.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Products of one row with a matrix {@linkplain PackedMatrix#inLines in cache lines}. */
final class VectorLines {
    /**
     * The class of segments outside the heap. The compiler knows a segment's class from here alone: what it would guess from how the JDK's methods
     * were used before is wrong in a program that has segments of several classes, and the vectors of the loop are then objects.
     */
    private static final Class<?> OUTSIDE_HEAP = Arena.ofAuto().allocate(1).getClass();

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private VectorLines() {}

    /** How many of so many columns go by eight vectors. */
    static int columns(Width w, int n) {
        return n - n % (8 * w.species().length());
    }

    /**
     * Multiplies a row by as many columns as go by eight vectors.
     *
     * @return how many columns are done, a multiple of 16
     */
    static int multiply(
            Width w,
            int n,
            int k,
            float[] a,
            int ao,
            MemorySegment lines,
            int firstColumn,
            float[] c,
            int co,
            boolean accumulate) {
        int columns = 8 * w.species().length();
        int most = columns(w, n);
        int done = 0;
        for (; done < most; done += columns) {
            int at = (firstColumn + done) * k;
            oneRowEightVectors(w, k, a, ao, lines, at, c, co + done, accumulate);
        }
        return done;
    }

    /** {@link VectorTiles#oneRowEightVectors}, from a segment; {@code b} is where the panels start, in floats. */
    private static void oneRowEightVectors(
            Width w, int k, float[] a, int ao, MemorySegment lines, int b, float[] c, int co, boolean accumulate) {
        if (lines.getClass() != OUTSIDE_HEAP) {
            throw new IllegalArgumentException("lines on the heap");
        }
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
        long b0 = 4L * b;
        long b1 = 4L * VectorProducts.vectorAt(b, 1, l, 16 * k);
        long b2 = 4L * VectorProducts.vectorAt(b, 2, l, 16 * k);
        long b3 = 4L * VectorProducts.vectorAt(b, 3, l, 16 * k);
        long b4 = 4L * VectorProducts.vectorAt(b, 4, l, 16 * k);
        long b5 = 4L * VectorProducts.vectorAt(b, 5, l, 16 * k);
        long b6 = 4L * VectorProducts.vectorAt(b, 6, l, 16 * k);
        long b7 = 4L * VectorProducts.vectorAt(b, 7, l, 16 * k);
        for (int p = 0; p < k; p++) {
            FloatVector x = FloatVector.broadcast(s, a[ao + p]);
            c0 = x.fma(FloatVector.fromMemorySegment(s, lines, b0 + 64L * p, ORDER), c0);
            c1 = x.fma(FloatVector.fromMemorySegment(s, lines, b1 + 64L * p, ORDER), c1);
            c2 = x.fma(FloatVector.fromMemorySegment(s, lines, b2 + 64L * p, ORDER), c2);
            c3 = x.fma(FloatVector.fromMemorySegment(s, lines, b3 + 64L * p, ORDER), c3);
            c4 = x.fma(FloatVector.fromMemorySegment(s, lines, b4 + 64L * p, ORDER), c4);
            c5 = x.fma(FloatVector.fromMemorySegment(s, lines, b5 + 64L * p, ORDER), c5);
            c6 = x.fma(FloatVector.fromMemorySegment(s, lines, b6 + 64L * p, ORDER), c6);
            c7 = x.fma(FloatVector.fromMemorySegment(s, lines, b7 + 64L * p, ORDER), c7);
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
}
