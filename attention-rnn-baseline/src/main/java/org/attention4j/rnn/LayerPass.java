package org.attention4j.rnn;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.RowState;
import org.attention4j.api.Sequences;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/** What a pass over one layer is given, whichever way it shares the work. Set anew for each, so that a call allocates nothing. */
abstract class LayerPass {
    static final float[] NONE = new float[0];

    @Nullable
    Layer layer;
    /** The lengths. */
    @Nullable
    Sequences in;
    /** The inputs {@code [B, T, D]}, and where they start. */
    float[] x = NONE;

    int xAt;
    /** State rows {@code [directions, B, S]} before the first position; replaced by those after the last. */
    float[] state = NONE;
    /** {@code [B, T, D']}, written, and where it starts. */
    float[] out = NONE;

    int outAt;
    /** Takes the state row of every position; does not advance. */
    @Nullable
    RowState kept;
    /** Where this layer's state is in such a row. */
    int keptAt;
    /** Takes the gates and states of every position. */
    @Nullable
    LayerRecording recording;

    @Nullable
    Workspace workspace;

    final Layer layer() {
        return Objects.requireNonNull(layer);
    }

    final Sequences in() {
        return Objects.requireNonNull(in);
    }

    final Direction direction(int d) {
        return layer().directions().get(d);
    }

    /** Where an input is. */
    final int inputAt(int b, int t) {
        return xAt + (b * in().time() + t) * layer().width();
    }

    /** Where a state row is. */
    final int stateAt(int d, int b) {
        return (d * in().batch() + b) * layer().stateWidth();
    }

    private int outputAt(int d, int b, int t) {
        return outAt + (b * in().time() + t) * layer().outputWidth() + d * layer().output();
    }

    /** Writes some of an output, from {@code first} on. */
    final void write(int d, int b, int t, int first, float[] values, int at, int count) {
        System.arraycopy(values, at, out, outputAt(d, b, t) + first, count);
    }

    /** Keeps some of the state row after a position, from {@code first} on, where somebody wants it. */
    final void keep(int d, int b, int t, int first, float[] values, int at, int count) {
        if (recording != null) {
            int after = recording.after(b, t, direction(d).reverse());
            System.arraycopy(values, at, recording.states(d), after + first, count);
        }
        if (kept != null && in().length(b) - t <= kept.capacity() + 1) { // others would be overwritten anyway
            int row = kept.row(b, kept.position(b) + t % (kept.capacity() + 1)) + keptAt;
            System.arraycopy(values, at, kept.rows(b), row + first, count);
        }
    }

    /** Zeros for some of the outputs past a sequence's end, from {@code first} on. */
    final void clearPadding(int d, int b, int first, int count) {
        for (int t = in().length(b); t < in().time(); t++) {
            int at = outputAt(d, b, t) + first;
            Arrays.fill(out, at, at + count, 0f);
        }
    }

    /** Whether a position reads weights from their end, as every other one does, counted on from call to call; see {@link WeightSweep}. */
    final boolean isFromEnd(int b, int n) {
        return ((kept == null ? n : kept.position(b) + n) & 1) != 0;
    }

    /** Takes over what another pass was given. */
    final void take(LayerPass given) {
        layer = given.layer;
        in = given.in;
        x = given.x;
        xAt = given.xAt;
        state = given.state;
        out = given.out;
        outAt = given.outAt;
        kept = given.kept;
        keptAt = given.keptAt;
        recording = given.recording;
        workspace = given.workspace;
    }

    /** Lets go of the caller's memory. */
    void forget() {
        layer = null;
        in = null;
        x = NONE;
        state = NONE;
        out = NONE;
        kept = null;
        recording = null;
        workspace = null;
    }
}
