package org.attention4j.kernels;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.MIN;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The passes of a softmax over columns in panels, a column in each lane, so that no row is folded at its end. What is said of constants in
 * {@link VectorSoftmax} holds here too.
 */
final class VectorColumns {
    private static final VectorLoop SHRINK = (w, factors, fo, maxima, mo, sums, so, v, vo, n, parameter) ->
            shrinkAll(w, n, factors, fo, maxima, mo, sums, so);

    private VectorColumns() {}

    /**
     * By the bits of floats, as {@link VectorSoftmax} explains. The greatest bits are a NaN's, of either sign, where there is one; then the
     * scalar kernel decides.
     */
    static void maxima(Width w, int panels, int n, float[] x, int xo, int panel, float factor, float[] maxima, int mo) {
        VectorSpecies<Float> s = w.species();
        FloatVector scale = FloatVector.broadcast(s, factor);
        FloatVector nothing = FloatVector.broadcast(s, Float.NEGATIVE_INFINITY);
        IntVector none = nothing.reinterpretAsInts();
        for (int q = 0; q < panels; q++) {
            boolean numbers = true;
            for (int j = 0; j < 16; j += s.length()) {
                int column = xo + q * panel + j;
                IntVector greatest = none;
                IntVector least = none;
                for (int i = 0; i < n; i++) {
                    IntVector bits =
                            FloatVector.fromArray(s, x, column + 16 * i).reinterpretAsInts();
                    greatest = bits.lanewise(MAX, greatest);
                    least = bits.lanewise(MIN, least);
                }
                IntVector most = none.lanewise(MAX, greatest);
                FloatVector upper = most.reinterpretAsFloats();
                numbers &= !upper.compare(NE, upper).anyTrue();
                FloatVector max = most.blend(none.lanewise(MIN, least), most.compare(LT, 0))
                        .reinterpretAsFloats()
                        .mul(scale);
                FloatVector before = FloatVector.fromArray(s, maxima, mo + 16 * q + j);
                max = max.blend(before, max.compare(EQ, nothing).or(max.compare(LT, before)));
                if (numbers) {
                    max.add(0f).intoArray(maxima, mo + 16 * q + j);
                }
            }
            if (!numbers) {
                ScalarKernels.INSTANCE.columnMaxima(1, n, x, xo + q * panel, panel, factor, maxima, mo + 16 * q);
            }
        }
    }

    /** {@link Kernels#shrink} of whole vectors. */
    static boolean shrink(Width w, int n, float[] factors, int fo, float[] maxima, int mo, float[] sums, int so) {
        VectorLoop.alone(SHRINK, w, factors, fo, maxima, mo, sums, so, factors, 0, n, 0f);
        boolean shrinking = false;
        for (int i = fo; i < fo + n; i++) {
            shrinking |= factors[i] != 1f;
        }
        return shrinking;
    }

    private static void shrinkAll(
            Width w, int n, float[] factors, int fo, float[] maxima, int mo, float[] sums, int so) {
        VectorConstants.Exp k = w.constants().exp();
        VectorSpecies<Float> s = w.species();
        FloatVector nothing = FloatVector.broadcast(s, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < n; i += s.length()) {
            FloatVector before = FloatVector.fromArray(s, factors, fo + i);
            FloatVector max = FloatVector.fromArray(s, maxima, mo + i);
            FloatVector input = VectorMath.expClampNegative(k, before.sub(max));
            FloatVector power = VectorMath.power(k, input);
            FloatVector factor = VectorMath.expNegative(k, power, VectorMath.reduced(k, input, power))
                    .blend(k.one(), before.compare(EQ, max).or(before.compare(EQ, nothing)));
            factor.intoArray(factors, fo + i);
            FloatVector.fromArray(s, sums, so + i).mul(factor).intoArray(sums, so + i);
        }
    }

    /** {@link Kernels#hideColumns}. */
    static void hide(Width w, int n, float[] x, int xo, int[] seen, int so) {
        VectorSpecies<Float> s = w.species();
        FloatVector nothing = FloatVector.broadcast(s, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < 16; j += s.length()) {
                int at = xo + 16 * i + j;
                VectorMask<Float> mask = VectorMask.fromLong(s, seen[so + i] >> j);
                nothing.blend(FloatVector.fromArray(s, x, at), mask).intoArray(x, at);
            }
        }
    }

    /**
     * {@link ScalarMath#decay} of all columns; whether nothing became 0. The least of the results is found by their bits, where a negative
     * NaN's are less than those of 0.
     */
    static boolean decay(
            Width w, int panels, int n, float[] x, int xo, int panel, float factor, float[] shifts, int so) {
        VectorSpecies<Float> s = w.species();
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
        FloatVector nothing = FloatVector.broadcast(s, Float.NEGATIVE_INFINITY);
        IntVector bias = one.reinterpretAsInts();
        IntVector least = bias;
        for (int q = 0; q < panels; q++) {
            for (int j = 0; j < 16; j += s.length()) {
                int column = xo + q * panel + j;
                FloatVector given = FloatVector.fromArray(s, shifts, so + 16 * q + j);
                FloatVector shift = zero.blend(given, nothing.compare(NE, given));
                for (int i = 0; i < n; i++) {
                    FloatVector input = FloatVector.fromArray(s, x, column + 16 * i)
                            .mul(scale)
                            .sub(shift);
                    FloatVector t = input.fma(log2e, round);
                    FloatVector k = t.sub(round);
                    FloatVector r = k.fma(minusLow, k.fma(minusHigh, input));
                    FloatVector p = r.fma(c4, c3).fma(r, c2).fma(r, c1).fma(r, c0);
                    p = r.mul(r).fma(p, r).add(one);
                    IntVector power = t.reinterpretAsInts().lanewise(LSHL, 23).add(bias); // low bits of round are 0
                    p = p.mul(power.reinterpretAsFloats()).blend(zero, input.compare(LT, decayLeast));
                    p.intoArray(x, column + 16 * i);
                    least = p.reinterpretAsInts().lanewise(MIN, least);
                }
            }
        }
        int bits = bias.lanewise(MIN, least).reduceLanes(MIN);
        return bits > 0 || bits < 0 && !anyZero(panels, n, x, xo, panel);
    }

    private static boolean anyZero(int panels, int n, float[] x, int xo, int panel) {
        for (int q = 0; q < panels; q++) {
            for (int i = xo + q * panel; i < xo + q * panel + 16 * n; i++) {
                if (x[i] == 0f) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * The fold adds the even lanes of a sum, then the odd ones, then both; here a lane is every sixteenth number of a column, and the eight even
     * lanes of all columns go first. Numbers that are not below 0.
     */
    static void addSums(Width w, int panels, int n, float[] x, int xo, int panel, float[] sums, int so) {
        VectorSpecies<Float> s = w.species();
        FloatVector zero = FloatVector.zero(s);
        for (int q = 0; q < panels; q++) {
            for (int j = 0; j < 16; j += s.length()) {
                FloatVector sum = zero;
                for (int odd = 0; odd < 2; odd++) {
                    int column = xo + q * panel + j + 16 * odd;
                    FloatVector a0 = zero;
                    FloatVector a2 = zero;
                    FloatVector a4 = zero;
                    FloatVector a6 = zero;
                    FloatVector a8 = zero;
                    FloatVector a10 = zero;
                    FloatVector a12 = zero;
                    FloatVector a14 = zero;
                    int i = 0;
                    for (; i <= n - 16; i += 16) {
                        int at = column + 16 * i;
                        a0 = FloatVector.fromArray(s, x, at).add(a0);
                        a2 = FloatVector.fromArray(s, x, at + 32).add(a2);
                        a4 = FloatVector.fromArray(s, x, at + 64).add(a4);
                        a6 = FloatVector.fromArray(s, x, at + 96).add(a6);
                        a8 = FloatVector.fromArray(s, x, at + 128).add(a8);
                        a10 = FloatVector.fromArray(s, x, at + 160).add(a10);
                        a12 = FloatVector.fromArray(s, x, at + 192).add(a12);
                        a14 = FloatVector.fromArray(s, x, at + 224).add(a14);
                    }
                    int rest = n - i - odd;
                    int at = column + 16 * i;
                    if (rest > 0) {
                        a0 = FloatVector.fromArray(s, x, at).add(a0);
                    }
                    if (rest > 2) {
                        a2 = FloatVector.fromArray(s, x, at + 32).add(a2);
                    }
                    if (rest > 4) {
                        a4 = FloatVector.fromArray(s, x, at + 64).add(a4);
                    }
                    if (rest > 6) {
                        a6 = FloatVector.fromArray(s, x, at + 96).add(a6);
                    }
                    if (rest > 8) {
                        a8 = FloatVector.fromArray(s, x, at + 128).add(a8);
                    }
                    if (rest > 10) {
                        a10 = FloatVector.fromArray(s, x, at + 160).add(a10);
                    }
                    if (rest > 12) {
                        a12 = FloatVector.fromArray(s, x, at + 192).add(a12);
                    }
                    if (rest > 14) {
                        a14 = FloatVector.fromArray(s, x, at + 224).add(a14);
                    }
                    FloatVector first = zero.add(a0).add(a8).add(zero.add(a4).add(a12));
                    FloatVector second = zero.add(a2).add(a10).add(zero.add(a6).add(a14));
                    sum = first.add(second).add(sum);
                }
                FloatVector before = FloatVector.fromArray(s, sums, so + 16 * q + j);
                zero.add(before).add(sum).intoArray(sums, so + 16 * q + j);
            }
        }
    }
}
