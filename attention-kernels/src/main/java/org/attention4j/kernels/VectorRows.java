package org.attention4j.kernels;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Row primitives.
 *
 * <p>The 16 logical lanes of a sum are one, two or four accumulators; which of them there are is decided by comparisons with the constant
 * length, which the compiler folds. A lane past the end of the row keeps its value: it is blended, not added to, since −0 + 0 is +0.
 */
final class VectorRows {
    private static final VectorLoop EXP_SHIFTED =
            (w, x, xo, y, yo, z, zo, v, vo, n, shift) -> expShifted(w, x, xo, n, shift);

    private VectorRows() {}

    static float max(Width w, float[] x, int xo, int n) {
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        FloatVector none = FloatVector.broadcast(s, Float.NEGATIVE_INFINITY); // any order gives the same maximum
        FloatVector max = none;
        FloatVector max1 = max;
        FloatVector max2 = max;
        FloatVector max3 = max;
        int i = 0;
        for (; i <= n - 4 * l; i += 4 * l) { // a maximum takes about ten cycles, so four at a time
            max = FloatVector.fromArray(s, x, xo + i).max(max);
            max1 = FloatVector.fromArray(s, x, xo + i + l).max(max1);
            max2 = FloatVector.fromArray(s, x, xo + i + 2 * l).max(max2);
            max3 = FloatVector.fromArray(s, x, xo + i + 3 * l).max(max3);
        }
        max = none.max(max).max(max1).max(max2).max(max3);
        for (; i <= n - l; i += l) {
            max = FloatVector.fromArray(s, x, xo + i).max(max);
        }
        float result = none.max(max).reduceLanes(MAX);
        for (; i < n; i++) {
            result = Math.max(result, x[xo + i]);
        }
        return result;
    }

    /** Whether a zero is among rows of 16 numbers. */
    static boolean anyZero(Width w, int rows, float[] x, int xo, int stride) {
        VectorSpecies<Float> s = w.species();
        FloatVector zero = FloatVector.zero(s);
        FloatVector found = FloatVector.broadcast(s, 1f);
        for (int i = 0; i < 16; i += s.length()) {
            for (int r = 0, at = xo + i; r < rows; r++, at += stride) {
                found = zero.blend(found, FloatVector.fromArray(s, x, at).compare(NE, zero));
            }
        }
        return FloatVector.broadcast(s, Width.MINUS_ZERO)
                .add(found)
                .compare(EQ, zero)
                .anyTrue();
    }

    /** Whether neither a NaN nor an infinity is among rows of n numbers, a multiple of 16: 0 times them is 0. */
    static boolean finite(Width w, int rows, float[] x, int xo, int stride, int n) {
        VectorSpecies<Float> s = w.species();
        IntVector zero = FloatVector.zero(s).reinterpretAsInts();
        IntVector greatest = zero;
        for (int r = 0, row = xo; r < rows; r++, row += stride) {
            for (int i = row; i < row + n; i += s.length()) {
                IntVector bits = FloatVector.fromArray(s, x, i).reinterpretAsInts();
                greatest = bits.lanewise(LSHL, 1).lanewise(LSHR, 1).lanewise(MAX, greatest); // without the sign
            }
        }
        return zero.lanewise(MAX, greatest).reduceLanes(MAX) < Float.floatToRawIntBits(Float.POSITIVE_INFINITY);
    }

    static float sum(Width w, float[] x, int xo, int n) {
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        FloatVector a0 = FloatVector.zero(s);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        int i = 0;
        for (; i <= n - 16; i += 16) {
            a0 = FloatVector.fromArray(s, x, xo + i).add(a0);
            if (l < 16) {
                a1 = FloatVector.fromArray(s, x, xo + i + l).add(a1);
            }
            if (l < 8) {
                a2 = FloatVector.fromArray(s, x, xo + i + 2 * l).add(a2);
                a3 = FloatVector.fromArray(s, x, xo + i + 3 * l).add(a3);
            }
        }
        FloatVector minusZero = FloatVector.broadcast(s, Width.MINUS_ZERO);
        if (i < n) {
            VectorMask<Float> mask = s.indexInRange(i, n);
            a0 = minusZero
                    .blend(FloatVector.fromArray(s, x, xo + i, mask), mask)
                    .add(a0);
        }
        if (l < 16 && i + l < n) {
            VectorMask<Float> mask = s.indexInRange(i + l, n);
            a1 = minusZero
                    .blend(FloatVector.fromArray(s, x, xo + i + l, mask), mask)
                    .add(a1);
        }
        if (l < 8 && i + 2 * l < n) {
            VectorMask<Float> mask = s.indexInRange(i + 2 * l, n);
            a2 = minusZero
                    .blend(FloatVector.fromArray(s, x, xo + i + 2 * l, mask), mask)
                    .add(a2);
        }
        if (l < 8 && i + 3 * l < n) {
            VectorMask<Float> mask = s.indexInRange(i + 3 * l, n);
            a3 = minusZero
                    .blend(FloatVector.fromArray(s, x, xo + i + 3 * l, mask), mask)
                    .add(a3);
        }
        return fold(w, a0, a1, a2, a3);
    }

    static float dot(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        FloatVector a0 = FloatVector.zero(s);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        int i = 0;
        for (; i <= n - 16; i += 16) {
            a0 = FloatVector.fromArray(s, x, xo + i).fma(FloatVector.fromArray(s, y, yo + i), a0);
            if (l < 16) {
                a1 = FloatVector.fromArray(s, x, xo + i + l).fma(FloatVector.fromArray(s, y, yo + i + l), a1);
            }
            if (l < 8) {
                a2 = FloatVector.fromArray(s, x, xo + i + 2 * l).fma(FloatVector.fromArray(s, y, yo + i + 2 * l), a2);
                a3 = FloatVector.fromArray(s, x, xo + i + 3 * l).fma(FloatVector.fromArray(s, y, yo + i + 3 * l), a3);
            }
        }
        FloatVector minusZero = FloatVector.broadcast(s, Width.MINUS_ZERO);
        if (i < n) {
            VectorMask<Float> mask = s.indexInRange(i, n);
            a0 = minusZero
                    .blend(FloatVector.fromArray(s, x, xo + i, mask), mask)
                    .fma(FloatVector.fromArray(s, y, yo + i, mask), a0);
        }
        if (l < 16 && i + l < n) {
            VectorMask<Float> mask = s.indexInRange(i + l, n);
            a1 = minusZero
                    .blend(FloatVector.fromArray(s, x, xo + i + l, mask), mask)
                    .fma(FloatVector.fromArray(s, y, yo + i + l, mask), a1);
        }
        if (l < 8 && i + 2 * l < n) {
            VectorMask<Float> mask = s.indexInRange(i + 2 * l, n);
            a2 = minusZero
                    .blend(FloatVector.fromArray(s, x, xo + i + 2 * l, mask), mask)
                    .fma(FloatVector.fromArray(s, y, yo + i + 2 * l, mask), a2);
        }
        if (l < 8 && i + 3 * l < n) {
            VectorMask<Float> mask = s.indexInRange(i + 3 * l, n);
            a3 = minusZero
                    .blend(FloatVector.fromArray(s, x, xo + i + 3 * l, mask), mask)
                    .fma(FloatVector.fromArray(s, y, yo + i + 3 * l, mask), a3);
        }
        return fold(w, a0, a1, a2, a3);
    }

    /** Folds the 16 lanes held in one, two or four accumulators: 8 + 8, 4 + 4, 2 + 2, 1 + 1. */
    static float fold(Width w, FloatVector a0, FloatVector a1, FloatVector a2, FloatVector a3) {
        VectorSpecies<Float> s = w.species();
        FloatVector minusZero = FloatVector.broadcast(s, Width.MINUS_ZERO);
        if (s.length() == 16) {
            FloatVector a = minusZero.add(a0);
            float even = (a.lane(0) + a.lane(8) + (a.lane(4) + a.lane(12)))
                    + (a.lane(2) + a.lane(10) + (a.lane(6) + a.lane(14)));
            float odd = (a.lane(1) + a.lane(9) + (a.lane(5) + a.lane(13)))
                    + (a.lane(3) + a.lane(11) + (a.lane(7) + a.lane(15)));
            return even + odd;
        }
        if (s.length() == 8) {
            FloatVector a = minusZero.add(a0).add(a1);
            return (a.lane(0) + a.lane(4) + (a.lane(2) + a.lane(6)))
                    + (a.lane(1) + a.lane(5) + (a.lane(3) + a.lane(7)));
        }
        FloatVector a = minusZero.add(a0).add(a2).add(minusZero.add(a1).add(a3));
        return (a.lane(0) + a.lane(2)) + (a.lane(1) + a.lane(3));
    }

    static float expSum(Width w, float[] x, int xo, int n, float shift) {
        VectorLoop.alone(EXP_SHIFTED, w, x, xo, x, xo, x, xo, x, xo, n, shift);
        return sum(w, x, xo, n);
    }

    private static void expShifted(Width w, float[] x, int xo, int n, float shift) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector input = VectorMath.expClamp(
                    k.exp(), FloatVector.fromArray(s, x, xo + i).sub(shift));
            FloatVector power = VectorMath.power(k.exp(), input);
            FloatVector reduced = VectorMath.reduced(k.exp(), input, power);
            VectorMath.exp(k.exp(), power, reduced).intoArray(x, xo + i);
        }
        for (; i < n; i++) {
            x[xo + i] = ScalarMath.exp(x[xo + i] - shift);
        }
    }

    static void scale(Width w, float[] x, int xo, int n, float factor) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector.fromArray(s, x, xo + i).mul(factor).intoArray(x, xo + i);
        }
        for (; i < n; i++) {
            x[xo + i] *= factor;
        }
    }

    /** Row after row in one loop: rows of attention are as short as a few vectors, and a call for each takes longer than they do. */
    static void scaleRows(Width w, int rows, float[] x, int xo, int stride, int n, float[] factors, int fo) {
        VectorSpecies<Float> s = w.species();
        FloatVector zero = FloatVector.zero(s);
        for (int r = 0, row = xo; r < rows; r++, row += stride) {
            FloatVector factor = FloatVector.broadcast(s, factors[fo + r]);
            int i = 0;
            for (; i <= n - s.length(); i += s.length()) {
                FloatVector.fromArray(s, x, row + i).mul(factor).add(zero).intoArray(x, row + i);
            }
            for (; i < n; i++) {
                x[row + i] = x[row + i] * factors[fo + r] + 0f;
            }
        }
    }

    /** Makes every −0 of some rows +0. */
    static void addZero(Width w, int rows, float[] x, int xo, int stride, int n) {
        VectorSpecies<Float> s = w.species();
        FloatVector zero = FloatVector.zero(s);
        for (int r = 0, row = xo; r < rows; r++, row += stride) {
            int i = 0;
            for (; i <= n - s.length(); i += s.length()) {
                FloatVector.fromArray(s, x, row + i).add(zero).intoArray(x, row + i);
            }
            for (; i < n; i++) {
                x[row + i] += 0f;
            }
        }
    }

    static void add(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector.fromArray(s, y, yo + i)
                    .add(FloatVector.fromArray(s, x, xo + i))
                    .intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] += x[xo + i];
        }
    }

    static void multiplyAdd(Width w, float a, float[] x, int xo, float[] y, int yo, int n) {
        VectorSpecies<Float> s = w.species();
        FloatVector factor = FloatVector.broadcast(s, a);
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            factor.fma(FloatVector.fromArray(s, x, xo + i), FloatVector.fromArray(s, y, yo + i))
                    .intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = Math.fma(a, x[xo + i], y[yo + i]);
        }
    }

    static void multiplyElementwise(Width w, float[] x, int xo, float[] f, int fo, float[] y, int yo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector.fromArray(s, x, xo + i)
                    .mul(FloatVector.fromArray(s, f, fo + i))
                    .intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = x[xo + i] * f[fo + i];
        }
    }

    /** Turns the pairs (x[p], x[p + half]). */
    static void rotate(Width w, float[] x, int xo, int half, float[] cos, int co, float[] sin, int so) {
        VectorSpecies<Float> s = w.species();
        int p = 0;
        for (; p <= half - s.length(); p += s.length()) {
            FloatVector u = FloatVector.fromArray(s, x, xo + p);
            FloatVector v = FloatVector.fromArray(s, x, xo + half + p);
            FloatVector c = FloatVector.fromArray(s, cos, co + p);
            FloatVector sine = FloatVector.fromArray(s, sin, so + p);
            v.neg().fma(sine, u.mul(c)).intoArray(x, xo + p);
            u.fma(sine, v.mul(c)).intoArray(x, xo + half + p);
        }
        for (; p < half; p++) {
            float u = x[xo + p];
            float v = x[xo + half + p];
            x[xo + p] = Math.fma(-v, sin[so + p], u * cos[co + p]);
            x[xo + half + p] = Math.fma(u, sin[so + p], v * cos[co + p]);
        }
    }

    static void multiplyAddElementwise(Width w, float[] x, int xo, float[] f, int fo, float[] y, int yo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector.fromArray(s, x, xo + i)
                    .fma(FloatVector.fromArray(s, f, fo + i), FloatVector.fromArray(s, y, yo + i))
                    .intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = Math.fma(x[xo + i], f[fo + i], y[yo + i]);
        }
    }
}
