package org.attention4j.model;

import java.util.Map;
import org.attention4j.kernels.Activation;
import org.jspecify.annotations.Nullable;

/** Layers in double, one position at a time, by the formulas of their documentation. */
final class Naive {
    private Naive() {}

    static double[] linear(double[] x, double[] weight, double[] bias) {
        double[] y = bias.clone();
        for (int o = 0; o < y.length; o++) {
            for (int i = 0; i < x.length; i++) {
                y[o] += weight[o * x.length + i] * x[i];
            }
        }
        return y;
    }

    static double[] norm(double[] x, double[] weight, double[] bias, double epsilon) {
        double mean = 0;
        for (double value : x) {
            mean += value / x.length;
        }
        double variance = 0;
        for (double value : x) {
            variance += (value - mean) * (value - mean) / x.length;
        }
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = (x[i] - mean) / Math.sqrt(variance + epsilon) * weight[i] + bias[i];
        }
        return y;
    }

    static double[] rmsNorm(double[] x, double[] weight, double epsilon) {
        double square = 0;
        for (double value : x) {
            square += value * value / x.length;
        }
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i] / Math.sqrt(square + epsilon) * weight[i];
        }
        return y;
    }

    /** Plain, or gated where there is a linear3; without the biases that are not there. */
    static double[] mlp(double[] x, Activation activation, Map<String, double[]> p, String prefix) {
        double[] hidden = linear(x, p, prefix + "linear1");
        double[] factor = p.containsKey(prefix + "linear3.weight") ? linear(x, p, prefix + "linear3") : null;
        for (int i = 0; i < hidden.length; i++) {
            hidden[i] = activate(activation, hidden[i]) * (factor == null ? 1 : factor[i]);
        }
        return linear(hidden, p, prefix + "linear2");
    }

    private static double[] linear(double[] x, Map<String, double[]> p, String name) {
        double[] weight = p.get(name + ".weight");
        return linear(x, weight, p.getOrDefault(name + ".bias", new double[weight.length / x.length]));
    }

    static double activate(Activation activation, double x) {
        return switch (activation) {
            case RELU -> Math.max(x, 0);
            case SQUARED_RELU -> Math.max(x, 0) * Math.max(x, 0);
            case TANH -> Math.tanh(x);
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case SILU -> x / (1 + Math.exp(-x));
            case GELU -> 0.5 * x * (1 + erf(x / Math.sqrt(2)));
            case GELU_TANH -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            default -> throw new IllegalArgumentException(activation.toString());
        };
    }

    /** Simpson's rule on the defining integral; the integrand is analytic, 400 steps leave 1e-10. */
    static double erf(double x) {
        int steps = 400;
        double end = Math.min(Math.abs(x), 6.5);
        double h = end / steps;
        double sum = 0;
        for (int i = 0; i <= steps; i++) {
            double weight = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
            sum += weight * Math.exp(-(i * h) * (i * h));
        }
        return Math.signum(x) * 2 / Math.sqrt(Math.PI) * sum * h / 3;
    }

    static double[] plus(double[] x, double[] y) {
        double[] sum = x.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += y[i];
        }
        return sum;
    }

    /** softmax(QKᵀ/√E) V in every head, of rows that hold query, key and value one after the other. */
    static double[][] attention(double[][] rows, int width, int heads, double @Nullable [][][] weights) {
        int n = rows.length;
        int headWidth = width / heads;
        double[][] out = new double[n][width];
        for (int h = 0; h < heads; h++) {
            for (int t = 0; t < n; t++) {
                double[] w = new double[n];
                double sum = 0;
                for (int s = 0; s < n; s++) {
                    double score = 0;
                    for (int e = h * headWidth; e < (h + 1) * headWidth; e++) {
                        score += rows[t][e] * rows[s][width + e];
                    }
                    w[s] = Math.exp(score / Math.sqrt(headWidth));
                    sum += w[s];
                }
                for (int s = 0; s < n; s++) {
                    w[s] /= sum;
                    for (int e = h * headWidth; e < (h + 1) * headWidth; e++) {
                        out[t][e] += w[s] * rows[s][2 * width + e];
                    }
                }
                if (weights != null) {
                    weights[h][t] = w;
                }
            }
        }
        return out;
    }
}
