package org.attention4j.kernels;

import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link ScalarGradients} on vectors: dX ← dY · f′(v), v the output or the input; one loop a method, as in {@link VectorActivations}. */
final class VectorGradients {
    private VectorGradients() {}

    static void apply(Width w, Activation f, float[] v, int vo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        switch (f) {
            case EXP -> VectorRows.multiplyElementwise(w, dY, dyo, v, vo, dX, dxo, n);
            case TANH -> tanh(w, v, vo, dY, dyo, dX, dxo, n);
            case SIGMOID -> sigmoid(w, v, vo, dY, dyo, dX, dxo, n);
            case RELU -> relu(w, v, vo, dY, dyo, dX, dxo, n);
            case ERF -> erf(w, v, vo, dY, dyo, dX, dxo, n);
            case GELU -> gelu(w, v, vo, dY, dyo, dX, dxo, n);
            case GELU_TANH -> geluTanh(w, v, vo, dY, dyo, dX, dxo, n);
            case SILU -> silu(w, v, vo, dY, dyo, dX, dxo, n);
            case SOFTPLUS -> softplus(w, v, vo, dY, dyo, dX, dxo, n);
            case LOG -> log(w, v, vo, dY, dyo, dX, dxo, n);
        }
    }

    static FloatVector tanhFromOutput(FloatVector y) {
        return y.neg().lanewise(FMA, y, 1f);
    }

    static FloatVector sigmoidFromOutput(FloatVector y) {
        return y.neg().fma(y, y);
    }

    private static FloatVector step(FloatVector y) {
        return FloatVector.broadcast(y.species(), 1f).blend(0f, y.compare(LE, 0f));
    }

    private static FloatVector reciprocal(FloatVector x) {
        return FloatVector.broadcast(x.species(), 1f).div(x);
    }

    private static FloatVector erf(FloatVector x) {
        return VectorMath.exp(x.neg().mul(x)).mul(ScalarGradients.TWO_OVER_SQRT_PI);
    }

    private static FloatVector gelu(FloatVector x) {
        FloatVector c = clamp(x, ScalarGradients.GELU_GREATEST);
        FloatVector density = VectorMath.exp(c.mul(-0.5f).mul(c)).mul(ScalarGradients.NORMAL_DENSITY_0);
        return c.fma(density, VectorMath.normalDistribution(x));
    }

    private static FloatVector geluTanh(FloatVector x) {
        FloatVector c = clamp(x, ScalarGradients.GELU_GREATEST);
        FloatVector z = c.mul(c);
        FloatVector s = VectorMath.sigmoid(c.mul(z.fma(ScalarMath.GELU_CUBIC, ScalarMath.GELU_LINEAR)));
        FloatVector slope = z.fma(ScalarGradients.GELU_CUBIC_3, ScalarMath.GELU_LINEAR);
        return c.mul(slope).fma(sigmoidFromOutput(s), s);
    }

    private static FloatVector silu(FloatVector x) {
        FloatVector c = clamp(x, ScalarGradients.SILU_GREATEST);
        FloatVector s = VectorMath.sigmoid(c);
        return c.fma(sigmoidFromOutput(s), s);
    }

    private static FloatVector clamp(FloatVector x, float limit) {
        FloatVector c = x.blend(-limit, x.compare(LT, -limit));
        return c.blend(limit, c.compare(GT, limit));
    }

    private static void tanh(Width w, float[] v, int vo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector d = tanhFromOutput(FloatVector.fromArray(s, v, vo + i));
            FloatVector.fromArray(s, dY, dyo + i).mul(d).intoArray(dX, dxo + i);
        }
        for (; i < n; i++) {
            dX[dxo + i] = dY[dyo + i] * ScalarGradients.tanhFromOutput(v[vo + i]);
        }
    }

    private static void sigmoid(Width w, float[] v, int vo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector d = sigmoidFromOutput(FloatVector.fromArray(s, v, vo + i));
            FloatVector.fromArray(s, dY, dyo + i).mul(d).intoArray(dX, dxo + i);
        }
        for (; i < n; i++) {
            dX[dxo + i] = dY[dyo + i] * ScalarGradients.sigmoidFromOutput(v[vo + i]);
        }
    }

    private static void relu(Width w, float[] v, int vo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector d = step(FloatVector.fromArray(s, v, vo + i));
            FloatVector.fromArray(s, dY, dyo + i).mul(d).intoArray(dX, dxo + i);
        }
        for (; i < n; i++) {
            dX[dxo + i] = dY[dyo + i] * ScalarGradients.step(v[vo + i]);
        }
    }

    private static void erf(Width w, float[] v, int vo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector d = erf(FloatVector.fromArray(s, v, vo + i));
            FloatVector.fromArray(s, dY, dyo + i).mul(d).intoArray(dX, dxo + i);
        }
        for (; i < n; i++) {
            dX[dxo + i] = dY[dyo + i] * ScalarGradients.erf(v[vo + i]);
        }
    }

    private static void gelu(Width w, float[] v, int vo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector d = gelu(FloatVector.fromArray(s, v, vo + i));
            FloatVector.fromArray(s, dY, dyo + i).mul(d).intoArray(dX, dxo + i);
        }
        for (; i < n; i++) {
            dX[dxo + i] = dY[dyo + i] * ScalarGradients.gelu(v[vo + i]);
        }
    }

    private static void geluTanh(Width w, float[] v, int vo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector d = geluTanh(FloatVector.fromArray(s, v, vo + i));
            FloatVector.fromArray(s, dY, dyo + i).mul(d).intoArray(dX, dxo + i);
        }
        for (; i < n; i++) {
            dX[dxo + i] = dY[dyo + i] * ScalarGradients.geluTanh(v[vo + i]);
        }
    }

    private static void silu(Width w, float[] v, int vo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector d = silu(FloatVector.fromArray(s, v, vo + i));
            FloatVector.fromArray(s, dY, dyo + i).mul(d).intoArray(dX, dxo + i);
        }
        for (; i < n; i++) {
            dX[dxo + i] = dY[dyo + i] * ScalarGradients.silu(v[vo + i]);
        }
    }

    private static void softplus(Width w, float[] v, int vo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector d = VectorMath.sigmoid(FloatVector.fromArray(s, v, vo + i));
            FloatVector.fromArray(s, dY, dyo + i).mul(d).intoArray(dX, dxo + i);
        }
        for (; i < n; i++) {
            dX[dxo + i] = dY[dyo + i] * ScalarMath.sigmoid(v[vo + i]);
        }
    }

    private static void log(Width w, float[] v, int vo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector d = reciprocal(FloatVector.fromArray(s, v, vo + i));
            FloatVector.fromArray(s, dY, dyo + i).mul(d).intoArray(dX, dxo + i);
        }
        for (; i < n; i++) {
            dX[dxo + i] = dY[dyo + i] * ScalarGradients.reciprocal(v[vo + i]);
        }
    }
}
