package org.attention4j.api;

/** Two providers claim one id. */
public final class DuplicateMixerException extends MixerException {
    private static final long serialVersionUID = 1L;

    private final String id;
    private final String first;
    private final String second;

    /**
     * A new exception.
     *
     * @param id the id
     * @param first one provider and its module
     * @param second the other provider and its module
     */
    public DuplicateMixerException(String id, String first, String second) {
        super("two providers have the id '" + id + "': " + first + " and " + second + "; remove one of them");
        this.id = id;
        this.first = first;
        this.second = second;
    }

    /**
     * The id.
     *
     * @return the value
     */
    public String id() {
        return id;
    }

    /**
     * One provider and its module.
     *
     * @return the value
     */
    public String first() {
        return first;
    }

    /**
     * The other provider and its module.
     *
     * @return the value
     */
    public String second() {
        return second;
    }
}
