package org.attention4j.kernels;

/**
 * The derivatives of the {@link Activation}s, one number at a time, as the specification for the vector kernels.
 *
 * <p>Functions named {@code …FromOutput} take y = f(x), the others x.
 */
final class ScalarGradients {
    static final float TWO_OVER_SQRT_PI = 0x1.20dd76p0f;
    static final float NORMAL_DENSITY_0 = 0x1.988454p-2f; // 1/√(2π)
    static final float GELU_CUBIC_3 = 3f * ScalarMath.GELU_CUBIC;

    /** Beyond ±32 (GELU) and ±128 (SiLU) the derivative is 0 or 1; the clamp keeps ∞ · 0 away. */
    static final float SILU_GREATEST = -ScalarMath.SILU_LEAST;

    private ScalarGradients() {}

    /** f′, from y = f(x) where {@link Activation#gradientFromOutput()}, else from x. */
    static float of(Activation f, float v) {
        return switch (f) {
            case EXP -> v;
            case TANH -> tanhFromOutput(v);
            case SIGMOID -> sigmoidFromOutput(v);
            case RELU -> step(v);
            case SQUARED_RELU -> squaredRelu(v);
            case ERF -> erf(v);
            case GELU -> gelu(v);
            case GELU_TANH -> geluTanh(v);
            case SILU -> silu(v);
            case SOFTPLUS -> ScalarMath.sigmoid(v);
            case LOG -> reciprocal(v);
        };
    }

    static float step(float y) {
        return y <= 0f ? 0f : 1f;
    }

    static float squaredRelu(float x) {
        float r = ScalarMath.relu(x);
        return r + r;
    }

    static float reciprocal(float x) {
        return 1f / x;
    }

    static float tanhFromOutput(float y) {
        return Math.fma(-y, y, 1f);
    }

    static float sigmoidFromOutput(float y) {
        return Math.fma(-y, y, y);
    }

    static float erf(float x) {
        return TWO_OVER_SQRT_PI * ScalarMath.exp(-x * x);
    }

    /** Φ(x) + x φ(x). */
    static float gelu(float x) {
        float c = clamp(x, ScalarMath.GELU_GREATEST);
        float a = Math.abs(c);
        float e = ScalarMath.decay(-0.5f * a * a);
        float tail = ScalarMath.normalTail(a, e);
        return Math.fma(c * NORMAL_DENSITY_0, e, c < 0f ? tail : 1f - tail);
    }

    /** s + x s (1 − s) u′ with s = sigmoid(u), u = 2√(2/π) (x + 0.044715 x³). */
    static float geluTanh(float x) {
        float c = clamp(x, ScalarMath.GELU_GREATEST);
        float z = c * c;
        float s = ScalarMath.sigmoid(c * Math.fma(ScalarMath.GELU_CUBIC, z, ScalarMath.GELU_LINEAR));
        float slope = Math.fma(GELU_CUBIC_3, z, ScalarMath.GELU_LINEAR);
        return Math.fma(c * slope, Math.fma(-s, s, s), s);
    }

    /** s + x s (1 − s) with s = sigmoid(x). */
    static float silu(float x) {
        float c = clamp(x, SILU_GREATEST);
        float s = ScalarMath.sigmoid(c);
        return Math.fma(c, Math.fma(-s, s, s), s);
    }

    private static float clamp(float x, float limit) {
        float c = x < -limit ? -limit : x;
        return c > limit ? limit : c;
    }
}
