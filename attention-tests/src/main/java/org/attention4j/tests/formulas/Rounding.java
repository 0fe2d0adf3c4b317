package org.attention4j.tests.formulas;

/**
 * What becomes of every intermediate result: nothing, for the formula itself, or an error as of one rounding to float32, to see how far such
 * errors carry.
 */
@FunctionalInterface
public interface Rounding {
    /**
     * Rounds.
     *
     * @param exact a result
     * @return it, or a number next to it
     */
    double of(double exact);

    /**
     * Is told of a choice that depends on which of some numbers are larger, so that a rounding may turn it: outputs then jump or have a
     * kink, and how far errors carry on one side says nothing about the other.
     *
     * @param numbers that are compared; some may be −∞
     * @param margin by how much one of them may change, or two may move towards each other, without another choice
     */
    default void chosen(double[] numbers, double margin) {}
}
