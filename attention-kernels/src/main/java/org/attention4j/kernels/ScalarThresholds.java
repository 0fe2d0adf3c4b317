package org.attention4j.kernels;

/** Sums of what a row has above a threshold, of the lanes lane, lane + width, lane + 2 · width, …: a lane itself, or the fold of two halves. */
final class ScalarThresholds {
    private ScalarThresholds() {}

    static float sum(float[] x, int xo, int n, float high, float low, int lane, int width) {
        if (width < Kernels.LANES) {
            return sum(x, xo, n, high, low, lane, 2 * width) + sum(x, xo, n, high, low, lane + width, 2 * width);
        }
        float sum = 0f;
        for (int i = lane; i < n; i += Kernels.LANES) {
            sum += excess(x[xo + i], high, low);
        }
        return sum;
    }

    static float sumOfSquares(float[] x, int xo, int n, float high, float low, int lane, int width) {
        if (width < Kernels.LANES) {
            return sumOfSquares(x, xo, n, high, low, lane, 2 * width)
                    + sumOfSquares(x, xo, n, high, low, lane + width, 2 * width);
        }
        float sum = 0f;
        for (int i = lane; i < n; i += Kernels.LANES) {
            float r = excess(x[xo + i], high, low);
            sum = Math.fma(r, r, sum);
        }
        return sum;
    }

    private static float excess(float x, float high, float low) {
        float r = x - high - low;
        return r > 0f ? r : 0f;
    }
}
