package org.attention4j.cnn;

import org.attention4j.api.Scratch;

/** What becomes of sums while they are in the cache. */
@FunctionalInterface
interface Finish {
    /** Leaves them as they are. */
    Finish NONE = (filter, source, b, from, to, y, at, scratch) -> {};

    /**
     * Takes some positions of one sequence.
     *
     * @param filter has made the sums
     * @param source what it has read
     * @param b which sequence
     * @param from the first position
     * @param to past the last
     * @param y rows of sums, made into outputs
     * @param at the row of {@code from}
     * @param scratch of the thread
     */
    void run(Filter filter, Source source, int b, int from, int to, float[] y, int at, Scratch scratch);
}
