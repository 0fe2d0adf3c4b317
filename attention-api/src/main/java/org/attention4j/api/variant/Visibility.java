package org.attention4j.api.variant;

/**
 * What an {@link AttentionMask} says about all pairs of some queries and some keys at once. {@link #SOME} promises nothing: it is what a mask
 * says that does not know.
 */
public enum Visibility {
    /** No pair may be seen. */
    NONE,
    /** Some pairs may be seen, or all, or none: each has to be asked for. */
    SOME,
    /** Every pair may be seen. */
    ALL;

    /**
     * Of pairs that two masks must allow.
     *
     * @param other what the other mask says about the same pairs
     * @return NONE if one is, ALL if both are
     */
    public Visibility and(Visibility other) {
        return compareTo(other) <= 0 ? this : other;
    }

    /**
     * Of pairs that one of two masks must allow.
     *
     * @param other what the other mask says about the same pairs
     * @return ALL if one is, NONE if both are
     */
    public Visibility or(Visibility other) {
        return compareTo(other) >= 0 ? this : other;
    }

    /**
     * Of pairs that a mask must not allow.
     *
     * @return ALL and NONE exchanged
     */
    public Visibility not() {
        return switch (this) {
            case NONE -> ALL;
            case SOME -> SOME;
            case ALL -> NONE;
        };
    }

    /** ALL for true, NONE for false. */
    static Visibility of(boolean all) {
        return all ? ALL : NONE;
    }
}
