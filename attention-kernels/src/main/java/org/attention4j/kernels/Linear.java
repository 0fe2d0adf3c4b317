package org.attention4j.kernels;

import java.util.Arrays;
import java.util.Optional;

/**
 * A linear layer y = x Wᵀ + b over rows, with its gradients: W [out, in] and b [out] as PyTorch stores them.
 *
 * <p>Rows are [rows, in] and [rows, out] in row-major arrays with a distance between rows. Every method takes a range of rows (the
 * parameter gradient: a range of outputs), so that a caller may share the work among threads; neither the split nor the number of rows
 * changes a bit. Chains: y[i, o] starts at b[o] and takes fma(x[i, p], W[o, p], ·) for p in order; dX[i, p] takes
 * fma(dY[i, o], W[o, p], ·) for o in order; dW[o, p] takes fma(dY[i, o], x[i, p], ·) for rows i in order, and db[o] adds dY[i, o] likewise.
 *
 * <p>Weights are copied and packed; instances are immutable and safe for any number of threads. Wᵀ for the input gradient is
 * packed when first needed. No method but that first call allocates.
 */
public final class Linear {
    /** Outputs of a tile of one row. */
    private static final int RANGE = 4 * Kernels.LANES;

    /** Multiply-adds of many rows that another thread costs as much as: about 20 µs of one core. */
    private static final double SMALL = 1 << 20;

    /** What a multiply-add takes of rows that fill no tile, by one of many rows: it waits for its weight. */
    private static final double WAIT = 4;

    private final PackedMatrix weight; // Wᵀ: [in, out]
    private final Optional<float[]> bias;
    private volatile Optional<PackedMatrix> transposed =
            Optional.empty(); // W: [out, in]; racing threads make equal ones

    private Linear(PackedMatrix weight, Optional<float[]> bias) {
        this.weight = weight;
        this.bias = bias;
    }

    /**
     * Copies a layer with a bias.
     *
     * @param weight W [out, in], row-major
     * @param weightOffset where it starts
     * @param bias b [out]
     * @param biasOffset where it starts
     * @param out outputs
     * @param in inputs
     * @return the layer
     * @throws IllegalArgumentException if a size is negative or the weights are too many for one array
     * @throws IndexOutOfBoundsException if weights or biases are not inside their arrays
     */
    public static Linear of(float[] weight, int weightOffset, float[] bias, int biasOffset, int out, int in) {
        PackedMatrix packed = PackedMatrix.of(weight, weightOffset, 1, in, in, out);
        if (biasOffset < 0 || biasOffset > bias.length - out) {
            throw new IndexOutOfBoundsException(
                    "a bias of " + out + " floats at " + biasOffset + " in an array of " + bias.length);
        }
        return new Linear(packed, Optional.of(Arrays.copyOfRange(bias, biasOffset, biasOffset + out)));
    }

    /**
     * Copies a layer without a bias.
     *
     * @param weight W [out, in], row-major
     * @param weightOffset where it starts
     * @param out outputs
     * @param in inputs
     * @return the layer
     * @throws IllegalArgumentException if a size is negative or the weights are too many for one array
     * @throws IndexOutOfBoundsException if the weights are not inside their array
     */
    public static Linear of(float[] weight, int weightOffset, int out, int in) {
        return new Linear(PackedMatrix.of(weight, weightOffset, 1, in, in, out), Optional.empty());
    }

    /**
     * Returns this layer, with weights {@linkplain PackedMatrix#inLines in cache lines} for a row that comes again and again.
     *
     * @return a layer with the same weights, which shares them
     */
    public Linear inLines() {
        return new Linear(weight.inLines(), bias);
    }

    /**
     * Returns the number of inputs.
     *
     * @return in
     */
    public int in() {
        return weight.rows();
    }

    /**
     * Returns the number of outputs.
     *
     * @return out
     */
    public int out() {
        return weight.columns();
    }

    /**
     * Tells whether the layer has a bias.
     *
     * @return whether there is a bias
     */
    public boolean hasBias() {
        return bias.isPresent();
    }

    /**
     * Computes y = x Wᵀ + b for a range of rows.
     *
     * @param kernels the kernels to use
     * @param fromRow first row
     * @param toRow row after the last
     * @param x inputs, row i at {@code x[xOffset + i * xStride]}
     * @param xOffset where row 0 starts
     * @param xStride distance between rows
     * @param y outputs, written
     * @param yOffset where row 0 starts
     * @param yStride distance between rows
     */
    public void forward(
            Kernels kernels,
            int fromRow,
            int toRow,
            float[] x,
            int xOffset,
            int xStride,
            float[] y,
            int yOffset,
            int yStride) {
        if (bias.isPresent()) {
            float[] b = bias.get();
            for (int i = fromRow; i < toRow; i++) {
                System.arraycopy(b, 0, y, yOffset + i * yStride, b.length);
            }
        }
        kernels.multiply(
                toRow - fromRow,
                x,
                xOffset + fromRow * xStride,
                xStride,
                weight,
                y,
                yOffset + fromRow * yStride,
                yStride,
                bias.isPresent());
    }

    /**
     * Computes some outputs of some rows, with the bits of {@link #forward}.
     *
     * @param kernels the kernels to use
     * @param rows number of rows
     * @param x inputs, row i at {@code x[xOffset + i * xStride]}
     * @param xOffset where row 0 starts
     * @param xStride distance between rows
     * @param fromOut first output, a multiple of 16
     * @param outs how many outputs
     * @param y these outputs, written
     * @param yOffset where row 0 starts
     * @param yStride distance between rows
     * @throws IllegalArgumentException if the first output is not a multiple of 16
     */
    public void forwardOutputs(
            Kernels kernels,
            int rows,
            float[] x,
            int xOffset,
            int xStride,
            int fromOut,
            int outs,
            float[] y,
            int yOffset,
            int yStride) {
        if (bias.isPresent()) {
            float[] b = bias.get();
            for (int i = 0; i < rows; i++) {
                System.arraycopy(b, fromOut, y, yOffset + i * yStride, outs);
            }
        }
        kernels.multiplyColumns(
                rows, x, xOffset, xStride, weight, fromOut, outs, y, yOffset, yStride, bias.isPresent());
    }

    /**
     * How many outputs a thread is best given where so many threads share the layer by its outputs, as in a step, which has fewer rows than there are threads.
     *
     * @param rows number of rows
     * @param threads how many threads share them
     * @return a multiple of 64, or all outputs where the work is too small to be shared
     */
    public int outputsOfPart(int rows, int threads) {
        double multiplyAdds = (double) rows * in() * out() * (rows < VectorProducts.TILE ? WAIT : 1);
        return multiplyAdds < SMALL
                ? out()
                : Math.min(out(), RANGE * Math.ceilDiv(Math.ceilDiv(out(), RANGE), threads));
    }

    /**
     * Adds the input gradient for a range of rows: dX += dY W.
     *
     * @param kernels the kernels to use
     * @param fromRow first row
     * @param toRow row after the last
     * @param dY gradients of the outputs, row i at {@code dY[dYOffset + i * dYStride]}
     * @param dYOffset where row 0 starts
     * @param dYStride distance between rows
     * @param dX gradients of the inputs, read and written
     * @param dXOffset where row 0 starts
     * @param dXStride distance between rows
     */
    public void inputGradient(
            Kernels kernels,
            int fromRow,
            int toRow,
            float[] dY,
            int dYOffset,
            int dYStride,
            float[] dX,
            int dXOffset,
            int dXStride) {
        kernels.multiply(
                toRow - fromRow,
                dY,
                dYOffset + fromRow * dYStride,
                dYStride,
                transposed(),
                dX,
                dXOffset + fromRow * dXStride,
                dXStride,
                true);
    }

    private PackedMatrix transposed() {
        Optional<PackedMatrix> known = transposed;
        if (known.isEmpty()) {
            known = Optional.of(weight.transpose());
            transposed = known;
        }
        return known.get();
    }

    /**
     * Adds the gradient of the weights for a range of outputs: dW[o, ·] += Σ over rows dY[i, o] x[i, ·].
     *
     * <p>The inputs are given packed, once for all ranges: {@code kernels.pack(x, xOffset, xStride, 1, rows, in, inputPanels,
     * inputPanelsOffset)}.
     *
     * @param kernels the kernels to use
     * @param fromOut first output
     * @param toOut output after the last
     * @param rows number of rows
     * @param dY gradients of the outputs, row i at {@code dY[dYOffset + i * dYStride]}
     * @param dYOffset where row 0 starts
     * @param dYStride distance between rows
     * @param inputPanels x [rows, in], packed
     * @param inputPanelsOffset where it starts
     * @param dWeight gradient of W [out, in], row-major, read and written
     * @param dWeightOffset where it starts
     */
    public void weightGradient(
            Kernels kernels,
            int fromOut,
            int toOut,
            int rows,
            float[] dY,
            int dYOffset,
            int dYStride,
            float[] inputPanels,
            int inputPanelsOffset,
            float[] dWeight,
            int dWeightOffset) {
        kernels.multiply(
                toOut - fromOut,
                in(),
                rows,
                dY,
                dYOffset + fromOut,
                1,
                dYStride,
                inputPanels,
                inputPanelsOffset,
                dWeight,
                dWeightOffset + fromOut * in(),
                in(),
                true);
    }

    /**
     * Adds the gradient of the bias for a range of outputs: db[o] += Σ over rows dY[i, o].
     *
     * @param kernels the kernels to use
     * @param fromOut first output
     * @param toOut output after the last
     * @param rows number of rows
     * @param dY gradients of the outputs, row i at {@code dY[dYOffset + i * dYStride]}
     * @param dYOffset where row 0 starts
     * @param dYStride distance between rows
     * @param dBias gradient of b [out], read and written
     * @param dBiasOffset where it starts
     */
    public void biasGradient(
            Kernels kernels,
            int fromOut,
            int toOut,
            int rows,
            float[] dY,
            int dYOffset,
            int dYStride,
            float[] dBias,
            int dBiasOffset) {
        for (int i = 0; i < rows; i++) {
            kernels.add(dY, dYOffset + i * dYStride + fromOut, dBias, dBiasOffset + fromOut, toOut - fromOut);
        }
    }
}
