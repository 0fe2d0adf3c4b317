package org.attention4j.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

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

    /** Fewest and most floats of panels that are copied to cache lines: 16 KB, and 4 MB, since what no second-level cache holds gains nothing. */
    private static final int FEWEST_IN_LINES = 1 << 12;

    private static final int MOST_IN_LINES = 1 << 20;
    private static final int LINE = 64;

    /**
     * Products before the copy is made: it is not for programs that end soon. Until the compiler has come to it, a product that reads outside the heap is many times
     * slower than one that reads arrays, by then compiled.
     */
    private static final int PRODUCTS_FIRST = 1 << 13;

    private final int rows;
    private final int columns;
    private final float[] panels;
    private final boolean inLines;
    private int products; // roughly, if several threads count
    private volatile Optional<MemorySegment> lines =
            Optional.empty(); // the panels at cache lines; racing threads make equal ones

    private PackedMatrix(int rows, int columns, float[] panels, boolean inLines) {
        this.rows = rows;
        this.columns = columns;
        this.panels = panels;
        this.inLines = inLines;
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
        return new PackedMatrix(k, n, panels, false);
    }

    /**
     * Returns this matrix, for products of one row that come again and again, as those of a recurrence do. They read a second copy
     * of the panels, made after some thousands of them, outside the heap and each row of a panel a cache line, where it is of a size for the second-level
     * cache: from there it comes half as fast again. An array may start anywhere, and the garbage collector moves it.
     *
     * @return a matrix with the same elements, which shares the panels on the heap
     */
    public PackedMatrix inLines() {
        int floats = panels.length - START;
        return new PackedMatrix(rows, columns, panels, floats >= FEWEST_IN_LINES && floats <= MOST_IN_LINES);
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
        return new PackedMatrix(columns, rows, to, inLines);
    }

    /** Checks some columns for {@link Kernels#multiplyColumns}. */
    void checkColumns(int from, int count) {
        if (from % 16 != 0) {
            throw new IllegalArgumentException("first column " + from + " is not a multiple of 16");
        }
        Objects.checkFromIndexSize(from, count, columns);
    }

    /** The panels at cache lines, if the matrix is to have them and was multiplied often enough; to be asked once a product; not to be written. */
    Optional<MemorySegment> lines() {
        Optional<MemorySegment> known = lines;
        if (inLines && known.isEmpty() && ++products > PRODUCTS_FIRST) {
            MemorySegment copy = Arena.ofAuto().allocate((long) Float.BYTES * (panels.length - START), LINE);
            MemorySegment.copy(panels, START, copy, ValueLayout.JAVA_FLOAT, 0, panels.length - START);
            known = Optional.of(copy);
            lines = known;
        }
        return known;
    }

    /** The array that has the panels, from {@link #START} on; not to be written. */
    float[] panels() {
        return panels;
    }
}
