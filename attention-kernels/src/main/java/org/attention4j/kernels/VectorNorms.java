package org.attention4j.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** Layer and RMS normalisation; their sums are those of {@link VectorRows}, over terms that are computed on the way. */
final class VectorNorms {
    private VectorNorms() {}

    static void layerNorm(
            Width w,
            float[] x,
            int xo,
            float[] y,
            int yo,
            float[] weight,
            int wo,
            float[] bias,
            int bo,
            int n,
            float epsilon) {
        float mean = VectorRows.sum(w, x, xo, n) / n;
        float scale = inverseDeviation(w, x, xo, n, mean, epsilon);
        normalise(w, x, xo, y, yo, weight, wo, bias, bo, n, mean, scale);
    }

    private static void normalise(
            Width w,
            float[] x,
            int xo,
            float[] y,
            int yo,
            float[] weight,
            int wo,
            float[] bias,
            int bo,
            int n,
            float mean,
            float scale) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector.fromArray(s, x, xo + i)
                    .sub(mean)
                    .mul(scale)
                    .fma(FloatVector.fromArray(s, weight, wo + i), FloatVector.fromArray(s, bias, bo + i))
                    .intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = Math.fma((x[xo + i] - mean) * scale, weight[wo + i], bias[bo + i]);
        }
    }

    private static float inverseDeviation(Width w, float[] x, int xo, int n, float mean, float epsilon) {
        return 1f / (float) Math.sqrt(squares(w, x, xo, n, mean) / n + epsilon);
    }

    private static float squares(Width w, float[] x, int xo, int n, float mean) {
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        FloatVector a0 = FloatVector.zero(s);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        int i = 0;
        for (; i <= n - 16; i += 16) {
            FloatVector d0 = FloatVector.fromArray(s, x, xo + i).sub(mean);
            a0 = d0.fma(d0, a0);
            if (l < 16) {
                FloatVector d1 = FloatVector.fromArray(s, x, xo + i + l).sub(mean);
                a1 = d1.fma(d1, a1);
            }
            if (l < 8) {
                FloatVector d2 = FloatVector.fromArray(s, x, xo + i + 2 * l).sub(mean);
                FloatVector d3 = FloatVector.fromArray(s, x, xo + i + 3 * l).sub(mean);
                a2 = d2.fma(d2, a2);
                a3 = d3.fma(d3, a3);
            }
        }
        if (i < n) {
            a0 = addSquareTail(w, a0, x, xo + i, n - i, mean);
            if (l < 16) {
                a1 = addSquareTail(w, a1, x, xo + i + l, n - i - l, mean);
            }
            if (l < 8) {
                a2 = addSquareTail(w, a2, x, xo + i + 2 * l, n - i - 2 * l, mean);
                a3 = addSquareTail(w, a3, x, xo + i + 3 * l, n - i - 3 * l, mean);
            }
        }
        return VectorRows.fold(w, a0, a1, a2, a3);
    }

    private static FloatVector addSquareTail(Width w, FloatVector acc, float[] x, int xo, int left, float mean) {
        if (left <= 0) {
            return acc;
        }
        VectorSpecies<Float> s = w.species();
        VectorMask<Float> mask = s.indexInRange(0, left);
        FloatVector d =
                FloatVector.zero(s).blend(FloatVector.fromArray(s, x, xo, mask).sub(mean), mask);
        return d.fma(d, acc); // 0² + acc is acc, which is not −0
    }

    static void inputGradient(
            Width w,
            float[] x,
            int xo,
            float[] weight,
            int wo,
            float[] dY,
            int dyo,
            float[] dX,
            int dxo,
            int n,
            float epsilon) {
        float mean = VectorRows.sum(w, x, xo, n) / n;
        float meanG = VectorRows.dot(w, dY, dyo, weight, wo, n) / n;
        inputGradient(w, x, xo, weight, wo, dY, dyo, dX, dxo, n, mean, meanG, epsilon);
    }

    private static void inputGradient(
            Width w,
            float[] x,
            int xo,
            float[] weight,
            int wo,
            float[] dY,
            int dyo,
            float[] dX,
            int dxo,
            int n,
            float mean,
            float meanG,
            float epsilon) {
        float scale = inverseDeviation(w, x, xo, n, mean, epsilon);
        float meanGx = along(w, x, xo, weight, wo, dY, dyo, n, mean, scale) / n;
        spread(w, x, xo, weight, wo, dY, dyo, dX, dxo, n, mean, scale, meanG, meanGx);
    }

    /** dX += s · (g − mean(g) − x̂ · mean(g · x̂)). */
    private static void spread(
            Width w,
            float[] x,
            int xo,
            float[] weight,
            int wo,
            float[] dY,
            int dyo,
            float[] dX,
            int dxo,
            int n,
            float mean,
            float scale,
            float meanG,
            float meanGx) {
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector normal = FloatVector.fromArray(s, x, xo + i).sub(mean).mul(scale);
            FloatVector g = FloatVector.fromArray(s, dY, dyo + i).mul(FloatVector.fromArray(s, weight, wo + i));
            normal.neg()
                    .fma(FloatVector.broadcast(s, meanGx), g.sub(meanG))
                    .fma(FloatVector.broadcast(s, scale), FloatVector.fromArray(s, dX, dxo + i))
                    .intoArray(dX, dxo + i);
        }
        for (; i < n; i++) {
            float normal = (x[xo + i] - mean) * scale;
            float g = dY[dyo + i] * weight[wo + i];
            dX[dxo + i] = Math.fma(scale, Math.fma(-normal, meanGx, g - meanG), dX[dxo + i]);
        }
    }

    /** Σ (dY · weight) · x̂. */
    private static float along(
            Width w, float[] x, int xo, float[] weight, int wo, float[] dY, int dyo, int n, float mean, float scale) {
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        FloatVector a0 = FloatVector.zero(s);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        int i = 0;
        for (; i <= n - 16; i += 16) {
            a0 = addAlong(w, a0, x, xo + i, weight, wo + i, dY, dyo + i, mean, scale);
            if (l < 16) {
                a1 = addAlong(w, a1, x, xo + i + l, weight, wo + i + l, dY, dyo + i + l, mean, scale);
            }
            if (l < 8) {
                a2 = addAlong(w, a2, x, xo + i + 2 * l, weight, wo + i + 2 * l, dY, dyo + i + 2 * l, mean, scale);
                a3 = addAlong(w, a3, x, xo + i + 3 * l, weight, wo + i + 3 * l, dY, dyo + i + 3 * l, mean, scale);
            }
        }
        if (i < n) {
            a0 = addAlongTail(w, a0, x, xo + i, weight, wo + i, dY, dyo + i, n - i, mean, scale);
            if (l < 16) {
                a1 = addAlongTail(w, a1, x, xo + i + l, weight, wo + i + l, dY, dyo + i + l, n - i - l, mean, scale);
            }
            if (l < 8) {
                a2 = addAlongTail(
                        w,
                        a2,
                        x,
                        xo + i + 2 * l,
                        weight,
                        wo + i + 2 * l,
                        dY,
                        dyo + i + 2 * l,
                        n - i - 2 * l,
                        mean,
                        scale);
                a3 = addAlongTail(
                        w,
                        a3,
                        x,
                        xo + i + 3 * l,
                        weight,
                        wo + i + 3 * l,
                        dY,
                        dyo + i + 3 * l,
                        n - i - 3 * l,
                        mean,
                        scale);
            }
        }
        return VectorRows.fold(w, a0, a1, a2, a3);
    }

    private static FloatVector addAlong(
            Width w,
            FloatVector acc,
            float[] x,
            int xo,
            float[] weight,
            int wo,
            float[] dY,
            int dyo,
            float mean,
            float scale) {
        VectorSpecies<Float> s = w.species();
        FloatVector g = FloatVector.fromArray(s, dY, dyo).mul(FloatVector.fromArray(s, weight, wo));
        return g.fma(FloatVector.fromArray(s, x, xo).sub(mean).mul(scale), acc);
    }

    private static FloatVector addAlongTail(
            Width w,
            FloatVector acc,
            float[] x,
            int xo,
            float[] weight,
            int wo,
            float[] dY,
            int dyo,
            int left,
            float mean,
            float scale) {
        if (left <= 0) {
            return acc;
        }
        VectorSpecies<Float> s = w.species();
        VectorMask<Float> mask = s.indexInRange(0, left);
        FloatVector g = FloatVector.fromArray(s, dY, dyo, mask).mul(FloatVector.fromArray(s, weight, wo, mask));
        FloatVector zero = FloatVector.zero(s);
        FloatVector normal =
                zero.blend(FloatVector.fromArray(s, x, xo, mask).sub(mean).mul(scale), mask);
        return FloatVector.broadcast(s, Width.MINUS_ZERO).blend(g, mask).fma(normal, acc); // −0 · 0 + acc is acc
    }

    static void parameterGradient(
            Width w,
            float[] x,
            int xo,
            float[] dY,
            int dyo,
            float[] dWeight,
            int dwo,
            float[] dBias,
            int dbo,
            int n,
            float epsilon) {
        float mean = VectorRows.sum(w, x, xo, n) / n;
        weightGradient(w, x, xo, dY, dyo, dWeight, dwo, n, mean, epsilon);
        VectorRows.add(w, dY, dyo, dBias, dbo, n);
    }

    /** dWeight ← fma(dY, x̂, dWeight). */
    private static void weightGradient(
            Width w,
            float[] x,
            int xo,
            float[] dY,
            int dyo,
            float[] dWeight,
            int dwo,
            int n,
            float mean,
            float epsilon) {
        float scale = inverseDeviation(w, x, xo, n, mean, epsilon);
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector normal = FloatVector.fromArray(s, x, xo + i).sub(mean).mul(scale);
            FloatVector.fromArray(s, dY, dyo + i)
                    .fma(normal, FloatVector.fromArray(s, dWeight, dwo + i))
                    .intoArray(dWeight, dwo + i);
        }
        for (; i < n; i++) {
            dWeight[dwo + i] = Math.fma(dY[dyo + i], (x[xo + i] - mean) * scale, dWeight[dwo + i]);
        }
    }

    static void rmsNorm(Width w, float[] x, int xo, float[] y, int yo, float[] weight, int wo, int n, float epsilon) {
        float scale = inverseDeviation(w, x, xo, n, 0f, epsilon);
        VectorSpecies<Float> s = w.species();
        int i = 0;
        for (; i <= n - s.length(); i += s.length()) {
            FloatVector.fromArray(s, x, xo + i)
                    .mul(scale)
                    .mul(FloatVector.fromArray(s, weight, wo + i))
                    .intoArray(y, yo + i);
        }
        for (; i < n; i++) {
            y[yo + i] = x[xo + i] * scale * weight[wo + i];
        }
    }

    static void rmsInputGradient(
            Width w,
            float[] x,
            int xo,
            float[] weight,
            int wo,
            float[] dY,
            int dyo,
            float[] dX,
            int dxo,
            int n,
            float epsilon) {
        inputGradient(w, x, xo, weight, wo, dY, dyo, dX, dxo, n, 0f, 0f, epsilon);
    }

    static void rmsParameterGradient(
            Width w, float[] x, int xo, float[] dY, int dyo, float[] dWeight, int dwo, int n, float epsilon) {
        weightGradient(w, x, xo, dY, dyo, dWeight, dwo, n, 0f, epsilon);
    }
}
