package org.attention4j.cnn;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.RowState;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * Pools whole sequences or a chunk of them. A window that begins where the one before began goes on from what has become of that: the chain is the
 * same, and windows without a beginning cost one operation a position.
 */
final class PoolingForward extends PoolingTask {
    private @Nullable RowState before;
    private float[] kept = NONE;

    /**
     * Runs.
     *
     * @param form what is pooled
     * @param in {@code [B, T, D]}
     * @param x its elements
     * @param before what is known of the positions before them, if they are a chunk; not changed
     * @param kept {@code [B, T, D]}, is given what has become of all up to each position; or empty
     * @param y {@code [B, T, D]}, written
     * @param yAt where it starts
     * @param workspace begun
     */
    static void run(
            PoolingForm form,
            Sequences in,
            float[] x,
            @Nullable RowState before,
            float[] kept,
            float[] y,
            int yAt,
            Workspace workspace) {
        PoolingForward task = workspace.scratch().object(PoolingForward.class, PoolingForward::new);
        task.x = x;
        task.xAt = in.tensor().offset();
        task.y = y;
        task.yAt = yAt;
        task.before = before;
        task.kept = kept;
        task.over(form, in, workspace);
    }

    @Override
    void forget() {
        before = null;
        kept = NONE;
    }

    @Override
    void channels(PoolingForm form, Sequences in, int b, int channel, int n, Scratch scratch) {
        float[] pooled = scratch.floats(n);
        int length = in.length(b);
        int width = form.width();
        int row = b * in.time() * width + channel;
        long position = before == null ? 0 : before.position(b);
        int first = form.all() ? 0 : (int) -Math.min(position, form.lookback());
        boolean goesOn = form.all() && position > 0;
        if (goesOn) {
            RowState state = Objects.requireNonNull(before);
            System.arraycopy(state.rows(b), state.row(b, position - 1) + channel, pooled, 0, n);
        }
        int start = goesOn ? 0 : -1;
        int end = 0;
        for (int t = 0; t < length; t++) {
            int from = form.from(t, first);
            int to = form.to(t, length);
            if (t == 0 && !goesOn || from != start) {
                Arrays.fill(pooled, 0, n, form.max() ? Float.NEGATIVE_INFINITY : 0f);
                start = from;
                end = from;
            }
            while (end < to) {
                take(form, b, end++, row, channel, pooled, n);
            }
            int at = yAt + row + t * width;
            if (form.max()) {
                System.arraycopy(pooled, 0, y, at, n);
            } else {
                float count = form.divisor(form.all() ? position + to : to - from);
                for (int i = 0; i < n; i++) {
                    y[at + i] = pooled[i] / count;
                }
            }
            if (kept.length > 0) {
                System.arraycopy(pooled, 0, kept, row + t * width, n);
            }
        }
        for (int t = length; t < in.time(); t++) {
            Arrays.fill(y, yAt + row + t * width, yAt + row + t * width + n, 0f);
        }
    }

    /** Takes one more position, of this chunk or before it. */
    private void take(PoolingForm form, int b, int t, int row, int channel, float[] pooled, int n) {
        if (t >= 0) {
            take(form.max(), x, xAt + row + t * form.width(), pooled, n);
        } else {
            RowState state = Objects.requireNonNull(before);
            take(form.max(), state.rows(b), state.row(b, state.position(b) + t) + channel, pooled, n);
        }
    }

    private static void take(boolean max, float[] x, int at, float[] pooled, int n) {
        if (max) {
            for (int i = 0; i < n; i++) {
                pooled[i] = Math.max(pooled[i], x[at + i]);
            }
        } else {
            for (int i = 0; i < n; i++) {
                pooled[i] += x[at + i];
            }
        }
    }
}
