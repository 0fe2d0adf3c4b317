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
     * The memory that this holds beyond the caller's own inputs.
     *
     * @return bytes, without the few objects around them
     */
    long bytes();
}
