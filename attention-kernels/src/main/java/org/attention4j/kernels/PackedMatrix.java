package org.attention4j.kernels;

import java.util.Arrays;
import java.util.Objects;

/**
 * A matrix B [k, n] as the right operand of {@link Kernels#multiply}: panels of 16 columns, each stored row after row.
 *
 * <p>Element [p, j] is at {@code panels[start + (j / 16) * 16 * k + 16 * p + j % 16]}; the last panel is padded with zeros. A kernel then
 * reads memory in one stream, and a matrix–vector product runs the same chains as a matrix–matrix product.
 *
 * <p>Instances are immutable and safe for any number of threads. Callers that pack again and again (keys and values) use
 * {@link #packPanels} into an array of their own.
 */
public final class PackedMatrix {
    /**
     * Where panels in an array of one's own best start: 12. An array's elements start 16 bytes into the object and a large object starts
     * at a cache line, so that from float 12 on a row of a panel is a cache line. Measured on 512-bit vectors: products of 1,024 are 10 %
     * faster, matrix–vector products too. For a small array, which starts anywhere, it makes no difference.
     */
    public static final int START = 12;

    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final int rows;
    private final int columns;
    private final float[] panels;

    private PackedMatrix(int rows, int columns, float[] panels) {
        this.rows = rows;
        this.columns = columns;
        this.panels = panels;
    }

    /**
     * Copies a matrix [k, n] into panels; element [p, j] is {@code source[offset + p * rowStride + j * columnStride]}.
     *
     * <p>For a linear layer y = x Wᵀ with W [out, in] as PyTorch stores it, B = Wᵀ: {@code of(w, 0, 1, in, in, out)}; for its input
     * gradient dX = dY W, B = W: {@code of(w, 0, in, 1, out, in)}.
     *
     * @param source where the matrix is
     * @param offset where it starts
     * @param rowStride distance between [p, j] and [p + 1, j]
     * @param columnStride distance between [p, j] and [p, j + 1]
     * @param k rows
     * @param n columns
     * @return the packed matrix
     * @throws IllegalArgumentException if a size is negative or the panels would not fit an array
     * @throws IndexOutOfBoundsException if the matrix is not inside the array
     */
    public static PackedMatrix of(float[] source, int offset, int rowStride, int columnStride, int k, int n) {
        float[] panels = allocate(k, n);
        packPanels(source, offset, rowStride, columnStride, k, n, panels, START);
        return new PackedMatrix(k, n, panels);
    }

    private static float[] allocate(int k, int n) {
        int length = panelsLength(k, n);
        if (length > LARGEST_ARRAY - START) {
            throw tooLarge(k, n);
        }
        return new float[START + length];
    }

    private static IllegalArgumentException tooLarge(int k, int n) {
        return new IllegalArgumentException(
                "a matrix of " + k + " × " + n + " is too large to be packed into one array");
    }

    /**
     * Returns how many floats {@link #packPanels} writes: k · 16 · ⌈n / 16⌉.
     *
     * @param k rows
     * @param n columns
     * @return the length of the panels
     * @throws IllegalArgumentException if a size is negative or the product overflows an int
     */
    public static int panelsLength(int k, int n) {
        if (k < 0 || n < 0) {
            throw new IllegalArgumentException("a matrix of " + k + " × " + n + " has a negative size");
        }
        long length = (n + 15L) / 16 * 16 * k;
        if (length > LARGEST_ARRAY) {
            throw tooLarge(k, n);
        }
        return (int) length;
    }

    /**
     * Copies a matrix [k, n] into panels in the caller's array; element [p, j] is {@code source[offset + p * rowStride + j *
     * columnStride]}. The padding of the last panel is written too (zeros).
     *
     * @param source where the matrix is
     * @param offset where it starts
     * @param rowStride distance between [p, j] and [p + 1, j]
     * @param columnStride distance between [p, j] and [p, j + 1]
     * @param k rows
     * @param n columns
     * @param panels where the panels go, {@link #panelsLength} floats
     * @param panelsOffset where they start
     * @throws IllegalArgumentException if a size is negative or too large
     * @throws IndexOutOfBoundsException if either range is not inside its array
     */
    public static void packPanels(
            float[] source,
            int offset,
            int rowStride,
            int columnStride,
            int k,
            int n,
            float[] panels,
            int panelsOffset) {
        checkPanels(k, n, panels, panelsOffset);
        for (int j = 0, to = panelsOffset; j < n; j += 16, to += 16 * k) {
            packPanel(source, offset + j * columnStride, rowStride, columnStride, k, Math.min(16, n - j), panels, to);
        }
    }

    static void checkPanels(int k, int n, float[] panels, int panelsOffset) {
        int length = panelsLength(k, n);
        if (panelsOffset < 0 || panelsOffset > panels.length - length) {
            throw new IndexOutOfBoundsException(
                    "panels of " + length + " floats at " + panelsOffset + " in an array of " + panels.length);
        }
    }

    private static void packPanel(
            float[] source, int offset, int rowStride, int columnStride, int k, int width, float[] panels, int to) {
        if (columnStride == 1) {
            for (int p = 0; p < k; p++) {
                System.arraycopy(source, offset + p * rowStride, panels, to + 16 * p, width);
            }
        } else {
            for (int j = 0; j < width; j++) {
                for (int p = 0, from = offset + j * columnStride; p < k; p++, from += rowStride) {
                    panels[to + 16 * p + j] = source[from];
                }
            }
        }
        if (width < 16) {
            for (int p = 0; p < k; p++) {
                Arrays.fill(panels, to + 16 * p + width, to + 16 * p + 16, 0f);
            }
        }
    }

    /**
     * Returns the number of rows, k.
     *
     * @return k
     */
    public int rows() {
        return rows;
    }

    /**
     * Returns the number of columns, n.
     *
     * @return n
     */
    public int columns() {
        return columns;
    }

    /**
     * Returns element [p, j].
     *
     * @param p the row
     * @param j the column
     * @return the element
     * @throws IndexOutOfBoundsException if there is no such element
     */
    public float get(int p, int j) {
        Objects.checkIndex(p, rows);
        Objects.checkIndex(j, columns);
        return panels[START + (j / 16) * 16 * rows + 16 * p + j % 16];
    }

    /**
     * Returns Bᵀ [n, k], packed.
     *
     * @return a new matrix
     */
    public PackedMatrix transpose() {
        float[] to = allocate(columns, rows);
        for (int p = 0; p < rows; p++) {
            for (int j = 0; j < columns; j++) {
                to[START + (p / 16) * 16 * columns + 16 * j + p % 16] = get(p, j);
            }
        }
        return new PackedMatrix(columns, rows, to);
    }

    /** The array that has the panels, from {@link #START} on; not to be written. */
    float[] panels() {
        return panels;
    }
}
