package org.attention4j.api;

/** A tensor has another shape than the call needs. */
public final class ShapeMismatchException extends MixerException {
    private static final long serialVersionUID = 1L;

    private final String what;
    private final transient Shape expected;
    private final transient Shape given;

    /**
     * A new exception.
     *
     * @param what which tensor
     * @param expected the shape the call needs
     * @param given the shape it was given
     */
    public ShapeMismatchException(String what, Shape expected, Shape given) {
        super(what + " must have shape " + expected + ", was given " + given);
        this.what = what;
        this.expected = expected;
        this.given = given;
    }

    /**
     * Which tensor.
     *
     * @return the value
     */
    public String what() {
        return what;
    }

    /**
     * The shape the call needs.
     *
     * @return the value
     */
    public Shape expected() {
        return expected;
    }

    /**
     * The shape it was given.
     *
     * @return the value
     */
    public Shape given() {
        return given;
    }
}
