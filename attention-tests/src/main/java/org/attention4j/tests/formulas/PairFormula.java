package org.attention4j.tests.formulas;

import java.util.Map;
import java.util.OptionalInt;
import org.attention4j.api.MixerConfig;

/** What a query and a key score, before biases and masks have their say. */
@FunctionalInterface
interface PairFormula {
    /** Shorter vectors have no direction. */
    double SHORTEST = 1e-12;

    /**
     * The score of a pair of one head.
     *
     * @param distance from the query to the key, or nothing where the key has no position
     */
    double of(
            MixerConfig config,
            Map<String, double[]> parameters,
            int head,
            double[] query,
            double[] key,
            OptionalInt distance,
            Rounding rounding);

    /** scale · q·k, with an absent scale 1/√E, and c · tanh(s / c) of that. */
    static double product(
            MixerConfig config,
            Map<String, double[]> parameters,
            int head,
            double[] query,
            double[] key,
            OptionalInt distance,
            Rounding rounding) {
        double scale = Maths.decimal(config, "scale", 0);
        double cap = Maths.decimal(config, "soft-cap", 0);
        double score = rounding.of(Maths.dot(query, key) * (scale == 0 ? 1 / Math.sqrt(query.length) : scale));
        return cap == 0 ? score : rounding.of(cap * Math.tanh(score / cap));
    }

    /** τ_h · q·k / (|q| |k|). */
    static double cosine(
            MixerConfig config,
            Map<String, double[]> parameters,
            int head,
            double[] query,
            double[] key,
            OptionalInt distance,
            Rounding rounding) {
        double cosine = rounding.of(Maths.dot(query, key) / (length(query) * length(key)));
        return rounding.of(Maths.get(parameters, "temperature")[head] * cosine);
    }

    private static double length(double[] x) {
        return Math.max(SHORTEST, Math.sqrt(Maths.dot(x, x)));
    }

    /** Σ_e v_he tanh(q_e + k_e). */
    static double additive(
            MixerConfig config,
            Map<String, double[]> parameters,
            int head,
            double[] query,
            double[] key,
            OptionalInt distance,
            Rounding rounding) {
        double[] energy = Maths.get(parameters, "energy.weight");
        double score = 0;
        for (int e = 0; e < query.length; e++) {
            score += energy[head * query.length + e] * rounding.of(Math.tanh(rounding.of(query[e] + key[e])));
        }
        return rounding.of(score);
    }

    /** scale · (q·k + q·r_d + c_d + k·s_d) with d = max(−L, min(L, j − i)), or 0 for 0 < d where causal; q·k alone for a key without a position. */
    static double relative(
            MixerConfig config,
            Map<String, double[]> parameters,
            int head,
            double[] query,
            double[] key,
            OptionalInt distance,
            Rounding rounding) {
        double score = rounding.of(Maths.dot(query, key));
        if (distance.isPresent()) {
            int far = Maths.integer(config, "relative-distance", 16);
            int ahead = Maths.flag(config, "causal") ? 0 : far;
            int rows = far + ahead + 1;
            int row = far + Math.max(-far, Math.min(ahead, distance.getAsInt()));
            int own = head * rows + row;
            int vector = (Maths.flag(config, "relative-shared") ? row : own) * query.length;
            score += Maths.dot(query, Maths.slice(Maths.get(parameters, "relative_key.weight"), vector, query.length));
            score += Maths.flag(config, "relative-bias") ? Maths.get(parameters, "relative_bias.weight")[own] : 0;
            if (Maths.flag(config, "relative-query")) {
                double[] table = Maths.get(parameters, "relative_query.weight");
                score += rounding.of(Maths.dot(key, Maths.slice(table, vector, key.length)));
            }
        }
        double scale = Maths.decimal(config, "scale", 0);
        return rounding.of(rounding.of(score) * (scale == 0 ? 1 / Math.sqrt(query.length) : scale));
    }
}
