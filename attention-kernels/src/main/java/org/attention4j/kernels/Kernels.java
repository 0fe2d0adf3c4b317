package org.attention4j.kernels;

/**
 * The numerics of every mixer, over {@code float[]} and offsets, with bits that depend on nothing but the operands.
 *
 * <p><b>Same bits.</b> Every output element is a fixed chain of operations in the order of the operands' logical indices, whatever
 * the vector width, the tile or the row range: splitting rows over threads, or a product into column or row blocks, changes no bit.
 * {@link #scalar()} is the specification, {@link #vector()} the same by the Vector API; every implementation returns the
 * same bits (any NaN counts as the same NaN).
 *
 * <p><b>Conventions.</b> Matrices are row-major, element [i, j] of x at {@code x[xOffset + i * xRowStride + j]}. Sizes may be 0. An
 * output may be the very same range as an input where a method says so; other overlaps are errors that are not detected.
 * Sums of a row use {@value #LANES} <i>logical lanes</i>: element i is added to lane i mod 16, in order, each lane starting at 0, and
 * the lanes are folded 8 + 8, 4 + 4, 2 + 2, 1 + 1 (lane l with lane l + 8 first).
 *
 * <p><b>Errors.</b> A range outside an array is an {@link IndexOutOfBoundsException}, a negative size in a product an
 * {@link IllegalArgumentException}; what was written before it was noticed stays.
 *
 * <p><b>Threads and memory.</b> Instances are immutable and safe for any number of threads; a call runs in the calling thread and
 * allocates nothing.
 *
 * <p>Letters: m, n, k are the sizes of a product [m, k] × [k, n]; H is the width of a recurrent cell; fma(a, b, c) is a · b + c
 * rounded once.
 */
public interface Kernels {
    /** Number of logical lanes of a row sum, and of columns in a panel of a packed matrix. */
    int LANES = 16;

    /**
     * Returns the specification: plain Java, on every machine.
     *
     * @return the scalar kernels
     */
    static Kernels scalar() {
        return ScalarKernels.INSTANCE;
    }

    /**
     * Returns the Vector API kernels of the machine's preferred width, each used from its first call on, when it is far slower than the scalar one.
     *
     * @return the vector kernels
     * @throws IllegalStateException with the reason, if the Vector API is not there or has fewer than four float lanes
     */
    static Kernels vector() {
        return KernelChoice.vector();
    }

    /**
     * Returns Vector API kernels of a given width, for tests: widths that the machine lacks are emulated by the Java library and
     * slow. After a second width has been used in one JVM, every width is slow (the compiler no longer knows which one it is).
     *
     * @param bits 128, 256 or 512
     * @return the vector kernels of that width
     * @throws IllegalArgumentException for another width
     * @throws IllegalStateException with the reason, if the Vector API is not there
     */
    static Kernels vector(int bits) {
        return KernelChoice.vector(bits);
    }

    /**
     * Returns the kernels to use: vector ones where the Vector API is there with at least four lanes, else {@link #scalar()}; chosen once, on the
     * first call, and logged in one line. Until the compiler has compiled a vector kernel, its scalar twin does most of the work, with the same bits.
     *
     * <p>The system property {@value KernelChoice#PROPERTY} chooses: {@code auto} (the default), {@code scalar}, or {@code vector} for
     * {@link #vector()}.
     *
     * @return the preferred kernels, always the same instance
     * @throws IllegalArgumentException if the property has another value
     * @throws IllegalStateException if the property asks for vector kernels that are not there
     */
    static Kernels preferred() {
        return KernelChoice.preferred();
    }

    /**
     * Returns what these kernels are, for people: {@code scalar}, {@code vector 256}, …
     *
     * @return the name
     */
    String name();

    // ---------------------------------------------------------------- products

    /**
     * Multiplies A [m, k] by a packed B [k, n]: C[i, j] = fma(A[i, p], B[p, j], acc) for p = 0 … k−1 in order, acc starting at 0, or
     * at C[i, j] when accumulating.
     *
     * <p>With {@code accumulate}, a product may be split along k (call by call in order) and a bias is C filled beforehand.
     *
     * @param m rows of A and C
     * @param n columns of B and C
     * @param k columns of A, rows of B
     * @param a A, element [i, p] at {@code a[aOffset + i * aRowStride + p * aColumnStride]}; column stride 1 is fastest, then row stride 1
     * @param aOffset where A starts
     * @param aRowStride distance between rows of A
     * @param aColumnStride distance between columns of A
     * @param panels B as packed by {@link PackedMatrix}: element [p, j] at {@code panels[panelsOffset + (j / 16) * 16 * k + 16 * p + j % 16]}
     * @param panelsOffset where the panels start
     * @param c C, element [i, j] at {@code c[cOffset + i * cRowStride + j]}
     * @param cOffset where C starts
     * @param cRowStride distance between rows of C
     * @param accumulate whether C is read
     */
    default void multiply(
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aRowStride,
            int aColumnStride,
            float[] panels,
            int panelsOffset,
            float[] c,
            int cOffset,
            int cRowStride,
            boolean accumulate) {
        multiply(
                m,
                n,
                k,
                a,
                aOffset,
                aRowStride,
                aColumnStride,
                panels,
                panelsOffset,
                16 * k,
                c,
                cOffset,
                cRowStride,
                accumulate);
    }

    /**
     * As the method above with some rows of a packed B:
     * its panels lie further apart than the product is long.
     *
     * @param m rows of A and C
     * @param n columns of B and C
     * @param k columns of A, rows of B
     * @param a A
     * @param aOffset where A starts
     * @param aRowStride distance between rows of A
     * @param aColumnStride distance between columns of A
     * @param panels B, element [p, j] at {@code panels[panelsOffset + j / 16 * panelStride + 16 * p + j % 16]}
     * @param panelsOffset where the panels start
     * @param panelStride distance between panels
     * @param c C
     * @param cOffset where C starts
     * @param cRowStride distance between rows of C
     * @param accumulate whether C is read
     */
    void multiply(
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aRowStride,
            int aColumnStride,
            float[] panels,
            int panelsOffset,
            int panelStride,
            float[] c,
            int cOffset,
            int cRowStride,
            boolean accumulate);

    /**
     * As {@link #multiply}, but a term whose A[i, p] is 0 (of either sign) is left out of the chain: what B holds there, even NaN,
     * plays no part; and +0 is added at the end, so that no result is −0. For attention weights × values, where a weight of 0 means that the position was
     * not attended to.
     *
     * @param m rows of A and C
     * @param n columns of B and C
     * @param k columns of A, rows of B
     * @param a A
     * @param aOffset where A starts
     * @param aRowStride distance between rows of A
     * @param aColumnStride distance between columns of A
     * @param panels B, packed
     * @param panelsOffset where the panels start
     * @param c C
     * @param cOffset where C starts
     * @param cRowStride distance between rows of C
     * @param accumulate whether C is read
     */
    default void multiplySkippingZeros(
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aRowStride,
            int aColumnStride,
            float[] panels,
            int panelsOffset,
            float[] c,
            int cOffset,
            int cRowStride,
            boolean accumulate) {
        multiplySkippingZeros(
                m,
                n,
                k,
                a,
                aOffset,
                aRowStride,
                aColumnStride,
                panels,
                panelsOffset,
                LANES * k,
                c,
                cOffset,
                cRowStride,
                accumulate);
    }

    /**
     * As the method above with some rows of a packed B: panels lie further apart than the product is long.
     *
     * @param m rows of A and C
     * @param n columns of B and C
     * @param k columns of A, rows of B that are used
     * @param a A
     * @param aOffset where A starts
     * @param aRowStride distance between rows of A
     * @param aColumnStride distance between columns of A
     * @param panels B, packed
     * @param panelsOffset where the first panel has its first row that is used
     * @param panelStride distance between panels, at least 16 · k
     * @param c C
     * @param cOffset where C starts
     * @param cRowStride distance between rows of C
     * @param accumulate whether C is read
     */
    void multiplySkippingZeros(
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aRowStride,
            int aColumnStride,
            float[] panels,
            int panelsOffset,
            int panelStride,
            float[] c,
            int cOffset,
            int cRowStride,
            boolean accumulate);

    /**
     * Multiplies two operands that are both packed, into panels or rows: C = Aᵀ B with A [k, m], B [k, n] and C [m, n], each C[i, j] the chain
     * fma(A[p, i], B[p, j], acc) for p = 0 … k−1 in order, acc starting at 0. Scores of attention, keys by queries, come out as the left operand
     * of a product with the values: column j of C is row j of that. With a panel stride of 16, C is row-major.
     *
     * <p>Sizes count in whole panels: m and n are rounded up to multiples of 16, so that the padding of the operands, which {@link #pack} makes
     * 0, is multiplied too, and C has room for what comes of it.
     *
     * @param m columns of A, rows of C
     * @param n columns of B and C
     * @param k rows of A and B
     * @param a A, element [p, i] at {@code a[aOffset + i / 16 * 16 * k + 16 * p + i % 16]}
     * @param aOffset where A starts
     * @param b B, packed likewise
     * @param bOffset where B starts
     * @param c C, element [i, j] at {@code c[cOffset + j / 16 * cPanelStride + i * cRowStride + j % 16]}
     * @param cOffset where C starts
     * @param cPanelStride distance between panels of C
     * @param cRowStride distance between rows of C; 16 where panels are contiguous
     */
    void multiplyPanels(
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            float[] c,
            int cOffset,
            int cPanelStride,
            int cRowStride);

    /**
     * Multiplies A [m, k] by B: {@link #multiply} with the sizes of B.
     *
     * @param m rows of A and C
     * @param a A
     * @param aOffset where A starts
     * @param aRowStride distance between rows of A
     * @param b B [k, n]
     * @param c C
     * @param cOffset where C starts
     * @param cRowStride distance between rows of C
     * @param accumulate whether C is read
     */
    default void multiply(
            int m,
            float[] a,
            int aOffset,
            int aRowStride,
            PackedMatrix b,
            float[] c,
            int cOffset,
            int cRowStride,
            boolean accumulate) {
        multiplyColumns(m, a, aOffset, aRowStride, b, 0, b.columns(), c, cOffset, cRowStride, accumulate);
    }

    /**
     * Multiplies A [m, k] by some columns of B: {@link #multiply}, C being these columns only.
     *
     * @param m rows of A and C
     * @param a A
     * @param aOffset where A starts
     * @param aRowStride distance between rows of A
     * @param b B [k, n]
     * @param fromColumn first column of B, a multiple of 16
     * @param columns how many
     * @param c C
     * @param cOffset where C starts
     * @param cRowStride distance between rows of C
     * @param accumulate whether C is read
     * @throws IllegalArgumentException if the first column is not a multiple of 16
     * @throws IndexOutOfBoundsException if B has not so many columns
     */
    default void multiplyColumns(
            int m,
            float[] a,
            int aOffset,
            int aRowStride,
            PackedMatrix b,
            int fromColumn,
            int columns,
            float[] c,
            int cOffset,
            int cRowStride,
            boolean accumulate) {
        b.checkColumns(fromColumn, columns);
        int panelsOffset = PackedMatrix.START + fromColumn * b.rows();
        multiply(
                m,
                columns,
                b.rows(),
                a,
                aOffset,
                aRowStride,
                1,
                b.panels(),
                panelsOffset,
                c,
                cOffset,
                cRowStride,
                accumulate);
    }

    /**
     * Packs a right operand: copies as {@link PackedMatrix#packPanels(float[], int, int, int, int, int, float[], int)} makes them, which this
     * is unless an implementation is faster. Fast where one of the strides is 1.
     *
     * @param source B, element [p, j] at {@code source[offset + p * rowStride + j * columnStride]}
     * @param offset where B starts
     * @param rowStride distance between rows of B
     * @param columnStride distance between columns of B
     * @param k rows of B
     * @param n columns of B
     * @param panels where the panels go
     * @param panelsOffset where they start
     */
    default void pack(
            float[] source,
            int offset,
            int rowStride,
            int columnStride,
            int k,
            int n,
            float[] panels,
            int panelsOffset) {
        PackedMatrix.packPanels(source, offset, rowStride, columnStride, k, n, panels, panelsOffset);
    }

    // ---------------------------------------------------------------- narrow numbers

    /**
     * Reads bfloat16: y[i] is the float whose upper 16 bits are x[i] and whose lower ones are 0.
     *
     * @param x bfloat16 numbers
     * @param xOffset where they start
     * @param y the row that is written
     * @param yOffset where it starts
     * @param n how many
     */
    default void widenBfloat16(short[] x, int xOffset, float[] y, int yOffset, int n) {
        for (int i = 0; i < n; i++) {
            y[yOffset + i] = Float.intBitsToFloat(x[xOffset + i] << 16);
        }
    }

    /**
     * Reads rows of 16 bytes with a scale for each row: y[r, j] = x[r, j] · scales[r].
     *
     * @param rows how many
     * @param x the bytes [rows, 16]
     * @param xOffset where they start
     * @param scales the scales [rows]
     * @param scalesOffset where they start
     * @param y the rows that are written [rows, 16]
     * @param yOffset where they start
     */
    default void widenRows(int rows, byte[] x, int xOffset, float[] scales, int scalesOffset, float[] y, int yOffset) {
        for (int i = 0; i < LANES * rows; i++) {
            y[yOffset + i] = x[xOffset + i] * scales[scalesOffset + i / LANES];
        }
    }

    /**
     * Reads rows of 16 bytes with a scale for each column: y[r, j] = x[r, j] · scales[j].
     *
     * @param rows how many
     * @param x the bytes [rows, 16]
     * @param xOffset where they start
     * @param scales the scales [16]
     * @param scalesOffset where they start
     * @param y the rows that are written [rows, 16]
     * @param yOffset where they start
     */
    default void widenColumns(
            int rows, byte[] x, int xOffset, float[] scales, int scalesOffset, float[] y, int yOffset) {
        for (int i = 0; i < LANES * rows; i++) {
            y[yOffset + i] = x[xOffset + i] * scales[scalesOffset + i % LANES];
        }
    }

    // ---------------------------------------------------------------- rows

    /**
     * Returns the greatest of x, as {@link Math#max(float, float)} orders them: NaN if any is NaN, −∞ if n = 0.
     *
     * @param x the row
     * @param xOffset where it starts
     * @param n its length
     * @return the maximum
     */
    float max(float[] x, int xOffset, int n);

    /**
     * Returns Σ x[i], in 16 lanes.
     *
     * @param x the row
     * @param xOffset where it starts
     * @param n its length
     * @return the sum, +0 if n = 0
     */
    float sum(float[] x, int xOffset, int n);

    /**
     * Returns Σ x[i] · y[i], in 16 lanes, each lane ← fma(x[i], y[i], lane).
     *
     * @param x a row
     * @param xOffset where it starts
     * @param y a row
     * @param yOffset where it starts
     * @param n their length
     * @return the dot product, +0 if n = 0
     */
    float dot(float[] x, int xOffset, float[] y, int yOffset, int n);

    /**
     * Returns how many of x are greater than a threshold.
     *
     * @param x the row
     * @param xOffset where it starts
     * @param n its length
     * @param threshold what they are compared with; NaN is not greater
     * @return their number
     */
    int count(float[] x, int xOffset, int n, float threshold);

    /**
     * Copies those of x that are greater than a threshold, in order. y may be x.
     *
     * @param x the row
     * @param xOffset where it starts
     * @param n its length
     * @param threshold what they are compared with; NaN is not greater
     * @param y where they go; what is behind them, up to n numbers in all, may be overwritten
     * @param yOffset where it starts
     * @return how many they are
     */
    int keep(float[] x, int xOffset, int n, float threshold, float[] y, int yOffset);

    /**
     * Sets y[i] to 0 where x[i] ≤ a threshold: a weight where its score is −∞, a gradient where its weight is 0. y may be x.
     *
     * @param threshold the threshold; NaN is not below it
     * @param x the row that is compared
     * @param xOffset where it starts
     * @param y the row that is read and written
     * @param yOffset where it starts
     * @param n their length
     */
    void clearUpTo(float threshold, float[] x, int xOffset, float[] y, int yOffset, int n);

    /**
     * Returns Σ r, in 16 lanes, with r = (x[i] − high) − low where that is greater than 0, and 0 elsewhere: what a row has above a threshold that
     * is known to more digits than a float has.
     *
     * @param x the row
     * @param xOffset where it starts
     * @param n its length
     * @param high the threshold
     * @param low what is to be added to it
     * @return the sum, +0 if n = 0
     */
    float sumExcess(float[] x, int xOffset, int n, float high, float low);

    /**
     * Returns Σ r², in 16 lanes, each lane ← fma(r, r, lane), with r as in {@link #sumExcess}.
     *
     * @param x the row
     * @param xOffset where it starts
     * @param n its length
     * @param high the threshold
     * @param low what is to be added to it
     * @return the sum, +0 if n = 0
     */
    float sumSquaredExcess(float[] x, int xOffset, int n, float high, float low);

    /**
     * Replaces x[i] by exp(x[i] − shift) and returns the sum of the results, in 16 lanes: the middle of a softmax, with shift the
     * row's maximum. x[i] = −∞ gives exactly 0 for a finite shift.
     *
     * @param x the row, read and written
     * @param xOffset where it starts
     * @param n its length
     * @param shift what is taken off before the exponential
     * @return the sum of the exponentials
     */
    float expSum(float[] x, int xOffset, int n, float shift);

    /**
     * Scales rows and takes the greatest of each: x ← x · factor; maxima[r] ← the greatest of maxima[r] and x[r, i]. NaN counts as
     * less than any number but −∞, which it replaces; a zero is +0.
     *
     * @param rows how many
     * @param x the rows, read and written
     * @param xOffset where the first starts
     * @param xRowStride distance between rows
     * @param n their length
     * @param factor the factor
     * @param maxima the greatest so far, read and written
     * @param maximaOffset where the first is
     */
    void scaleMaxima(
            int rows, float[] x, int xOffset, int xRowStride, int n, float factor, float[] maxima, int maximaOffset);

    /**
     * The middle of a softmax, for several rows: x[r, i] ← exp(x[r, i] − shifts[r]), the bits of {@link ScalarMath#exp}, but 0 where it is less
     * than e⁻⁸⁷ (1.6e−38); sums[r] ← sums[r] + Σ x[r, i], in 16 lanes. For shifts that nothing in the row is greater than. A shift of −∞
     * counts as 0, so that a row of nothing else becomes zeros.
     *
     * @param rows how many
     * @param x the rows, read and written
     * @param xOffset where the first starts
     * @param xRowStride distance between rows
     * @param n their length
     * @param shifts what is taken off in each row
     * @param shiftsOffset where the first is
     * @param sums the sums, read and written
     * @param sumsOffset where the first is
     * @return whether none of the results is 0
     */
    boolean addExpSums(
            int rows,
            float[] x,
            int xOffset,
            int xRowStride,
            int n,
            float[] shifts,
            int shiftsOffset,
            float[] sums,
            int sumsOffset);

    /**
     * As {@link #scaleMaxima} of columns in panels, which stay as they are: maxima[j] ← the greatest of maxima[j] and x[i, j] · factor.
     *
     * @param panels how many, of 16 columns each
     * @param n length of a column
     * @param x the columns, element [i, j] at {@code x[xOffset + j / 16 * panelStride + 16 * i + j % 16]}
     * @param xOffset where the first panel starts
     * @param panelStride distance between panels
     * @param factor the factor, positive
     * @param maxima the greatest so far, 16 · panels of them, read and written
     * @param maximaOffset where the first is
     */
    void columnMaxima(
            int panels, int n, float[] x, int xOffset, int panelStride, float factor, float[] maxima, int maximaOffset);

    /**
     * What the rows of a softmax are multiplied by after their maxima have grown: factors[j] ← exp(factors[j] − maxima[j]), or 1 where factors[j]
     * is −∞ or the maximum itself; sums[j] ← sums[j] · factors[j].
     *
     * @param n how many
     * @param factors the maxima before, not above those of now, read and written
     * @param factorsOffset where the first is
     * @param maxima the maxima
     * @param maximaOffset where the first is
     * @param sums the sums, read and written
     * @param sumsOffset where the first is
     * @return whether a factor is not 1
     */
    boolean shrink(
            int n, float[] factors, int factorsOffset, float[] maxima, int maximaOffset, float[] sums, int sumsOffset);

    /**
     * Whether neither a NaN nor an infinity is among some rows: 0 times each of their numbers is 0.
     *
     * @param rows how many
     * @param x the rows
     * @param xOffset where the first starts
     * @param xRowStride distance between rows
     * @param n their length
     * @return true if all numbers are finite
     */
    boolean finite(int rows, float[] x, int xOffset, int xRowStride, int n);

    /**
     * Hides numbers of the 16 columns of a panel: x[i, j] ← −∞ where bit j of seen[i] is 0.
     *
     * @param n length of a column
     * @param x the columns, [i, j] at {@code x[xOffset + 16 * i + j]}
     * @param xOffset where the panel starts
     * @param seen a bit for each column, n of them; the upper 16 bits do not matter
     * @param seenOffset where the first is
     */
    void hideColumns(int n, float[] x, int xOffset, int[] seen, int seenOffset);

    /**
     * As {@link #addExpSums} of columns in panels, with a factor: x[i, j] ← exp(x[i, j] · factor − shifts[j]), or 0; sums[j] ← sums[j] + Σ x[i, j],
     * in 16 lanes.
     *
     * @param panels how many, of 16 columns each
     * @param n length of a column
     * @param x the columns as in {@link #columnMaxima}, read and written
     * @param xOffset where the first panel starts
     * @param panelStride distance between panels
     * @param factor the factor
     * @param shifts what is taken off in each column
     * @param shiftsOffset where the first is
     * @param sums the sums, read and written
     * @param sumsOffset where the first is
     * @return whether none of the results is 0
     */
    boolean addColumnExpSums(
            int panels,
            int n,
            float[] x,
            int xOffset,
            int panelStride,
            float factor,
            float[] shifts,
            int shiftsOffset,
            float[] sums,
            int sumsOffset);

    /**
     * The weights of a softmax whose maxima and sums are known, for several rows: x[r, i] ← exp(x[r, i] · factor − shifts[r]) · factors[r],
     * with the exponential of {@link #addExpSums}.
     *
     * @param rows how many
     * @param x the rows, read and written
     * @param xOffset where the first starts
     * @param xRowStride distance between rows
     * @param n their length
     * @param factor what scores are multiplied by
     * @param shifts what is taken off in each row
     * @param shiftsOffset where the first is
     * @param factors what the exponentials of each row are multiplied by, not negative
     * @param factorsOffset where the first is
     * @return whether none of the results is 0
     */
    boolean softmaxWeights(
            int rows,
            float[] x,
            int xOffset,
            int xRowStride,
            int n,
            float factor,
            float[] shifts,
            int shiftsOffset,
            float[] factors,
            int factorsOffset);

    /**
     * The gradient of a softmax for its scores, for several rows of weights p: d[r, i] ← p[r, i] · (d[r, i] − means[r]) · factor, and 0 where p is
     * 0, whatever d is.
     *
     * @param rows how many
     * @param p the weights
     * @param pOffset where the first row starts
     * @param d gradients of the weights, which those of the scores replace
     * @param dOffset where the first row starts
     * @param rowStride distance between rows, of both
     * @param n their length
     * @param means Σ p · d of each whole row
     * @param meansOffset where the first is
     * @param factor what gradients are multiplied by in the end
     */
    void softmaxGradient(
            int rows,
            float[] p,
            int pOffset,
            float[] d,
            int dOffset,
            int rowStride,
            int n,
            float[] means,
            int meansOffset,
            float factor);

    /**
     * Scales a row: x ← x · factor.
     *
     * @param x the row, read and written
     * @param xOffset where it starts
     * @param n its length
     * @param factor the factor
     */
    void scale(float[] x, int xOffset, int n, float factor);

    /**
     * Scales rows, each by a factor of its own: x[r, i] ← x[r, i] · factors[r] + 0, so that no result is −0.
     *
     * @param rows how many
     * @param x the rows, read and written
     * @param xOffset where the first starts
     * @param xRowStride distance between rows
     * @param n their length
     * @param factors the factors
     * @param factorsOffset where the first is
     */
    void scaleRows(int rows, float[] x, int xOffset, int xRowStride, int n, float[] factors, int factorsOffset);

    /**
     * Adds a row to another: y ← y + x.
     *
     * @param x the row to add
     * @param xOffset where it starts
     * @param y the row that is read and written
     * @param yOffset where it starts
     * @param n their length
     */
    void add(float[] x, int xOffset, float[] y, int yOffset, int n);

    /**
     * Adds a multiple of a row to another: y ← fma(a, x, y).
     *
     * @param a the factor
     * @param x the row to add
     * @param xOffset where it starts
     * @param y the row that is read and written
     * @param yOffset where it starts
     * @param n their length
     */
    void multiplyAdd(float a, float[] x, int xOffset, float[] y, int yOffset, int n);

    /**
     * Multiplies two rows element by element: y ← x · w. y may be x or w.
     *
     * @param x a row
     * @param xOffset where it starts
     * @param w a row
     * @param wOffset where it starts
     * @param y the row that is written
     * @param yOffset where it starts
     * @param n their length
     */
    void multiplyElementwise(float[] x, int xOffset, float[] w, int wOffset, float[] y, int yOffset, int n);

    /**
     * Multiplies two rows element by element and adds: y ← fma(x, w, y); one tap of a depthwise convolution.
     *
     * @param x a row
     * @param xOffset where it starts
     * @param w a row
     * @param wOffset where it starts
     * @param y the row that is read and written
     * @param yOffset where it starts
     * @param n their length
     */
    void multiplyAddElementwise(float[] x, int xOffset, float[] w, int wOffset, float[] y, int yOffset, int n);

    /**
     * Turns pairs of numbers in every row, each pair by an angle of its own (Su et al. 2021, equation 15): (u, v) ← (fma(−v, sin, u · cos),
     * fma(u, sin, v · cos)). Pair p of a row of width w is (x[p], x[p + w/2]), or (x[2p], x[2p + 1]) where interleaved.
     *
     * @param rows how many rows are turned by the same angles
     * @param width w, even; what a row holds behind it is left as it is
     * @param interleaved whether pairs are neighbours
     * @param x the rows, read and written
     * @param xOffset where the first starts
     * @param xRowStride distance between rows
     * @param cos cosines [w/2]
     * @param cosOffset where they start
     * @param sin sines [w/2]
     * @param sinOffset where they start
     */
    void rotate(
            int rows,
            int width,
            boolean interleaved,
            float[] x,
            int xOffset,
            int xRowStride,
            float[] cos,
            int cosOffset,
            float[] sin,
            int sinOffset);

    /**
     * Computes a depthwise convolution: y[r, c] ← start[r, c], then fma(x[r, k, c], w[k, c], y[r, c]) for k = 0 … K−1 in order, what
     * {@link #multiplyAddElementwise} does tap by tap, with each output written once for some taps.
     *
     * @param rows how many positions
     * @param width channels
     * @param taps K
     * @param x inputs, that of tap k at {@code x[xOffset + r * xRowStride + k * tapStride + c]}
     * @param xOffset where the first tap of the first position starts
     * @param xRowStride distance between positions
     * @param tapStride distance between the inputs of two taps
     * @param w weights, at {@code w[wOffset + k * wTapStride + c]}
     * @param wOffset where they start
     * @param wTapStride distance between those of two taps
     * @param start what the taps are added to: a row of biases with distance 0, or y itself
     * @param startOffset where it starts
     * @param startRowStride distance between positions
     * @param y outputs, written
     * @param yOffset where the first position starts
     * @param yRowStride distance between positions
     */
    void depthwise(
            int rows,
            int width,
            int taps,
            float[] x,
            int xOffset,
            int xRowStride,
            int tapStride,
            float[] w,
            int wOffset,
            int wTapStride,
            float[] start,
            int startOffset,
            int startRowStride,
            float[] y,
            int yOffset,
            int yRowStride);

    /**
     * Returns the Fourier transforms of these kernels.
     *
     * @return the same each time
     */
    Fourier fourier();

    // ---------------------------------------------------------------- activations

    /**
     * Applies an activation: y ← f(x), the values of {@link ScalarMath}. y may be x.
     *
     * @param f the function
     * @param x the row of arguments
     * @param xOffset where it starts
     * @param y the row that is written
     * @param yOffset where it starts
     * @param n their length
     */
    void apply(Activation f, float[] x, int xOffset, float[] y, int yOffset, int n);

    /**
     * Takes a gradient back through an activation: dX ← dY · f′(x) (not added). dX may be dY, x or y.
     *
     * <p>Only y is read where {@link Activation#gradientFromOutput()}, else only x: either may then be any array, and its offset
     * is not looked at.
     *
     * @param f the function
     * @param x its arguments
     * @param xOffset where they start
     * @param y its values
     * @param yOffset where they start
     * @param dY gradient of y
     * @param dYOffset where it starts
     * @param dX gradient of x, written
     * @param dXOffset where it starts
     * @param n their length
     */
    void gradient(
            Activation f,
            float[] x,
            int xOffset,
            float[] y,
            int yOffset,
            float[] dY,
            int dYOffset,
            float[] dX,
            int dXOffset,
            int n);

    // ---------------------------------------------------------------- recurrent cells

    /**
     * Does the pointwise part of one LSTM step: i, f, o ← sigmoid, g ← tanh (in place, kept for the backward step),
     * c = fma(f, c′, i · g), h = o · tanh c.
     *
     * @param gates the pre-activations [4H] in the order i, f, g, o; replaced by the activated gates
     * @param gatesOffset where they start
     * @param cPrevious the cell state c′ [H] before the step
     * @param cPreviousOffset where it starts
     * @param c the cell state [H] after the step, written; may be c′
     * @param cOffset where it starts
     * @param h the hidden state [H] after the step, written
     * @param hOffset where it starts
     * @param width H
     */
    void lstmCell(
            float[] gates,
            int gatesOffset,
            float[] cPrevious,
            int cPreviousOffset,
            float[] c,
            int cOffset,
            float[] h,
            int hOffset,
            int width);

    /**
     * Takes gradients back through {@link #lstmCell}: with t = tanh c and d = dC + dH · o · (1 − t²), writes the gradients of the
     * four pre-activations and replaces dC by the gradient of c′, d · f.
     *
     * @param gates the activated gates [4H] that the forward step left
     * @param gatesOffset where they start
     * @param cPrevious the cell state c′ [H] before the step
     * @param cPreviousOffset where it starts
     * @param c the cell state [H] after the step
     * @param cOffset where it starts
     * @param dH gradient of h [H]
     * @param dHOffset where it starts
     * @param dC gradient of c [H] from later steps; replaced by the gradient of c′
     * @param dCOffset where it starts
     * @param dGates gradients of the pre-activations [4H], written; may be gates
     * @param dGatesOffset where they start
     * @param width H
     */
    void lstmCellBackward(
            float[] gates,
            int gatesOffset,
            float[] cPrevious,
            int cPreviousOffset,
            float[] c,
            int cOffset,
            float[] dH,
            int dHOffset,
            float[] dC,
            int dCOffset,
            float[] dGates,
            int dGatesOffset,
            int width);

    // ---------------------------------------------------------------- normalisation

    /**
     * Normalises a row: y = fma((x − mean) · s, weight, bias) with s = 1 / √(variance + ε), the variance that of the row itself
     * (divided by n, as PyTorch). Two passes: mean = sum(x) / n, then the squares of x − mean, in 16 lanes by fma. y may be x.
     *
     * @param x the row [n]
     * @param xOffset where it starts
     * @param y the normalised row [n], written
     * @param yOffset where it starts
     * @param weight the weight [n]
     * @param weightOffset where it starts
     * @param bias the bias [n]
     * @param biasOffset where it starts
     * @param n length of the row
     * @param epsilon ε
     */
    void layerNorm(
            float[] x,
            int xOffset,
            float[] y,
            int yOffset,
            float[] weight,
            int weightOffset,
            float[] bias,
            int biasOffset,
            int n,
            float epsilon);

    /**
     * Adds to dX the gradient of {@link #layerNorm} for its input: with x̂ = (x − mean) · s and g = dY · weight,
     * dX += s · (g − mean(g) − x̂ · mean(g · x̂)).
     *
     * @param x the row [n]
     * @param xOffset where it starts
     * @param weight the weight [n]
     * @param weightOffset where it starts
     * @param dY gradient of y [n]
     * @param dYOffset where it starts
     * @param dX gradient of x [n], read and written
     * @param dXOffset where it starts
     * @param n length of the row
     * @param epsilon ε
     */
    void layerNormInputGradient(
            float[] x,
            int xOffset,
            float[] weight,
            int weightOffset,
            float[] dY,
            int dYOffset,
            float[] dX,
            int dXOffset,
            int n,
            float epsilon);

    /**
     * Adds to dWeight and dBias the gradients of {@link #layerNorm} for its parameters: dWeight ← fma(dY, x̂, dWeight),
     * dBias ← dBias + dY. Rows must be taken in order for the same bits.
     *
     * @param x the row [n]
     * @param xOffset where it starts
     * @param dY gradient of y [n]
     * @param dYOffset where it starts
     * @param dWeight gradient of the weight [n], read and written
     * @param dWeightOffset where it starts
     * @param dBias gradient of the bias [n], read and written
     * @param dBiasOffset where it starts
     * @param n length of the row
     * @param epsilon ε
     */
    void layerNormParameterGradient(
            float[] x,
            int xOffset,
            float[] dY,
            int dYOffset,
            float[] dWeight,
            int dWeightOffset,
            float[] dBias,
            int dBiasOffset,
            int n,
            float epsilon);

    /**
     * Divides a row by its root mean square: y = (x · s) · weight with s = 1 / √(mean of squares + ε) (Zhang and Sennrich 2019, equation
     * 4). The squares are summed in 16 lanes by fma. y may be x.
     *
     * @param x the row [n]
     * @param xOffset where it starts
     * @param y the normalised row [n], written
     * @param yOffset where it starts
     * @param weight the weight [n]
     * @param weightOffset where it starts
     * @param n length of the row
     * @param epsilon ε
     */
    void rmsNorm(
            float[] x, int xOffset, float[] y, int yOffset, float[] weight, int weightOffset, int n, float epsilon);

    /**
     * Adds to dX the gradient of {@link #rmsNorm} for its input: with x̂ = x · s and g = dY · weight, dX += s · (g − x̂ · mean(g · x̂)).
     *
     * @param x the row [n]
     * @param xOffset where it starts
     * @param weight the weight [n]
     * @param weightOffset where it starts
     * @param dY gradient of y [n]
     * @param dYOffset where it starts
     * @param dX gradient of x [n], read and written
     * @param dXOffset where it starts
     * @param n length of the row
     * @param epsilon ε
     */
    void rmsNormInputGradient(
            float[] x,
            int xOffset,
            float[] weight,
            int weightOffset,
            float[] dY,
            int dYOffset,
            float[] dX,
            int dXOffset,
            int n,
            float epsilon);

    /**
     * Adds to dWeight the gradient of {@link #rmsNorm} for its weight: dWeight ← fma(dY, x̂, dWeight). Rows must be taken in order for
     * the same bits.
     *
     * @param x the row [n]
     * @param xOffset where it starts
     * @param dY gradient of y [n]
     * @param dYOffset where it starts
     * @param dWeight gradient of the weight [n], read and written
     * @param dWeightOffset where it starts
     * @param n length of the row
     * @param epsilon ε
     */
    void rmsNormParameterGradient(
            float[] x, int xOffset, float[] dY, int dYOffset, float[] dWeight, int dWeightOffset, int n, float epsilon);
}
