package org.attention4j.kernels;

import static jdk.incubator.vector.VectorOperators.GT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Activations over rows: one loop a function, in a method of its own.
 *
 * <p>The repetition is on purpose: a loop that takes the function as an argument is not inlined whole, and then every vector is an
 * object.
 */
final class VectorActivations {
    private static final VectorLoop EXP = (w, x, xo, y, yo, z, zo, v, vo, n, p) -> exp(w, x, xo, y, yo, n);
    private static final VectorLoop TANH = (w, x, xo, y, yo, z, zo, v, vo, n, p) -> tanh(w, x, xo, y, yo, n);
    private static final VectorLoop SIGMOID = (w, x, xo, y, yo, z, zo, v, vo, n, p) -> sigmoid(w, x, xo, y, yo, n);
    private static final VectorLoop RELU = (w, x, xo, y, yo, z, zo, v, vo, n, p) -> relu(w, x, xo, y, yo, n);
    private static final VectorLoop SQUARED_RELU =
            (w, x, xo, y, yo, z, zo, v, vo, n, p) -> squaredRelu(w, x, xo, y, yo, n);
    private static final VectorLoop ERF = (w, x, xo, y, yo, z, zo, v, vo, n, p) -> erf(w, x, xo, y, yo, n);
    private static final VectorLoop GELU = (w, x, xo, y, yo, z, zo, v, vo, n, p) -> gelu(w, x, xo, y, yo, n);
    private static final VectorLoop GELU_TANH = (w, x, xo, y, yo, z, zo, v, vo, n, p) -> geluTanh(w, x, xo, y, yo, n);
    private static final VectorLoop SILU = (w, x, xo, y, yo, z, zo, v, vo, n, p) -> silu(w, x, xo, y, yo, n);
    private static final VectorLoop SOFTPLUS = (w, x, xo, y, yo, z, zo, v, vo, n, p) -> softplus(w, x, xo, y, yo, n);
    private static final VectorLoop LOG = (w, x, xo, y, yo, z, zo, v, vo, n, p) -> log(w, x, xo, y, yo, n);

    private VectorActivations() {}

    static void apply(Width w, Activation f, float[] x, int xo, float[] y, int yo, int n) {
        if (n < Kernels.LANES) {
            ScalarKernels.INSTANCE.apply(f, x, xo, y, yo, n); // see VectorKernels
        } else {
            VectorLoop.alone(loop(f), w, x, xo, y, yo, y, yo, y, yo, n, 0f);
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

    private static void exp(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            FloatVector input = VectorMath.expClamp(k.exp(), v);
            FloatVector power = VectorMath.power(k.exp(), input);
            FloatVector reduced = VectorMath.reduced(k.exp(), input, power);
            VectorMath.exp(k.exp(), power, reduced).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.exp(x[xo + i]);
        }
    }

    private static void tanh(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            FloatVector a = v.abs();
            FloatVector near = VectorMath.tanhNear(k.tanh(), a);
            FloatVector input = a.add(a).neg();
            FloatVector power = VectorMath.power(k.exp(), input);
            FloatVector reduced = VectorMath.reduced(k.exp(), input, power);
            FloatVector far = VectorMath.tanhFar(k, VectorMath.decay(k.exp(), input, power, reduced));
            VectorMath.join(k, v, a, k.tanh().split(), near, far).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.tanh(x[xo + i]);
        }
    }

    private static void sigmoid(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            FloatVector input = VectorMath.expClampNegative(k.exp(), v.abs().neg());
            FloatVector power = VectorMath.power(k.exp(), input);
            FloatVector reduced = VectorMath.reduced(k.exp(), input, power);
            VectorMath.sigmoid(k, v, VectorMath.expNegative(k.exp(), power, reduced))
                    .intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.sigmoid(x[xo + i]);
        }
    }

    private static void relu(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            VectorMath.relu(k, v).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.relu(x[xo + i]);
        }
    }

    private static void squaredRelu(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            FloatVector r = VectorMath.relu(k, v);
            r.mul(r).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.squaredRelu(x[xo + i]);
        }
    }

    private static void erf(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            FloatVector a = v.abs();
            FloatVector near = VectorMath.erfNear(k.erf(), a);
            FloatVector input = VectorMath.erfcLog(k.erf(), a);
            FloatVector power = VectorMath.power(k.exp(), input);
            FloatVector reduced = VectorMath.reduced(k.exp(), input, power);
            FloatVector far = k.one().sub(VectorMath.decay(k.exp(), input, power, reduced));
            VectorMath.join(k, v, a, k.erf().split(), near, far).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.erf(x[xo + i]);
        }
    }

    private static void gelu(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            FloatVector a = VectorMath.atMost(v.abs(), k.clamps().geluGreatest());
            FloatVector input = VectorMath.bellLog(k, a);
            FloatVector power = VectorMath.power(k.exp(), input);
            FloatVector reduced = VectorMath.reduced(k.exp(), input, power);
            FloatVector tail = VectorMath.normalTail(
                    k, VectorMath.tailRatio(k, a), VectorMath.decay(k.exp(), input, power, reduced));
            FloatVector c = VectorMath.atLeast(v, k.clamps().geluLeast());
            c.mul(VectorMath.normalDistribution(k, v, tail)).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.gelu(x[xo + i]);
        }
    }

    private static void geluTanh(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            FloatVector c = VectorMath.atLeast(v, k.clamps().geluLeast());
            FloatVector u = VectorMath.geluArgument(k.clamps(), c, c.mul(c));
            FloatVector input = VectorMath.expClampNegative(k.exp(), u.abs().neg());
            FloatVector power = VectorMath.power(k.exp(), input);
            FloatVector reduced = VectorMath.reduced(k.exp(), input, power);
            c.mul(VectorMath.sigmoid(k, u, VectorMath.expNegative(k.exp(), power, reduced)))
                    .intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.geluTanh(x[xo + i]);
        }
    }

    private static void silu(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            FloatVector c = VectorMath.atLeast(v, k.clamps().siluLeast());
            FloatVector input = VectorMath.expClampNegative(k.exp(), c.abs().neg());
            FloatVector power = VectorMath.power(k.exp(), input);
            FloatVector reduced = VectorMath.reduced(k.exp(), input, power);
            c.mul(VectorMath.sigmoid(k, c, VectorMath.expNegative(k.exp(), power, reduced)))
                    .intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.silu(x[xo + i]);
        }
    }

    private static void softplus(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            FloatVector input = VectorMath.expClampNegative(k.exp(), v.abs().neg());
            FloatVector power = VectorMath.power(k.exp(), input);
            FloatVector reduced = VectorMath.reduced(k.exp(), input, power);
            FloatVector u = VectorMath.expNegative(k.exp(), power, reduced);
            FloatVector positive = k.zero().blend(v, v.compare(GT, k.zero()));
            positive.add(VectorMath.log1p(k, u)).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.softplus(x[xo + i]);
        }
    }

    private static void log(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, xo + i);
            VectorMath.logSpecial(k, v, VectorMath.log(k, v)).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.log(x[xo + i]);
        }
    }
}
