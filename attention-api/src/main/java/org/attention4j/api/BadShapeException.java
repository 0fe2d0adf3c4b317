package org.attention4j.api;

/** A shape, a length or an offset that cannot be: negative, too large, or of the wrong rank. */
public final class BadShapeException extends MixerException {
    private static final long serialVersionUID = 1L;

    private final String problem;

    /**
     * A new exception.
     *
     * @param problem what is wrong, with the values
     */
    public BadShapeException(String problem) {
        super(problem);
        this.problem = problem;
    }

    /**
     * What is wrong, with the values.
     *
     * @return the value
     */
    public String problem() {
        return problem;
    }
}
