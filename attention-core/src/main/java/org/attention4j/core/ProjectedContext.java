package org.attention4j.core;

import org.attention4j.api.PreparedContext;

/**
 * Keys and values of a context, projected and packed once.
 *
 * @param mixer whose projections they are
 * @param keyValues [K, S, E] of each sequence, with the mixer's own added keys first
 * @param time S
 * @param lengths true lengths
 */
record ProjectedContext(ProjectedAttention mixer, KeyValues keyValues, int time, int[] lengths)
        implements PreparedContext {
    @Override
    public ProjectedContext select(int... sequences) {
        int[] selected = new int[sequences.length];
        for (int i = 0; i < selected.length; i++) {
            selected[i] = lengths[sequences[i]];
        }
        return new ProjectedContext(mixer, keyValues.select(sequences), time, selected);
    }

    @Override
    public int batch() {
        return lengths.length;
    }

    @Override
    public long bytes() {
        return keyValues.bytes() + (long) lengths.length * Integer.BYTES;
    }
}
