package org.attention4j.core;

import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.Linear;
import org.jspecify.annotations.Nullable;

/** Projects the true rows of a batch to keys or values, and packs them, block of rows by block of rows. */
final class KeyValueTask implements Workspace.Task {
    private static final int ROWS = 64;

    private Kernels kernels = Kernels.scalar();
    private @Nullable Linear linear;
    private boolean toValues;
    private int headWidth;
    private TrueRows in = new TrueRows();
    private KeyValues target = new KeyValues();
    private int[] positions = {};
    private int blocks;

    /**
     * Projects and packs.
     *
     * @param toValues whether the rows become values, or else keys
     * @param positions where each sequence's first row goes
     */
    static void run(
            Workspace workspace,
            Kernels kernels,
            Linear linear,
            boolean toValues,
            int headWidth,
            TrueRows in,
            KeyValues target,
            int[] positions) {
        KeyValueTask task = workspace.scratch().object(KeyValueTask.class, KeyValueTask::new);
        task.kernels = kernels;
        task.linear = linear;
        task.toValues = toValues;
        task.headWidth = headWidth;
        task.in = in;
        task.target = target;
        task.positions = positions;
        task.blocks = Work.blocks(in.time, ROWS);
        Work.run(workspace, in.batch * task.blocks, (double) in.total * linear.in() * linear.out(), task);
    }

    @Override
    public void run(int index, Scratch scratch) {
        Linear layer = Objects.requireNonNull(linear);
        int b = index / blocks;
        int first = index % blocks * ROWS;
        int count = Math.min(ROWS, in.lengths[b] - first);
        if (count <= 0) {
            return;
        }
        int width = layer.out();
        float[] rows = scratch.floats(ROWS * width);
        layer.forward(kernels, 0, count, in.rows.array, in.rows.at(b, 0, first), in.rows.rowStride, rows, 0, width);
        if (toValues) {
            target.putValues(b, positions[b] + first, count, rows, 0, width, headWidth);
        } else {
            target.putKeys(b, positions[b] + first, count, rows, 0, width, headWidth);
        }
    }
}
