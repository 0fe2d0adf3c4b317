package org.attention4j.core;

/**
 * −slope · |query − key| (Press et al. 2022, "Train short, test long"). Of H heads, a power of two, head h has the slope 2^(−8 (h + 1) / H);
 * of other H, the first p = 2^⌊log₂ H⌋ have those of p heads and the rest every other one of 2p heads, as in the authors' code.
 */
final class AlibiBias implements PositionBias {
    private final float[] slopes;

    AlibiBias(int heads) {
        slopes = slopes(heads);
    }

    static float[] slopes(int heads) {
        float[] slopes = new float[heads];
        int power = Integer.highestOneBit(heads);
        for (int h = 0; h < heads; h++) {
            double exponent = h < power ? -8.0 * (h + 1) / power : -8.0 * (2 * (h - power) + 1) / (2.0 * power);
            slopes[h] = (float) StrictMath.pow(2, exponent);
        }
        return slopes;
    }

    @Override
    public void add(float[] x, int at, int stride, int count, int head, int query, int first) {
        float slope = slopes[head];
        for (int j = 0; j < count; j++) {
            x[at + j * stride] -= slope * Math.abs(query - first - j);
        }
    }

    @Override
    public int learned() {
        return 0;
    }

    @Override
    public void gradient(float[] d, int at, int count, int query, int first, float[] gradient, int to) {}
}
