package org.attention4j.tests.formulas;

import org.attention4j.api.MixerConfig;

/** The weights of a query's keys, made of their scores. */
@FunctionalInterface
interface RowFormula {
    /**
     * The weights.
     *
     * @param scores of the keys; −∞ hides one, whose weight is 0
     * @param sink the logit of a key without a value, or −∞
     */
    double[] weights(MixerConfig config, double[] scores, double sink, Rounding rounding);

    /** exp(s_j) / (exp(sink) + Σ_i exp(s_i)). */
    static double[] softmax(MixerConfig config, double[] scores, double sink, Rounding rounding) {
        double max = Math.max(sink, Maths.max(scores));
        double[] weights = new double[scores.length];
        if (max == Double.NEGATIVE_INFINITY) {
            return weights;
        }
        double sum = Math.exp(sink - max);
        for (double score : scores) {
            sum += Math.exp(score - max);
        }
        for (int j = 0; j < scores.length; j++) {
            weights[j] = rounding.of(Math.exp(scores[j] - max) / sum);
        }
        return weights;
    }

    /** σ(s_j − log n), where n is the length that is given, or how many keys are seen. */
    static double[] sigmoid(MixerConfig config, double[] scores, double sink, Rounding rounding) {
        int given = Maths.integer(config, "length", 0);
        int seen = 0;
        for (double score : scores) {
            seen += score == Double.NEGATIVE_INFINITY ? 0 : 1;
        }
        double[] weights = new double[scores.length];
        for (int j = 0; j < scores.length; j++) {
            if (scores[j] != Double.NEGATIVE_INFINITY) {
                double bias = rounding.of(Math.log(given == 0 ? seen : given));
                weights[j] = rounding.of(1 / (1 + Math.exp(-rounding.of(scores[j] - bias))));
            }
        }
        return weights;
    }

    /** The softmax of the k largest scores, of equal ones those of earlier keys. */
    static double[] topK(MixerConfig config, double[] scores, double sink, Rounding rounding) {
        int most = Maths.integer(config, "top-k", 32);
        double[] taken = scores.clone();
        double least = Double.POSITIVE_INFINITY;
        double next = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < scores.length; j++) {
            int before = 0;
            for (int i = 0; i < scores.length; i++) {
                before += scores[i] > scores[j] || scores[i] == scores[j] && i < j ? 1 : 0;
            }
            if (before < most) {
                least = Math.min(least, scores[j]);
            } else {
                next = Math.max(next, scores[j]);
                taken[j] = Double.NEGATIVE_INFINITY;
            }
        }
        if (next != Double.NEGATIVE_INFINITY) {
            rounding.chosen(scores, least - next);
        }
        return softmax(config, taken, sink, rounding);
    }

    /** max(0, (α − 1) s_j − τ)^(1 / (α − 1)) with the τ for which they sum to 1. */
    static RowFormula entmax(double alpha) {
        return (config, scores, sink, rounding) -> {
            double[] weights = new double[scores.length];
            double max = Maths.max(scores);
            if (max == Double.NEGATIVE_INFINITY) {
                return weights;
            }
            double low = (alpha - 1) * max - 1; // the largest weight is 1 at least
            double high = (alpha - 1) * max; // no weight is above 0
            for (int halving = 0; halving < 60; halving++) {
                double middle = (low + high) / 2;
                double sum = 0;
                for (double score : scores) {
                    sum += entmaxWeight(alpha, score, middle);
                }
                low = sum >= 1 ? middle : low;
                high = sum >= 1 ? high : middle;
            }
            double margin = Double.POSITIVE_INFINITY;
            for (int j = 0; j < scores.length; j++) {
                weights[j] = rounding.of(entmaxWeight(alpha, scores[j], low));
                margin = Math.min(margin, Math.abs((alpha - 1) * scores[j] - low));
            }
            if (alpha >= 2) { // below, weights grow from 0 without a kink
                rounding.chosen(scores, margin);
            }
            return weights;
        };
    }

    private static double entmaxWeight(double alpha, double score, double threshold) {
        double above = (alpha - 1) * score - threshold;
        return above > 0 ? Math.pow(above, 1 / (alpha - 1)) : 0;
    }
}
