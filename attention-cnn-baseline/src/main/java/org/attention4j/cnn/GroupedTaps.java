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

    /** Positions of the gradient that go through all taps together. */
    private static final int TOGETHER = 256;

    /** Inputs that are packed together: some panels. */
    private static final int COLUMNS = 64;

    /** Positions whose inputs and outputs stay in a second-level cache while they go through all taps. */
    private static final int POSITIONS = 140;

    private final int groups;
    private final int in; // D / groups
    private final int out; // D' / groups
    private final int kernel;
    private final float[] bias; // [D']
    private final List<PackedMatrix> weights; // of tap and group: [in, out]
    private volatile Optional<List<PackedMatrix>> transposed =
            Optional.empty(); // for gradients; racing threads make equal ones

    /**
     * Packs the weights.
     *
     * @param weight {@code [D', D / groups, K]}
     * @param bias {@code [D']}, kept
     * @param groups how many
     * @param in D / groups
     * @param out D' / groups
     * @param kernel K
     */
    GroupedTaps(float[] weight, float[] bias, int groups, int in, int out, int kernel) {
        this.bias = bias;
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
    public void start(int rows, float[] y, int yAt) {
        for (int r = 0; r < rows; r++) {
            System.arraycopy(bias, 0, y, yAt + r * bias.length, bias.length);
        }
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

    /** Panels [length, in] of each group, from the start of a cache line on. */
    @Override
    public int packedLength(int length) {
        return Math.addExact(PackedMatrix.START, Math.multiplyExact(groups, PackedMatrix.panelsLength(length, in)));
    }

    @Override
    public int packParts() {
        return groups * Math.ceilDiv(in, COLUMNS);
    }

    @Override
    public void pack(Kernels kernels, int part, float[] x, int xAt, int length, float[] packed) {
        int blocks = Math.ceilDiv(in, COLUMNS);
        int g = part / blocks;
        int column = part % blocks * COLUMNS;
        int columns = Math.min(COLUMNS, in - column);
        int target = PackedMatrix.START
                + g * PackedMatrix.panelsLength(length, in)
                + PackedMatrix.panelsLength(length, column);
        kernels.pack(x, xAt + g * in + column, groups * in, 1, length, columns, packed, target);
    }

    @Override
    public int gradientParts() {
        return groups * Math.ceilDiv(out, OUTPUTS);
    }

    /** Some positions after the other, so that what all taps read of them stays in the cache. */
    @Override
    public void addWeightGradient(
            Kernels kernels,
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
        int panels = PackedMatrix.START + g * PackedMatrix.panelsLength(length, in);
        for (int t = 0; t < length; t += TOGETHER) {
            for (int k = 0; k < kernel; k++) {
                int from = Math.max(t, reach.first(k));
                int count = Math.min(t + TOGETHER, reach.end(k, length)) - from;
                if (count > 0) {
                    kernels.multiply(
                            outs,
                            in,
                            count,
                            dY,
                            dYAt + (from * groups + g) * out + firstOut,
                            1,
                            groups * out,
                            packed,
                            panels + Kernels.LANES * (from + reach.shift(k)),
                            Kernels.LANES * length,
                            sums,
                            ((k * groups + g) * out + firstOut) * in,
                            in,
                            true);
                }
            }
        }
    }
}
