package org.attention4j.cnn;

import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/** Adds the gradient of the inputs, tap by tap in order. One part is some positions of one sequence. */
final class InputGradient implements Workspace.Task {
    private static final float[] NONE = new float[0];

    private @Nullable Filter filter;
    private @Nullable Source source;
    private float[] dY = NONE;
    private int dYAt;
    private float[] dX = NONE;
    private int dXAt;
    private int positions;
    private int blocks;

    /**
     * Runs.
     *
     * @param filter the convolution
     * @param source what the convolution read
     * @param dY {@code [B, T, D']}
     * @param dYAt where it starts
     * @param dX {@code [B, T, D]}, added to
     * @param dXAt where it starts
     * @param workspace begun
     */
    static void run(Filter filter, Source source, float[] dY, int dYAt, float[] dX, int dXAt, Workspace workspace) {
        InputGradient task = workspace.scratch().object(InputGradient.class, InputGradient::new);
        task.filter = filter;
        task.source = source;
        task.dY = dY;
        task.dYAt = dYAt;
        task.dX = dX;
        task.dXAt = dXAt;
        task.positions = ForwardPass.positions(source.sequences(), workspace.threads());
        task.blocks = Math.ceilDiv(source.sequences().time(), task.positions);
        try {
            workspace.run(source.sequences().batch() * task.blocks, task);
        } finally {
            task.filter = null;
            task.source = null;
            task.dY = NONE;
            task.dX = NONE;
        }
    }

    @Override
    public void run(int index, Scratch scratch) {
        Filter filter = Objects.requireNonNull(this.filter);
        Sequences in = Objects.requireNonNull(this.source).sequences();
        Reach reach = filter.reach();
        int b = index / blocks;
        int length = in.length(b);
        int from = index % blocks * positions;
        int to = Math.clamp(length, from, from + positions);
        int first = Math.clamp(reach.right(), from, to);
        int end = Math.clamp(length - reach.left(), first, to);
        edge(filter, in, b, from, first);
        int row = dYAt + (b * in.time() + first - reach.shift(0)) * filter.out();
        int target = dXAt + (b * in.time() + first) * filter.in();
        filter.taps().allTransposed(filter.kernels(), reach, end - first, dY, row, filter.out(), dX, target);
        edge(filter, in, b, end, to);
    }

    /** Inputs that not all taps read. */
    private void edge(Filter filter, Sequences in, int b, int from, int to) {
        Reach reach = filter.reach();
        for (int k = 0; k < reach.kernel(); k++) {
            int shift = reach.shift(k);
            int first = Math.max(from, reach.first(k) + shift);
            int end = Math.min(to, reach.end(k, in.length(b)) + shift);
            if (first < end) {
                int row = dYAt + (b * in.time() + first - shift) * filter.out();
                int target = dXAt + (b * in.time() + first) * filter.in();
                filter.taps().addTransposed(filter.kernels(), k, end - first, dY, row, dX, target);
            }
        }
    }
}
