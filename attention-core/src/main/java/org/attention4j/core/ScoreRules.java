package org.attention4j.core;

import org.jspecify.annotations.Nullable;

/**
 * What a mixer does with its scores in every call.
 *
 * @param scale what products are multiplied by
 * @param softCap c of c · tanh(s / c), or 0 for none
 * @param positions what is added by distance
 * @param sinks a logit for each head that takes part in the softmax and has no value
 * @param dropout what recordings leave out
 */
record ScoreRules(
        float scale,
        float softCap,
        @Nullable PositionBias positions,
        float @Nullable [] sinks,
        @Nullable WeightDropout dropout) {}
