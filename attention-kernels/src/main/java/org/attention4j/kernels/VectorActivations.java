package org.attention4j.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Activations over rows: one loop a function, in a method of its own.
 *
 * <p>The repetition is on purpose. A loop that takes the function as an argument, or a method with several of these loops, passes the
 * compiler's budget for inlining, and then every vector is an object.
 */
final class VectorActivations {
    private VectorActivations() {}

    static void apply(Width w, Activation f, float[] x, int xo, float[] y, int yo, int n) {
        switch (f) {
            case EXP -> exp(w, x, xo, y, yo, n);
            case TANH -> tanh(w, x, xo, y, yo, n);
            case SIGMOID -> sigmoid(w, x, xo, y, yo, n);
            case RELU -> relu(w, x, xo, y, yo, n);
            case ERF -> erf(w, x, xo, y, yo, n);
            case GELU -> gelu(w, x, xo, y, yo, n);
            case GELU_TANH -> geluTanh(w, x, xo, y, yo, n);
            case SILU -> silu(w, x, xo, y, yo, n);
            case SOFTPLUS -> softplus(w, x, xo, y, yo, n);
            case LOG -> log(w, x, xo, y, yo, n);
        }
    }

    static void exp(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            VectorMath.exp(FloatVector.fromArray(s, x, xo + i)).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.exp(x[xo + i]);
        }
    }

    static void tanh(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            VectorMath.tanh(FloatVector.fromArray(s, x, xo + i)).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.tanh(x[xo + i]);
        }
    }

    static void sigmoid(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            VectorMath.sigmoid(FloatVector.fromArray(s, x, xo + i)).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.sigmoid(x[xo + i]);
        }
    }

    static void relu(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            VectorMath.relu(FloatVector.fromArray(s, x, xo + i)).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.relu(x[xo + i]);
        }
    }

    static void erf(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            VectorMath.erf(FloatVector.fromArray(s, x, xo + i)).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.erf(x[xo + i]);
        }
    }

    static void gelu(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            VectorMath.gelu(FloatVector.fromArray(s, x, xo + i)).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.gelu(x[xo + i]);
        }
    }

    static void geluTanh(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            VectorMath.geluTanh(FloatVector.fromArray(s, x, xo + i)).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.geluTanh(x[xo + i]);
        }
    }

    static void silu(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            VectorMath.silu(FloatVector.fromArray(s, x, xo + i)).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.silu(x[xo + i]);
        }
    }

    static void softplus(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            VectorMath.softplus(FloatVector.fromArray(s, x, xo + i)).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.softplus(x[xo + i]);
        }
    }

    static void log(Width w, float[] x, int xo, float[] y, int yo, int n) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            VectorMath.log(FloatVector.fromArray(s, x, xo + i)).intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = ScalarMath.log(x[xo + i]);
        }
    }
}
