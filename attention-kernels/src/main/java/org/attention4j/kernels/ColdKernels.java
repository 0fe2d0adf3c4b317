package org.attention4j.kernels;

import java.util.function.Supplier;

/**
 * Vector kernels that the compiler has not come to yet: their scalar twins do the work, with the same bits, and they are rehearsed.
 *
 * <p>Until C2 has compiled a loop, each of its vector operations is a call that goes lane by lane and makes objects, far slower than the scalar
 * kernel, and C2 asks for some 15,000 turns first. So what a cold kernel is called for its twin does. Then the vector kernel does a small part of
 * it again, into memory that nobody reads, as often as {@link Rehearsal} has time for; with few turns a call, since C2 counts calls, too. As soon
 * as it is faster, it takes over for good.
 *
 * <p>Here are those that a forward pass of attention spends its time in. A vector kernel that is not here is used from its first call on.
 */
final class ColdKernels {
    private static final ScalarKernels SCALAR = ScalarKernels.INSTANCE;

    /** Rows of a product that is rehearsed: those of a packed tile, and of the one for what is left. */
    private static final int ROWS = VectorPackedRows.PANEL + VectorProducts.TILE;

    /** Columns, so many that rows are packed. */
    private static final int COLUMNS = VectorProducts.PACKED_COLUMNS;

    /** Steps along k of a tile; a tile of few rows is another one where there are many. */
    private static final int STEPS = 24;

    private static final int STEPS_OF_FEW_ROWS = VectorProducts.K_BLOCK;

    /** Multiply-adds of a product between rehearsals: about a millisecond. */
    private static final int STRIP = 1 << 20;

    /** Rows of other kernels. */
    private static final int FEW = 32;

    private final Width vectors;

    // Products have a tile each for few rows, for rows in panels, for columns that are worth packing rows for, and for
    // what is left.
    private final Rehearsal fewRows;
    private final Rehearsal rowsInPanels;
    private final Rehearsal packedRows;
    private final Rehearsal otherRows;
    final Rehearsal withoutZeros;
    final Rehearsal panels;
    final Rehearsal packing;
    final Rehearsal columnMaxima;
    final Rehearsal columnSums;

    /** Where rehearsals write, all threads alike: numbers without a meaning. */
    private final float[] room;

    /** Scores that are rehearsed with: nothing but 1, with a maximum of 0 behind them. */
    private final float[] scores;

    private ColdKernels(Width vectors, Supplier<Rehearsal> rehearsal, int room, int scores) {
        this.vectors = vectors;
        fewRows = rehearsal.get();
        rowsInPanels = rehearsal.get();
        packedRows = rehearsal.get();
        otherRows = rehearsal.get();
        withoutZeros = rehearsal.get();
        panels = rehearsal.get();
        packing = rehearsal.get();
        columnMaxima = rehearsal.get();
        columnSums = rehearsal.get();
        this.room = new float[room];
        this.scores = new float[scores];
    }

    /** Kernels that nobody has used. */
    static ColdKernels of(Width vectors) {
        Rehearsal.Time time = new Rehearsal.Time();
        return new ColdKernels(vectors, () -> Rehearsal.of(time), ROWS * COLUMNS, (FEW + 1) * Kernels.LANES);
    }

    /** Kernels that are used from their first call on. */
    static ColdKernels none(Width vectors) {
        return new ColdKernels(vectors, Rehearsal::none, 0, 0);
    }

    /** That of the tile that a product needs. */
    Rehearsal product(int m, int n, int aRowStride, int aColumnStride) {
        if (m < VectorProducts.TILE) {
            return fewRows;
        }
        if (aRowStride == 1 && aColumnStride == Kernels.LANES) {
            return rowsInPanels;
        }
        return n >= COLUMNS ? packedRows : otherRows;
    }

    /** Strips of rows, with rehearsals in between, and what is left by vectors as soon as they are faster. */
    void multiply(
            Rehearsal rehearsal,
            int m,
            int n,
            int k,
            float[] a,
            int ao,
            int ars,
            int acs,
            float[] b,
            int bo,
            int panel,
            float[] c,
            int co,
            int crs,
            boolean accumulate) {
        int strip = (int) Math.max(1, STRIP / ((long) n * k));
        int i = 0;
        for (; i < m && !rehearsal.over(STRIP); i += strip) {
            int rows = Math.min(strip, m - i);
            long start = System.nanoTime();
            SCALAR.multiply(rows, n, k, a, ao + i * ars, ars, acs, b, bo, panel, c, co + i * crs, crs, accumulate);
            rehearsal.performed((long) rows * n * k, start);
            rehearseProduct(rehearsal, m, n, k, a, ao, ars, acs, b, bo, panel, accumulate);
        }
        if (i < m) {
            VectorProducts.multiply(
                    vectors, m - i, n, k, a, ao + i * ars, ars, acs, b, bo, panel, c, co + i * crs, crs, accumulate);
        }
    }

    /** With and without what is there, whatever the call: the compiler leaves out what it never saw, and begins again when it comes. */
    private void rehearseProduct(
            Rehearsal rehearsal,
            int m,
            int n,
            int k,
            float[] a,
            int ao,
            int ars,
            int acs,
            float[] b,
            int bo,
            int panel,
            boolean accumulate) {
        int rows = Math.min(m, ROWS);
        int columns = Math.min(n, COLUMNS);
        int steps = Math.min(k, rehearsal == fewRows ? STEPS_OF_FEW_ROWS : STEPS);
        for (boolean adds = accumulate; rehearsal.due(); adds = !adds) {
            long start = System.nanoTime();
            VectorProducts.multiply(
                    vectors, rows, columns, steps, a, ao, ars, acs, b, bo, panel, room, 0, columns, adds);
            rehearsal.rehearsed(rows * columns * steps, start);
        }
    }

    void multiplySkippingZeros(
            int m,
            int n,
            int k,
            float[] a,
            int ao,
            int ars,
            int acs,
            float[] b,
            int bo,
            int panel,
            float[] c,
            int co,
            int crs,
            boolean accumulate) {
        long start = System.nanoTime();
        SCALAR.multiplySkippingZeros(m, n, k, a, ao, ars, acs, b, bo, panel, c, co, crs, accumulate);
        withoutZeros.performed((long) m * n * k, start);
        int rows = Math.min(m, ROWS);
        int columns = Math.min(n, COLUMNS);
        int steps = Math.min(k, STEPS);
        for (boolean adds = accumulate; withoutZeros.due(); adds = !adds) {
            start = System.nanoTime();
            VectorProducts.multiplySkippingZeros(
                    vectors, rows, columns, steps, a, ao, ars, acs, b, bo, panel, room, 0, columns, adds);
            withoutZeros.rehearsed(rows * columns * steps, start);
        }
    }

    void multiplyPanels(
            int m, int n, int k, float[] a, int ao, float[] b, int bo, float[] c, int co, int panel, int crs) {
        long start = System.nanoTime();
        SCALAR.multiplyPanels(m, n, k, a, ao, b, bo, c, co, panel, crs);
        panels.performed((long) m * n * k, start);
        int columns = Math.min(n, 2 * Kernels.LANES);
        int steps = Math.min(k, STEPS);
        while (panels.due()) {
            start = System.nanoTime();
            VectorPanels.multiply(
                    vectors,
                    Kernels.LANES,
                    columns,
                    steps,
                    a,
                    ao,
                    b,
                    bo,
                    room,
                    0,
                    Kernels.LANES * Kernels.LANES,
                    Kernels.LANES);
            panels.rehearsed(Kernels.LANES * columns * steps, start);
        }
    }

    void pack(float[] source, int offset, int rowStride, int columnStride, int k, int n, float[] to, int at) {
        long start = System.nanoTime();
        SCALAR.pack(source, offset, rowStride, columnStride, k, n, to, at);
        packing.performed((long) k * n, start);
        int rows = Math.min(k, 2 * FEW);
        int columns = Math.min(n, 2 * Kernels.LANES);
        while (packing.due()) {
            start = System.nanoTime();
            VectorPacking.pack(vectors, source, offset, rowStride, columnStride, rows, columns, room, 0);
            packing.rehearsed(rows * columns, start);
        }
    }

    void columnMaxima(int count, int n, float[] x, int xo, int panel, float factor, float[] maxima, int mo) {
        long start = System.nanoTime();
        SCALAR.columnMaxima(count, n, x, xo, panel, factor, maxima, mo);
        columnMaxima.performed((long) Kernels.LANES * count * n, start);
        int rows = Math.min(n, FEW);
        while (columnMaxima.due()) {
            start = System.nanoTime();
            VectorColumns.maxima(vectors, 1, rows, x, xo, panel, factor, room, 0);
            columnMaxima.rehearsed(Kernels.LANES * rows, start);
        }
    }

    boolean addColumnExpSums(
            int count,
            int n,
            float[] x,
            int xo,
            int panel,
            float factor,
            float[] shifts,
            int shiftsOffset,
            float[] sums,
            int sumsOffset) {
        long start = System.nanoTime();
        boolean positive =
                SCALAR.addColumnExpSums(count, n, x, xo, panel, factor, shifts, shiftsOffset, sums, sumsOffset);
        columnSums.performed((long) Kernels.LANES * count * n, start);
        while (columnSums.due()) {
            start = System.nanoTime();
            VectorColumns.decay(vectors, 1, FEW, scores, 0, 0, 0f, scores, FEW * Kernels.LANES);
            VectorColumns.addSums(vectors, 1, FEW, scores, 0, 0, room, 0);
            columnSums.rehearsed(Kernels.LANES * FEW, start);
        }
        return positive;
    }
}
