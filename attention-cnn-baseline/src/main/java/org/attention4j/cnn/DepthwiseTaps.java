package org.attention4j.cnn;

import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.PackedMatrix;

/**
 * One number for each tap and channel: elementwise, the same bits as products of one term.
 *
 * <p>Long sequences are limited by memory, where a vector that lies across two cache lines costs as much as two. All rows together are one stream, which
 * may be cut into rows of D channels anywhere: it is cut where a line begins, as far as one can know ({@link PackedMatrix#START}), and the weights of the
 * first channels are there once more behind the last.
 */
final class DepthwiseTaps implements Taps {
    /** Floats of outputs that go through all taps together: 128 KB, so that the ends of the stream are few. */
    private static final int FLOATS = 1 << 15;

    /** Floats of a cache line. */
    private static final int LINE = 16;

    private final int kernel;
    private final int width;
    private final int stride; // D and a line
    private final float[] weights; // [K, D + LINE]
    private final float[] bias; // [D + LINE]

    /**
     * Copies weights and biases.
     *
     * @param weight {@code [D, 1, K]}
     * @param bias {@code [D]}
     * @param kernel K
     */
    DepthwiseTaps(float[] weight, float[] bias, int kernel) {
        this.kernel = kernel;
        width = bias.length;
        stride = width + LINE;
        weights = new float[Math.multiplyExact(kernel, stride)];
        this.bias = new float[stride];
        for (int c = 0; c < stride; c++) {
            this.bias[c] = bias[c % width];
            for (int k = 0; k < kernel; k++) {
                weights[k * stride + c] = weight[c % width * kernel + k];
            }
        }
    }

    @Override
    public int positions() {
        return Math.max(1, FLOATS / width);
    }

    @Override
    public void start(int rows, float[] y, int yAt) {
        for (int r = 0; r < rows; r++) {
            System.arraycopy(bias, 0, y, yAt + r * width, width);
        }
    }

    @Override
    public void add(Kernels kernels, int k, int rows, float[] x, int xAt, float[] y, int yAt) {
        for (int r = 0; r < rows; r++) {
            kernels.multiplyAddElementwise(x, xAt + r * width, weights, k * stride, y, yAt + r * width, width);
        }
    }

    @Override
    public void all(Kernels kernels, Reach reach, int rows, float[] x, int xAt, int in, float[] y, int yAt) {
        int head = rows > 1 && width % LINE == 0 ? Math.floorMod(PackedMatrix.START - yAt, LINE) : 0;
        if (head == 0) {
            part(kernels, reach, rows, 0, width, x, xAt, y, yAt);
        } else {
            part(kernels, reach, 1, 0, head, x, xAt, y, yAt);
            part(kernels, reach, rows - 1, head, width, x, xAt, y, yAt);
            int last = (rows - 1) * width;
            part(kernels, reach, 1, head, width - head, x, xAt + last, y, yAt + last);
        }
    }

    /** Rows of {@code count} channels from channel {@code first} on. */
    private void part(
            Kernels kernels, Reach reach, int rows, int first, int count, float[] x, int xAt, float[] y, int yAt) {
        kernels.depthwise(
                rows,
                count,
                kernel,
                x,
                xAt + first,
                width,
                reach.dilation() * width,
                weights,
                first,
                stride,
                bias,
                first,
                0,
                y,
                yAt + first,
                width);
    }

    @Override
    public void addTransposed(Kernels kernels, int k, int rows, float[] dY, int dYAt, float[] dX, int dXAt) {
        add(kernels, k, rows, dY, dYAt, dX, dXAt);
    }

    /** From the last row to the first, in the direction of the taps, so that rows share what they read. */
    @Override
    public void allTransposed(
            Kernels kernels, Reach reach, int rows, float[] dY, int dYAt, int out, float[] dX, int dXAt) {
        int last = (rows - 1) * width;
        int tapStride = -reach.dilation() * width;
        kernels.depthwise(
                rows,
                width,
                kernel,
                dY,
                dYAt + last,
                -width,
                tapStride,
                weights,
                0,
                stride,
                dX,
                dXAt + last,
                -width,
                dX,
                dXAt + last,
                -width);
    }

    /** The inputs are read as they are. */
    @Override
    public int packedLength(int length) {
        return 0;
    }

    @Override
    public int packParts() {
        return 0;
    }

    @Override
    public void pack(Kernels kernels, int part, float[] x, int xAt, int length, float[] packed) {}

    @Override
    public int gradientParts() {
        return kernel;
    }

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
        for (int t = reach.first(part); t < reach.end(part, length); t++) {
            int row = xAt + (t + reach.shift(part)) * width;
            kernels.multiplyAddElementwise(x, row, dY, dYAt + t * width, sums, part * width, width);
        }
    }
}
