package org.attention4j.tests;

/** A law that a mixer broke; the message says in a mixer author's words what was done, what was expected and what came. */
public final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    /**
     * A violation.
     *
     * @param message what was done, which element is wrong, expected and got, the likely cause
     */
    public Violation(String message) {
        super(message);
    }

    /**
     * A violation by something thrown.
     *
     * @param message what was done
     * @param cause what was thrown
     */
    public Violation(String message, Throwable cause) {
        super(message, cause);
    }
}
