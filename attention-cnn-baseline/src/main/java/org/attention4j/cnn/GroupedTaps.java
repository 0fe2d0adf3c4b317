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

    /** Panels [length, in] of each group. */
    @Override
    public int packedLength(int length) {
        return Math.multiplyExact(groups, PackedMatrix.panelsLength(length, in));
    }

    @Override
    public void pack(float[] x, int xAt, int length, float[] packed) {
        int panels = PackedMatrix.panelsLength(length, in);
        for (int g = 0; g < groups; g++) {
            PackedMatrix.packPanels(x, xAt + g * in, groups * in, 1, length, in, packed, g * panels);
        }
    }

    @Override
    public int gradientParts() {
        return kernel * groups * Math.ceilDiv(out, OUTPUTS);
    }

    /**
     * A tap wants only some rows of the packed inputs, so it takes one panel at a time: rows of a panel lie one
     * behind the other.
     */
    @Override
    public void addWeightGradient(
            Kernels kernels, int part, Reach reach, int length, float[] packed, float[] dY, int dYAt, float[] sums) {
        int blocks = Math.ceilDiv(out, OUTPUTS);
        int k = part / blocks / groups;
        int g = part / blocks % groups;
        int firstOut = part % blocks * OUTPUTS;
        int outs = Math.min(OUTPUTS, out - firstOut);
        int from = reach.first(k);
        int count = reach.end(k, length) - from;
        if (count <= 0) {
            return;
        }
        int row = dYAt + from * groups * out + g * out + firstOut;
        int sum = ((k * groups + g) * out + firstOut) * in;
        int panels = g * PackedMatrix.panelsLength(length, in);
        for (int c = 0; c < in; c += Kernels.LANES) {
            kernels.multiply(
                    outs,
                    Math.min(Kernels.LANES, in - c),
                    count,
                    dY,
                    row,
                    1,
                    groups * out,
                    packed,
                    panels + c * length + Kernels.LANES * (from + reach.shift(k)),
                    sums,
                    sum + c,
                    in,
                    true);
        }
    }
}
