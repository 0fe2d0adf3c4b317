package org.attention4j.cnn;

import org.attention4j.kernels.Kernels;

/** One number for each tap and channel: elementwise, the same bits as products of one term. */
final class DepthwiseTaps implements Taps {
    /** Floats of outputs that go through all taps together: 16 KB, half of an L1 cache. */
    private static final int FLOATS = 1 << 12;

    private final int kernel;
    private final int width;
    private final float[] weights; // [K, D]

    /**
     * Copies the weights.
     *
     * @param weight {@code [D, 1, K]}
     * @param width D
     * @param kernel K
     */
    DepthwiseTaps(float[] weight, int width, int kernel) {
        this.kernel = kernel;
        this.width = width;
        weights = new float[weight.length];
        for (int c = 0; c < width; c++) {
            for (int k = 0; k < kernel; k++) {
                weights[k * width + c] = weight[c * kernel + k];
            }
        }
    }

    @Override
    public int positions() {
        return Math.max(1, FLOATS / width);
    }

    @Override
    public void add(Kernels kernels, int k, int rows, float[] x, int xAt, float[] y, int yAt) {
        for (int r = 0; r < rows; r++) {
            kernels.multiplyAddElementwise(x, xAt + r * width, weights, k * width, y, yAt + r * width, width);
        }
    }

    @Override
    public void all(
            Kernels kernels, Reach reach, float[] bias, int rows, float[] x, int xAt, int in, float[] y, int yAt) {
        int stride = reach.dilation() * width;
        kernels.depthwise(rows, width, kernel, x, xAt, width, stride, weights, 0, bias, 0, 0, y, yAt, width);
    }

    @Override
    public void addTransposed(Kernels kernels, int k, int rows, float[] dY, int dYAt, float[] dX, int dXAt) {
        add(kernels, k, rows, dY, dYAt, dX, dXAt);
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
