package org.attention4j.kernels;

import static jdk.incubator.vector.VectorOperators.LE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link ScalarGradients} on vectors: dX ← dY · f′(v), v the output or the input; one loop a method, as in {@link VectorActivations}. */
final class VectorGradients {
    private static final VectorLoop EXP =
            (w, x, xo, y, yo, z, zo, v, vo, n, p) -> VectorRows.multiplyElementwise(w, y, yo, x, xo, z, zo, n);
    private static final VectorLoop TANH = (w, x, xo, y, yo, z, zo, v, vo, n, p) -> tanh(w, x, xo, y, yo, z, zo, n);
    private static final VectorLoop SIGMOID =
            (w, x, xo, y, yo, z, zo, v, vo, n, p) -> sigmoid(w, x, xo, y, yo, z, zo, n);
    private static final VectorLoop RELU = (w, x, xo, y, yo, z, zo, v, vo, n, p) -> relu(w, x, xo, y, yo, z, zo, n);
    private static final VectorLoop SQUARED_RELU =
            (w, x, xo, y, yo, z, zo, v, vo, n, p) -> squaredRelu(w, x, xo, y, yo, z, zo, n);
    private static final VectorLoop ERF = (w, x, xo, y, yo, z, zo, v, vo, n, p) -> erf(w, x, xo, y, yo, z, zo, n);
    private static final VectorLoop GELU = (w, x, xo, y, yo, z, zo, v, vo, n, p) -> gelu(w, x, xo, y, yo, z, zo, n);
    private static final VectorLoop GELU_TANH =
            (w, x, xo, y, yo, z, zo, v, vo, n, p) -> geluTanh(w, x, xo, y, yo, z, zo, n);
    private static final VectorLoop SILU = (w, x, xo, y, yo, z, zo, v, vo, n, p) -> silu(w, x, xo, y, yo, z, zo, n);
    private static final VectorLoop SOFTPLUS =
            (w, x, xo, y, yo, z, zo, v, vo, n, p) -> softplus(w, x, xo, y, yo, z, zo, n);
    private static final VectorLoop LOG = (w, x, xo, y, yo, z, zo, v, vo, n, p) -> log(w, x, xo, y, yo, z, zo, n);

    private VectorGradients() {}

    static void apply(Width w, Activation f, float[] v, int vo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        if (n < Kernels.LANES) {
            ScalarKernels.INSTANCE.gradient(f, v, vo, v, vo, dY, dyo, dX, dxo, n); // see VectorKernels
        } else {
            VectorLoop.alone(loop(f), w, v, vo, dY, dyo, dX, dxo, dX, dxo, n, 0f);
        }
    }

    private static VectorLoop loop(Activation f) {
        return switch (f) {
            case EXP -> EXP;
            case TANH -> TANH;
            case SIGMOID -> SIGMOID;
            case RELU -> RELU;
            case SQUARED_RELU -> SQUARED_RELU;
            case ERF -> ERF;
            case GELU -> GELU;
            case GELU_TANH -> GELU_TANH;
            case SILU -> SILU;
            case SOFTPLUS -> SOFTPLUS;
            case LOG -> LOG;
        };
    }

    static FloatVector tanhFromOutput(VectorConstants k, FloatVector y) {
        return y.neg().fma(y, k.one());
    }

    static FloatVector sigmoidFromOutput(FloatVector y) {
        return y.neg().fma(y, y);
    }

    private static void tanh(Width w, float[] x, int xo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            FloatVector d = FloatVector.fromArray(s, dY, dyo + i);
            d.mul(tanhFromOutput(k, v)).intoArray(dX, dxo + i);
        }
        for (; i < n; i++) {
            dX[dxo + i] = dY[dyo + i] * ScalarGradients.tanhFromOutput(x[xo + i]);
        }
    }

    private static void sigmoid(Width w, float[] x, int xo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            FloatVector d = FloatVector.fromArray(s, dY, dyo + i);
            d.mul(sigmoidFromOutput(v)).intoArray(dX, dxo + i);
        }
        for (; i < n; i++) {
            dX[dxo + i] = dY[dyo + i] * ScalarGradients.sigmoidFromOutput(x[xo + i]);
        }
    }

    private static void relu(Width w, float[] x, int xo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            FloatVector d = FloatVector.fromArray(s, dY, dyo + i);
            d.mul(k.one().blend(k.zero(), v.compare(LE, k.zero()))).intoArray(dX, dxo + i);
        }
        for (; i < n; i++) {
            dX[dxo + i] = dY[dyo + i] * ScalarGradients.step(x[xo + i]);
        }
    }

    private static void squaredRelu(Width w, float[] x, int xo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            FloatVector d = FloatVector.fromArray(s, dY, dyo + i);
            FloatVector r = VectorMath.relu(k, v);
            d.mul(r.add(r)).intoArray(dX, dxo + i);
        }
        for (; i < n; i++) {
            dX[dxo + i] = dY[dyo + i] * ScalarGradients.squaredRelu(x[xo + i]);
        }
    }

    private static void erf(Width w, float[] x, int xo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            FloatVector d = FloatVector.fromArray(s, dY, dyo + i);
            FloatVector input = VectorMath.expClampNegative(k.exp(), v.neg().mul(v));
            FloatVector power = VectorMath.power(k.exp(), input);
            FloatVector reduced = VectorMath.reduced(k.exp(), input, power);
            d.mul(VectorMath.expNegative(k.exp(), power, reduced).mul(k.erf().slopeAtZero()))
                    .intoArray(dX, dxo + i);
        }
        for (; i < n; i++) {
            dX[dxo + i] = dY[dyo + i] * ScalarGradients.erf(x[xo + i]);
        }
    }

    private static void gelu(Width w, float[] x, int xo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            FloatVector d = FloatVector.fromArray(s, dY, dyo + i);
            FloatVector c =
                    VectorMath.clamp(v, k.clamps().geluLeast(), k.clamps().geluGreatest());
            FloatVector a = c.abs();
            FloatVector input = VectorMath.bellLog(k, a);
            FloatVector power = VectorMath.power(k.exp(), input);
            FloatVector reduced = VectorMath.reduced(k.exp(), input, power);
            FloatVector e = VectorMath.decay(k.exp(), input, power, reduced);
            FloatVector distribution =
                    VectorMath.normalDistribution(k, c, VectorMath.normalTail(k, VectorMath.tailRatio(k, a), e));
            FloatVector slope = c.mul(k.tail().density()).fma(e, distribution);
            d.mul(slope).intoArray(dX, dxo + i);
        }
        for (; i < n; i++) {
            dX[dxo + i] = dY[dyo + i] * ScalarGradients.gelu(x[xo + i]);
        }
    }

    private static void geluTanh(Width w, float[] x, int xo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            FloatVector d = FloatVector.fromArray(s, dY, dyo + i);
            FloatVector c =
                    VectorMath.clamp(v, k.clamps().geluLeast(), k.clamps().geluGreatest());
            FloatVector z = c.mul(c);
            FloatVector u = VectorMath.geluArgument(k.clamps(), c, z);
            FloatVector input = VectorMath.expClampNegative(k.exp(), u.abs().neg());
            FloatVector power = VectorMath.power(k.exp(), input);
            FloatVector reduced = VectorMath.reduced(k.exp(), input, power);
            FloatVector g = VectorMath.sigmoid(k, u, VectorMath.expNegative(k.exp(), power, reduced));
            FloatVector inner = z.fma(k.clamps().cubic3(), k.clamps().linear());
            d.mul(c.mul(inner).fma(sigmoidFromOutput(g), g)).intoArray(dX, dxo + i);
        }
        for (; i < n; i++) {
            dX[dxo + i] = dY[dyo + i] * ScalarGradients.geluTanh(x[xo + i]);
        }
    }

    private static void silu(Width w, float[] x, int xo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            FloatVector d = FloatVector.fromArray(s, dY, dyo + i);
            FloatVector c =
                    VectorMath.clamp(v, k.clamps().siluLeast(), k.clamps().siluGreatest());
            FloatVector input = VectorMath.expClampNegative(k.exp(), c.abs().neg());
            FloatVector power = VectorMath.power(k.exp(), input);
            FloatVector reduced = VectorMath.reduced(k.exp(), input, power);
            FloatVector g = VectorMath.sigmoid(k, c, VectorMath.expNegative(k.exp(), power, reduced));
            d.mul(c.fma(sigmoidFromOutput(g), g)).intoArray(dX, dxo + i);
        }
        for (; i < n; i++) {
            dX[dxo + i] = dY[dyo + i] * ScalarGradients.silu(x[xo + i]);
        }
    }

    private static void softplus(Width w, float[] x, int xo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            FloatVector d = FloatVector.fromArray(s, dY, dyo + i);
            FloatVector input = VectorMath.expClampNegative(k.exp(), v.abs().neg());
            FloatVector power = VectorMath.power(k.exp(), input);
            FloatVector reduced = VectorMath.reduced(k.exp(), input, power);
            d.mul(VectorMath.sigmoid(k, v, VectorMath.expNegative(k.exp(), power, reduced)))
                    .intoArray(dX, dxo + i);
        }
        for (; i < n; i++) {
            dX[dxo + i] = dY[dyo + i] * ScalarMath.sigmoid(x[xo + i]);
        }
    }

    private static void log(Width w, float[] x, int xo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            FloatVector d = FloatVector.fromArray(s, dY, dyo + i);
            d.mul(k.one().div(v)).intoArray(dX, dxo + i);
        }
        for (; i < n; i++) {
            dX[dxo + i] = dY[dyo + i] * ScalarGradients.reciprocal(x[xo + i]);
        }
    }
}
