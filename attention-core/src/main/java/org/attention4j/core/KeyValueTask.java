package org.attention4j.core;

import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.Linear;
import org.jspecify.annotations.Nullable;

/**
 * Projects the true rows of a batch to keys or values, and packs them, block of rows by block of rows; where these are fewer than the threads, as in a
 * step, all of them are projected first.
 */
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
    private @Nullable Linear linear;
    private TrueRows in = new TrueRows();
    private HeadRows given = new HeadRows();
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
        Scratch scratch = workspace.scratch();
        KeyValueTask task = scratch.object(KeyValueTask.class, KeyValueTask::new);
        task.layer = layer;
        task.linear = layer.linear;
        task.in = in;
        task.given = in.rows;
        task.target = target;
        task.positions = positions;
        task.raw = raw;
        task.blocks = Work.blocks(in.time, ROWS);
        int parts = in.batch * task.blocks;
        if (layer.linear != null && parts < workspace.threads()) {
            task.projectFirst(layer.linear, workspace);
        }
        Linear left = task.linear;
        Work.run(workspace, parts, in.total * (left == null ? in.width : (double) left.in() * left.out()), task);
    }

    private void projectFirst(Linear all, Workspace workspace) {
        Layer how = Objects.requireNonNull(layer);
        Scratch scratch = workspace.scratch();
        int width = all.out();
        HeadRows rows = scratch.object(HeadRows.class, HeadRows::new);
        float[] array = scratch.floats(Memory.length((long) in.total * width, "projected rows"));
        rows.set(array, in.compact(scratch.ints(in.batch), width), how.headWidth, width);
        LinearTask.forward(workspace, how.kernels, all, in, in.rows, rows);
        given = rows;
        linear = null;
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
        float[] rows = given.array;
        int at = given.at(b, 0, first);
        int stride = given.rowStride;
        if (how.linear == null) {
            target.putValues(b, to, count, rows, at, stride, how.headWidth);
            return;
        }
        int width = how.linear.out();
        if (linear != null) {
            rows = scratch.floats(ROWS * width);
            linear.forward(how.kernels, 0, count, given.array, at, stride, rows, 0, width);
            at = 0;
            stride = width;
        }
        for (int i = 0; i < count && raw != null; i++) {
            System.arraycopy(rows, at + i * stride, raw.array, raw.at(b, 0, first + i), width);
        }
        if (how.chain != null) {
            how.chain.apply(how.kernels, rows, at, stride, count, to - how.extra, scratch);
        }
        if (how.toValues) {
            target.putValues(b, to, count, rows, at, stride, how.headWidth);
        } else {
            target.putKeys(b, to, count, rows, at, stride, how.headWidth);
        }
    }
}
