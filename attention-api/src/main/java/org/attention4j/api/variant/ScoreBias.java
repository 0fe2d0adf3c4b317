package org.attention4j.api.variant;

/** A number for every query and key, such as ALiBi's −slope · distance. */
@FunctionalInterface
public interface ScoreBias {
    /**
     * The bias.
     *
     * @param batch index of the sequence
     * @param head index of the query head
     * @param query position of the query
     * @param key position of the key
     * @return what is added to the score
     */
    float at(int batch, int head, int query, int key);
}
