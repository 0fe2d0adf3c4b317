package org.attention4j.kernels;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The two passes of a softmax over a block of rows. All rows go in one loop: the fold at the end of a row then overlaps with the row that
 * follows, where a call a row would wait for each.
 *
 * <p>The constants are broadcast here and not taken from {@link VectorConstants}, whose vectors are in memory: the compiler cannot
 * know that writing the rows leaves them as they are, and reads them again for every vector. That took as long as the arithmetic.
 */
final class VectorSoftmax {
    private static final VectorLoop TAILS =
            (w, x, xo, shifts, so, z, stride, v, rows, n, p) -> tails(w, rows, x, xo, stride, n, shifts, so);

    private VectorSoftmax() {}

    static void scaleMaxima(
            Width w, int rows, float[] x, int xo, int stride, int n, float factor, float[] maxima, int mo) {
        maxima(w, rows, x, xo, stride, n, factor, maxima, mo);
        for (int r = 0; r < rows; r++) {
            if (maxima[mo + r] == Float.NEGATIVE_INFINITY && anyNaN(x, xo + r * stride, n)) {
                maxima[mo + r] = Float.NaN;
            }
        }
    }

    private static boolean anyNaN(float[] x, int xo, int n) {
        for (int i = xo; i < xo + n; i++) {
            if (x[i] != x[i]) {
                return true;
            }
        }
        return false;
    }

    /**
     * All but NaN. A comparison and a blend, where the maximum of the Vector API takes six operations because of NaN and −0; adding 0 makes one
     * zero of both.
     */
    private static void maxima(
            Width w, int rows, float[] x, int xo, int stride, int n, float factor, float[] maxima, int mo) {
        VectorConstants.Fold fold = w.constants().fold();
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        FloatVector scale = FloatVector.broadcast(s, factor);
        for (int r = 0; r < rows; r++) {
            int row = xo + r * stride;
            FloatVector m = FloatVector.broadcast(s, Float.NEGATIVE_INFINITY);
            int i = 0;
            for (; i <= n - l; i += l) {
                FloatVector scaled = FloatVector.fromArray(s, x, row + i).mul(scale);
                scaled.intoArray(x, row + i);
                m = m.blend(scaled, scaled.compare(GT, m));
            }
            if (l > 8) {
                FloatVector eight = m.rearrange(fold.eight());
                m = m.blend(eight, eight.compare(GT, m));
            }
            if (l > 4) {
                FloatVector four = m.rearrange(fold.four());
                m = m.blend(four, four.compare(GT, m));
            }
            FloatVector two = m.rearrange(fold.two());
            m = m.blend(two, two.compare(GT, m));
            FloatVector one = m.rearrange(fold.one());
            m = m.blend(one, one.compare(GT, m));
            float max = m.lane(0);
            for (; i < n; i++) {
                x[row + i] *= factor;
                max = x[row + i] > max ? x[row + i] : max;
            }
            float before = maxima[mo + r];
            maxima[mo + r] = (max == Float.NEGATIVE_INFINITY || before > max ? before : max) + 0f;
        }
    }

    static boolean addExpSums(
            Width w,
            int rows,
            float[] x,
            int xo,
            int stride,
            int n,
            float[] shifts,
            int so,
            float[] sums,
            int sumsOffset) {
        if (n % 16 == 0) {
            return expSums(w, rows, x, xo, stride, n, shifts, so, sums, sumsOffset);
        }
        VectorLoop.alone(TAILS, w, x, xo, shifts, so, x, stride, x, rows, n, 0f);
        boolean positive = true;
        for (int r = 0; r < rows; r++) {
            float before = sums[sumsOffset + r];
            int row = xo + r * stride;
            positive &= expSums(w, 1, x, row, stride, n & -16, shifts, so + r, sums, sumsOffset + r);
            for (int i = n & -16; i < n; i++) {
                positive &= x[row + i] != 0f;
            }
            sums[sumsOffset + r] = before + VectorRows.sum(w, x, row, n);
        }
        return positive;
    }

    /**
     * {@link ScalarMath#decay}, and the sums, of whole vectors. A sum's 16 lanes are taken as many at a time as a vector has: {@code lane} of a pair that
     * is folded first, of one or two pairs.
     */
    private static boolean expSums(
            Width w,
            int rows,
            float[] x,
            int xo,
            int stride,
            int n,
            float[] shifts,
            int so,
            float[] sums,
            int sumsOffset) {
        VectorConstants.Fold fold = w.constants().fold();
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        FloatVector log2e = FloatVector.broadcast(s, ScalarMath.LOG2_E);
        FloatVector round = FloatVector.broadcast(s, ScalarMath.ROUND);
        FloatVector minusHigh = FloatVector.broadcast(s, -ScalarMath.LN2_HIGH);
        FloatVector minusLow = FloatVector.broadcast(s, -ScalarMath.LN2_LOW);
        FloatVector c0 = FloatVector.broadcast(s, ScalarMath.EXP_0);
        FloatVector c1 = FloatVector.broadcast(s, ScalarMath.EXP_1);
        FloatVector c2 = FloatVector.broadcast(s, ScalarMath.EXP_2);
        FloatVector c3 = FloatVector.broadcast(s, ScalarMath.EXP_3);
        FloatVector c4 = FloatVector.broadcast(s, ScalarMath.EXP_4);
        FloatVector one = FloatVector.broadcast(s, 1f);
        FloatVector zero = FloatVector.zero(s);
        FloatVector decayLeast = FloatVector.broadcast(s, ScalarMath.DECAY_LEAST);
        IntVector bias = one.reinterpretAsInts();
        FloatVector least = zero;
        for (int r = 0; r < rows; r++) {
            int row = xo + r * stride;
            FloatVector shift = FloatVector.broadcast(s, shift(shifts[so + r]));
            FloatVector sum = FloatVector.zero(s);
            for (int first = 0; first < 8; first += l) {
                FloatVector pair = FloatVector.zero(s);
                for (int lane = first; lane < 16; lane += Math.max(8, l)) {
                    FloatVector acc = FloatVector.zero(s);
                    for (int i = row + lane; i < row + n; i += 16) {
                        FloatVector input = FloatVector.fromArray(s, x, i).sub(shift);
                        FloatVector t = input.fma(log2e, round);
                        FloatVector k = t.sub(round);
                        FloatVector q = k.fma(minusLow, k.fma(minusHigh, input));
                        FloatVector p = q.fma(c4, c3).fma(q, c2).fma(q, c1).fma(q, c0);
                        p = q.mul(q).fma(p, q).add(one);
                        IntVector power =
                                t.reinterpretAsInts().lanewise(LSHL, 23).add(bias); // low bits of round are 0
                        p = p.mul(power.reinterpretAsFloats()).blend(zero, input.compare(LT, decayLeast));
                        p.intoArray(x, i);
                        acc = p.add(acc);
                        least = least.blend(input, input.compare(LT, least));
                    }
                    pair = pair.lanewise(ADD, acc);
                }
                sum = sum.lanewise(ADD, pair);
            }
            if (l > 8) {
                sum = sum.lanewise(ADD, sum.rearrange(fold.eight()));
            }
            if (l > 4) {
                sum = sum.lanewise(ADD, sum.rearrange(fold.four()));
            }
            sum = sum.lanewise(ADD, sum.rearrange(fold.two()));
            sum = sum.lanewise(ADD, sum.rearrange(fold.one()));
            sums[sumsOffset + r] += sum.lane(0);
        }
        return !least.compare(LT, decayLeast).anyTrue();
    }

    private static float shift(float given) {
        return given == Float.NEGATIVE_INFINITY ? 0f : given;
    }

    /** {@link ScalarMath#decay}, and the factor. */
    static boolean weights(
            Width w,
            int rows,
            float[] x,
            int xo,
            int stride,
            int n,
            float factor,
            float[] shifts,
            int so,
            float[] factors,
            int fo) {
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        FloatVector scale = FloatVector.broadcast(s, factor);
        FloatVector log2e = FloatVector.broadcast(s, ScalarMath.LOG2_E);
        FloatVector round = FloatVector.broadcast(s, ScalarMath.ROUND);
        FloatVector minusHigh = FloatVector.broadcast(s, -ScalarMath.LN2_HIGH);
        FloatVector minusLow = FloatVector.broadcast(s, -ScalarMath.LN2_LOW);
        FloatVector c0 = FloatVector.broadcast(s, ScalarMath.EXP_0);
        FloatVector c1 = FloatVector.broadcast(s, ScalarMath.EXP_1);
        FloatVector c2 = FloatVector.broadcast(s, ScalarMath.EXP_2);
        FloatVector c3 = FloatVector.broadcast(s, ScalarMath.EXP_3);
        FloatVector c4 = FloatVector.broadcast(s, ScalarMath.EXP_4);
        FloatVector one = FloatVector.broadcast(s, 1f);
        FloatVector zero = FloatVector.zero(s);
        FloatVector decayLeast = FloatVector.broadcast(s, ScalarMath.DECAY_LEAST);
        IntVector bias = one.reinterpretAsInts();
        FloatVector least = one;
        boolean positive = true;
        for (int r = 0; r < rows; r++) {
            int row = xo + r * stride;
            float given = shift(shifts[so + r]);
            FloatVector shift = FloatVector.broadcast(s, given);
            FloatVector last = FloatVector.broadcast(s, factors[fo + r]);
            int i = 0;
            for (; i <= n - l; i += l) {
                FloatVector input =
                        FloatVector.fromArray(s, x, row + i).mul(scale).sub(shift);
                FloatVector t = input.fma(log2e, round);
                FloatVector k = t.sub(round);
                FloatVector q = k.fma(minusLow, k.fma(minusHigh, input));
                FloatVector p = q.fma(c4, c3).fma(q, c2).fma(q, c1).fma(q, c0);
                p = q.mul(q).fma(p, q).add(one);
                IntVector power = t.reinterpretAsInts().lanewise(LSHL, 23).add(bias);
                p = p.mul(power.reinterpretAsFloats())
                        .blend(zero, input.compare(LT, decayLeast))
                        .mul(last);
                p.intoArray(x, row + i);
                least = least.blend(p, p.compare(LT, least));
            }
            for (; i < n; i++) {
                x[row + i] = ScalarMath.decay(x[row + i] * factor - given) * factors[fo + r];
                positive &= x[row + i] != 0f;
            }
        }
        return positive && !least.compare(LE, zero).anyTrue();
    }

    static void gradient(
            Width w,
            int rows,
            float[] p,
            int po,
            float[] d,
            int dxo,
            int stride,
            int n,
            float[] means,
            int mo,
            float factor) {
        for (int r = 0; r < rows; r++) {
            gradient(w, p, po + r * stride, d, dxo + r * stride, n, means[mo + r], factor);
        }
    }

    private static void gradient(Width w, float[] p, int po, float[] d, int dxo, int n, float mean, float factor) {
        VectorSpecies<Float> s = w.species();
        FloatVector zero = FloatVector.zero(s);
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector weight = FloatVector.fromArray(s, p, po + i);
            FloatVector.fromArray(s, d, dxo + i)
                    .sub(mean)
                    .mul(weight)
                    .mul(factor)
                    .blend(zero, weight.compare(EQ, zero))
                    .intoArray(d, dxo + i);
        }
        for (; i < n; i++) {
            d[dxo + i] = p[po + i] == 0f ? 0f : p[po + i] * (d[dxo + i] - mean) * factor;
        }
    }

    /** The exponentials of columns past the last multiple of 16. */
    private static void tails(Width w, int rows, float[] x, int xo, int stride, int n, float[] shifts, int so) {
        VectorConstants.Exp k = w.constants().exp();
        VectorSpecies<Float> s = w.species();
        for (int r = 0; r < rows; r++) {
            FloatVector shift = FloatVector.broadcast(s, shift(shifts[so + r]));
            for (int i = n & -16; i < n; i += s.length()) {
                VectorMask<Float> mask = s.indexInRange(i, n);
                int at = xo + r * stride + i;
                FloatVector input = FloatVector.fromArray(s, x, at, mask).sub(shift);
                FloatVector power = VectorMath.power(k, input);
                FloatVector reduced = VectorMath.reduced(k, input, power);
                VectorMath.decay(k, input, power, reduced).intoArray(x, at, mask);
            }
        }
    }
}
