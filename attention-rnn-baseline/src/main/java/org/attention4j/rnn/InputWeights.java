package org.attention4j.rnn;

import java.util.List;
import java.util.stream.IntStream;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.Linear;
import org.attention4j.kernels.PackedMatrix;

/**
 * What a direction makes of its inputs: W x + b, {@code [G·H]}, and behind it, for cells that {@linkplain Cell#takesInput take} it, x itself.
 * With K blocks, W of each gate is block-diagonal: block k of the gate reads block k of x alone. Immutable.
 *
 * <p>Each block of each gate is a {@link Linear} with H / K outputs; without blocks all gates are one.
 *
 * @param parts the blocks of the first gate, then those of the second, …
 * @param blocks K
 * @param takesInput whether x itself follows
 */
record InputWeights(List<Linear> parts, int blocks, boolean takesInput) {
    /**
     * Packs.
     *
     * @param w {@code [G·H, D / K]}, row-major
     * @param bias {@code [G·H]}
     * @param blocks K
     * @param gates G
     * @param takesInput whether x itself follows
     */
    static InputWeights of(float[] w, float[] bias, int blocks, int gates, boolean takesInput) {
        int count = blocks == 1 ? 1 : gates * blocks;
        int outputs = bias.length / count;
        int columns = w.length / bias.length;
        List<Linear> parts = IntStream.range(0, count)
                .mapToObj(p -> Linear.of(w, p * outputs * columns, bias, p * outputs, outputs, columns)
                        .inLines())
                .toList();
        return new InputWeights(parts, blocks, takesInput);
    }

    /** Outputs of a part. */
    private int outputs() {
        return parts.get(0).out();
    }

    /** Inputs of a part. */
    private int columns() {
        return parts.get(0).in();
    }

    /** D. */
    private int width() {
        return blocks * columns();
    }

    /** G·H. */
    private int rows() {
        return parts.size() * outputs();
    }

    /** The first input of a part. */
    private int column(int part) {
        return part % blocks * columns();
    }

    /** Whether {@link #forwardOutputs} may begin at any multiple of so many outputs. */
    boolean divides(int units) {
        return blocks == 1 || outputs() % units == 0;
    }

    /** All of some rows; arguments as of {@link Linear#forward}. */
    void forward(Kernels kernels, int rows, float[] x, int xAt, int xStride, float[] y, int yAt, int yStride) {
        for (int p = 0; p < parts.size(); p++) {
            parts.get(p).forward(kernels, 0, rows, x, xAt + column(p), xStride, y, yAt + p * outputs(), yStride);
        }
        if (takesInput) {
            copy(rows, x, xAt, xStride, width(), y, yAt + rows(), yStride);
        }
    }

    /** Some outputs of some rows, of W x, or of x itself where they are behind it; not of both. Arguments as of {@link Linear#forwardOutputs}. */
    void forwardOutputs(
            Kernels kernels,
            int rows,
            float[] x,
            int xAt,
            int xStride,
            int from,
            int outs,
            float[] y,
            int yAt,
            int yStride) {
        if (from >= rows()) {
            copy(rows, x, xAt + from - rows(), xStride, outs, y, yAt, yStride);
            return;
        }
        for (int p = from / outputs(); p * outputs() < from + outs; p++) {
            int first = Math.max(from, p * outputs());
            int end = Math.min(from + outs, (p + 1) * outputs());
            int own = first - p * outputs();
            int to = yAt + first - from;
            parts.get(p).forwardOutputs(kernels, rows, x, xAt + column(p), xStride, own, end - first, y, to, yStride);
        }
    }

    private static void copy(int rows, float[] x, int xAt, int xStride, int count, float[] y, int yAt, int yStride) {
        for (int i = 0; i < rows; i++) {
            System.arraycopy(x, xAt + i * xStride, y, yAt + i * yStride, count);
        }
    }

    /** dX += dY W, and the gradient of x itself; arguments as of {@link Linear#inputGradient}. */
    void inputGradient(
            Kernels kernels, int from, int to, float[] dY, int dYAt, int dYStride, float[] dX, int dXAt, int dXStride) {
        for (int p = 0; p < parts.size(); p++) {
            int d = dYAt + p * outputs();
            parts.get(p).inputGradient(kernels, from, to, dY, d, dYStride, dX, dXAt + column(p), dXStride);
        }
        for (int i = from; i < to && takesInput; i++) {
            kernels.add(dY, dYAt + i * dYStride + rows(), dX, dXAt + i * dXStride, width());
        }
    }

    /** Floats that {@link #pack} writes. */
    int packedLength(int rows) {
        return Math.multiplyExact(blocks, PackedMatrix.panelsLength(rows, columns()));
    }

    /** Packs inputs for {@link #weightGradient}, block by block. */
    void pack(Kernels kernels, float[] x, int xAt, int xStride, int rows, float[] panels) {
        for (int k = 0; k < blocks; k++) {
            int to = k * PackedMatrix.panelsLength(rows, columns());
            kernels.pack(x, xAt + k * columns(), xStride, 1, rows, columns(), panels, to);
        }
    }

    /** dW += dYᵀ x of some outputs; arguments as of {@link Linear#weightGradient}, with the inputs as {@link #pack} has left them. */
    void weightGradient(
            Kernels kernels,
            int from,
            int to,
            int rows,
            float[] dY,
            int dYAt,
            int dYStride,
            float[] panels,
            float[] dW,
            int dWAt) {
        for (int p = from / outputs(); p * outputs() < to; p++) {
            int before = p * outputs();
            int first = Math.max(from, before) - before;
            int end = Math.min(to, before + outputs()) - before;
            int x = p % blocks * PackedMatrix.panelsLength(rows, columns());
            int own = dWAt + before * columns();
            parts.get(p).weightGradient(kernels, first, end, rows, dY, dYAt + before, dYStride, panels, x, dW, own);
        }
    }

    /** db += Σ dY of some outputs; arguments as of {@link Linear#biasGradient}. */
    void biasGradient(
            Kernels kernels,
            int from,
            int to,
            int rows,
            float[] dY,
            int dYAt,
            int dYStride,
            float[] dBias,
            int dBiasAt) {
        parts.get(0).biasGradient(kernels, from, to, rows, dY, dYAt, dYStride, dBias, dBiasAt); // asks no weight
    }
}
