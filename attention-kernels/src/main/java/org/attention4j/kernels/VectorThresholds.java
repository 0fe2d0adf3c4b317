package org.attention4j.kernels;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * What of a row is above a threshold. Sums have the lanes of {@link VectorRows}; a lane past the end of the row gains 0, and none is ever −0. It is the
 * threshold that is asked, not what was read of the row, see {@link Width#MINUS_ZERO}.
 */
final class VectorThresholds {
    /** As {@link VectorLoop}, for loops that count. */
    private interface CountingLoop {
        CountingLoop FIRST = (w, threshold, x, xo, n, y, yo) -> 0;
        CountingLoop SECOND = (w, threshold, x, xo, n, y, yo) -> 0;

        int run(Width w, float threshold, float[] x, int xo, int n, float[] y, int yo);

        /** Runs a loop by a call that is never inlined. */
        static int alone(CountingLoop loop, Width w, float threshold, float[] x, int xo, int n, float[] y, int yo) {
            int count = 0;
            for (int i = 0; i < 3; i++) {
                CountingLoop next = i == 0 ? FIRST : i == 1 ? SECOND : loop;
                count += next.run(w, threshold, x, xo, n, y, yo);
            }
            return count;
        }
    }

    private static final CountingLoop COUNT = (w, threshold, x, xo, n, y, yo) -> counted(w, x, xo, n, threshold);
    private static final CountingLoop KEEP = (w, threshold, x, xo, n, y, yo) -> kept(w, x, xo, n, threshold, y, yo);
    private static final VectorLoop CLEAR =
            (w, x, xo, y, yo, z, zo, v, vo, n, threshold) -> cleared(w, threshold, x, xo, y, yo, n);

    private VectorThresholds() {}

    static int count(Width w, float[] x, int xo, int n, float threshold) {
        return CountingLoop.alone(COUNT, w, threshold, x, xo, n, x, xo);
    }

    static int keep(Width w, float[] x, int xo, int n, float threshold, float[] y, int yo) {
        return CountingLoop.alone(KEEP, w, threshold, x, xo, n, y, yo);
    }

    static void clearUpTo(Width w, float threshold, float[] x, int xo, float[] y, int yo, int n) {
        VectorLoop.alone(CLEAR, w, x, xo, y, yo, x, 0, x, 0, n, threshold);
    }

    private static int counted(Width w, float[] x, int xo, int n, float threshold) {
        VectorSpecies<Float> s = w.species();
        FloatVector limit = FloatVector.broadcast(s, threshold);
        int count = 0;
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            count += limit.compare(LT, FloatVector.fromArray(s, x, xo + i)).trueCount();
        }
        for (; i < n; i++) {
            count += x[xo + i] > threshold ? 1 : 0;
        }
        return count;
    }

    /** A whole vector is written each time, never past what has been read. */
    private static int kept(Width w, float[] x, int xo, int n, float threshold, float[] y, int yo) {
        VectorSpecies<Float> s = w.species();
        FloatVector limit = FloatVector.broadcast(s, threshold);
        FloatVector minusZero = FloatVector.broadcast(s, Width.MINUS_ZERO);
        int past = yo;
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            VectorMask<Float> kept = limit.compare(LT, v);
            minusZero.add(v).compress(kept).intoArray(y, past);
            past += kept.trueCount();
        }
        for (; i < n; i++) {
            float value = x[xo + i];
            if (value > threshold) {
                y[past++] = value;
            }
        }
        return past - yo;
    }

    private static void cleared(Width w, float threshold, float[] x, int xo, float[] y, int yo, int n) {
        VectorSpecies<Float> s = w.species();
        FloatVector limit = FloatVector.broadcast(s, threshold);
        FloatVector zero = FloatVector.zero(s);
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            VectorMask<Float> found = limit.compare(GE, FloatVector.fromArray(s, x, xo + i));
            zero.blend(FloatVector.fromArray(s, y, yo + i), found.not()).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = x[xo + i] <= threshold ? 0f : y[yo + i];
        }
    }

    static float sumExcess(Width w, float[] x, int xo, int n, float high, float low) {
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        FloatVector a0 = FloatVector.zero(s);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        int i = 0;
        for (; i <= n - 16; i += 16) {
            a0 = excess(w, FloatVector.fromArray(s, x, xo + i), high, low).add(a0);
            if (l < 16) {
                a1 = excess(w, FloatVector.fromArray(s, x, xo + i + l), high, low)
                        .add(a1);
            }
            if (l < 8) {
                a2 = excess(w, FloatVector.fromArray(s, x, xo + i + 2 * l), high, low)
                        .add(a2);
                a3 = excess(w, FloatVector.fromArray(s, x, xo + i + 3 * l), high, low)
                        .add(a3);
            }
        }
        if (i < n) {
            a0 = excessTail(w, x, xo + i, n - i, high, low).add(a0);
            if (l < 16) {
                a1 = excessTail(w, x, xo + i + l, n - i - l, high, low).add(a1);
            }
            if (l < 8) {
                a2 = excessTail(w, x, xo + i + 2 * l, n - i - 2 * l, high, low).add(a2);
                a3 = excessTail(w, x, xo + i + 3 * l, n - i - 3 * l, high, low).add(a3);
            }
        }
        return VectorRows.fold(w, a0, a1, a2, a3);
    }

    static float sumSquaredExcess(Width w, float[] x, int xo, int n, float high, float low) {
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        FloatVector a0 = FloatVector.zero(s);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        int i = 0;
        for (; i <= n - 16; i += 16) {
            FloatVector r0 = excess(w, FloatVector.fromArray(s, x, xo + i), high, low);
            a0 = r0.fma(r0, a0);
            if (l < 16) {
                FloatVector r1 = excess(w, FloatVector.fromArray(s, x, xo + i + l), high, low);
                a1 = r1.fma(r1, a1);
            }
            if (l < 8) {
                FloatVector r2 = excess(w, FloatVector.fromArray(s, x, xo + i + 2 * l), high, low);
                a2 = r2.fma(r2, a2);
                FloatVector r3 = excess(w, FloatVector.fromArray(s, x, xo + i + 3 * l), high, low);
                a3 = r3.fma(r3, a3);
            }
        }
        if (i < n) {
            FloatVector r0 = excessTail(w, x, xo + i, n - i, high, low);
            a0 = r0.fma(r0, a0);
            if (l < 16) {
                FloatVector r1 = excessTail(w, x, xo + i + l, n - i - l, high, low);
                a1 = r1.fma(r1, a1);
            }
            if (l < 8) {
                FloatVector r2 = excessTail(w, x, xo + i + 2 * l, n - i - 2 * l, high, low);
                a2 = r2.fma(r2, a2);
                FloatVector r3 = excessTail(w, x, xo + i + 3 * l, n - i - 3 * l, high, low);
                a3 = r3.fma(r3, a3);
            }
        }
        return VectorRows.fold(w, a0, a1, a2, a3);
    }

    /**
     * Asks the width itself, as {@link #excessTail} does: where the species is given, it is no constant when the compiler takes such a method alone, and
     * what becomes of it is too large to be part of a caller afterwards, whose vectors are objects then.
     */
    private static FloatVector excess(Width w, FloatVector x, float high, float low) {
        VectorSpecies<Float> s = w.species();
        FloatVector r = FloatVector.broadcast(s, -low)
                .add(FloatVector.broadcast(s, -high).add(x));
        FloatVector zero = FloatVector.zero(s);
        return zero.blend(r, zero.compare(LT, r));
    }

    private static FloatVector excessTail(Width w, float[] x, int xo, int left, float high, float low) {
        VectorSpecies<Float> s = w.species();
        FloatVector zero = FloatVector.zero(s);
        if (left <= 0) {
            return zero;
        }
        VectorMask<Float> mask = s.indexInRange(0, left);
        return zero.blend(excess(w, FloatVector.fromArray(s, x, xo, mask), high, low), mask);
    }
}
