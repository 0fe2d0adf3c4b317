package org.attention4j.kernels;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
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
 * <p>To be called from a loop that holds nothing else. These methods must be inlined, or their vectors become objects, many times
 * slower. Two limits of the compiler decide: about sixty vector operations a loop, constants and loads included; and no callee whose
 * code alone is longer than 2,500 bytes, which is why the longer functions come in parts, to be joined in the loop itself.
 */
final class VectorMath {
    private VectorMath() {}

    /** The argument of exp, where neither infinities nor overflowing powers of two are left. */
    static FloatVector expClamp(VectorConstants.Exp k, FloatVector x) {
        return clamp(x, k.least(), k.greatest());
    }

    /** x / ln 2 rounded to an integer, in the low bits: step 1 of exp and decay. */
    static FloatVector power(VectorConstants.Exp k, FloatVector x) {
        return x.fma(k.log2e(), k.round());
    }

    /** Step 3 of exp, given the power t and eʳ. */
    static FloatVector exp(VectorConstants.Exp k, FloatVector t, FloatVector p) {
        IntVector e = t.reinterpretAsInts().sub(k.roundBits());
        IntVector half = e.lanewise(ASHR, 1);
        return p.mul(powerOfTwo(k, half)).mul(powerOfTwo(k, e.sub(half)));
    }

    /** The argument of exp where it is not above 0. */
    static FloatVector expClampNegative(VectorConstants.Exp k, FloatVector x) {
        return atLeast(x, k.least());
    }

    /** Step 3 of exp where the argument is not above 0, with four operations, not nine: 2ᵏ⁺⁶⁴ and 2⁻⁶⁴, of which only the last rounds, too. */
    static FloatVector expNegative(VectorConstants.Exp k, FloatVector t, FloatVector p) {
        return p.mul(shifted(t, k.raised())).mul(k.lowered());
    }

    /** The power of two that t holds, times that of the bits of bias: shifted, nothing is left of the constant that rounded t. */
    private static FloatVector shifted(FloatVector t, IntVector bias) {
        return t.reinterpretAsInts().lanewise(LSHL, 23).add(bias).reinterpretAsFloats();
    }

    /** Step 3 of decay, given its argument x ≤ 0, the power t and eʳ. */
    static FloatVector decay(VectorConstants.Exp k, FloatVector x, FloatVector t, FloatVector p) {
        FloatVector y = p.mul(shifted(t, k.unit()));
        return y.blend(k.zero(), x.compare(LT, k.decayLeast()));
    }

    /** eʳ, r = c less the multiple of ln 2 that the power t holds: step 2 of exp and decay. */
    static FloatVector reduced(VectorConstants.Exp k, FloatVector c, FloatVector t) {
        FloatVector n = t.sub(k.round());
        FloatVector r = n.fma(k.minusHigh(), c);
        r = n.fma(k.minusLow(), r);
        FloatVector q = r.fma(k.c4(), k.c3());
        q = q.fma(r, k.c2());
        q = q.fma(r, k.c1());
        q = q.fma(r, k.c0());
        return r.mul(r).fma(q, r).add(k.one());
    }

    private static FloatVector powerOfTwo(VectorConstants.Exp k, IntVector exponent) {
        return exponent.add(k.bias()).lanewise(LSHL, 23).reinterpretAsFloats();
    }

    /** tanh of a = |x| below the split. */
    static FloatVector tanhNear(VectorConstants.Tanh k, FloatVector a) {
        FloatVector z = a.mul(a);
        FloatVector q = z.fma(k.c4(), k.c3());
        q = q.fma(z, k.c2());
        q = q.fma(z, k.c1());
        q = q.fma(z, k.c0());
        return a.mul(z).fma(q, a);
    }

    /** tanh of a = |x| above the split, given e = exp(−2a). */
    static FloatVector tanhFar(VectorConstants k, FloatVector e) {
        return k.one().sub(e.add(e).div(k.one().add(e)));
    }

    /** Below the split near, above it far, with the sign of x. */
    static FloatVector join(
            VectorConstants k, FloatVector x, FloatVector a, FloatVector split, FloatVector near, FloatVector far) {
        return far.blend(near, a.compare(LT, split))
                .reinterpretAsInts()
                .or(x.reinterpretAsInts().and(k.sign()))
                .reinterpretAsFloats();
    }

    /** The sigmoid of x, given e = exp(−|x|). */
    static FloatVector sigmoid(VectorConstants k, FloatVector x, FloatVector e) {
        return k.one().blend(e, x.compare(LT, k.zero())).div(k.one().add(e));
    }

    /** erf of a = |x| below the split. */
    static FloatVector erfNear(VectorConstants.Erf k, FloatVector a) {
        FloatVector z = a.mul(a);
        FloatVector q = z.fma(k.c5(), k.c4());
        q = q.fma(z, k.c3());
        q = q.fma(z, k.c2());
        q = q.fma(z, k.c1());
        q = q.fma(z, k.c0());
        return q.fma(a, a);
    }

    /** The logarithm of erfc a for a = |x| above the split. */
    static FloatVector erfcLog(VectorConstants.Erf k, FloatVector a) {
        FloatVector t = atMost(a, k.greatest());
        FloatVector q = t.fma(k.d6(), k.d5());
        q = q.fma(t, k.d4());
        q = q.fma(t, k.d3());
        q = q.fma(t, k.d2());
        q = q.fma(t, k.d1());
        q = q.fma(t, k.d0());
        return q.fma(t, t.neg());
    }

    /** −a²/2. */
    static FloatVector bellLog(VectorConstants k, FloatVector a) {
        return a.mul(k.tail().minusHalf()).mul(a);
    }

    /** ca / (1 + ca), the variable of the tail's polynomial. */
    static FloatVector tailRatio(VectorConstants k, FloatVector a) {
        FloatVector scaled = a.mul(k.tail().scale());
        return scaled.div(scaled.add(k.one()));
    }

    /** Φ(−a) for a ≥ 0, given {@link #tailRatio} and e = exp(−a²/2). */
    static FloatVector normalTail(VectorConstants k, FloatVector w, FloatVector e) {
        VectorConstants.Tail c = k.tail();
        FloatVector q = w.fma(c.c7(), c.c6());
        q = q.fma(w, c.c5());
        q = q.fma(w, c.c4());
        q = q.fma(w, c.c3());
        q = q.fma(w, c.c2());
        q = q.fma(w, c.c1());
        q = q.fma(w, c.c0());
        return w.fma(q, k.half()).mul(e);
    }

    /** Φ(x), given Φ(−|x|). */
    static FloatVector normalDistribution(VectorConstants k, FloatVector x, FloatVector tail) {
        return k.one().sub(tail).blend(tail, x.compare(LT, k.zero()));
    }

    static FloatVector atLeast(FloatVector x, FloatVector least) {
        return x.blend(least, x.compare(LT, least));
    }

    static FloatVector atMost(FloatVector x, FloatVector greatest) {
        return x.blend(greatest, x.compare(GT, greatest));
    }

    static FloatVector clamp(FloatVector x, FloatVector least, FloatVector greatest) {
        return atMost(atLeast(x, least), greatest);
    }

    /** The argument of the sigmoid in the tanh form of GELU, given z = c². */
    static FloatVector geluArgument(VectorConstants.Clamps k, FloatVector c, FloatVector z) {
        return c.mul(z.fma(k.cubic(), k.linear()));
    }

    /** log(1 + u) for 0 ≤ u ≤ 1. */
    static FloatVector log1p(VectorConstants k, FloatVector u) {
        VectorConstants.Log c = k.log();
        FloatVector t = u.add(u).div(u.add(k.two()));
        FloatVector z = t.mul(t).mul(k.quarter());
        FloatVector q = z.fma(c.d4(), c.d3());
        q = q.fma(z, c.d2());
        q = q.fma(z, c.d1());
        q = q.fma(z, c.d0());
        return t.mul(z).fma(q, t);
    }

    static FloatVector relu(VectorConstants k, FloatVector x) {
        return x.blend(k.zero(), x.compare(LE, k.zero()));
    }

    /** log x for positive finite x; of others, whatever. */
    static FloatVector log(VectorConstants k, FloatVector x) {
        VectorConstants.Log c = k.log();
        VectorMask<Float> tiny = x.compare(LT, Float.MIN_NORMAL);
        IntVector bits = x.blend(x.mul(0x1p25f), tiny).reinterpretAsInts();
        IntVector e = bits.sub(ScalarMath.SQRT_HALF_BITS).lanewise(ASHR, 23);
        FloatVector f = bits.sub(e.lanewise(LSHL, 23)).reinterpretAsFloats().sub(k.one());
        FloatVector exponent = (FloatVector) e.convert(I2F, 0);
        FloatVector n = exponent.blend(exponent.sub(25f), tiny);
        FloatVector s = f.div(f.add(k.two()));
        FloatVector z = s.mul(s);
        FloatVector q = z.fma(c.c3(), c.c2());
        q = q.fma(z, c.c1());
        q = q.fma(z, c.c0());
        FloatVector h = f.mul(k.half()).mul(f);
        FloatVector inner = n.fma(c.low(), s.mul(q.fma(z, h)));
        return n.fma(c.high(), f.sub(h.sub(inner)));
    }

    /** The logarithm of 0, negative numbers, +∞ and NaN; y of others. */
    static FloatVector logSpecial(VectorConstants k, FloatVector x, FloatVector y) {
        FloatVector special = y.blend(x, x.compare(EQ, Float.POSITIVE_INFINITY));
        special = special.blend(Float.NEGATIVE_INFINITY, x.compare(EQ, k.zero()));
        special = special.blend(Float.NaN, x.compare(LT, k.zero()));
        return special.blend(x, x.compare(NE, x));
    }
}
