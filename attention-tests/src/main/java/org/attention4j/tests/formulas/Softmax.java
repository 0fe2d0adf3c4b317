package org.attention4j.tests.formulas;

/** Σ_j exp(s_j) v_j / (exp(sink) + Σ_j exp(s_j)). */
final class Softmax {
    private Softmax() {}

    /**
     * The mean of the values.
     *
     * @param scores −∞ hides a key
     * @param sink the logit of a key without a value, or −∞
     */
    static double[] mean(double[] scores, double sink, double[][] values, int width, Rounding rounding) {
        double max = sink;
        for (double score : scores) {
            max = Math.max(max, score);
        }
        double[] mean = new double[width];
        if (max == Double.NEGATIVE_INFINITY) {
            return mean;
        }
        double sum = Math.exp(sink - max);
        for (double score : scores) {
            sum += Math.exp(score - max);
        }
        for (int j = 0; j < scores.length; j++) {
            for (int e = 0; e < width && scores[j] != Double.NEGATIVE_INFINITY; e++) {
                mean[e] += rounding.of(Math.exp(scores[j] - max) / sum) * values[j][e];
            }
        }
        return mean;
    }
}
