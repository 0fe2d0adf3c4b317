package org.attention4j.kernels;

/**
 * Fourier transforms of 16 channels at once, for convolutions with long kernels.
 *
 * <p>A <em>point</em> is a complex number of each channel: 16 real parts, then 16 imaginary parts. n points lie one behind the
 * other, 32 n floats. Channels do not mix, so the vectors go across them, and no order of sums depends on their width: scalar and vector
 * kernels give the same bits. Twiddles and weights are one complex number a point, (re, im), of all channels.
 *
 * <p>A transform takes log₂ n passes of butterflies; forward ones end with the points in bit-reversed order, which inverse ones
 * start with, so that nothing is ever sorted.
 *
 * <p>Safe for any number of threads.
 */
public interface Fourier {
    /** Channels of a point. */
    int LANES = 16;

    /** Floats of a point. */
    int POINT = 2 * LANES;

    /**
     * The twiddles of transforms of a size: e^(−2πi k / n) for k = 0 … n/2 − 1.
     *
     * @param n how many points, a power of two
     * @return n floats
     */
    static float[] twiddles(int n) {
        float[] twiddles = new float[n];
        for (int k = 0; k < n / 2; k++) {
            double angle = -2 * Math.PI * k / n;
            twiddles[2 * k] = (float) StrictMath.cos(angle);
            twiddles[2 * k + 1] = (float) StrictMath.sin(angle);
        }
        return twiddles;
    }

    /**
     * Transforms in place: Z[k] = Σ z[m] e^(−2πi k m / n), k in bit-reversed order. A butterfly of a and b with twiddle w is a ← a
     * + b, b ← (a − b) w.
     *
     * @param n how many points, a power of two
     * @param z the points, read and written
     * @param zOffset where they start
     * @param twiddles of n
     */
    void transform(int n, float[] z, int zOffset, float[] twiddles);

    /**
     * Transforms back, without the factor 1/n: from bit-reversed order. A butterfly is t = b w̄, a ← a + t, b ← a − t.
     *
     * @param n how many points, a power of two
     * @param z the points, read and written
     * @param zOffset where they start
     * @param twiddles of n
     */
    void inverse(int n, float[] z, int zOffset, float[] twiddles);

    /**
     * Adds products of points: acc[m] ← acc[m] + Σ_p x_p[m] g_p[m] for p = 0 … parts − 1 in order, or x_p[m] times the conjugate of
     * g_p[m]. The real part takes re · re, then im · im; the imaginary part re · im, then im · re.
     *
     * @param n how many points
     * @param parts how many terms
     * @param x points of the first term
     * @param xOffset where they start
     * @param xStride distance between terms, may be negative
     * @param g points of the first term
     * @param gOffset where they start
     * @param gStride distance between terms
     * @param conjugate whether to conjugate g
     * @param acc read and written
     * @param accOffset where it starts
     */
    void multiplyAdd(
            int n,
            int parts,
            float[] x,
            int xOffset,
            int xStride,
            float[] g,
            int gOffset,
            int gStride,
            boolean conjugate,
            float[] acc,
            int accOffset);

    /**
     * Makes points of real numbers: z[m] = x[m] w[m].
     *
     * @param n how many points
     * @param x rows of 16
     * @param xOffset where they start
     * @param weights (re, im) of each point
     * @param z written
     * @param zOffset where it starts
     */
    void spread(int n, float[] x, int xOffset, float[] weights, float[] z, int zOffset);

    /**
     * Adds one real number a point: y[m] ← y[m] + (re z[m] · re w[m] + im z[m] · im w[m]).
     *
     * @param n how many points
     * @param z the points
     * @param zOffset where they start
     * @param weights (re, im) of each point
     * @param y rows of 16, read and written
     * @param yOffset where they start
     */
    void gather(int n, float[] z, int zOffset, float[] weights, float[] y, int yOffset);
}
