package org.attention4j.model;

import java.util.Objects;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * The mean of −log softmax(logits)[target] over all positions that have a target: the loss of classifiers and language
 * models, with its gradient. 0 where no position has one.
 *
 * <p>Losses of positions are computed in float32 by the kernels and summed in double, in the order of sequences and
 * positions: the same bits on any number of threads.
 */
public final class CrossEntropy {
    private CrossEntropy() {}

    /**
     * The loss.
     *
     * @param logits {@code [B, T, V]}
     * @param targets {@code [B, T]}, ids of 0 to V − 1; each length at most that of its logits. Positions past it do not
     *     count
     * @param workspace scratch memory and threads
     * @return the mean
     * @throws ShapeMismatchException if extents or lengths do not fit
     * @throws UnknownTokenException if a target is not in 0 to V − 1
     */
    public static double loss(Sequences logits, Tokens targets, Workspace workspace) {
        return run(logits, targets, null, workspace);
    }

    /**
     * The loss and its gradient: (softmax(logits) − onehot(target)) / N at the N positions that have a target.
     *
     * @param logits {@code [B, T, V]}
     * @param targets as for {@link #loss}
     * @param dLogits {@code [B, T, V]}, overwritten (not added to); 0 at positions without a target
     * @param workspace scratch memory and threads
     * @return the mean
     * @throws ShapeMismatchException if extents or lengths do not fit, before anything is written
     * @throws UnknownTokenException if a target is not in 0 to V − 1, before anything is written
     */
    public static double gradient(Sequences logits, Tokens targets, Tensor dLogits, Workspace workspace) {
        MixerSpec.check("gradient of the logits", dLogits, logits.tensor().shape());
        return run(logits, targets, dLogits, workspace);
    }

    private static double run(Sequences logits, Tokens targets, @Nullable Tensor dLogits, Workspace workspace) {
        long count = check(logits, targets);
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            Rows task = scratch.object(Rows.class, Rows::new);
            task.width = logits.width();
            task.ids = targets.ids();
            task.losses = scratch.floats(targets.ids().length);
            task.share = 1f / Math.max(1, count);
            task.gradientWanted = dLogits != null;
            if (dLogits == null) {
                task.read(targets.extents(), logits.tensor(), workspace);
            } else {
                task.write(targets.extents(), logits.tensor(), dLogits, workspace);
            }
            double sum = 0;
            for (int b = 0; b < targets.batch(); b++) {
                for (int t = 0; t < targets.length(b); t++) {
                    sum += task.losses[b * targets.time() + t];
                }
            }
            return count == 0 ? 0 : sum / count;
        } finally {
            workspace.end(mark);
        }
    }

    /** How many positions have a target. */
    private static long check(Sequences logits, Tokens targets) {
        Objects.requireNonNull(targets, "targets");
        if (targets.batch() != logits.batch() || targets.time() != logits.time()) {
            throw new ShapeMismatchException(
                    "targets", Shape.of(logits.batch(), logits.time()), Shape.of(targets.batch(), targets.time()));
        }
        long count = 0;
        for (int b = 0; b < logits.batch(); b++) {
            if (targets.length(b) > logits.length(b)) {
                throw new ShapeMismatchException(
                        "targets of sequence " + b, Shape.of(logits.length(b)), Shape.of(targets.length(b)));
            }
            count += targets.length(b);
        }
        targets.check(logits.width());
        return count;
    }

    private static final class Rows extends RowTask {
        private final Kernels kernels = Kernels.preferred();
        private int width;
        private int[] ids = {};
        private float[] losses = NONE;
        private float share;
        private boolean gradientWanted;

        @Override
        void rows(int from, int to, Scratch scratch) {
            float[] row = scratch.floats(width);
            for (int i = from; i < to; i++) {
                int at = xOffset + i * width;
                float greatest = kernels.max(x, at, width);
                System.arraycopy(x, at, row, 0, width);
                float sum = kernels.expSum(row, 0, width, greatest);
                losses[i] = (float) StrictMath.log(sum) - (x[at + ids[i]] - greatest);
                if (gradientWanted) {
                    kernels.scale(row, 0, width, 1f / sum);
                    row[ids[i]] -= 1f;
                    kernels.scale(row, 0, width, share);
                    System.arraycopy(row, 0, y, yOffset + i * width, width);
                }
            }
        }

        @Override
        void padding(int from, int to) {
            if (gradientWanted) {
                clear(width, from, to);
            }
        }
    }
}
