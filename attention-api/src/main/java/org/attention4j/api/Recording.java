package org.attention4j.api;

/**
 * What a gradient needs to know of a forward pass. Made by {@link Differentiable#record}, it belongs to the caller, refers
 * to the caller's inputs and may be used for any number of backward passes, by one thread at a time.
 */
public interface Recording {
    /**
     * The mixer that made this.
     *
     * @return the very instance
     */
    SequenceMixer mixer();

    /**
     * This recording as what a mixer makes, for those who write one.
     *
     * @param asked the mixer that is to go back
     * @param type the class of its recordings
     * @param <T> the class of its recordings
     * @return this
     * @throws ForeignStateException if another mixer made it
     */
    default <T extends Recording> T require(SequenceMixer asked, Class<T> type) {
        if (mixer() != asked || !type.isInstance(this)) {
            throw new ForeignStateException(
                    asked.spec().fingerprint(), mixer().spec().fingerprint());
        }
        return type.cast(this);
    }

    /**
     * The memory that this holds beyond the caller's own inputs.
     *
     * @return bytes, without the few objects around them
     */
    long bytes();
}
