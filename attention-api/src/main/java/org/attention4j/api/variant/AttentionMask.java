package org.attention4j.api.variant;

import java.util.Objects;

/**
 * Says which key a query may attend to. A pure function, safe for any number of threads; masks compose, and {@link AttentionMasks} has
 * those of the literature.
 *
 * <pre>{@code
 * AttentionMask mask = AttentionMasks.causal(0)
 *         .and(AttentionMasks.documents(ids))
 *         .and((batch, head, query, key) -> head != 0 || query - key < 64);
 * }</pre>
 *
 * <p>Positions are those of {@link ScoreModifier}. A query that is aligned before the first key has a negative one.
 */
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

    /**
     * What {@link #allows} answers for every pair of some queries and some keys: pairs that nobody may see are then not computed, and pairs
     * that all may see are not asked for. Both ranges hold at least one position.
     *
     * @param batch index of the sequence
     * @param head index of the query head
     * @param fromQuery position of the first query
     * @param toQuery past the last query
     * @param fromKey position of the first key
     * @param toKey past the last key
     * @return SOME by default: each pair is asked for
     */
    default Visibility visibility(int batch, int head, int fromQuery, int toQuery, int fromKey, int toKey) {
        return Visibility.SOME;
    }

    /**
     * What {@link #allows} answers for some queries, one after the other, and one key. Attention asks this way where {@link #visibility} does not
     * know: a mask that has the answers at hand should give them all at once.
     *
     * @param batch index of the sequence
     * @param head index of the query head
     * @param fromQuery position of the first query
     * @param queries how many there are, 1 to 32
     * @param key position of the key
     * @return bit i for query {@code fromQuery + i}: 1 = may attend; the bits of {@code queries} and above are 0. By default each pair is asked for
     */
    default int allowed(int batch, int head, int fromQuery, int queries, int key) {
        int bits = 0;
        for (int i = queries - 1; i >= 0; i--) {
            bits = 2 * bits + (allows(batch, head, fromQuery + i, key) ? 1 : 0);
        }
        return bits;
    }

    /**
     * Whether an answer may depend on the head. Where none does, attention asks once for all heads that one thread computes.
     *
     * @return true by default; where it is false, the head must not matter to any answer
     */
    default boolean perHead() {
        return true;
    }

    /**
     * A query sees the keys that both masks allow.
     *
     * @param other another mask
     * @return a new mask
     */
    default AttentionMask and(AttentionMask other) {
        return new MaskTerms.And(this, Objects.requireNonNull(other, "mask"));
    }

    /**
     * A query sees the keys that one of the masks allows.
     *
     * @param other another mask
     * @return a new mask
     */
    default AttentionMask or(AttentionMask other) {
        return new MaskTerms.Or(this, Objects.requireNonNull(other, "mask"));
    }

    /**
     * A query sees the keys that this mask does not allow.
     *
     * @return a new mask
     */
    default AttentionMask not() {
        return new MaskTerms.Not(this);
    }
}
