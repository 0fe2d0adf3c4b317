package org.attention4j.tests;

/**
 * A law and a case of it, as a jqwik property is given them.
 *
 * @param law the law
 * @param drawn the case
 */
public record Trial(Law law, LawCase drawn) {
    /**
     * Checks the law, or the refusal of a capability that it needs and that is missing.
     *
     * @throws Violation if it is broken
     */
    public void check() {
        Conformance.check(law, drawn);
    }

    /** The case. */
    @Override
    public String toString() {
        return drawn.toString();
    }
}
