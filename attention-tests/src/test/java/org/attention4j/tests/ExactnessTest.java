package org.attention4j.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.attention4j.tests.mutants.Mutants;
import org.junit.jupiter.api.Test;

/** A mixer that declares a bound instead of bits is held to it. */
class ExactnessTest {
    private static LawResult result(double declared, float error) {
        return Conformance.of(Mutants.inexact(declared, error))
                .tries(50)
                .seed(4)
                .only("threads-do-not-matter")
                .run(ConformanceListener.silent())
                .results()
                .get(0);
    }

    @Test
    void withinTheBoundIsEnough() {
        assertEquals(Verdict.PASS, result(1e-3, 1e-4f).verdict());
    }

    @Test
    void beyondTheBoundIsNot() {
        LawResult result = result(1e-3, 1e-2f);
        assertEquals(Verdict.FAIL, result.verdict());
        assertTrue(result.note().contains(", allowed "), result::note);
    }

    @Test
    void undeclaredItIsNot() {
        assertEquals(Verdict.FAIL, result(0, 1e-6f).verdict());
    }
}
