package org.attention4j.tests.formulas;

import java.util.Map;
import org.attention4j.api.MixerConfig;

/** What a query and a key score, before positions and masks have their say. */
@FunctionalInterface
interface PairFormula {
    /** Shorter vectors have no direction. */
    double SHORTEST = 1e-12;

    /** The score of a pair of one head. */
    double of(
            MixerConfig config,
            Map<String, double[]> parameters,
            int head,
            double[] query,
            double[] key,
            Rounding rounding);

    /** scale · q·k, with an absent scale 1/√E, and c · tanh(s / c) of that. */
    static double product(
            MixerConfig config,
            Map<String, double[]> parameters,
            int head,
            double[] query,
            double[] key,
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
            Rounding rounding) {
        double[] energy = Maths.get(parameters, "energy.weight");
        double score = 0;
        for (int e = 0; e < query.length; e++) {
            score += energy[head * query.length + e] * rounding.of(Math.tanh(rounding.of(query[e] + key[e])));
        }
        return rounding.of(score);
    }
}
