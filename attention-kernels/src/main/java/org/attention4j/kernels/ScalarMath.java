package org.attention4j.kernels;

/**
 * The elementwise functions of this module, one number at a time: the specification that every kernel follows bit for bit.
 *
 * <p>Each function is a fixed sequence of IEEE 754 single-precision operations (add, multiply, divide, fused multiply-add,
 * compare and select, shifts of the bit pattern), without a branch that depends on more than a comparison, so that the same
 * sequence can be run on vectors of any width. None calls {@link Math} for a transcendental function, whose results may
 * differ between machines. Polynomial coefficients were fitted for this module (weighted minimax, then rounded one by one).
 *
 * <p>Every function returns NaN for NaN, and the right limit at ±∞. The stated errors are the largest over all 2³² floats,
 * against {@link StrictMath} in double precision; {@code ActivationErrors} in the tests prints them. An ulp is that of the
 * rounded true result. All methods are pure and safe for any number of threads.
 */
public final class ScalarMath {
    /** 1.5 · 2²³: adding it rounds a float below 2²² to an integer, which then stands in the low bits. */
    static final float ROUND = 0x1.8p23f;

    static final int ROUND_BITS = 0x4b400000;
    static final float LOG2_E = 0x1.715476p0f;
    static final float LN2_HIGH = 0x1.62e430p-1f;
    static final float LN2_LOW = -0x1.05c610p-29f;

    /** exp is 0 below (e⁻¹⁰⁴ is less than half of the least float) and infinite above (e⁸⁹ is more than the greatest). */
    static final float EXP_LEAST = -104f;

    static final float EXP_GREATEST = 89f;
    /** {@link #decay} is 0 below: down to there its power of two is a normal number. */
    static final float DECAY_LEAST = -87f;

    static final float EXP_0 = 0x1.fffffcp-2f;
    static final float EXP_1 = 0x1.555492p-3f;
    static final float EXP_2 = 0x1.5558bcp-5f;
    static final float EXP_3 = 0x1.1239c6p-7f;
    static final float EXP_4 = 0x1.6a4154p-10f;

    /** Below, tanh is an odd polynomial; above, 1 − 2e / (1 + e) with e = e⁻²ˣ, which loses no digit there. */
    static final float TANH_SPLIT = 0.625f;

    static final float TANH_0 = -0x1.555532p-2f;
    static final float TANH_1 = 0x1.1106f8p-3f;
    static final float TANH_2 = -0x1.b83636p-5f;
    static final float TANH_3 = 0x1.51fe84p-6f;
    static final float TANH_4 = -0x1.752ed6p-8f;

    /** Below, erf is an odd polynomial; above, 1 − exp(polynomial). */
    static final float ERF_SPLIT = 0.925f;

    /** Beyond, erf is 1 in float; the clamp keeps infinities out of the polynomial. */
    static final float ERF_GREATEST = 12f;

    static final float ERF_0 = 0x1.06eba6p-3f;
    static final float ERF_1 = -0x1.8126e2p-2f;
    static final float ERF_2 = 0x1.ce1986p-4f;
    static final float ERF_3 = -0x1.b67c04p-6f;
    static final float ERF_4 = 0x1.46d9e2p-8f;
    static final float ERF_5 = -0x1.38741cp-11f;
    static final float ERFC_0 = -0x1.0778dcp-3f;
    static final float ERFC_1 = -0x1.45328ep-1f;
    static final float ERFC_2 = -0x1.b32568p-4f;
    static final float ERFC_3 = 0x1.855122p-6f;
    static final float ERFC_4 = -0x1.dd6ba6p-9f;
    static final float ERFC_5 = 0x1.527946p-12f;
    static final float ERFC_6 = -0x1.78d030p-17f;

    static final float LOG_0 = 0x1.555554p-1f;
    static final float LOG_1 = 0x1.999c26p-2f;
    static final float LOG_2 = 0x1.23d3e0p-2f;
    static final float LOG_3 = 0x1.f13aeep-3f;

    /** Bits of √½: the mantissa of log's argument is brought to [√½, √2). */
    static final int SQRT_HALF_BITS = 0x3f3504f3;

    static final float LOG1P_0 = 0x1.555558p-2f;
    static final float LOG1P_1 = 0x1.9996d6p-3f;
    static final float LOG1P_2 = 0x1.250566p-3f;
    static final float LOG1P_3 = 0x1.b722a2p-4f;
    static final float LOG1P_4 = 0x1.f0b226p-4f;

    /** Φ(−a) = exp(−a²/2) · (½ + w · polynomial of w) with w = ca / (1 + ca); this c makes the coefficients small. */
    static final float TAIL_SCALE = 0.375f;

    static final float TAIL_0 = -0x1.105834p+0f;
    static final float TAIL_1 = 0x1.6d86eap-1f;
    static final float TAIL_2 = -0x1.e7d43ap-6f;
    static final float TAIL_3 = -0x1.18ff1ap-3f;
    static final float TAIL_4 = -0x1.196792p-6f;
    static final float TAIL_5 = -0x1.69789ap-9f;
    static final float TAIL_6 = 0x1.186010p-4f;
    static final float TAIL_7 = -0x1.035da2p-5f;

    /** 2 · √(2/π), and the same times 0.044715: the argument of the sigmoid that equals the tanh form of GELU. */
    static final float GELU_LINEAR = 0x1.988454p0f;

    static final float GELU_CUBIC = 0.044715f * GELU_LINEAR;

    /** Below −32 both forms of GELU are −0; clamping the factor keeps −∞ · 0 away. */
    static final float GELU_LEAST = -32f;

    static final float GELU_GREATEST = 32f;

    /** Below −128 SiLU is −0; clamping the factor keeps −∞ · 0 away. */
    static final float SILU_LEAST = -128f;

    private ScalarMath() {}

    /**
     * Returns eˣ; error below 1.1 ulp, also where the result is subnormal.
     *
     * <p>x = k · ln 2 + r with |r| ≤ ½ ln 2, ln 2 in two parts (Cody and Waite); eʳ by a polynomial of degree 6; the factor
     * 2ᵏ in two halves, so that only the last product rounds.
     *
     * @param x any float
     * @return eˣ; +0 for −∞ and below about −103.97, +∞ above about 88.72
     */
    public static float exp(float x) {
        float c = x > EXP_GREATEST ? EXP_GREATEST : x;
        c = c < EXP_LEAST ? EXP_LEAST : c;
        float t = Math.fma(c, LOG2_E, ROUND);
        float k = t - ROUND;
        float r = Math.fma(k, -LN2_HIGH, c);
        r = Math.fma(k, -LN2_LOW, r);
        float q = Math.fma(EXP_4, r, EXP_3);
        q = Math.fma(q, r, EXP_2);
        q = Math.fma(q, r, EXP_1);
        q = Math.fma(q, r, EXP_0);
        float p = Math.fma(r * r, q, r) + 1f;
        int e = Float.floatToRawIntBits(t) - ROUND_BITS;
        int half = e >> 1;
        return p * powerOfTwo(half) * powerOfTwo(e - half);
    }

    /**
     * eˣ for x ≤ 0, and 0 below −87 (e⁻⁸⁷ is 1.6e−38): with one factor 2ᵏ, for use where less than that makes no difference. The
     * bits are those of {@link #exp} down to there.
     */
    static float decay(float x) {
        float t = Math.fma(x, LOG2_E, ROUND);
        float k = t - ROUND;
        float r = Math.fma(k, -LN2_HIGH, x);
        r = Math.fma(k, -LN2_LOW, r);
        float q = Math.fma(EXP_4, r, EXP_3);
        q = Math.fma(q, r, EXP_2);
        q = Math.fma(q, r, EXP_1);
        q = Math.fma(q, r, EXP_0);
        float p = Math.fma(r * r, q, r) + 1f;
        float y = p * powerOfTwo(Float.floatToRawIntBits(t) - ROUND_BITS);
        return x < DECAY_LEAST ? 0f : y;
    }

    private static float powerOfTwo(int exponent) {
        return Float.intBitsToFloat((exponent + 127) << 23);
    }

    /**
     * Returns the hyperbolic tangent; error below 1.5 ulp, also near 0.
     *
     * @param x any float
     * @return tanh x, with the sign of x
     */
    public static float tanh(float x) {
        float a = Math.abs(x);
        float z = a * a;
        float q = Math.fma(TANH_4, z, TANH_3);
        q = Math.fma(q, z, TANH_2);
        q = Math.fma(q, z, TANH_1);
        q = Math.fma(q, z, TANH_0);
        float near = Math.fma(a * z, q, a);
        float e = decay(-2f * a);
        float far = 1f - (e + e) / (1f + e);
        return withSign(a < TANH_SPLIT ? near : far, x);
    }

    /** The magnitude y ≥ 0 (or NaN) with the sign bit of x. */
    private static float withSign(float y, float x) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(y) | (Float.floatToRawIntBits(x) & Integer.MIN_VALUE));
    }

    /**
     * Returns 1 / (1 + e⁻ˣ); error below 2.5 ulp, also where the result is subnormal.
     *
     * @param x any float
     * @return the logistic sigmoid of x, in [0, 1]
     */
    public static float sigmoid(float x) {
        float e = exp(-Math.abs(x));
        return (x < 0f ? e : 1f) / (1f + e);
    }

    /**
     * Returns the error function 2/√π ∫₀ˣ exp(−t²) dt; error below 1.1 ulp, also near 0.
     *
     * @param x any float
     * @return erf x, with the sign of x
     */
    public static float erf(float x) {
        float a = Math.abs(x);
        float near = Math.fma(erfSlope(a * a), a, a);
        return withSign(a < ERF_SPLIT ? near : 1f - erfcFar(a), x);
    }

    /** (erf a) / a − 1 as a polynomial of z = a², for a below {@link #ERF_SPLIT}. */
    private static float erfSlope(float z) {
        float q = Math.fma(ERF_5, z, ERF_4);
        q = Math.fma(q, z, ERF_3);
        q = Math.fma(q, z, ERF_2);
        q = Math.fma(q, z, ERF_1);
        return Math.fma(q, z, ERF_0);
    }

    /** erfc a = exp(polynomial of a), for a above {@link #ERF_SPLIT}; relative error grows beyond 4, where erf is 1. */
    private static float erfcFar(float a) {
        float t = a > ERF_GREATEST ? ERF_GREATEST : a;
        float q = Math.fma(ERFC_6, t, ERFC_5);
        q = Math.fma(q, t, ERFC_4);
        q = Math.fma(q, t, ERFC_3);
        q = Math.fma(q, t, ERFC_2);
        q = Math.fma(q, t, ERFC_1);
        q = Math.fma(q, t, ERFC_0);
        return decay(Math.fma(q, t, -t));
    }

    /**
     * Returns the distribution function Φ(x) = ½ (1 + erf(x/√2)) of the standard normal distribution; absolute error
     * below 1e−7 (1.5 ulp of ½).
     *
     * <p>Computed from the tail Φ(−|x|) = exp(−x²/2) · P(c|x| / (1 + c|x|)), so that nothing cancels for negative x.
     *
     * @param x any float
     * @return Φ(x), in [0, 1]
     */
    public static float normalDistribution(float x) {
        float a = Math.abs(x);
        a = a > GELU_GREATEST ? GELU_GREATEST : a;
        float tail = normalTail(a, decay(-0.5f * a * a));
        return x < 0f ? tail : 1f - tail;
    }

    /** Φ(−a) for a ≥ 0, given e = exp(−a²/2). */
    static float normalTail(float a, float e) {
        float c = TAIL_SCALE * a;
        float w = c / (1f + c);
        float q = Math.fma(TAIL_7, w, TAIL_6);
        q = Math.fma(q, w, TAIL_5);
        q = Math.fma(q, w, TAIL_4);
        q = Math.fma(q, w, TAIL_3);
        q = Math.fma(q, w, TAIL_2);
        q = Math.fma(q, w, TAIL_1);
        q = Math.fma(q, w, TAIL_0);
        return Math.fma(w, q, 0.5f) * e;
    }

    /**
     * Returns the Gaussian error linear unit x · Φ(x), the form with erf; the error is below 2 ulp of max(|x · Φ(x)|, ½).
     *
     * @param x any float
     * @return x Φ(x); −0 for −∞
     */
    public static float gelu(float x) {
        float c = x < GELU_LEAST ? GELU_LEAST : x;
        return c * normalDistribution(x);
    }

    /**
     * Returns the approximation of GELU by a hyperbolic tangent, ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))); the error is below
     * 2.5 ulp of max(|result|, ½).
     *
     * <p>Computed as x · sigmoid(2√(2/π) (x + 0.044715 x³)), the same function without cancellation.
     *
     * @param x any float
     * @return the tanh form of GELU; −0 for −∞
     */
    public static float geluTanh(float x) {
        float c = x < GELU_LEAST ? GELU_LEAST : x;
        return c * sigmoid(c * Math.fma(GELU_CUBIC, c * c, GELU_LINEAR));
    }

    /**
     * Returns x / (1 + e⁻ˣ), also called swish; error below 3.5 ulp for x ≥ −87, where sigmoid(x)
     * is normal; absolute error below 1e−43 elsewhere.
     *
     * @param x any float
     * @return x · sigmoid(x); −0 for −∞
     */
    public static float silu(float x) {
        float c = x < SILU_LEAST ? SILU_LEAST : x;
        return c * sigmoid(c);
    }

    /**
     * Returns log(1 + eˣ); error below 3 ulp. There is no threshold: above 20 it equals x up to rounding anyway.
     *
     * @param x any float
     * @return max(x, 0) + log1p(exp(−|x|))
     */
    public static float softplus(float x) {
        float u = exp(-Math.abs(x));
        float t = (u + u) / (2f + u); // log1p(u) = 2 artanh(u / (2 + u))
        float z = 0.25f * (t * t);
        float q = Math.fma(LOG1P_4, z, LOG1P_3);
        q = Math.fma(q, z, LOG1P_2);
        q = Math.fma(q, z, LOG1P_1);
        q = Math.fma(q, z, LOG1P_0);
        return (x > 0f ? x : 0f) + Math.fma(t * z, q, t);
    }

    /**
     * Returns x where it is positive, else 0; exact.
     *
     * @param x any float
     * @return max(x, 0); +0 for −0, NaN for NaN
     */
    public static float relu(float x) {
        return x <= 0f ? 0f : x;
    }

    /**
     * Returns x² where x is positive, else 0; error at most 0.5 ulp.
     *
     * @param x any float
     * @return max(x, 0)²; NaN for NaN
     */
    public static float squaredRelu(float x) {
        float r = relu(x);
        return r * r;
    }

    /**
     * Returns the natural logarithm; error below 1 ulp, also for subnormal arguments.
     *
     * @param x any float
     * @return log x; −∞ for ±0, NaN for negative x
     */
    public static float log(float x) {
        boolean tiny = x < Float.MIN_NORMAL;
        int bits = Float.floatToRawIntBits(tiny ? x * 0x1p25f : x);
        int e = (bits - SQRT_HALF_BITS) >> 23;
        float f = Float.intBitsToFloat(bits - (e << 23)) - 1f;
        float k = (float) e - (tiny ? 25f : 0f);
        float s = f / (2f + f); // log(1 + f) = 2 artanh s = f − f²/2 + s (f²/2 + R(s²))
        float z = s * s;
        float q = Math.fma(LOG_3, z, LOG_2);
        q = Math.fma(q, z, LOG_1);
        q = Math.fma(q, z, LOG_0);
        float h = 0.5f * f * f;
        float inner = Math.fma(k, LN2_LOW, s * Math.fma(q, z, h));
        float y = Math.fma(k, LN2_HIGH, f - (h - inner));
        y = x == Float.POSITIVE_INFINITY ? x : y;
        y = x == 0f ? Float.NEGATIVE_INFINITY : y;
        y = x < 0f ? Float.NaN : y;
        return x != x ? x : y;
    }

    static float of(Activation f, float x) {
        return switch (f) {
            case EXP -> exp(x);
            case TANH -> tanh(x);
            case SIGMOID -> sigmoid(x);
            case RELU -> relu(x);
            case SQUARED_RELU -> squaredRelu(x);
            case ERF -> erf(x);
            case GELU -> gelu(x);
            case GELU_TANH -> geluTanh(x);
            case SILU -> silu(x);
            case SOFTPLUS -> softplus(x);
            case LOG -> log(x);
        };
    }
}
