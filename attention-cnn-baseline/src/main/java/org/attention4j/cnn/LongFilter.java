package org.attention4j.cnn;

import java.util.Arrays;
import org.attention4j.api.Sequences;
import org.attention4j.kernels.Fourier;
import org.attention4j.kernels.Kernels;

/**
 * A long depthwise filter ready to run block by block, for 16 channels, a panel, at a time.
 *
 * <p>Positions are cut into blocks of N, counted from the first of the sequence. An output takes, in this order:
 *
 * <ol>
 *   <li>its bias;
 *   <li>the far part: inputs of earlier blocks. Block j − p meets the segment of lags pN − N to pN + N, of which it wants the
 *       products' positions N to 2N. Segment and block are polynomials modulo x^N − i (the segment's second half is its
 *       imaginary part), which transforms of N points multiply; what is wanted is the imaginary part of the product. The products
 *       of all p are added before the one transform back;
 *   <li>the near part: inputs of its own block, by the direct form.
 * </ol>
 *
 * <p>So an output depends on whole blocks before its own and on its own block up to itself: however a sequence comes in chunks,
 * the bits are the same.
 */
final class LongFilter {
    /** Channels of a panel. */
    static final int LANES = Fourier.LANES;

    /** Rows that the near part takes together, with taps that reach up to so many rows too far, into zeros. */
    static final int ROWS = 4;

    private final Kernels kernels;
    private final int width;
    private final int kernel;
    private final int block;
    private final int parts;
    private final int panels;
    private final float[] bias; // [panels, 16]
    private final float[][] near; // of a panel [L, 16], the longest lag first
    private final float[][] spectra; // of a panel [P, N] points
    private final float[] twiddles;
    private final float[] forth; // ω^m with ω^N = i
    private final float[] forthAdjoint; // i ω^m
    private final float[] toReal; // the real part of z ω^−m / N
    private final float[] toImaginary; // its imaginary part

    /**
     * Transforms the segments.
     *
     * @param kernels numerics
     * @param weight {@code [D, 1, K]}
     * @param bias {@code [D]}
     * @param kernel K
     * @param block N, a power of two
     */
    LongFilter(Kernels kernels, float[] weight, float[] bias, int kernel, int block) {
        this.kernels = kernels;
        this.kernel = kernel;
        this.block = block;
        width = bias.length;
        parts = Math.ceilDiv(kernel - 1, block);
        panels = Math.ceilDiv(width, LANES);
        this.bias = Arrays.copyOf(bias, panels * LANES);
        twiddles = Fourier.twiddles(block);
        forth = new float[2 * block];
        forthAdjoint = new float[2 * block];
        toReal = new float[2 * block];
        toImaginary = new float[2 * block];
        double[] turns = new double[2 * block];
        for (int m = 0; m < block; m++) {
            double cos = StrictMath.cos(Math.PI * m / (2.0 * block));
            double sin = StrictMath.sin(Math.PI * m / (2.0 * block));
            turns[2 * m] = cos;
            turns[2 * m + 1] = sin;
            set(forth, m, cos, sin);
            set(forthAdjoint, m, -sin, cos);
            set(toReal, m, cos / block, sin / block);
            set(toImaginary, m, -sin / block, cos / block);
        }
        near = new float[panels][];
        spectra = new float[panels][];
        for (int panel = 0; panel < panels; panel++) {
            near[panel] = nearOf(weight, panel);
            spectra[panel] = spectraOf(weight, panel, turns);
        }
    }

    private static void set(float[] weights, int m, double re, double im) {
        weights[2 * m] = (float) re;
        weights[2 * m + 1] = (float) im;
    }

    /** w[lag], the last tap being that of lag 0; 0 past the ends. */
    private float lag(float[] weight, int channel, long lag) {
        return channel < width && lag < kernel ? weight[channel * kernel + kernel - 1 - (int) lag] : 0f;
    }

    private float[] nearOf(float[] weight, int panel) {
        int lags = nearLags();
        float[] rows = new float[lags * LANES];
        for (int k = 0; k < lags; k++) {
            for (int c = 0; c < LANES; c++) {
                rows[k * LANES + c] = lag(weight, panel * LANES + c, lags - 1 - k);
            }
        }
        return rows;
    }

    private float[] spectraOf(float[] weight, int panel, double[] turns) {
        float[] points = new float[Math.multiplyExact(parts, spectrum())];
        for (int p = 0; p < parts; p++) {
            for (int m = 0; m < block; m++) {
                for (int c = 0; c < LANES; c++) {
                    long first = (long) p * block + m;
                    float low = m == 0 ? 0 : lag(weight, panel * LANES + c, first); // that of lag pN is nobody's
                    float high = lag(weight, panel * LANES + c, first + block);
                    int at = p * spectrum() + m * Fourier.POINT + c;
                    points[at] = (float) (low * turns[2 * m] - high * turns[2 * m + 1]);
                    points[at + LANES] = (float) (low * turns[2 * m + 1] + high * turns[2 * m]);
                }
            }
            kernels.fourier().transform(block, points, p * spectrum(), twiddles);
        }
        return points;
    }

    Kernels kernels() {
        return kernels;
    }

    int width() {
        return width;
    }

    int kernel() {
        return kernel;
    }

    /** N. */
    int block() {
        return block;
    }

    /** P, how many earlier blocks an output meets. */
    int parts() {
        return parts;
    }

    int panels() {
        return panels;
    }

    /** L, the lags of the near part. */
    int nearLags() {
        return Math.min(block, kernel);
    }

    /** {@code [L, 16]}, the longest lag first. */
    float[] near(int panel) {
        return near[panel];
    }

    /** Floats of one block's transform. */
    int spectrum() {
        return block * Fourier.POINT;
    }

    /** {@code [P, N]} points. */
    float[] spectra(int panel) {
        return spectra[panel];
    }

    /** How many channels of a panel there are. */
    int channels(int panel) {
        return Math.min(LANES, width - panel * LANES);
    }

    /** The work of a pass, in about multiplications. */
    long multiplications(Sequences in) {
        return (long) in.batch() * in.time() * panels * LANES * (block / 2 + 4L * parts + 64);
    }

    /** Starts outputs with their biases. */
    void begin(int panel, int rows, float[] y, int at) {
        for (int r = 0; r < rows; r++) {
            System.arraycopy(bias, panel * LANES, y, at + r * LANES, LANES);
        }
    }

    /** Transforms rows [N, 16] of inputs. */
    void transform(float[] rows, int at, float[] points, int pointsAt) {
        kernels.fourier().spread(block, rows, at, forth, points, pointsAt);
        kernels.fourier().transform(block, points, pointsAt, twiddles);
    }

    /** Transforms rows [N, 16] of gradients of outputs, so that {@link #addInputs} gives those of inputs. */
    void transformAdjoint(float[] rows, int at, float[] points, int pointsAt) {
        kernels.fourier().spread(block, rows, at, forthAdjoint, points, pointsAt);
        kernels.fourier().transform(block, points, pointsAt, twiddles);
    }

    /** Adds to rows [N, 16] the outputs whose transform this is; it is destroyed. */
    void addOutputs(float[] points, int pointsAt, float[] rows, int at) {
        kernels.fourier().inverse(block, points, pointsAt, twiddles);
        kernels.fourier().gather(block, points, pointsAt, toImaginary, rows, at);
    }

    /** Adds to rows [N, 16] the gradients of inputs whose transform this is; it is destroyed. */
    void addInputs(float[] points, int pointsAt, float[] rows, int at) {
        kernels.fourier().inverse(block, points, pointsAt, twiddles);
        kernels.fourier().gather(block, points, pointsAt, toReal, rows, at);
    }

    /** Adds to rows [2N, 16] the gradient of a segment whose transform this is; it is destroyed. */
    void addSegment(float[] points, int pointsAt, float[] rows, int at) {
        kernels.fourier().inverse(block, points, pointsAt, twiddles);
        kernels.fourier().gather(block, points, pointsAt, toReal, rows, at);
        kernels.fourier().gather(block, points, pointsAt, toImaginary, rows, at + block * LANES);
    }

    /**
     * Adds products of transforms of blocks with those of the first segments, p = 1, 2 … in order.
     *
     * @param panel which
     * @param count how many
     * @param blocks a ring of transforms
     * @param blocksAt where it starts
     * @param ring how many there are
     * @param slot that of p = 1
     * @param step −1 if the next lies before it, 1 if behind
     * @param conjugate whether the segments are to be conjugated
     * @param sum points, added to
     */
    void multiply(
            int panel,
            int count,
            float[] blocks,
            int blocksAt,
            int ring,
            int slot,
            int step,
            boolean conjugate,
            float[] sum) {
        int size = spectrum();
        int left = step < 0 ? slot + 1 : ring - slot;
        int first = Math.min(count, left);
        Fourier fourier = kernels.fourier();
        int at = blocksAt + slot * size;
        fourier.multiplyAdd(block, first, blocks, at, step * size, spectra[panel], 0, size, conjugate, sum, 0);
        if (first < count) {
            int wrapped = blocksAt + (step < 0 ? ring - 1 : 0) * size;
            fourier.multiplyAdd(
                    block,
                    count - first,
                    blocks,
                    wrapped,
                    step * size,
                    spectra[panel],
                    first * size,
                    size,
                    conjugate,
                    sum,
                    0);
        }
    }
}
