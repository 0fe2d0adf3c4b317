package org.attention4j.kernels;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.MIN;

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
     * All but NaN. As whole numbers, the bits of floats are in the floats' order from 0 up and in the opposite one below, so that two
     * operations of one step each find both ends of a row: the greatest bits are the maximum's, or, where all are negative, the least. A comparison and
     * a blend of floats take seven steps, and the next ones wait for them. Adding 0 makes one zero of both.
     */
    private static void maxima(
            Width w, int rows, float[] x, int xo, int stride, int n, float factor, float[] maxima, int mo) {
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        FloatVector scale = FloatVector.broadcast(s, factor);
        IntVector none = FloatVector.broadcast(s, Float.NEGATIVE_INFINITY).reinterpretAsInts();
        for (int r = 0; r < rows; r++) {
            int row = xo + r * stride;
            IntVector greatest = none;
            IntVector least = none;
            int i = 0;
            for (; i <= n - l; i += l) {
                FloatVector scaled = FloatVector.fromArray(s, x, row + i).mul(scale);
                scaled.intoArray(x, row + i);
                IntVector bits = scaled.reinterpretAsInts();
                greatest = bits.lanewise(MAX, greatest);
                least = bits.lanewise(MIN, least);
            }
            int bits = none.lanewise(MAX, greatest).reduceLanes(MAX);
            if (bits < 0) {
                bits = none.lanewise(MIN, least).reduceLanes(MIN);
            }
            float max = Float.intBitsToFloat(bits);
            if (max != max) {
                max = greatestNumber(x, row, i);
            }
            for (; i < n; i++) {
                x[row + i] *= factor;
                max = x[row + i] > max ? x[row + i] : max;
            }
            float before = maxima[mo + r];
            maxima[mo + r] = (max == Float.NEGATIVE_INFINITY || before > max ? before : max) + 0f;
        }
    }

    private static float greatestNumber(float[] x, int xo, int n) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = xo; i < xo + n; i++) {
            max = x[i] > max ? x[i] : max;
        }
        return max;
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
        FloatVector minusZero = FloatVector.broadcast(s, Width.MINUS_ZERO);
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
                        least = input.blend(least, input.compare(LT, least).not());
                    }
                    pair = minusZero.add(pair).add(acc);
                }
                sum = minusZero.add(sum).add(pair);
            }
            FloatVector folded = minusZero.add(sum);
            if (l > 8) {
                folded = folded.add(folded.rearrange(fold.eight()));
            }
            if (l > 4) {
                folded = folded.add(folded.rearrange(fold.four()));
            }
            folded = folded.add(folded.rearrange(fold.two()));
            folded = folded.add(folded.rearrange(fold.one()));
            sums[sumsOffset + r] += folded.lane(0);
        }
        return !minusZero.add(least).compare(LT, decayLeast).anyTrue();
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
                least = p.blend(least, p.compare(LT, least).not());
            }
            for (; i < n; i++) {
                x[row + i] = ScalarMath.decay(x[row + i] * factor - given) * factors[fo + r];
                positive &= x[row + i] != 0f;
            }
        }
        return positive
                && !FloatVector.broadcast(s, Width.MINUS_ZERO)
                        .add(least)
                        .compare(LE, zero)
                        .anyTrue();
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
