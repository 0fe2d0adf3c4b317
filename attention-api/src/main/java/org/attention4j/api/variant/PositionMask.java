package org.attention4j.api.variant;

/**
 * A mask that is the same for all heads, by positions alone. Attention asks it once for all heads that one thread computes, where a lambda that
 * is given the head is asked for each of them.
 *
 * <pre>{@code
 * PositionMask near = (batch, query, key) -> query - key < 64;
 * AttentionMask mask = AttentionMasks.causal(0).and(near);
 * }</pre>
 */
@FunctionalInterface
public interface PositionMask extends AttentionMask {
    /**
     * Whether the query may see the key, in every head.
     *
     * @param batch index of the sequence
     * @param query position of the query, as in {@link ScoreModifier}
     * @param key position of the key
     * @return true = may attend
     */
    boolean allows(int batch, int query, int key);

    @Override
    default boolean allows(int batch, int head, int query, int key) {
        return allows(batch, query, key);
    }

    /** No: false. */
    @Override
    default boolean perHead() {
        return false;
    }
}
