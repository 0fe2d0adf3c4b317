package org.attention4j.api;

/** An option that does not exist, has the wrong type, lies out of range, or contradicts another. */
public final class BadConfigurationException extends MixerException {
    private static final long serialVersionUID = 1L;

    private final String option;
    private final String value;
    private final String allowed;

    /**
     * A new exception.
     *
     * @param option the option's name
     * @param value the value it was given
     * @param allowed what would have been allowed
     */
    public BadConfigurationException(String option, String value, String allowed) {
        super("option '" + option + "' = " + value + ": " + allowed);
        this.option = option;
        this.value = value;
        this.allowed = allowed;
    }

    /**
     * The option's name.
     *
     * @return the value
     */
    public String option() {
        return option;
    }

    /**
     * The value it was given.
     *
     * @return the value
     */
    public String value() {
        return value;
    }

    /**
     * What would have been allowed.
     *
     * @return the value
     */
    public String allowed() {
        return allowed;
    }
}
