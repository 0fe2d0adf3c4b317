package org.attention4j.cnn;

import org.attention4j.kernels.Kernels;

/**
 * The weights of a convolution and what one tap does: y ← y + W_k x for some rows, with its gradients. Rows of x are
 * {@code [D]} and rows of y {@code [D']}, one behind the other. Each output takes its channels in order. Immutable.
 */
interface Taps {
    /**
     * How many positions to take through all taps together, so that their outputs stay in the cache.
     *
     * @return at least 1
     */
    int positions();

    /**
     * Adds tap k.
     *
     * @param kernels numerics
     * @param k which tap
     * @param rows how many
     * @param x inputs of the tap
     * @param xAt the first row
     * @param y outputs, added to
     * @param yAt the first row
     */
    void add(Kernels kernels, int k, int rows, float[] x, int xAt, float[] y, int yAt);

    /**
     * Starts outputs with their biases.
     *
     * @param rows how many
     * @param y outputs, written
     * @param yAt the first row
     */
    void start(int rows, float[] y, int yAt);

    /**
     * Computes y from biases and all taps in order, for rows that have them all.
     *
     * @param kernels numerics
     * @param reach of the convolution
     * @param rows how many
     * @param x inputs of the first tap
     * @param xAt the first row
     * @param in D
     * @param y outputs, written
     * @param yAt the first row
     */
    default void all(Kernels kernels, Reach reach, int rows, float[] x, int xAt, int in, float[] y, int yAt) {
        start(rows, y, yAt);
        for (int k = 0; k < reach.kernel() && rows > 0; k++) {
            add(kernels, k, rows, x, xAt + k * reach.dilation() * in, y, yAt);
        }
    }

    /**
     * Adds the gradient of tap k's inputs, dX ← dX + W_kᵀ dY; each takes the outputs of its group in order.
     *
     * @param kernels numerics
     * @param k which tap
     * @param rows how many
     * @param dY gradients of the outputs
     * @param dYAt the first row
     * @param dX gradients of the inputs, added to
     * @param dXAt the first row
     */
    void addTransposed(Kernels kernels, int k, int rows, float[] dY, int dYAt, float[] dX, int dXAt);

    /**
     * Adds the gradient of inputs that all taps read, tap by tap in order.
     *
     * @param kernels numerics
     * @param reach of the convolution
     * @param rows how many
     * @param dY gradients of the outputs
     * @param dYAt the row whose first tap reads the first row
     * @param out D'
     * @param dX gradients of the inputs, added to
     * @param dXAt the first row
     */
    default void allTransposed(
            Kernels kernels, Reach reach, int rows, float[] dY, int dYAt, int out, float[] dX, int dXAt) {
        for (int k = 0; k < reach.kernel() && rows > 0; k++) {
            addTransposed(kernels, k, rows, dY, dYAt - k * reach.dilation() * out, dX, dXAt);
        }
    }

    /**
     * The size of one sequence's inputs as {@link #pack} lays them out.
     *
     * @param length of the sequence
     * @return floats
     */
    int packedLength(int length);

    /**
     * Into how many parts {@link #pack} is split.
     *
     * @return at least 0
     */
    int packParts();

    /**
     * Lays out a part of one sequence's inputs for {@link #addWeightGradient}.
     *
     * @param kernels numerics
     * @param part which
     * @param x inputs
     * @param xAt the first row
     * @param length rows
     * @param packed written
     */
    void pack(Kernels kernels, int part, float[] x, int xAt, int length, float[] packed);

    /**
     * Into how many parts the gradient of the weights is split.
     *
     * @return at least 1
     */
    int gradientParts();

    /**
     * Adds one part of one sequence's gradient of the weights, dW_k ← dW_k + Σ_t dY_t x_{t + shift(k)}ᵀ, t in order.
     *
     * @param kernels numerics
     * @param part which
     * @param reach of the convolution
     * @param length of the sequence
     * @param x its inputs
     * @param xAt the first row
     * @param packed its inputs, packed
     * @param dY gradients of its outputs
     * @param dYAt the first row
     * @param sums {@code [K, D', D / groups]}, added to
     */
    void addWeightGradient(
            Kernels kernels,
            int part,
            Reach reach,
            int length,
            float[] x,
            int xAt,
            float[] packed,
            float[] dY,
            int dYAt,
            float[] sums);
}
