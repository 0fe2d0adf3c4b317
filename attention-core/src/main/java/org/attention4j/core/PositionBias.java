package org.attention4j.core;

/** What is added to scores by the distance of key and query. Immutable. */
interface PositionBias {
    /**
     * Adds it to a row of scores.
     *
     * @param stride distance between scores
     * @param query position of the query in its sequence
     * @param first position of the first key
     */
    void add(float[] x, int at, int stride, int count, int head, int query, int first);

    /** How many learned numbers a head has. */
    int learned();

    /**
     * Adds a row of dL/dscore to the gradient of a head's learned numbers, which begin at {@code to}.
     *
     * @param query position of the query in its sequence
     * @param first position of the first key
     */
    void gradient(float[] d, int at, int count, int query, int first, float[] gradient, int to);
}
