package org.attention4j.cnn;

import java.util.Objects;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * Adds the gradients of weight and bias. The sums run over sequences in order, and over positions in order inside
 * each, so a batch adds what its sequences would add one after the other. One part is some rows of the weight.
 */
final class ParameterGradient implements Workspace.Task {
    private static final float[] NONE = new float[0];

    private @Nullable Filter filter;
    private float[] packed = NONE;
    private float[] dY = NONE;
    private int dYAt;
    private int length;
    private int round;
    private float[] sums = NONE;

    /**
     * Runs.
     *
     * @param filter the convolution
     * @param source what the convolution read
     * @param dY {@code [B, T, D']}
     * @param dYAt where it starts
     * @param wanted the gradients of all parameters, added to
     * @param prefix of the names of these two
     * @param workspace begun
     */
    static void run(
            Filter filter,
            Source source,
            float[] dY,
            int dYAt,
            NamedTensors wanted,
            String prefix,
            Workspace workspace) {
        if (wanted.contains(prefix + "weight")) {
            addWeight(filter, source, dY, dYAt, wanted.get(prefix + "weight"), workspace);
        }
        if (wanted.contains(prefix + "bias")) {
            addBias(filter, source.sequences(), dY, dYAt, wanted.get(prefix + "bias"), workspace.scratch());
        }
    }

    private static void addBias(Filter filter, Sequences in, float[] dY, int dYAt, Tensor dBias, Scratch scratch) {
        float[] sum = dBias.readable(scratch);
        for (int b = 0; b < in.batch(); b++) {
            for (int t = 0; t < in.length(b); t++) {
                int row = dYAt + (b * in.time() + t) * filter.out();
                filter.kernels().add(dY, row, sum, dBias.offset(), filter.out());
            }
        }
        dBias.commit(sum);
    }

    private static void addWeight(
            Filter filter, Source source, float[] dY, int dYAt, Tensor dWeight, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        Sequences in = source.sequences();
        float[] weight = dWeight.readable(scratch);
        ParameterGradient task = scratch.object(ParameterGradient.class, ParameterGradient::new);
        task.filter = filter;
        task.packed = scratch.floats(filter.taps().packedLength(in.time()));
        task.dY = dY;
        task.sums = scratch.floats((int) dWeight.size());
        try {
            swap(weight, dWeight.offset(), task.sums, filter, true);
            for (int b = 0; b < in.batch(); b++) {
                task.length = in.length(b);
                task.dYAt = dYAt + b * in.time() * filter.out();
                int row = source.row(b, filter.in());
                for (int round = 0; round < filter.taps().gradientRounds(); round++) {
                    task.round = round;
                    filter.taps()
                            .pack(filter.kernels(), round, filter.reach(), source.x(), row, task.length, task.packed);
                    workspace.run(filter.taps().gradientParts(), task);
                }
            }
            swap(weight, dWeight.offset(), task.sums, filter, false);
        } finally {
            task.filter = null;
            task.packed = NONE;
            task.dY = NONE;
            task.sums = NONE;
        }
        dWeight.commit(weight);
    }

    /** Between the weight's layout {@code [D', D / groups, K]} and that of the sums {@code [K, D', D / groups]}. */
    private static void swap(float[] weight, int at, float[] sums, Filter filter, boolean toSums) {
        int kernel = filter.reach().kernel();
        int columns = filter.out() * (filter.in() / filter.groups());
        for (int k = 0; k < kernel; k++) {
            for (int i = 0; i < columns; i++) {
                if (toSums) {
                    sums[k * columns + i] = weight[at + i * kernel + k];
                } else {
                    weight[at + i * kernel + k] = sums[k * columns + i];
                }
            }
        }
    }

    @Override
    public void run(int index, Scratch scratch) {
        Filter filter = Objects.requireNonNull(this.filter);
        filter.taps().addWeightGradient(filter.kernels(), round, index, filter.reach(), length, packed, dY, dYAt, sums);
    }
}
