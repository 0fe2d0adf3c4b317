package org.attention4j.api.variant;

/** Says which key a query may attend to. A pure function, safe for any number of threads. */
@FunctionalInterface
public interface AttentionMask {
    /**
     * Whether the query may see the key.
     *
     * @param batch index of the sequence
     * @param head index of the query head
     * @param query position of the query, as in {@link ScoreModifier}
     * @param key position of the key
     * @return true = may attend
     */
    boolean allows(int batch, int head, int query, int key);
}
