package org.attention4j.rnn;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.ScalarMath;

/**
 * A function of a cell, y = f(x, α, β), as ONNX's recurrent operators name them, with x first clipped to ±clip.
 *
 * <p>Each element is computed alone: by the kernels' functions, and by products, sums and comparisons in the written
 * order, so that the bits are the same however the compiler packs the loops.
 *
 * @param function f
 * @param alpha α, for those that have it
 * @param beta β, likewise
 * @param clip greater than 0; infinite for none
 */
record CellActivation(Function function, float alpha, float beta, float clip) {
    /** The functions, with ONNX's defaults of α and β. */
    enum Function {
        /** Hyperbolic tangent. */
        TANH(0, 0),
        /** 1 / (1 + e⁻ˣ). */
        SIGMOID(0, 0),
        /** max(x, 0). */
        RELU(0, 0),
        /** α x + β. */
        AFFINE(1, 0),
        /** x, or α x where x is negative. */
        LEAKY_RELU(0.01, 0),
        /** x, or 0 where x is at most α. */
        THRESHOLDED_RELU(1, 0),
        /** α tanh(β x). */
        SCALED_TANH(1, 1),
        /** α x + β, but at least 0 and at most 1. */
        HARD_SIGMOID(0.2, 0.5),
        /** x, or α (eˣ − 1) where x is negative. */
        ELU(1, 0),
        /** x / (1 + |x|). */
        SOFTSIGN(0, 0),
        /** log(1 + eˣ). */
        SOFTPLUS(0, 0);

        private final double alpha;
        private final double beta;

        Function(double alpha, double beta) {
            this.alpha = alpha;
            this.beta = beta;
        }

        /** The default of α. */
        double alpha() {
            return alpha;
        }

        /** The default of β. */
        double beta() {
            return beta;
        }

        /** The name in configurations. */
        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** The function of a name. */
        static Function of(String word) {
            return Arrays.stream(values())
                    .filter(function -> function.word().equals(word))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no activation '" + word + "'"));
        }

        /** All names. */
        static List<String> words() {
            return Arrays.stream(values()).map(Function::word).toList();
        }
    }

    /** Whether it has no kinks and jumps. ELU has none with α = 1. */
    boolean smooth() {
        boolean plain =
                switch (function) {
                    case TANH, SIGMOID, AFFINE, SCALED_TANH, SOFTSIGN, SOFTPLUS -> true;
                    case ELU -> alpha == 1;
                    case RELU, LEAKY_RELU, THRESHOLDED_RELU, HARD_SIGMOID -> false;
                };
        return plain && clip == Float.POSITIVE_INFINITY;
    }

    /** Without a clip. */
    CellActivation unclipped() {
        return new CellActivation(function, alpha, beta, Float.POSITIVE_INFINITY);
    }

    /** Whether this is nothing but the function. */
    boolean is(Function plain) {
        return function == plain && clip == Float.POSITIVE_INFINITY;
    }

    private float clipped(float x) {
        return Math.max(-clip, Math.min(clip, x));
    }

    /**
     * Applies.
     *
     * @param kernels numerics
     * @param x arguments
     * @param xAt the first
     * @param y values, written; elsewhere than the arguments
     * @param yAt the first
     * @param n how many
     */
    void apply(Kernels kernels, float[] x, int xAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = clipped(x[xAt + i]);
        }
        switch (function) {
            case TANH -> kernels.apply(Activation.TANH, y, yAt, y, yAt, n);
            case SIGMOID -> kernels.apply(Activation.SIGMOID, y, yAt, y, yAt, n);
            case RELU -> kernels.apply(Activation.RELU, y, yAt, y, yAt, n);
            case SOFTPLUS -> kernels.apply(Activation.SOFTPLUS, y, yAt, y, yAt, n);
            case SCALED_TANH -> {
                kernels.scale(y, yAt, n, beta);
                kernels.apply(Activation.TANH, y, yAt, y, yAt, n);
                kernels.scale(y, yAt, n, alpha);
            }
            case ELU -> elu(kernels, x, xAt, y, yAt, n);
            default -> applyEach(y, yAt, n);
        }
    }

    private void elu(Kernels kernels, float[] x, int xAt, float[] y, int yAt, int n) {
        for (int i = 0; i < n; i++) {
            y[yAt + i] = Math.min(0f, y[yAt + i]);
        }
        kernels.apply(Activation.EXP, y, yAt, y, yAt, n);
        for (int i = 0; i < n; i++) {
            float v = clipped(x[xAt + i]);
            y[yAt + i] = v >= 0f ? v : alpha * (y[yAt + i] - 1f);
        }
    }

    private void applyEach(float[] y, int at, int n) {
        for (int i = at; i < at + n; i++) {
            float v = y[i];
            y[i] = switch (function) {
                case AFFINE -> Math.fma(alpha, v, beta);
                case LEAKY_RELU -> v < 0f ? alpha * v : v;
                case THRESHOLDED_RELU -> v <= alpha ? 0f : v;
                case HARD_SIGMOID -> Math.max(0f, Math.min(1f, Math.fma(alpha, v, beta)));
                case SOFTSIGN -> v / (1f + Math.abs(v));
                default -> throw new IllegalStateException(function.word());
            };
        }
    }

    /**
     * Takes a gradient back: d ← d · f′(x), and 0 where x was clipped.
     *
     * @param kernels numerics
     * @param x arguments
     * @param xAt the first
     * @param y their values
     * @param yAt the first
     * @param d gradient of the values, replaced by that of the arguments
     * @param dAt the first
     * @param n how many
     */
    void gradient(Kernels kernels, float[] x, int xAt, float[] y, int yAt, float[] d, int dAt, int n) {
        switch (function) {
            case TANH -> kernels.gradient(Activation.TANH, x, xAt, y, yAt, d, dAt, d, dAt, n);
            case SIGMOID -> kernels.gradient(Activation.SIGMOID, x, xAt, y, yAt, d, dAt, d, dAt, n);
            case RELU -> kernels.gradient(Activation.RELU, x, xAt, y, yAt, d, dAt, d, dAt, n);
            case SOFTPLUS -> kernels.gradient(Activation.SOFTPLUS, x, xAt, y, yAt, d, dAt, d, dAt, n);
            default -> {
                for (int i = 0; i < n; i++) {
                    d[dAt + i] *= derivative(x[xAt + i], y[yAt + i]);
                }
            }
        }
        for (int i = 0; i < n; i++) {
            d[dAt + i] = Math.abs(x[xAt + i]) > clip ? 0f : d[dAt + i];
        }
    }

    private float derivative(float x, float y) {
        return switch (function) {
            case AFFINE -> alpha;
            case LEAKY_RELU -> x < 0f ? alpha : 1f;
            case THRESHOLDED_RELU -> x <= alpha ? 0f : 1f;
            case HARD_SIGMOID -> y <= 0f || y >= 1f ? 0f : alpha;
            case ELU -> x >= 0f ? 1f : y + alpha;
            case SOFTSIGN -> 1f / ((1f + Math.abs(x)) * (1f + Math.abs(x)));
            case SCALED_TANH -> {
                float t = ScalarMath.tanh(beta * x);
                yield alpha * beta * Math.fma(-t, t, 1f);
            }
            default -> throw new IllegalStateException(function.word());
        };
    }
}
