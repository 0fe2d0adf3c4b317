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

    /**
     * How rows become keys or values.
     *
     * @param linear none where they are taken as they are
     * @param chain none where nothing follows
     * @param toValues whether they become values
     * @param headWidth E or E'
     * @param extra how many keys are stored before position 0
     */
    record Layer(
            Kernels kernels,
            @Nullable Linear linear,
            @Nullable HeadChain chain,
            boolean toValues,
            int headWidth,
            int extra) {}

    private @Nullable Layer layer;
    private TrueRows in = new TrueRows();
    private KeyValues target = new KeyValues();
    private int[] positions = {};
    private @Nullable HeadRows raw;
    private int blocks;

    /**
     * Runs.
     *
     * @param positions where each sequence's first row goes
     * @param raw what is kept of the rows before the chain, if anything is
     */
    static void run(
            Workspace workspace, Layer layer, TrueRows in, KeyValues target, int[] positions, @Nullable HeadRows raw) {
        KeyValueTask task = workspace.scratch().object(KeyValueTask.class, KeyValueTask::new);
        task.layer = layer;
        task.in = in;
        task.target = target;
        task.positions = positions;
        task.raw = raw;
        task.blocks = Work.blocks(in.time, ROWS);
        Linear linear = layer.linear;
        double products = linear == null ? in.width : (double) linear.in() * linear.out();
        Work.run(workspace, in.batch * task.blocks, in.total * products, task);
    }

    @Override
    public void run(int index, Scratch scratch) {
        int b = index / blocks;
        int first = index % blocks * ROWS;
        int count = Math.min(ROWS, in.lengths[b] - first);
        if (count <= 0) {
            return;
        }
        Layer how = Objects.requireNonNull(layer);
        int to = positions[b] + first;
        HeadRows given = in.rows;
        Linear linear = how.linear;
        if (linear == null) {
            target.putValues(b, to, count, given.array, given.at(b, 0, first), given.rowStride, how.headWidth);
            return;
        }
        int width = linear.out();
        float[] rows = scratch.floats(ROWS * width);
        linear.forward(how.kernels, 0, count, given.array, given.at(b, 0, first), given.rowStride, rows, 0, width);
        for (int i = 0; i < count && raw != null; i++) {
            System.arraycopy(rows, i * width, raw.array, raw.at(b, 0, first + i), width);
        }
        if (how.chain != null) {
            how.chain.apply(how.kernels, rows, 0, width, count, to - how.extra, scratch);
        }
        if (how.toValues) {
            target.putValues(b, to, count, rows, 0, width, how.headWidth);
        } else {
            target.putKeys(b, to, count, rows, 0, width, how.headWidth);
        }
    }
}
