package org.attention4j.core;

import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.kernels.Kernels;

/**
 * What all calls of a mixer have alike.
 *
 * @param kernels numerics
 * @param heads H
 * @param keyWidth E
 * @param valueWidth E'
 * @param causal whether queries see no later keys
 * @param variant scores, mask and weights
 * @param learned by the variant
 * @param rules of scores
 */
record CallForm(
        Kernels kernels,
        int heads,
        int keyWidth,
        int valueWidth,
        boolean causal,
        AttentionVariant variant,
        float[] learned,
        ScoreRules rules) {
    /** Tells a call everything but its queries and its keys. */
    void describe(AttentionPass pass, ScoreTerms terms) {
        AttentionCall call = pass.call;
        call.kernels = kernels;
        call.batch = pass.queryRows.batch;
        call.heads = heads;
        call.keyWidth = keyWidth;
        call.valueWidth = valueWidth;
        call.queryTime = pass.queryRows.time;
        call.queryLengths = pass.queryRows.lengths;
        call.causal = causal;
        call.variant(variant, learned);
        call.sinks = rules.sinks();
        call.dropout = pass.kept() ? rules.dropout() : null;
        float scale = call.scoreFunction == null ? rules.scale() : 1f;
        call.scores.set(scale, rules.softCap(), rules.positions(), variant, terms, pass.memory);
    }
}
