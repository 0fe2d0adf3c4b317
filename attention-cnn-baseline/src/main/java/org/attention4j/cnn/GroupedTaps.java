package org.attention4j.cnn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.PackedMatrix;

/** One product for each tap and group, dense being one group. */
final class GroupedTaps implements Taps {
    /** Outputs of one part of the gradient. */
    private static final int OUTPUTS = 64;

    /** Inputs that are packed together: some panels. */
    private static final int COLUMNS = 64;

    private static final int POSITIONS = 64;

    private final int groups;
    private final int in; // D / groups
    private final int out; // D' / groups
    private final int kernel;
    private final List<PackedMatrix> weights; // of tap and group: [in, out]
    private volatile Optional<List<PackedMatrix>> transposed =
            Optional.empty(); // for gradients; racing threads make equal ones

    /**
     * Packs the weights.
     *
     * @param weight {@code [D', D / groups, K]}
     * @param groups how many
     * @param in D / groups
     * @param out D' / groups
     * @param kernel K
     */
    GroupedTaps(float[] weight, int groups, int in, int out, int kernel) {
        this.groups = groups;
        this.in = in;
        this.out = out;
        this.kernel = kernel;
        List<PackedMatrix> packed = new ArrayList<>(kernel * groups);
        for (int k = 0; k < kernel; k++) {
            for (int g = 0; g < groups; g++) {
                packed.add(PackedMatrix.of(weight, g * out * in * kernel + k, kernel, in * kernel, in, out));
            }
        }
        weights = List.copyOf(packed);
    }

    @Override
    public int positions() {
        return POSITIONS;
    }

    @Override
    public void add(Kernels kernels, int k, int rows, float[] x, int xAt, float[] y, int yAt) {
        for (int g = 0; g < groups; g++) {
            PackedMatrix weight = weights.get(k * groups + g);
            kernels.multiply(rows, x, xAt + g * in, groups * in, weight, y, yAt + g * out, groups * out, true);
        }
    }

    @Override
    public void addTransposed(Kernels kernels, int k, int rows, float[] dY, int dYAt, float[] dX, int dXAt) {
        List<PackedMatrix> matrices = transposed();
        for (int g = 0; g < groups; g++) {
            PackedMatrix weight = matrices.get(k * groups + g);
            kernels.multiply(rows, dY, dYAt + g * out, groups * out, weight, dX, dXAt + g * in, groups * in, true);
        }
    }

    private List<PackedMatrix> transposed() {
        Optional<List<PackedMatrix>> known = transposed;
        if (known.isEmpty()) {
            known = Optional.of(weights.stream().map(PackedMatrix::transpose).toList());
            transposed = known;
        }
        return known.get();
    }

    @Override
    public int gradientRounds() {
        return kernel;
    }

    /** Panels [length, in] of each group. */
    @Override
    public int packedLength(int length) {
        return Math.multiplyExact(groups, PackedMatrix.panelsLength(length, in));
    }

    @Override
    public int packParts() {
        return groups * Math.ceilDiv(in, COLUMNS);
    }

    /** Packs the rows that a tap reads and no others, so that one product takes all columns. */
    @Override
    public void pack(
            Kernels kernels, int round, int part, Reach reach, float[] x, int xAt, int length, float[] packed) {
        int count = reach.end(round, length) - reach.first(round);
        if (count <= 0) {
            return;
        }
        int blocks = Math.ceilDiv(in, COLUMNS);
        int g = part / blocks;
        int column = part % blocks * COLUMNS;
        int columns = Math.min(COLUMNS, in - column);
        int target = g * PackedMatrix.panelsLength(count, in) + PackedMatrix.panelsLength(count, column);
        int row = xAt + (reach.first(round) + reach.shift(round)) * groups * in;
        kernels.pack(x, row + g * in + column, groups * in, 1, count, columns, packed, target);
    }

    @Override
    public int gradientParts() {
        return groups * Math.ceilDiv(out, OUTPUTS);
    }

    @Override
    public void addWeightGradient(
            Kernels kernels,
            int round,
            int part,
            Reach reach,
            int length,
            float[] x,
            int xAt,
            float[] packed,
            float[] dY,
            int dYAt,
            float[] sums) {
        int blocks = Math.ceilDiv(out, OUTPUTS);
        int g = part / blocks;
        int firstOut = part % blocks * OUTPUTS;
        int outs = Math.min(OUTPUTS, out - firstOut);
        int from = reach.first(round);
        int count = reach.end(round, length) - from;
        if (count <= 0) {
            return;
        }
        int row = dYAt + from * groups * out + g * out + firstOut;
        int sum = ((round * groups + g) * out + firstOut) * in;
        int panels = g * PackedMatrix.panelsLength(count, in);
        kernels.multiply(outs, in, count, dY, row, 1, groups * out, packed, panels, sums, sum, in, true);
    }
}
