package org.attention4j.cnn;

import java.util.Arrays;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/** Adds the gradient of the inputs: to the first maximum of each window, from the first window on; or, of means, from the last window that has the input. */
final class PoolingGradient extends PoolingTask {
    private float[] dY = NONE;
    private int dYAt;

    /**
     * Runs.
     *
     * @param form what was pooled
     * @param in {@code [B, T, D]}
     * @param dOut {@code [B, T, D]}
     * @param dIn {@code [B, T, D]}, added to
     * @param workspace begun
     */
    static void run(PoolingForm form, Sequences in, Tensor dOut, Tensor dIn, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        PoolingGradient task = scratch.object(PoolingGradient.class, PoolingGradient::new);
        task.x = in.tensor().readable(scratch);
        task.xAt = in.tensor().offset();
        task.dY = dOut.readable(scratch);
        task.dYAt = dOut.offset();
        float[] dX = dIn.readable(scratch);
        task.y = dX;
        task.yAt = dIn.offset();
        task.over(form, in, workspace);
        dIn.commit(dX);
    }

    @Override
    void forget() {
        dY = NONE;
    }

    @Override
    void channels(PoolingForm form, Sequences in, int b, int channel, int n, Scratch scratch) {
        int row = b * in.time() * form.width() + channel;
        if (form.max()) {
            ofMaxima(form, in.length(b), row, n, scratch.floats(n), scratch.ints(n));
        } else {
            ofMeans(form, in.length(b), row, n, scratch.floats(n));
        }
    }

    private void ofMaxima(PoolingForm form, int length, int row, int n, float[] most, int[] where) {
        int width = form.width();
        int start = -1;
        int end = 0;
        for (int t = 0; t < length; t++) {
            int from = form.from(t, 0);
            if (from != start) {
                Arrays.fill(most, 0, n, Float.NEGATIVE_INFINITY);
                Arrays.fill(where, 0, n, from);
                start = from;
                end = from;
            }
            for (; end < form.to(t, length); end++) {
                int at = xAt + row + end * width;
                for (int i = 0; i < n; i++) {
                    float v = x[at + i];
                    if (v > most[i] || v != v && most[i] == most[i]) { // the first NaN is the maximum
                        most[i] = v;
                        where[i] = end;
                    }
                }
            }
            int at = dYAt + row + t * width;
            for (int i = 0; i < n; i++) {
                y[yAt + row + where[i] * width + i] += dY[at + i];
            }
        }
    }

    /** An input is in the windows of outputs from s − right to s + left: sums as those of the means, from the end to the beginning. */
    private void ofMeans(PoolingForm form, int length, int row, int n, float[] sum) {
        int width = form.width();
        int end = -1;
        int next = -1;
        for (int s = length - 1; s >= 0; s--) {
            int to = form.all() ? length : Math.min(length, s + form.left() + 1);
            int from = form.all() ? form.causal() ? s : 0 : Math.max(0, s - form.right());
            if (to != end) {
                Arrays.fill(sum, 0, n, 0f);
                end = to;
                next = to - 1;
            }
            for (; next >= from; next--) {
                float count = form.divisor(form.to(next, length) - form.from(next, 0));
                int at = dYAt + row + next * width;
                for (int i = 0; i < n; i++) {
                    sum[i] += dY[at + i] / count;
                }
            }
            int at = yAt + row + s * width;
            for (int i = 0; i < n; i++) {
                y[at + i] += sum[i];
            }
        }
    }
}
