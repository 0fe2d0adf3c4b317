package org.attention4j.core;

import org.attention4j.api.BadShapeException;

/**
 * How many pairs of a query and a key one attention has, over all sequences and heads. Blocks of keys that no query of a block sees are not
 * computed, and in a block only the columns that a group of queries sees; so {@code visible ≤ computed ≤ all}.
 *
 * @param visible pairs that causality and masks allow
 * @param computed pairs whose score is computed, in a pass over whole sequences without gradient
 * @param all Σ over sequences of H · queries · keys, by true lengths, with the keys that an attention adds
 */
public record PairCount(long visible, long computed, long all) {
    /** Refuses what cannot be. */
    public PairCount {
        if (visible < 0 || visible > computed || computed > all) {
            throw new BadShapeException(visible + " visible pairs, " + computed + " computed, " + all + " in all");
        }
    }

    /**
     * The share of all pairs that is not computed.
     *
     * @return 0 to 1; 0 if there are no pairs
     */
    public double skipped() {
        return all == 0 ? 0 : 1 - (double) computed / all;
    }
}
