package org.attention4j.core;

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
    /** Keys that are stored before position 0. */
    private int extra;

    private @Nullable HeadChain chain;
    private @Nullable HeadRows raw;
    private int blocks;

    /**
     * Projects rows to keys, takes them through their chain, and packs them.
     *
     * @param raw what a recording keeps of the keys before the chain, if it does
     * @param positions where each sequence's first row goes
     */
    static void keys(
            Workspace workspace,
            Kernels kernels,
            Linear linear,
            HeadChain chain,
            @Nullable HeadRows raw,
            AttentionForm form,
            TrueRows in,
            KeyValues target,
            int[] positions) {
        KeyValueTask task = task(workspace, kernels, linear, in, target, positions);
        task.toValues = false;
        task.headWidth = form.keyWidth();
        task.extra = form.extraKeys();
        task.chain = chain.empty() ? null : chain;
        task.raw = raw;
        task.run(workspace, linear);
    }

    /** Projects rows to values, or takes them as they are, and packs them. */
    static void values(
            Workspace workspace,
            Kernels kernels,
            @Nullable Linear linear,
            AttentionForm form,
            TrueRows in,
            KeyValues target,
            int[] positions) {
        KeyValueTask task = task(workspace, kernels, linear, in, target, positions);
        task.toValues = true;
        task.headWidth = form.valueWidth();
        task.chain = null;
        task.raw = null;
        task.run(workspace, linear);
    }

    private static KeyValueTask task(
            Workspace workspace,
            Kernels kernels,
            @Nullable Linear linear,
            TrueRows in,
            KeyValues target,
            int[] positions) {
        KeyValueTask task = workspace.scratch().object(KeyValueTask.class, KeyValueTask::new);
        task.kernels = kernels;
        task.linear = linear;
        task.in = in;
        task.target = target;
        task.positions = positions;
        task.blocks = Work.blocks(in.time, ROWS);
        return task;
    }

    private void run(Workspace workspace, @Nullable Linear layer) {
        double products = layer == null ? in.width : (double) layer.in() * layer.out();
        Work.run(workspace, in.batch * blocks, in.total * products, this);
    }

    @Override
    public void run(int index, Scratch scratch) {
        int b = index / blocks;
        int first = index % blocks * ROWS;
        int count = Math.min(ROWS, in.lengths[b] - first);
        if (count <= 0) {
            return;
        }
        Linear layer = linear;
        if (layer == null) {
            target.putValues(
                    b,
                    positions[b] + first,
                    count,
                    in.rows.array,
                    in.rows.at(b, 0, first),
                    in.rows.rowStride,
                    headWidth);
            return;
        }
        int width = layer.out();
        float[] rows = scratch.floats(ROWS * width);
        layer.forward(kernels, 0, count, in.rows.array, in.rows.at(b, 0, first), in.rows.rowStride, rows, 0, width);
        if (raw != null) {
            for (int i = 0; i < count; i++) {
                System.arraycopy(rows, i * width, raw.array, raw.at(b, 0, first + i), width);
            }
        }
        if (chain != null) {
            chain.apply(kernels, rows, 0, width, count, positions[b] - extra + first, scratch);
        }
        if (toValues) {
            target.putValues(b, positions[b] + first, count, rows, 0, width, headWidth);
        } else {
            target.putKeys(b, positions[b] + first, count, rows, 0, width, headWidth);
        }
    }
}
