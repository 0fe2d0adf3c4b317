package org.attention4j.api;

/** A state or recording belongs to a mixer of another configuration. */
public final class ForeignStateException extends MixerException {
    private static final long serialVersionUID = 1L;

    private final String expected;
    private final String given;

    /**
     * A new exception.
     *
     * @param expected the configuration it is used with
     * @param given the configuration it was made for
     */
    public ForeignStateException(String expected, String given) {
        super("made for [" + given + "], cannot be used with [" + expected + "]");
        this.expected = expected;
        this.given = given;
    }

    /**
     * The configuration it is used with.
     *
     * @return the value
     */
    public String expected() {
        return expected;
    }

    /**
     * The configuration it was made for.
     *
     * @return the value
     */
    public String given() {
        return given;
    }
}
