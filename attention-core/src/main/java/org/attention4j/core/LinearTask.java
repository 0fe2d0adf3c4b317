package org.attention4j.core;

import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.Linear;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer on the true rows of a batch, or its input gradient (added), shared by blocks of rows; where these are fewer than the threads, as in a step,
 * the layer by ranges of outputs, too.
 */
final class LinearTask implements Workspace.Task {
    /** Rows of a part: weights are read once for so many. */
    private static final int ROWS = 64;

    private Kernels kernels = Kernels.scalar();
    private @Nullable Linear linear;
    private boolean backward;
    /** Whether all rows are one run, in both places. */
    private boolean full;

    private int blocks;
    /** Ranges of outputs, each of so many. */
    private int ranges;

    private int outs;
    private TrueRows shape = new TrueRows();
    private HeadRows from = new HeadRows();
    private HeadRows to = new HeadRows();

    /** to = from Wᵀ + b. */
    static void forward(
            Workspace workspace, Kernels kernels, Linear linear, TrueRows shape, HeadRows from, HeadRows to) {
        run(workspace, kernels, linear, false, shape, from, to);
    }

    /** to += from W. */
    static void inputGradient(
            Workspace workspace, Kernels kernels, Linear linear, TrueRows shape, HeadRows from, HeadRows to) {
        run(workspace, kernels, linear, true, shape, from, to);
    }

    private static void run(
            Workspace workspace,
            Kernels kernels,
            Linear linear,
            boolean backward,
            TrueRows shape,
            HeadRows from,
            HeadRows to) {
        if (shape.total == 0) {
            return;
        }
        LinearTask task = workspace.scratch().object(LinearTask.class, LinearTask::new);
        task.kernels = kernels;
        task.linear = linear;
        task.backward = backward;
        task.shape = shape;
        task.from = from;
        task.to = to;
        task.full = shape.followEachOther(from) && shape.followEachOther(to);
        task.blocks = Work.blocks(task.full ? shape.total : shape.time, ROWS);
        int parts = task.full ? task.blocks : shape.batch * task.blocks;
        int threads = backward ? 1 : Work.blocks(workspace.threads(), parts);
        task.outs = linear.outputsOfPart(shape.total, threads);
        task.ranges = Work.blocks(linear.out(), task.outs);
        boolean shared = task.ranges > 1 || Work.isShared((double) shape.total * linear.in() * linear.out());
        workspace.run(parts * task.ranges, shared, task);
    }

    @Override
    public void run(int index, Scratch scratch) {
        Linear layer = Objects.requireNonNull(linear);
        int block = index / ranges;
        int b = full ? 0 : block / blocks;
        int first = (full ? block : block % blocks) * ROWS;
        int last = Math.min(first + ROWS, full ? shape.total : shape.lengths[b]);
        if (first >= last) {
            return;
        }
        if (backward) {
            layer.inputGradient(
                    kernels,
                    first,
                    last,
                    from.array,
                    from.start[b],
                    from.rowStride,
                    to.array,
                    to.start[b],
                    to.rowStride);
        } else {
            int out = index % ranges * outs;
            layer.forwardOutputs(
                    kernels,
                    last - first,
                    from.array,
                    from.start[b] + first * from.rowStride,
                    from.rowStride,
                    out,
                    Math.min(outs, layer.out() - out),
                    to.array,
                    to.start[b] + first * to.rowStride + out,
                    to.rowStride);
        }
    }
}
