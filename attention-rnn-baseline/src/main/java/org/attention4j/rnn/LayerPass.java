package org.attention4j.rnn;

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
