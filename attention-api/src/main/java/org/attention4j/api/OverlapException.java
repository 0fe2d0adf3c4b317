package org.attention4j.api;

/** A result would be written over an input of the same call. */
public final class OverlapException extends MixerException {
    private static final long serialVersionUID = 1L;

    /**
     * A new exception.
     *
     * @param output which result
     * @param input which input
     */
    public OverlapException(String output, String input) {
        super(output + " shares memory with " + input + "; give it memory of its own");
    }
}
