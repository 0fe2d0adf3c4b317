package org.attention4j.model;

import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Linear;
import org.jspecify.annotations.Nullable;

/** A layer on fewer rows than there are threads, as in a step: shared by its outputs, stage by stage. */
final class OutputTask implements Workspace.Task {
    private @Nullable RowLayer layer;
    private int outs;
    private int outputs;

    int stage;
    int rows;

    /** What is read, row 0 at {@link #xOffset}. */
    float[] x = RowTask.NONE;

    int xOffset;

    /** What the first of two stages writes: rows of as many numbers as it has outputs. */
    float[] hidden = RowTask.NONE;

    /** What the last stage writes, row 0 at {@link #yOffset}. */
    float[] y = RowTask.NONE;

    int yOffset;

    /** Writes all rows, if that is how they are best shared and none is padding; whether it was done. */
    static boolean write(RowLayer layer, Sequences in, Tensor out, Workspace workspace) {
        int stages = layer.stages().size();
        if (stages == 0 || RowTask.blocks(in) >= workspace.threads() || isPadded(in)) {
            return false;
        }
        Scratch scratch = workspace.scratch();
        OutputTask task = scratch.object(OutputTask.class, OutputTask::new);
        task.layer = layer;
        task.rows = in.batch() * in.time();
        task.x = in.tensor().readable(scratch);
        task.xOffset = in.tensor().offset();
        task.y = out.writable(scratch);
        task.yOffset = out.offset();
        task.hidden = stages == 1
                ? RowTask.NONE
                : scratch.floats(task.rows * layer.stages().get(0).out());
        for (int i = 0; i < stages; i++) {
            Linear linear = layer.stages().get(i);
            task.stage = i;
            task.outputs = linear.out();
            task.outs = linear.outputsOfPart(task.rows, workspace.threads());
            workspace.run(Math.ceilDiv(task.outputs, task.outs), task);
        }
        out.commit(task.y);
        task.layer = null;
        return true;
    }

    private static boolean isPadded(Sequences in) {
        boolean padded = false;
        for (int b = 0; b < in.batch(); b++) {
            padded |= in.length(b) < in.time();
        }
        return padded;
    }

    @Override
    public void run(int index, Scratch scratch) {
        int from = index * outs;
        int count = Math.min(outs, outputs - from);
        Objects.requireNonNull(layer).outputs(this, from, count, scratch);
    }
}
