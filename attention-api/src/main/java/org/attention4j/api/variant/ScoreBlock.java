package org.attention4j.api.variant;

/** Some queries and keys of one head, as a {@link ScoreFunction} sees them. Valid during the call only; what it hands out must not be written. */
public interface ScoreBlock {
    /**
     * Index of the query head.
     *
     * @return 0 to H − 1
     */
    int head();

    /**
     * Position of the first query, counted from the start of its sequence (in cross-attention: of the context, whose end it is aligned with); the
     * others follow one by one.
     *
     * @return a position; below 0 for queries before the first key of a context
     */
    int queryPosition();

    /**
     * Position of the first key, counted from the start of its sequence; the others follow one by one. Keys whose position comes out below 0 have
     * none: an attention adds them to every sequence.
     *
     * @return a position
     */
    int keyPosition();

    /**
     * How many queries there are.
     *
     * @return m, at most 64
     */
    int queries();

    /**
     * How many keys there are.
     *
     * @return n, at most 128
     */
    int keys();

    /**
     * E, the width of a head.
     *
     * @return at least 1
     */
    int headWidth();

    /**
     * The queries: number e of query i is at {@code queryAt() + i * queryStride() + e}.
     *
     * @return their array
     */
    float[] query();

    /**
     * Where the queries start.
     *
     * @return an index
     */
    int queryAt();

    /**
     * Distance between queries.
     *
     * @return at least E
     */
    int queryStride();

    /**
     * The keys, in panels of 16, as a product reads them: number e of key j is at {@code keyAt() + j / 16 * 16 * E + 16 * e + j % 16}. What stands
     * for keys from n on in the last panel is anything.
     *
     * @return their array
     */
    float[] key();

    /**
     * Where the keys start.
     *
     * @return an index
     */
    int keyAt();

    /**
     * The variant's parameters, one after another in the order in which they were added, each row-major.
     *
     * @return their array
     */
    float[] parameters();

    /**
     * Memory for numbers on the way: of the same slot the same array, until more is asked for.
     *
     * @param slot 0 to 7
     * @param size how many numbers are needed
     * @return an array of at least that length, of any content
     */
    float[] memory(int slot, int size);
}
