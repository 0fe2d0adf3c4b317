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

    /** Numbers of a weight that one part brings into another order: some 10 µs. */
    private static final int SWAPPED = 1 << 13;

    /** Outputs of one part of the bias's gradient. */
    private static final int OUTPUTS = 128;

    /** What the parts do. */
    private enum Phase {
        /** From the weight's order to that of the sums. */
        TAKE,
        /** One sequence's inputs. */
        PACK,
        /** One sequence's sums. */
        ADD,
        /** Back into the weight's order. */
        GIVE,
        /** The sums of the bias. */
        BIAS
    }

    private Phase phase = Phase.TAKE;
    private @Nullable Filter filter;
    private @Nullable Source source;
    private float[] packed = NONE;
    private float[] dY = NONE;
    private int dYAt;
    private int b;
    private float[] gradient = NONE;
    private int gradientAt;
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
        ParameterGradient task = workspace.scratch().object(ParameterGradient.class, ParameterGradient::new);
        task.filter = filter;
        task.source = source;
        task.dY = dY;
        task.dYAt = dYAt;
        try {
            if (wanted.contains(prefix + "weight")) {
                task.addWeight(wanted.get(prefix + "weight"), filter, workspace);
            }
            if (wanted.contains(prefix + "bias")) {
                Tensor dBias = wanted.get(prefix + "bias");
                task.take(dBias, workspace);
                task.run(Phase.BIAS, Math.ceilDiv(filter.out(), OUTPUTS), workspace);
                dBias.commit(task.gradient);
            }
        } finally {
            task.filter = null;
            task.source = null;
            task.packed = NONE;
            task.dY = NONE;
            task.gradient = NONE;
            task.sums = NONE;
        }
    }

    private void take(Tensor tensor, Workspace workspace) {
        gradient = tensor.readable(workspace.scratch());
        gradientAt = tensor.offset();
    }

    private void run(Phase next, int parts, Workspace workspace) {
        phase = next;
        workspace.run(parts, this);
    }

    private void addWeight(Tensor dWeight, Filter filter, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        Taps taps = filter.taps();
        Sequences in = Objects.requireNonNull(source).sequences();
        take(dWeight, workspace);
        packed = scratch.floats(taps.packedLength(in.time()));
        sums = scratch.floats((int) dWeight.size());
        int swaps = Math.ceilDiv(columns(filter), SWAPPED);
        run(Phase.TAKE, swaps, workspace);
        for (b = 0; b < in.batch(); b++) {
            run(Phase.PACK, taps.packParts(), workspace);
            run(Phase.ADD, taps.gradientParts(), workspace);
        }
        run(Phase.GIVE, swaps, workspace);
        dWeight.commit(gradient);
    }

    /** Weights of one tap. */
    private static int columns(Filter filter) {
        return filter.out() * (filter.in() / filter.groups());
    }

    @Override
    public void run(int index, Scratch scratch) {
        Filter filter = Objects.requireNonNull(this.filter);
        Source source = Objects.requireNonNull(this.source);
        Sequences in = source.sequences();
        Taps taps = filter.taps();
        switch (phase) {
            case TAKE, GIVE -> swap(filter, index);
            case PACK ->
                taps.pack(filter.kernels(), index, source.x(), source.row(b, filter.in()), in.length(b), packed);
            case ADD ->
                taps.addWeightGradient(
                        filter.kernels(),
                        index,
                        filter.reach(),
                        in.length(b),
                        source.x(),
                        source.row(b, filter.in()),
                        packed,
                        dY,
                        dYAt + b * in.time() * filter.out(),
                        sums);
            case BIAS -> addBias(filter, in, index * OUTPUTS);
            default -> throw new AssertionError(phase);
        }
    }

    /** Between the weight's layout {@code [D', D / groups, K]} and that of the sums {@code [K, D', D / groups]}. */
    private void swap(Filter filter, int part) {
        int kernel = filter.reach().kernel();
        int columns = columns(filter);
        int end = Math.min(columns, (part + 1) * SWAPPED);
        for (int i = part * SWAPPED; i < end; i++) {
            for (int k = 0; k < kernel; k++) {
                if (phase == Phase.TAKE) {
                    sums[k * columns + i] = gradient[gradientAt + i * kernel + k];
                } else {
                    gradient[gradientAt + i * kernel + k] = sums[k * columns + i];
                }
            }
        }
    }

    private void addBias(Filter filter, Sequences in, int first) {
        int outputs = Math.min(OUTPUTS, filter.out() - first);
        for (int sequence = 0; sequence < in.batch(); sequence++) {
            for (int t = 0; t < in.length(sequence); t++) {
                int row = dYAt + (sequence * in.time() + t) * filter.out() + first;
                filter.kernels().add(dY, row, gradient, gradientAt + first, outputs);
            }
        }
    }
}
