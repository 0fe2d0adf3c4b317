package org.attention4j.api;

/** What the weights of one query sum to, as an {@link Attentive} mixer shows them. */
public enum WeightSum {
    /** 1, or 0 where nothing may be attended to: a softmax. */
    ONE("1, or 0 where nothing may be attended to"),
    /** 0 to 1: a softmax with a sink, or with keys that are not shown. */
    AT_MOST_ONE("at most 1"),
    /** Any number from 0 on: weights of keys that know nothing of each other. */
    ANY("finite");

    private final String label;

    WeightSum(String label) {
        this.label = label;
    }

    /**
     * The sum in words.
     *
     * @return a phrase
     */
    public String label() {
        return label;
    }

    /**
     * Whether a sum is one of these.
     *
     * @param sum of a row of weights
     * @param tolerance for rounding
     * @return false for NaN
     */
    public boolean holds(double sum, double tolerance) {
        return switch (this) {
            case ONE -> sum == 0 || Math.abs(sum - 1) <= tolerance;
            case AT_MOST_ONE -> sum >= 0 && sum <= 1 + tolerance;
            case ANY -> sum >= 0 && sum < Double.POSITIVE_INFINITY;
        };
    }
}
