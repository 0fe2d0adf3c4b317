package org.attention4j.kernels;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * {@link ScalarMath} on vectors, operation for operation.
 *
 * <p>To be called from a loop that holds nothing else: these methods must be inlined, or their vectors are boxed.
 */
final class VectorMath {
    private VectorMath() {}

    static FloatVector exp(FloatVector x) {
        FloatVector c = x.blend(ScalarMath.EXP_GREATEST, x.compare(GT, ScalarMath.EXP_GREATEST));
        c = c.blend(ScalarMath.EXP_LEAST, c.compare(LT, ScalarMath.EXP_LEAST));
        FloatVector t = c.fma(ScalarMath.LOG2_E, ScalarMath.ROUND);
        FloatVector k = t.sub(ScalarMath.ROUND);
        FloatVector r = k.lanewise(FMA, -ScalarMath.LN2_HIGH, c);
        r = k.lanewise(FMA, -ScalarMath.LN2_LOW, r);
        FloatVector q = r.fma(ScalarMath.EXP_4, ScalarMath.EXP_3);
        q = q.lanewise(FMA, r, ScalarMath.EXP_2);
        q = q.lanewise(FMA, r, ScalarMath.EXP_1);
        q = q.lanewise(FMA, r, ScalarMath.EXP_0);
        FloatVector p = r.mul(r).fma(q, r).add(1f);
        IntVector e = t.reinterpretAsInts().sub(ScalarMath.ROUND_BITS);
        IntVector half = e.lanewise(ASHR, 1);
        return p.mul(powerOfTwo(half)).mul(powerOfTwo(e.sub(half)));
    }

    private static FloatVector powerOfTwo(IntVector exponent) {
        return exponent.add(127).lanewise(LSHL, 23).reinterpretAsFloats();
    }

    static FloatVector tanh(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector z = a.mul(a);
        FloatVector q = z.fma(ScalarMath.TANH_4, ScalarMath.TANH_3);
        q = q.lanewise(FMA, z, ScalarMath.TANH_2);
        q = q.lanewise(FMA, z, ScalarMath.TANH_1);
        q = q.lanewise(FMA, z, ScalarMath.TANH_0);
        FloatVector near = a.mul(z).fma(q, a);
        FloatVector two = FloatVector.broadcast(x.species(), 2f);
        FloatVector far = oneMinus(two.div(exp(a.add(a)).add(1f)));
        return withSign(far.blend(near, a.compare(LT, ScalarMath.TANH_SPLIT)), x);
    }

    private static FloatVector oneMinus(FloatVector x) {
        return FloatVector.broadcast(x.species(), 1f).sub(x);
    }

    private static FloatVector withSign(FloatVector y, FloatVector x) {
        return y.reinterpretAsInts()
                .or(x.reinterpretAsInts().and(Integer.MIN_VALUE))
                .reinterpretAsFloats();
    }

    static FloatVector sigmoid(FloatVector x) {
        FloatVector e = exp(x.abs().neg());
        FloatVector one = FloatVector.broadcast(x.species(), 1f);
        return one.blend(e, x.compare(LT, 0f)).div(one.add(e));
    }

    static FloatVector erf(FloatVector x) {
        FloatVector a = x.abs();
        FloatVector near = erfSlope(a.mul(a)).fma(a, a);
        FloatVector far = oneMinus(erfcFar(a));
        return withSign(far.blend(near, a.compare(LT, ScalarMath.ERF_SPLIT)), x);
    }

    private static FloatVector erfSlope(FloatVector z) {
        FloatVector q = z.fma(ScalarMath.ERF_5, ScalarMath.ERF_4);
        q = q.lanewise(FMA, z, ScalarMath.ERF_3);
        q = q.lanewise(FMA, z, ScalarMath.ERF_2);
        q = q.lanewise(FMA, z, ScalarMath.ERF_1);
        return q.lanewise(FMA, z, ScalarMath.ERF_0);
    }

    private static FloatVector erfcFar(FloatVector a) {
        FloatVector t = a.blend(ScalarMath.ERF_GREATEST, a.compare(GT, ScalarMath.ERF_GREATEST));
        FloatVector q = t.fma(ScalarMath.ERFC_6, ScalarMath.ERFC_5);
        q = q.lanewise(FMA, t, ScalarMath.ERFC_4);
        q = q.lanewise(FMA, t, ScalarMath.ERFC_3);
        q = q.lanewise(FMA, t, ScalarMath.ERFC_2);
        q = q.lanewise(FMA, t, ScalarMath.ERFC_1);
        q = q.lanewise(FMA, t, ScalarMath.ERFC_0);
        return exp(q.fma(t, t.neg()));
    }

    static FloatVector normalDistribution(FloatVector x) {
        FloatVector a = x.abs().mul(ScalarMath.SQRT_HALF);
        FloatVector near = oneMinus(erfSlope(a.mul(a)).fma(a, a));
        FloatVector tail =
                erfcFar(a).blend(near, a.compare(LT, ScalarMath.ERF_SPLIT)).mul(0.5f);
        return oneMinus(tail).blend(tail, x.compare(LT, 0f));
    }

    static FloatVector gelu(FloatVector x) {
        return atLeast(x, ScalarMath.GELU_LEAST).mul(normalDistribution(x));
    }

    private static FloatVector atLeast(FloatVector x, float least) {
        return x.blend(least, x.compare(LT, least));
    }

    static FloatVector geluTanh(FloatVector x) {
        FloatVector c = atLeast(x, ScalarMath.GELU_LEAST);
        FloatVector slope = c.mul(c).fma(ScalarMath.GELU_CUBIC, ScalarMath.GELU_LINEAR);
        return c.mul(sigmoid(c.mul(slope)));
    }

    static FloatVector silu(FloatVector x) {
        FloatVector c = atLeast(x, ScalarMath.SILU_LEAST);
        return c.mul(sigmoid(c));
    }

    static FloatVector softplus(FloatVector x) {
        FloatVector u = exp(x.abs().neg());
        FloatVector t = u.add(u).div(u.add(2f));
        FloatVector z = t.mul(t).mul(0.25f);
        FloatVector q = z.fma(ScalarMath.LOG1P_4, ScalarMath.LOG1P_3);
        q = q.lanewise(FMA, z, ScalarMath.LOG1P_2);
        q = q.lanewise(FMA, z, ScalarMath.LOG1P_1);
        q = q.lanewise(FMA, z, ScalarMath.LOG1P_0);
        FloatVector positive = FloatVector.zero(x.species()).blend(x, x.compare(GT, 0f));
        return positive.add(t.mul(z).fma(q, t));
    }

    static FloatVector relu(FloatVector x) {
        return x.blend(0f, x.compare(LE, 0f));
    }

    static FloatVector log(FloatVector x) {
        VectorMask<Float> tiny = x.compare(LT, Float.MIN_NORMAL);
        IntVector bits = x.blend(x.mul(0x1p25f), tiny).reinterpretAsInts();
        IntVector e = bits.sub(ScalarMath.SQRT_HALF_BITS).lanewise(ASHR, 23);
        FloatVector f = bits.sub(e.lanewise(LSHL, 23)).reinterpretAsFloats().sub(1f);
        FloatVector exponent = (FloatVector) e.convert(I2F, 0);
        FloatVector k = exponent.blend(exponent.sub(25f), tiny);
        FloatVector s = f.div(f.add(2f));
        FloatVector z = s.mul(s);
        FloatVector q = z.fma(ScalarMath.LOG_3, ScalarMath.LOG_2);
        q = q.lanewise(FMA, z, ScalarMath.LOG_1);
        q = q.lanewise(FMA, z, ScalarMath.LOG_0);
        FloatVector h = f.mul(0.5f).mul(f);
        FloatVector inner = k.lanewise(FMA, ScalarMath.LN2_LOW, s.mul(q.fma(z, h)));
        FloatVector y = k.lanewise(FMA, ScalarMath.LN2_HIGH, f.sub(h.sub(inner)));
        y = y.blend(x, x.compare(EQ, Float.POSITIVE_INFINITY));
        y = y.blend(Float.NEGATIVE_INFINITY, x.compare(EQ, 0f));
        y = y.blend(Float.NaN, x.compare(LT, 0f));
        return y.blend(x, x.compare(NE, x));
    }
}
