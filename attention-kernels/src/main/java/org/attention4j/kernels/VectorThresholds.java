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
        return excess(w, x, xo, n, high, low, false);
    }

    static float sumSquaredExcess(Width w, float[] x, int xo, int n, float high, float low) {
        return excess(w, x, xo, n, high, low, true);
    }

    /** Σ e or Σ e², e being max(0, x − high − low). */
    private static float excess(Width w, float[] x, int xo, int n, float high, float low, boolean squared) {
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        FloatVector zero = FloatVector.zero(s);
        FloatVector minusHigh = FloatVector.broadcast(s, -high);
        FloatVector minusLow = FloatVector.broadcast(s, -low);
        FloatVector a0 = zero;
        FloatVector a1 = zero;
        FloatVector a2 = zero;
        FloatVector a3 = zero;
        int i = 0;
        for (; i <= n - 16; i += 16) {
            FloatVector r0 = minusLow.add(minusHigh.add(FloatVector.fromArray(s, x, xo + i)));
            FloatVector e0 = zero.blend(r0, zero.compare(LT, r0));
            a0 = squared ? e0.fma(e0, a0) : e0.add(a0);
            if (l < 16) {
                FloatVector r1 = minusLow.add(minusHigh.add(FloatVector.fromArray(s, x, xo + i + l)));
                FloatVector e1 = zero.blend(r1, zero.compare(LT, r1));
                a1 = squared ? e1.fma(e1, a1) : e1.add(a1);
            }
            if (l < 8) {
                FloatVector r2 = minusLow.add(minusHigh.add(FloatVector.fromArray(s, x, xo + i + 2 * l)));
                FloatVector e2 = zero.blend(r2, zero.compare(LT, r2));
                a2 = squared ? e2.fma(e2, a2) : e2.add(a2);
                FloatVector r3 = minusLow.add(minusHigh.add(FloatVector.fromArray(s, x, xo + i + 3 * l)));
                FloatVector e3 = zero.blend(r3, zero.compare(LT, r3));
                a3 = squared ? e3.fma(e3, a3) : e3.add(a3);
            }
        }
        if (i < n) {
            VectorMask<Float> mask = s.indexInRange(i, n);
            FloatVector r = minusLow.add(minusHigh.add(FloatVector.fromArray(s, x, xo + i, mask)));
            FloatVector e = zero.blend(r, zero.compare(LT, r).and(mask));
            a0 = squared ? e.fma(e, a0) : e.add(a0);
        }
        if (l < 16 && i + l < n) {
            VectorMask<Float> mask = s.indexInRange(i + l, n);
            FloatVector r = minusLow.add(minusHigh.add(FloatVector.fromArray(s, x, xo + i + l, mask)));
            FloatVector e = zero.blend(r, zero.compare(LT, r).and(mask));
            a1 = squared ? e.fma(e, a1) : e.add(a1);
        }
        if (l < 8 && i + 2 * l < n) {
            VectorMask<Float> mask = s.indexInRange(i + 2 * l, n);
            FloatVector r = minusLow.add(minusHigh.add(FloatVector.fromArray(s, x, xo + i + 2 * l, mask)));
            FloatVector e = zero.blend(r, zero.compare(LT, r).and(mask));
            a2 = squared ? e.fma(e, a2) : e.add(a2);
        }
        if (l < 8 && i + 3 * l < n) {
            VectorMask<Float> mask = s.indexInRange(i + 3 * l, n);
            FloatVector r = minusLow.add(minusHigh.add(FloatVector.fromArray(s, x, xo + i + 3 * l, mask)));
            FloatVector e = zero.blend(r, zero.compare(LT, r).and(mask));
            a3 = squared ? e.fma(e, a3) : e.add(a3);
        }
        return VectorRows.fold(w, a0, a1, a2, a3);
    }
}
