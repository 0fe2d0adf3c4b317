package org.attention4j.cnn;

import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/** Works on all positions of some channels of one sequence: one part. */
abstract class PoolingTask implements Workspace.Task {
    static final float[] NONE = new float[0];

    /** Channels of a part at most: four lines of the cache from each row, and all that a part keeps beside them is in the first-level cache. */
    private static final int CHANNELS = 64;

    private @Nullable PoolingForm form;
    private @Nullable Sequences in;
    private int blocks;

    /** What is read, {@code [B, T, D]}. */
    float[] x = NONE;

    int xAt;

    /** What is written or added to, {@code [B, T, D]}. */
    float[] y = NONE;

    int yAt;

    /** Works on channels {@code from} to {@code from + n − 1} of sequence b. */
    abstract void channels(PoolingForm form, Sequences in, int b, int from, int n, Scratch scratch);

    /** Works on all, and lets go of the caller's memory. */
    final void over(PoolingForm form, Sequences in, Workspace workspace) {
        this.form = form;
        this.in = in;
        blocks = Math.ceilDiv(form.width(), CHANNELS);
        long operations = (long) in.batch() * in.time() * form.width() * Math.max(1, form.kernel());
        try {
            workspace.run(in.batch() * blocks, operations >= ForwardPass.WORTH_SHARING, this);
        } finally {
            this.form = null;
            this.in = null;
            x = NONE;
            y = NONE;
            forget();
        }
    }

    /** Lets go of what else is the caller's. */
    abstract void forget();

    @Override
    public final void run(int index, Scratch scratch) {
        PoolingForm form = Objects.requireNonNull(this.form);
        int from = index % blocks * CHANNELS;
        int n = Math.min(CHANNELS, form.width() - from);
        channels(form, Objects.requireNonNull(in), index / blocks, from, n, scratch);
    }
}
