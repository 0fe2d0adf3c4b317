package org.attention4j.api;

/**
 * A context that a {@link Contextual} mixer has read once, for any number of calls: for attention its projected keys and values. Made by
 * {@link Contextual#prepare}; immutable, and independent of the sequences it was made of, so that any number of threads and states
 * may share one.
 */
public interface PreparedContext {
    /**
     * The mixer that made this and that alone can read it, as it holds what that mixer's parameters made of the context.
     *
     * @return the very instance
     */
    SequenceMixer mixer();

    /**
     * B, the number of sequences.
     *
     * @return at least 0
     */
    int batch();

    /**
     * The same of other sequences, for beams that go on from one another: sequence i of the result is sequence {@code sequences[i]} of
     * this. What was prepared is shared where it can be.
     *
     * @param sequences each 0 to B − 1, any number of them
     * @return a new context, this one unchanged
     * @throws IndexOutOfBoundsException if a number is out of range
     */
    PreparedContext select(int... sequences);

    /**
     * The memory that this holds.
     *
     * @return bytes, without the few objects around them
     */
    long bytes();
}
