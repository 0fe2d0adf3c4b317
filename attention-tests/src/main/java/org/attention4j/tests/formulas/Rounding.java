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
}
