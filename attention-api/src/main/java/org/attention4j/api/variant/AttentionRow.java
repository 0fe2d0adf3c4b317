package org.attention4j.api.variant;

/** One query and the keys before it, as an {@link AttentionWeighting} sees them. Valid during the call only. */
public interface AttentionRow {
    /**
     * Index of the sequence.
     *
     * @return 0 to B − 1
     */
    int batch();

    /**
     * Index of the query head.
     *
     * @return 0 to H − 1
     */
    int head();

    /**
     * Position of the query.
     *
     * @return as in {@link ScoreModifier}
     */
    int query();

    /**
     * How many keys there are, seen or not.
     *
     * @return S
     */
    int keys();

    /**
     * The position of key 0. In a ring, keys that are gone are not counted: key j stands at position {@code firstPosition() + j}, {@code
     * query() - firstPosition() - j} before the query.
     *
     * @return 0 but for a {@link ScoreWeighting} in the state of a mixer with {@code cache=ring}; then a multiple of 128
     */
    default int firstPosition() {
        return 0;
    }

    /**
     * A key before which the query may attend to none: where loops over keys may start.
     *
     * @return 0 to S, a multiple of 16 unless it is S; weights before it are not read
     */
    default int firstKey() {
        return 0;
    }

    /**
     * E, the width of a head.
     *
     * @return at least 1
     */
    int headWidth();

    /**
     * Whether the query may attend to a key.
     *
     * @param key 0 to S − 1
     * @return true if so; keys it may not see must not be read
     */
    boolean sees(int key);

    /**
     * One number of the query.
     *
     * @param e 0 to E − 1
     * @return q_e
     */
    float query(int e);

    /**
     * One number of a key.
     *
     * @param key 0 to S − 1
     * @param e 0 to E − 1
     * @return k_e
     */
    float key(int key, int e);

    /**
     * The scaled product of the query and a key.
     *
     * @param key 0 to S − 1
     * @return q·k / √E: the chain of fused multiply-adds over e in order, then scaled
     */
    float score(int key);

    /**
     * One number of the variant's {@linkplain AttentionVariant#withParameter parameters}: they stand one after another in the order in which they were
     * added, each row-major.
     *
     * @param index 0 to the size of all of them − 1
     * @return the number
     */
    float parameter(int index);
}
