package org.attention4j.model;

import org.attention4j.api.Scratch;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;

/**
 * f of an {@link ActivationLayer}. Each number is computed alone, by the kernels' functions and by products, sums and comparisons in the written
 * order, so that the bits are the same however the compiler packs the loops.
 */
sealed interface ElementFunction {
    /** y ← f(x); y is not x. */
    void apply(Kernels kernels, float[] x, int xAt, float[] y, int yAt, int n, Scratch scratch);

    /** dX ← dY · f′(x); dX is neither. */
    void gradient(
            Kernels kernels, float[] x, int xAt, float[] dY, int dYAt, float[] dX, int dXAt, int n, Scratch scratch);

    /** Whether it has no kink. */
    boolean smooth();

    /** One that the kernels have. */
    record OfKernels(Activation function) implements ElementFunction {
        @Override
        public void apply(Kernels kernels, float[] x, int xAt, float[] y, int yAt, int n, Scratch scratch) {
            kernels.apply(function, x, xAt, y, yAt, n);
        }

        @Override
        public void gradient(
                Kernels kernels,
                float[] x,
                int xAt,
                float[] dY,
                int dYAt,
                float[] dX,
                int dXAt,
                int n,
                Scratch scratch) {
            float[] y = dX;
            if (function.gradientFromOutput()) {
                kernels.apply(function, x, xAt, y, dXAt, n);
            }
            kernels.gradient(function, x, xAt, y, dXAt, dY, dYAt, dX, dXAt, n);
        }

        @Override
        public boolean smooth() {
            return function.smooth();
        }
    }

    /** x, or slope · x where x is negative. */
    record LeakyRelu(float slope) implements ElementFunction {
        @Override
        public void apply(Kernels kernels, float[] x, int xAt, float[] y, int yAt, int n, Scratch scratch) {
            for (int i = 0; i < n; i++) {
                float v = x[xAt + i];
                y[yAt + i] = v > 0f ? v : slope * v;
            }
        }

        @Override
        public void gradient(
                Kernels kernels,
                float[] x,
                int xAt,
                float[] dY,
                int dYAt,
                float[] dX,
                int dXAt,
                int n,
                Scratch scratch) {
            for (int i = 0; i < n; i++) {
                float d = dY[dYAt + i];
                dX[dXAt + i] = x[xAt + i] > 0f ? d : slope * d;
            }
        }

        @Override
        public boolean smooth() {
            return slope == 1;
        }
    }

    /** min(max(x, 0), limit). */
    record ClippedRelu(float limit) implements ElementFunction {
        @Override
        public void apply(Kernels kernels, float[] x, int xAt, float[] y, int yAt, int n, Scratch scratch) {
            for (int i = 0; i < n; i++) {
                y[yAt + i] = Math.min(Math.max(x[xAt + i], 0f), limit);
            }
        }

        @Override
        public void gradient(
                Kernels kernels,
                float[] x,
                int xAt,
                float[] dY,
                int dYAt,
                float[] dX,
                int dXAt,
                int n,
                Scratch scratch) {
            for (int i = 0; i < n; i++) {
                float v = x[xAt + i];
                dX[dXAt + i] = v <= 0f || v >= limit ? 0f : dY[dYAt + i];
            }
        }

        @Override
        public boolean smooth() {
            return false;
        }
    }

    /** x, or α (eˣ − 1) where x is negative. */
    record Elu(float alpha) implements ElementFunction {
        @Override
        public void apply(Kernels kernels, float[] x, int xAt, float[] y, int yAt, int n, Scratch scratch) {
            lessOne(kernels, x, xAt, y, yAt, n);
            for (int i = 0; i < n; i++) {
                float v = x[xAt + i];
                y[yAt + i] = v > 0f ? v : alpha * y[yAt + i];
            }
        }

        @Override
        public void gradient(
                Kernels kernels,
                float[] x,
                int xAt,
                float[] dY,
                int dYAt,
                float[] dX,
                int dXAt,
                int n,
                Scratch scratch) {
            for (int i = 0; i < n; i++) {
                dX[dXAt + i] = Math.min(x[xAt + i], 0f);
            }
            kernels.apply(Activation.EXP, dX, dXAt, dX, dXAt, n);
            for (int i = 0; i < n; i++) {
                float d = dY[dYAt + i];
                dX[dXAt + i] = x[xAt + i] > 0f ? d : d * (alpha * dX[dXAt + i]);
            }
        }

        @Override
        public boolean smooth() {
            return alpha == 1;
        }
    }

    /** x tanh(log(1 + eˣ)). */
    record Mish() implements ElementFunction {
        /** Below, the tangent is 0; the clamp keeps ∞ · 0 away. */
        private static final float LEAST = -128f;

        @Override
        public void apply(Kernels kernels, float[] x, int xAt, float[] y, int yAt, int n, Scratch scratch) {
            kernels.apply(Activation.SOFTPLUS, x, xAt, y, yAt, n);
            kernels.apply(Activation.TANH, y, yAt, y, yAt, n);
            for (int i = 0; i < n; i++) {
                y[yAt + i] *= Math.max(x[xAt + i], LEAST);
            }
        }

        /** f′ = t + x σ(x) (1 − t²) with the tangent t. */
        @Override
        public void gradient(
                Kernels kernels,
                float[] x,
                int xAt,
                float[] dY,
                int dYAt,
                float[] dX,
                int dXAt,
                int n,
                Scratch scratch) {
            int mark = scratch.mark();
            float[] silu = scratch.floats(n);
            kernels.apply(Activation.SILU, x, xAt, silu, 0, n);
            kernels.apply(Activation.SOFTPLUS, x, xAt, dX, dXAt, n);
            kernels.apply(Activation.TANH, dX, dXAt, dX, dXAt, n);
            for (int i = 0; i < n; i++) {
                float t = dX[dXAt + i];
                float slope = t == 1f ? 1f : Math.fma(silu[i], Math.fma(-t, t, 1f), t); // not ∞ · 0
                dX[dXAt + i] = dY[dYAt + i] * slope;
            }
            scratch.release(mark);
        }

        @Override
        public boolean smooth() {
            return true;
        }
    }

    /** x σ(β x) = silu(β x) / β. */
    record Swish(float beta) implements ElementFunction {
        @Override
        public void apply(Kernels kernels, float[] x, int xAt, float[] y, int yAt, int n, Scratch scratch) {
            for (int i = 0; i < n; i++) {
                y[yAt + i] = beta * x[xAt + i];
            }
            kernels.apply(Activation.SILU, y, yAt, y, yAt, n);
            for (int i = 0; i < n; i++) {
                y[yAt + i] /= beta;
            }
        }

        @Override
        public void gradient(
                Kernels kernels,
                float[] x,
                int xAt,
                float[] dY,
                int dYAt,
                float[] dX,
                int dXAt,
                int n,
                Scratch scratch) {
            int mark = scratch.mark();
            float[] scaled = scratch.floats(n);
            for (int i = 0; i < n; i++) {
                scaled[i] = beta * x[xAt + i];
            }
            kernels.gradient(Activation.SILU, scaled, 0, dX, dXAt, dY, dYAt, dX, dXAt, n);
            scratch.release(mark);
        }

        @Override
        public boolean smooth() {
            return true;
        }
    }

    /** x (min(max(x + 3, 0), 6) / 6). */
    record HardSwish() implements ElementFunction {
        @Override
        public void apply(Kernels kernels, float[] x, int xAt, float[] y, int yAt, int n, Scratch scratch) {
            for (int i = 0; i < n; i++) {
                float v = Math.max(x[xAt + i], -3f); // not −∞ · 0
                y[yAt + i] = v * (Math.min(v + 3f, 6f) / 6f);
            }
        }

        @Override
        public void gradient(
                Kernels kernels,
                float[] x,
                int xAt,
                float[] dY,
                int dYAt,
                float[] dX,
                int dXAt,
                int n,
                Scratch scratch) {
            for (int i = 0; i < n; i++) {
                float v = x[xAt + i];
                float slope = v <= -3f ? 0f : v >= 3f ? 1f : (v + v + 3f) / 6f;
                dX[dXAt + i] = dY[dYAt + i] * slope;
            }
        }

        @Override
        public boolean smooth() {
            return false;
        }
    }

    /** y ← eˣ − 1 where x is negative, else 0: 2 t / (1 − t) with t = tanh(x / 2), which loses no digits near 0; y is not x. */
    static void lessOne(Kernels kernels, float[] x, int xAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = 0.5f * Math.min(x[xAt + i], 0f);
        }
        kernels.apply(Activation.TANH, y, yAt, y, yAt, n);
        for (int i = 0; i < n; i++) {
            float t = y[yAt + i];
            y[yAt + i] = (t + t) / (1f - t);
        }
    }

    /** A number of a function, in float. */
    static float number(String what, double number, double least) {
        float value = (float) number;
        if (!(value >= least) || value == Float.POSITIVE_INFINITY) {
            throw new IllegalArgumentException(what + " " + number + ": it must be a number of float from " + least);
        }
        return value;
    }
}
