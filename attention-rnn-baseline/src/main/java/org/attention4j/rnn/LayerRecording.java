package org.attention4j.rnn;

import org.attention4j.api.BadShapeException;
import org.attention4j.api.Sequences;

/**
 * What backpropagation through one layer needs: for each direction the gate rows {@code [B, T, G·H]} and the states
 * {@code [B, T + 1, S]}; the inputs, unless they are the caller's; and what dropout left of them. A position lies
 * between two state rows: forward, before it is row t and after it t + 1; in reverse the other way round.
 */
final class LayerRecording {
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;
    private static final float[] NONE = new float[0];

    private final Sequences in;
    private final int stateWidth;
    private final float[][] gates;
    private final float[][] states;
    private final float[] input;
    private final float[] mask;

    /**
     * An empty recording.
     *
     * @param in the lengths
     * @param layer the layer
     * @param inputs whether to keep the inputs
     * @param dropout whether to keep what was left of them
     */
    LayerRecording(Sequences in, Layer layer, boolean inputs, boolean dropout) {
        this.in = in;
        stateWidth = layer.stateWidth();
        int directions = layer.directions().size();
        gates = new float[directions][size(in.batch(), in.time(), layer.gateStride())];
        states = new float[directions][size(in.batch(), in.time() + 1L, stateWidth)];
        int size = size(in.batch(), in.time(), layer.width());
        input = inputs ? new float[size] : NONE;
        mask = inputs && dropout ? new float[size] : NONE;
    }

    private static int size(long batch, long time, int width) {
        if ((double) batch * time * width > LARGEST_ARRAY) {
            throw new BadShapeException("a recording of " + batch + " sequences of " + time + " positions of " + width
                    + " floats is larger than a Java array, " + LARGEST_ARRAY + "; record fewer sequences at once");
        }
        return (int) (batch * time * width);
    }

    long bytes() {
        long floats = input.length + (long) mask.length;
        for (int d = 0; d < gates.length; d++) {
            floats += gates[d].length + (long) states[d].length;
        }
        return floats * Float.BYTES;
    }

    Sequences in() {
        return in;
    }

    /** The inputs {@code [B, T, D]}, after dropout; empty if they are the caller's. */
    float[] input() {
        return input;
    }

    /** What the inputs were multiplied with, {@code [B, T, D]}; empty without dropout. */
    float[] mask() {
        return mask;
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
