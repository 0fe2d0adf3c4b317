package org.attention4j.model;

import org.attention4j.api.MixerException;

/** A token id that is not in the vocabulary. */
public final class UnknownTokenException extends MixerException {
    private static final long serialVersionUID = 1L;

    private final int id;
    private final int vocabulary;

    /**
     * A new exception.
     *
     * @param id the id
     * @param sequence in which sequence it is
     * @param position at which position
     * @param vocabulary how many ids there are
     */
    public UnknownTokenException(int id, int sequence, int position, int vocabulary) {
        super("token id " + id + " at position " + position + " of sequence " + sequence + " is not in 0 to "
                + (vocabulary - 1));
        this.id = id;
        this.vocabulary = vocabulary;
    }

    /**
     * The id.
     *
     * @return the value
     */
    public int id() {
        return id;
    }

    /**
     * How many ids there are.
     *
     * @return the value
     */
    public int vocabulary() {
        return vocabulary;
    }
}
