package org.attention4j.rnn;

import java.util.Map;
import org.attention4j.api.MixerConfig;

/**
 * One layer in one direction over one sequence in float64, as ONNX's operators define it, with PyTorch's order of gates
 * and its projection: for the options, as clear as can be.
 *
 * @param id {@code lstm}, {@code gru} or {@code rnn}
 * @param config resolved
 * @param values parameters by name, {@code input [T, D]}, and the initial {@code h} and {@code c}
 */
record NaiveRecurrence(String id, MixerConfig config, Map<String, double[]> values) {
    private Object option(String name) {
        return config.options().get(name);
    }

    private int hidden() {
        return (Integer) option("hidden");
    }

    /** {@code [T, R]}, then the last h, then the last c if there is one. */
    double[] run(int time) {
        double[] h = values.get("h").clone();
        double[] c = values.containsKey("c") ? values.get("c").clone() : new double[0];
        int output = h.length;
        double[] results = new double[time * output + output + c.length];
        for (int t = 0; t < time; t++) {
            h = switch (id) {
                case "lstm" -> lstm(t, h, c);
                case "gru" -> gru(t, h);
                default -> each("", true, sum(t, 0, h), 0, hidden());
            };
            System.arraycopy(h, 0, results, t * output, output);
        }
        System.arraycopy(h, 0, results, time * output, output);
        System.arraycopy(c, 0, results, time * output + output, c.length);
        return results;
    }

    /** W x + b_ih + U h + b_hh of one gate. */
    private double[] sum(int t, int gate, double[] h) {
        double[] sum = fromInput(t, gate);
        double[] state = fromState(gate, h);
        for (int j = 0; j < sum.length; j++) {
            sum[j] += state[j];
        }
        return sum;
    }

    private double[] fromInput(int t, int gate) {
        double[] x = new double[config.width()];
        System.arraycopy(values.get("input"), t * x.length, x, 0, x.length);
        return product("weight_ih_l0", "bias_ih_l0", gate, x);
    }

    private double[] fromState(int gate, double[] h) {
        return product("weight_hh_l0", "bias_hh_l0", gate, h);
    }

    private double[] product(String weight, String bias, int gate, double[] x) {
        double[] w = values.get(weight);
        double[] result = new double[hidden()];
        for (int j = 0; j < result.length; j++) {
            int row = gate * result.length + j;
            result[j] = values.containsKey(bias) ? values.get(bias)[row] : 0;
            for (int p = 0; p < x.length; p++) {
                result[j] += w[row * x.length + p] * x[p];
            }
        }
        return result;
    }

    private double[] lstm(int t, double[] h, double[] c) {
        int hidden = hidden();
        double[] before = c.clone();
        double[] i = each("gate-", true, peep(sum(t, 0, h), 0, before), 0, hidden);
        double[] f = each("gate-", true, peep(sum(t, 1, h), 1, before), 0, hidden);
        double[] g = each("candidate-", true, sum(t, 2, h), 0, hidden);
        for (int j = 0; j < hidden; j++) {
            f[j] = Boolean.TRUE.equals(option("coupled")) ? 1 - i[j] : f[j];
            c[j] = cut("cell-clip", f[j] * before[j] + i[j] * g[j]);
        }
        double[] o = each("gate-", true, peep(sum(t, 3, h), 2, c), 0, hidden);
        double[] m = each("output-", false, c, 0, hidden);
        for (int j = 0; j < hidden; j++) {
            m[j] *= o[j];
        }
        if (!values.containsKey("weight_hr_l0")) {
            return cut(m);
        }
        double[] projected = new double[h.length];
        for (int r = 0; r < h.length; r++) {
            for (int j = 0; j < hidden; j++) {
                projected[r] += values.get("weight_hr_l0")[r * hidden + j] * m[j];
            }
        }
        return cut(projected);
    }

    private double cut(String option, double x) {
        double limit = (Double) option(option);
        return limit > 0 ? Math.max(-limit, Math.min(limit, x)) : x;
    }

    private double[] cut(double[] h) {
        for (int j = 0; j < h.length; j++) {
            h[j] = cut("output-clip", h[j]);
        }
        return h;
    }

    private double[] peep(double[] sum, int gate, double[] c) {
        for (int j = 0; j < sum.length && values.containsKey("weight_peephole_l0"); j++) {
            sum[j] += values.get("weight_peephole_l0")[gate * sum.length + j] * c[j];
        }
        return sum;
    }

    private double[] gru(int t, double[] h) {
        int hidden = hidden();
        double[] r = each("gate-", true, sum(t, 0, h), 0, hidden);
        double[] z = each("gate-", true, sum(t, 1, h), 0, hidden);
        double[] argument = fromInput(t, 2);
        double[] reset = h.clone();
        for (int j = 0; j < hidden; j++) {
            reset[j] *= r[j];
        }
        boolean before = "before".equals(option("reset"));
        double[] seen = fromState(2, before ? reset : h);
        for (int j = 0; j < hidden; j++) {
            argument[j] += before ? seen[j] : r[j] * seen[j];
        }
        double[] n = each("candidate-", true, argument, 0, hidden);
        for (int j = 0; j < hidden; j++) {
            n[j] = (1 - z[j]) * n[j] + z[j] * h[j];
        }
        return n;
    }

    private double[] each(String of, boolean clips, double[] x, int from, int count) {
        double clip = (Double) option("clip");
        double[] y = new double[count];
        for (int j = 0; j < count; j++) {
            double v = x[from + j];
            y[j] = apply(of, clips && clip > 0 ? Math.max(-clip, Math.min(clip, v)) : v);
        }
        return y;
    }

    private double apply(String of, double x) {
        double alpha = (Double) option(of + "alpha");
        double beta = (Double) option(of + "beta");
        return switch (String.valueOf(option(of + "activation"))) {
            case "tanh" -> Math.tanh(x);
            case "sigmoid" -> 1 / (1 + Math.exp(-x));
            case "relu" -> Math.max(x, 0);
            case "affine" -> alpha * x + beta;
            case "leaky-relu" -> x < 0 ? alpha * x : x;
            case "thresholded-relu" -> x > alpha ? x : 0;
            case "scaled-tanh" -> alpha * Math.tanh(beta * x);
            case "hard-sigmoid" -> Math.max(0, Math.min(1, alpha * x + beta));
            case "elu" -> x >= 0 ? x : alpha * Math.expm1(x);
            case "softsign" -> x / (1 + Math.abs(x));
            case "softplus" -> Math.log1p(Math.exp(x));
            default -> throw new IllegalArgumentException(of);
        };
    }
}
