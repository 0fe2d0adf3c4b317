package org.attention4j.tests.formulas;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.attention4j.api.MixerConfig;
import org.jspecify.annotations.Nullable;

/**
 * W_O Concat(head_1 … head_H) + b_O with head_h = gate_h weights(scores of q_h and k) v, k and v being those of the head's group, with what is
 * added to every sequence after them; q, k and v cut off, q and k then normalised and turned by their positions, in this order or the other, and q multiplied by a factor of its position. Scores of pairs and the weights of a row are those
 * of scaled products and the softmax, or what takes their place.
 */
final class MultiHeadFormula implements Formula {
    /** The last ones change recordings and states alone. */
    private static final Set<String> OWN = Set.of(
            "heads",
            "key-value-heads",
            "head-width",
            "value-head-width",
            "bias",
            "bias-key-value",
            "zero-attention",
            "query-key-norm",
            "query-key-norm-epsilon",
            "query-key-norm-joint",
            "query-key-norm-turned",
            "projection-clip",
            "scale-growth",
            "scale-growth-step",
            "scale-growth-first",
            "gate",
            "gate-elementwise");

    private final PairFormula pair;
    private final RowFormula row;
    private final Set<String> more;

    /** One with options of its own beside those of all. */
    MultiHeadFormula(PairFormula pair, RowFormula row, String... more) {
        this.pair = pair;
        this.row = row;
        this.more = Set.of(more);
    }

    @Override
    public Set<String> options() {
        Set<String> options = new HashSet<>(OWN);
        options.addAll(more);
        options.addAll(ScoreFormula.OPTIONS);
        options.addAll(ScoreFormula.WITHOUT_EFFECT);
        options.addAll(RotaryFormula.OPTIONS);
        return options;
    }

    @Override
    public double[][] outputs(MixerConfig config, Map<String, double[]> parameters, double[][] x, Rounding rounding) {
        int heads = Maths.integer(config, "heads", 1);
        int groups = Maths.integer(config, "key-value-heads", heads);
        int width = Maths.integer(config, "head-width", config.width() / heads);
        int valueWidth = Maths.integer(config, "value-head-width", width);
        double[] weight = Maths.get(parameters, "in_proj_weight");
        double @Nullable [] bias = parameters.get("in_proj_bias");
        ScoreFormula score = new ScoreFormula(pair, config, parameters, heads, rounding);
        RotaryFormula rotary = new RotaryFormula(config, rounding);
        NormFormula norm = NormFormula.ofHeads(config, parameters, rounding);
        boolean joint = Maths.flag(config, "query-key-norm-joint");
        boolean turnedFirst = Maths.flag(config, "query-key-norm-turned");
        double limit = rounding.of(Maths.decimal(config, "projection-clip", 0));
        boolean elementwise = Maths.flag(config, "gate-elementwise");
        double[][] joined = new double[x.length][heads * valueWidth];
        for (int h = 0; h < heads; h++) {
            int g = h / (heads / groups);
            double[][] q = new double[x.length][];
            double[][] k = new double[x.length][];
            double[][] v = new double[x.length][];
            for (int t = 0; t < x.length; t++) {
                double[] queries = cut(Maths.linear(weight, bias, 0, heads * width, x[t], rounding), limit);
                int key = heads * width;
                double[] keyed = cut(Maths.linear(weight, bias, key, groups * width, x[t], rounding), limit);
                if (turnedFirst) {
                    turn(rotary, queries, width, t);
                    turn(rotary, keyed, width, t);
                }
                q[t] = head(norm, joint, "q_norm", queries, h, width);
                k[t] = head(norm, joint, "k_norm", keyed, g, width);
                if (!turnedFirst) {
                    q[t] = rotary.turned(q[t], t);
                    k[t] = rotary.turned(k[t], t);
                }
                grow(config, q[t], t, rounding);
                int value = (heads + groups) * width + g * valueWidth;
                v[t] = cut(Maths.linear(weight, bias, value, valueWidth, x[t], rounding), limit);
            }
            double[][] keys = withAdded(config, k, parameters.get("bias_k"), g, width);
            double[][] values = withAdded(config, v, parameters.get("bias_v"), g, valueWidth);
            for (int i = 0; i < x.length; i++) {
                double[] scores = new double[keys.length];
                for (int j = 0; j < keys.length; j++) {
                    scores[j] = j < x.length ? score.of(q[i], keys[j], h, i, j) : score.added(q[i], keys[j], h);
                }
                double[] weights = row.weights(config, scores, score.sink(h), rounding);
                double[] mean = Maths.mean(weights, values, valueWidth, rounding);
                for (int e = 0; e < valueWidth; e++) {
                    int own = h * valueWidth + e;
                    double gate = gate(parameters, elementwise ? own : h, x[i], rounding);
                    joined[i][own] = rounding.of(gate * mean[e]);
                }
            }
        }
        double[][] y = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] outWeight = Maths.get(parameters, "out_proj.weight");
            y[t] = Maths.linear(outWeight, parameters.get("out_proj.bias"), 0, config.width(), joined[t], rounding);
        }
        return y;
    }

    private static double[] cut(double[] x, double limit) {
        for (int e = 0; e < x.length && limit > 0; e++) {
            x[e] = Math.max(-limit, Math.min(limit, x[e]));
        }
        return x;
    }

    /** q (1 + β log(1 + ⌊(t + first) / step⌋)). */
    private static void grow(MixerConfig config, double[] query, int t, Rounding rounding) {
        double beta = rounding.of(Maths.decimal(config, "scale-growth", 0));
        int steps =
                (t + Maths.integer(config, "scale-growth-first", 0)) / Maths.integer(config, "scale-growth-step", 1);
        for (int e = 0; e < query.length && beta > 0; e++) {
            query[e] = rounding.of(query[e] * (1 + beta * Math.log(1 + steps)));
        }
    }

    /** Turns each head. */
    private static void turn(RotaryFormula rotary, double[] all, int width, int position) {
        for (int at = 0; at < all.length; at += width) {
            System.arraycopy(rotary.turned(Maths.slice(all, at, width), position), 0, all, at, width);
        }
    }

    /** Of the queries or keys of all heads those of one, normalised alone or with the others. */
    private static double[] head(NormFormula norm, boolean joint, String name, double[] all, int head, int width) {
        return joint
                ? Maths.slice(norm.of(name, all), head * width, width)
                : norm.of(name, Maths.slice(all, head * width, width));
    }

    private static double gate(Map<String, double[]> parameters, int row, double[] x, Rounding rounding) {
        double[] weight = parameters.get("gate.weight");
        if (weight == null) {
            return 1;
        }
        double argument = Maths.linear(weight, parameters.get("gate.bias"), row, 1, x, rounding)[0];
        return rounding.of(1 / (1 + Math.exp(-argument)));
    }

    /** The rows, and after them those that every sequence gets: a learned one, one of zeros. */
    private static double[][] withAdded(
            MixerConfig config, double[][] rows, double @Nullable [] learned, int group, int width) {
        int zeros = Maths.flag(config, "zero-attention") ? 1 : 0;
        double[][] all = Arrays.copyOf(rows, rows.length + (learned == null ? 0 : 1) + zeros);
        if (learned != null) {
            all[rows.length] = Maths.slice(learned, group * width, width);
        }
        if (zeros > 0) {
            all[all.length - 1] = new double[width];
        }
        return all;
    }
}
