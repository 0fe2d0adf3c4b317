package org.attention4j.tests.formulas;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.attention4j.api.MixerConfig;

/**
 * Multi-head latent attention with the keys and values of every head written out: c = norm(W_c x), k_h = [U_h c ; turn(W_k x)], v_h = V_h c and
 * q_h = [W_q z ; turn(W_r z)] with z = x or norm(W_a x); y = W_O Concat(softmax(scores of q_h and k_h) v_h).
 */
final class LatentFormula implements Formula {
    /** The last ones change recordings and states alone. */
    private static final Set<String> OWN = Set.of(
            "heads", "head-width", "value-head-width", "latent-width", "query-latent-width", "latent-norm-epsilon");

    @Override
    public Set<String> options() {
        Set<String> options = new HashSet<>(OWN);
        options.addAll(ScoreFormula.OPTIONS);
        options.addAll(ScoreFormula.WITHOUT_EFFECT);
        options.addAll(RotaryFormula.OPTIONS);
        return options;
    }

    @Override
    public double[][] outputs(MixerConfig config, Map<String, double[]> parameters, double[][] x, Rounding rounding) {
        int heads = Maths.integer(config, "heads", 1);
        int width = Maths.integer(config, "head-width", config.width() / heads);
        int valueWidth = Maths.integer(config, "value-head-width", width);
        int latent = Maths.integer(config, "latent-width", Math.min(config.width(), 4 * width));
        int turned = Maths.integer(config, "rotary-width", width / 4 * 2);
        int queryLatent = Maths.integer(config, "query-latent-width", 0);
        double[] down = Maths.get(parameters, "kv_a_proj_with_mqa.weight");
        double[] up = Maths.get(parameters, "kv_b_proj.weight");
        NormFormula norm = NormFormula.rms(Maths.decimal(config, "latent-norm-epsilon", 1e-6), parameters, rounding);
        RotaryFormula rotary = new RotaryFormula(config, rounding);
        ScoreFormula score = new ScoreFormula(PairFormula::product, config, parameters, heads, rounding);
        double[][] c = new double[x.length][];
        double[][] shared = new double[x.length][];
        double[][] z = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            c[t] = norm.of("kv_a_layernorm", Maths.linear(down, null, 0, latent, x[t], rounding));
            shared[t] = rotary.turned(Maths.linear(down, null, latent, turned, x[t], rounding), t);
            z[t] = queryLatent == 0
                    ? x[t]
                    : norm.of("q_a_layernorm", product(parameters, "q_a_proj.weight", queryLatent, x[t], rounding));
        }
        String queries = queryLatent == 0 ? "q_proj.weight" : "q_b_proj.weight";
        double[][] joined = new double[x.length][heads * valueWidth];
        for (int h = 0; h < heads; h++) {
            double[][] q = new double[x.length][];
            double[][] k = new double[x.length][];
            double[][] v = new double[x.length][];
            for (int t = 0; t < x.length; t++) {
                int row = h * (width + turned);
                double[] plain = Maths.linear(Maths.get(parameters, queries), null, row, width, z[t], rounding);
                double[] turn = Maths.linear(Maths.get(parameters, queries), null, row + width, turned, z[t], rounding);
                q[t] = joined(plain, rotary.turned(turn, t));
                int from = h * (width + valueWidth);
                k[t] = joined(Maths.linear(up, null, from, width, c[t], rounding), shared[t]);
                v[t] = Maths.linear(up, null, from + width, valueWidth, c[t], rounding);
            }
            for (int i = 0; i < x.length; i++) {
                double[] scores = new double[x.length];
                for (int j = 0; j < x.length; j++) {
                    scores[j] = score.of(q[i], k[j], h, i, j);
                }
                double[] weights = RowFormula.softmax(config, scores, score.sink(h), rounding);
                System.arraycopy(
                        Maths.mean(weights, v, valueWidth, rounding), 0, joined[i], h * valueWidth, valueWidth);
            }
        }
        double[][] y = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            y[t] = product(parameters, "o_proj.weight", config.width(), joined[t], rounding);
        }
        return y;
    }

    private static double[] product(
            Map<String, double[]> parameters, String name, int rows, double[] x, Rounding rounding) {
        return Maths.linear(Maths.get(parameters, name), null, 0, rows, x, rounding);
    }

    private static double[] joined(double[] first, double[] second) {
        double[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
