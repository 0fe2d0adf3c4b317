package org.attention4j.rnn;

import org.attention4j.api.BadShapeException;
import org.attention4j.api.Recording;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;

/**
 * What backpropagation through time needs: for each direction the gates {@code [B, T, G·H]} and the states {@code [B,
 * T + 1, S]}. A position lies between two state rows: forward, before it is row t and after it t + 1; in reverse the
 * other way round.
 */
final class RecurrentRecording implements Recording {
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final SequenceMixer mixer;
    private final Sequences in;
    private final int stateWidth;
    private final float[][] gates;
    private final float[][] states;

    RecurrentRecording(SequenceMixer mixer, Layer layer, Sequences in) {
        this.mixer = mixer;
        this.in = in;
        stateWidth = layer.stateWidth();
        int directions = layer.directions().size();
        gates = new float[directions][size(in.batch(), in.time(), layer.gateWidth())];
        states = new float[directions][size(in.batch(), in.time() + 1L, stateWidth)];
    }

    private static int size(long batch, long time, int width) {
        if ((double) batch * time * width > LARGEST_ARRAY) {
            throw new BadShapeException("a recording of " + batch + " sequences of " + time + " positions of " + width
                    + " floats is larger than a Java array, " + LARGEST_ARRAY + "; record fewer sequences at once");
        }
        return (int) (batch * time * width);
    }

    @Override
    public SequenceMixer mixer() {
        return mixer;
    }

    @Override
    public long bytes() {
        long floats = 0;
        for (int d = 0; d < gates.length; d++) {
            floats += gates[d].length + (long) states[d].length;
        }
        return floats * Float.BYTES;
    }

    Sequences in() {
        return in;
    }

    /** The gate rows of a direction, {@code [B, T, G·H]}. */
    float[] gates(int direction) {
        return gates[direction];
    }

    /** The state rows of a direction, {@code [B, T + 1, S]}. */
    float[] states(int direction) {
        return states[direction];
    }

    /** Where the state before a position is. */
    int before(int b, int t, boolean reverse) {
        return (b * (in.time() + 1) + (reverse ? t + 1 : t)) * stateWidth;
    }

    /** Where the state after a position is. */
    int after(int b, int t, boolean reverse) {
        return (b * (in.time() + 1) + (reverse ? t : t + 1)) * stateWidth;
    }
}
