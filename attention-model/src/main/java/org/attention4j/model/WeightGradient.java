package org.attention4j.model;

import org.attention4j.api.NamedTensors;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.Linear;
import org.attention4j.kernels.PackedMatrix;

/**
 * The parameter gradients of a linear layer: dW[o, p] ← fma(dY[i, o], x[i, p], ·) and db[o] ← db[o] + dY[i, o] for the true
 * positions i in order. Threads share the outputs o, never the sum.
 */
final class WeightGradient implements Workspace.Task {
    /** Rows packed at a time: a sum split along rows keeps its order, and 1024 rows bound the memory. */
    private static final int LARGEST_RUN = 1024;

    private Kernels kernels = Kernels.scalar();
    private Linear linear = Linear.of(RowTask.NONE, 0, 0, 0);
    private float[] dY = RowTask.NONE;
    private int dYAt;
    private int rows;
    private int block;
    private float[] panels = RowTask.NONE;
    private float[] dWeight = RowTask.NONE;
    private int dWeightOffset;
    private boolean weightWanted;
    private float[] dBias = RowTask.NONE;
    private int dBiasOffset;
    private boolean biasWanted;

    private WeightGradient() {}

    /**
     * Adds to the tensors named {@code prefix + "weight"} and {@code prefix + "bias"}, where they are.
     *
     * @param x inputs [B · T, in]
     * @param dY cotangents [B · T, out]
     */
    static void add(
            Kernels kernels,
            Linear linear,
            Sequences batch,
            float[] x,
            int xOffset,
            float[] dY,
            int dYOffset,
            NamedTensors gradients,
            String prefix,
            Workspace workspace) {
        String weight = prefix + "weight";
        String bias = prefix + "bias";
        if (!gradients.contains(weight) && !gradients.contains(bias)) {
            return;
        }
        Scratch scratch = workspace.scratch();
        int mark = scratch.mark();
        WeightGradient task = scratch.object(WeightGradient.class, WeightGradient::new);
        task.kernels = kernels;
        task.linear = linear;
        task.dY = dY;
        task.weightWanted = gradients.contains(weight);
        task.biasWanted = gradients.contains(bias);
        if (task.weightWanted) {
            Tensor target = gradients.get(weight);
            task.dWeight = target.readable(scratch);
            task.dWeightOffset = target.offset();
        }
        if (task.biasWanted) {
            Tensor target = gradients.get(bias);
            task.dBias = target.readable(scratch);
            task.dBiasOffset = target.offset();
        }
        task.over(batch, x, xOffset, dYOffset, workspace);
        if (task.weightWanted) {
            gradients.get(weight).commit(task.dWeight);
        }
        if (task.biasWanted) {
            gradients.get(bias).commit(task.dBias);
        }
        scratch.release(mark);
    }

    private void over(Sequences batch, float[] x, int xOffset, int dYOffset, Workspace workspace) {
        int end = batch.batch() * batch.time();
        int in = linear.in();
        block = Math.max(4, (linear.out() / (4 * workspace.threads()) + 3) / 4 * 4);
        panels = workspace.scratch().floats(PackedMatrix.panelsLength(Math.min(end, LARGEST_RUN), in));
        for (int row = 0; row < end; ) {
            int next = RowTask.runEnd(batch, row, Math.min(end, row + LARGEST_RUN));
            if (next > 0) {
                rows = next - row;
                dYAt = dYOffset + row * linear.out();
                kernels.pack(x, xOffset + row * in, in, 1, rows, in, panels, 0);
                workspace.run((linear.out() + block - 1) / block, this);
            }
            row = Math.abs(next);
        }
    }

    @Override
    public void run(int index, Scratch scratch) {
        int from = index * block;
        int to = Math.min(from + block, linear.out());
        if (weightWanted) {
            linear.weightGradient(kernels, from, to, rows, dY, dYAt, linear.out(), panels, 0, dWeight, dWeightOffset);
        }
        if (biasWanted) {
            linear.biasGradient(kernels, from, to, rows, dY, dYAt, linear.out(), dBias, dBiasOffset);
        }
    }
}
