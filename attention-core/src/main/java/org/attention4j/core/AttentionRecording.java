package org.attention4j.core;

import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;

/**
 * What the gradient of an attention with layers needs: the pass with its arrays, which are its own, and the inputs, which are not.
 *
 * @param mixer that recorded
 * @param query what queries are made of
 * @param key what keys are made of
 * @param value what values are made of
 * @param terms bias and mask
 * @param pass kept
 */
record AttentionRecording<P extends AttentionPass>(
        AttentionMixer<P> mixer, Sequences query, Sequences key, Sequences value, ScoreTerms terms, P pass)
        implements Recording {
    /** Whether keys and values come from a second sequence. */
    boolean contextual() {
        return key != query;
    }

    @Override
    public long bytes() {
        return pass.bytes();
    }
}
