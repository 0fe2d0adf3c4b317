package org.attention4j.kernels;

import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Vector kernels that the compiler has not come to yet: their scalar twins do the work, with the same bits, and they are rehearsed.
 *
 * <p>Until C2 has compiled a loop, each of its vector operations is a call that goes lane by lane and makes objects, far slower than the scalar
 * kernel, and C2 asks for some 15,000 turns first. So what a cold kernel is called for its twin does. Then the vector kernel does a small part of
 * it again, into memory that nobody reads, as often as {@link Rehearsal} has time for; with few turns a call, since C2 counts calls, too. As soon
 * as it is faster, it takes over for good.
 *
 * <p>Here are those that a forward pass of attention or of a recurrence and the gradient of that spend their time in. A vector kernel that is not
 * here is used from its first call on.
 */
final class ColdKernels {
    private static final ScalarKernels SCALAR = ScalarKernels.INSTANCE;

    /** Rows of a product that is rehearsed: 14 and 8 at 512 bits, 10 and 12 at 256, so that packed tiles and those for what is left are called. */
    private static final int ROWS = 22;

    /** Columns, so many that rows are packed. */
    private static final int COLUMNS = VectorProducts.PACKED_COLUMNS;

    /** Steps along k of a tile. */
    private static final int STEPS = 24;

    /** Calls of a rehearsal of a product from cache lines, whose twin is fast: together they take longer than reading the clock. */
    private static final int CALLS = 10;

    /** Multiply-adds of a product between rehearsals: about a millisecond. */
    private static final int STRIP = 1 << 20;

    /** Rows of other kernels. */
    private static final int FEW = 32;

    /** What a number takes in a row of activations, in multiply-adds: so long a row is worth a clock's reading from 32 numbers on. */
    private static final int OPERATIONS = 32;

    /**
     * Numbers of a row of activations that is rehearsed, and units of a cell: one turn of a loop, at the widest vectors. For what is called 5,000 times C2 does
     * not ask for more turns.
     */
    private static final int UNITS = Kernels.LANES;

    /** Activations of a cell for each of its units: four gates, and what goes through the output gate. */
    private static final int ACTIVATIONS = 5;

    private final Width vectors;

    // Products have a tile each for one, two and three rows, for one row and long streams, for rows in panels, for
    // columns that are
    // worth packing rows for, and for what is left.
    private final Rehearsal[] fewRows;
    private final Rehearsal longRow;
    private final Rehearsal rowsInPanels;
    private final Rehearsal packedRows;
    private final Rehearsal otherRows;
    final Rehearsal lines;
    final Rehearsal withoutZeros;
    final Rehearsal panels;
    final Rehearsal packing;
    final Rehearsal columnMaxima;
    final Rehearsal columnSums;
    final Rehearsal lstmCell;
    final Rehearsal lstmCellBackward;

    /** By the function's number, as are the gradients. */
    private final Rehearsal[] activations;

    private final Rehearsal[] gradients;

    /** Where rehearsals write, all threads alike: numbers without a meaning. */
    private final float[] room;

    /** Scores that are rehearsed with: nothing but 1, with a maximum of 0 behind them. */
    private final float[] scores;

    private ColdKernels(
            Width vectors,
            Supplier<Rehearsal> rehearsal,
            Supplier<Rehearsal> small,
            Rehearsal lines,
            int room,
            int scores) {
        this.vectors = vectors;
        this.lines = lines;
        fewRows = Stream.generate(rehearsal).limit(VectorProducts.TILE - 1).toArray(Rehearsal[]::new);
        longRow = rehearsal.get();
        rowsInPanels = rehearsal.get();
        packedRows = rehearsal.get();
        otherRows = rehearsal.get();
        withoutZeros = rehearsal.get();
        panels = rehearsal.get();
        packing = rehearsal.get();
        columnMaxima = rehearsal.get();
        columnSums = rehearsal.get();
        lstmCell = small.get();
        lstmCellBackward = small.get();
        activations = forEachActivation(small);
        gradients = forEachActivation(small);
        this.room = new float[room];
        this.scores = new float[scores];
    }

    private static Rehearsal[] forEachActivation(Supplier<Rehearsal> rehearsal) {
        return Stream.generate(rehearsal).limit(Activation.values().length).toArray(Rehearsal[]::new);
    }

    /** Kernels that nobody has used. */
    static ColdKernels of(Width vectors) {
        Rehearsal.Time time = new Rehearsal.Time();
        return new ColdKernels(
                vectors,
                () -> Rehearsal.of(time),
                () -> Rehearsal.ofSmall(time),
                Rehearsal.ofVectors(time),
                ROWS * COLUMNS,
                (FEW + 1) * Kernels.LANES);
    }

    /** Kernels that are used from their first call on. */
    static ColdKernels none(Width vectors) {
        return new ColdKernels(vectors, Rehearsal::none, Rehearsal::none, Rehearsal.none(), 0, 0);
    }

    /** That of the tile that a product needs. */
    Rehearsal product(int m, int n, int k, int aRowStride, int aColumnStride) {
        if (m < VectorProducts.TILE) {
            return m == 1 && VectorProducts.goesByFours(vectors, n, k) ? longRow : fewRows[Math.max(0, m - 1)];
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
            if (rehearsal == longRow) {
                rehearseLongRow(k, b, bo, panel, accumulate);
            } else {
                rehearseProduct(rehearsal, m, n, k, a, ao, ars, acs, b, bo, panel, accumulate);
            }
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
        int steps = Math.min(k, STEPS);
        for (boolean adds = accumulate; rehearsal.due(); adds = !adds) {
            long start = System.nanoTime();
            VectorProducts.multiply(
                    vectors, rows, columns, steps, a, ao, ars, acs, b, bo, panel, room, 0, columns, adds);
            rehearsal.rehearsed(rows * columns * steps, start);
        }
    }

    /** The tile itself: a whole product of few steps would not have it. Its row is whatever is in the room. */
    private void rehearseLongRow(int k, float[] b, int bo, int panel, boolean accumulate) {
        int columns = 4 * Kernels.LANES;
        int steps = Math.min(k, STEPS);
        for (boolean adds = accumulate; longRow.due(); adds = !adds) {
            long start = System.nanoTime();
            VectorTiles.oneRowFourVectors(vectors, steps, room, 0, b, bo, panel, room, STEPS, adds);
            longRow.rehearsed(columns * steps, start);
        }
    }

    /** A product of panels in an array did so much work from {@code start} on, and those at cache lines are rehearsed; k are their rows. */
    void rehearseLines(long work, long start, int k, MemorySegment panels) {
        lines.performed(work, start);
        int columns = VectorLines.columns(vectors, COLUMNS);
        int steps = Math.min(k, STEPS);
        for (boolean adds = true; lines.due(); adds = !adds) {
            start = System.nanoTime();
            for (int i = 0; i < CALLS; i++) {
                VectorLines.multiply(vectors, columns, steps, room, 0, panels, 0, room, STEPS, adds);
            }
            lines.rehearsed(CALLS * columns * steps, start);
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
            VectorSparseProducts.multiply(
                    vectors, rows, columns, steps, a, ao, ars, acs, b, bo, panel, room, 0, columns, adds);
            withoutZeros.rehearsed(rows * columns * steps, start);
        }
    }

    void multiplyPanels(
            int m, int n, int k, float[] a, int ao, float[] b, int bo, float[] c, int co, int panel, int crs) {
        long start = System.nanoTime();
        SCALAR.multiplyPanels(m, n, k, a, ao, b, bo, c, co, panel, crs);
        panels.performed((long) m * n * k, start);
        int columns = Math.min(n, 4 * Kernels.LANES);
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

    /** That of an activation. */
    Rehearsal activation(Activation f) {
        return activations[f.ordinal()];
    }

    /** That of an activation's gradient. */
    Rehearsal gradient(Activation f) {
        return gradients[f.ordinal()];
    }

    /** How much work it is to take so many numbers through an activation. */
    static long work(int n) {
        return (long) OPERATIONS * n;
    }

    /** How much work a cell of so many units is. */
    static long cellWork(int width) {
        return ACTIVATIONS * work(width);
    }

    void apply(Activation f, float[] x, int xo, float[] y, int yo, int n) {
        Rehearsal rehearsal = activation(f);
        long start = System.nanoTime();
        SCALAR.apply(f, x, xo, y, yo, n);
        rehearsal.performed(work(n), start);
        while (rehearsal.due()) {
            start = System.nanoTime();
            VectorActivations.apply(vectors, f, x, xo, room, 0, UNITS);
            rehearsal.rehearsed(work(UNITS), start);
        }
    }

    /** @param v the input or the output, whichever the gradient is from */
    void gradient(Activation f, float[] v, int vo, float[] dY, int dyo, float[] dX, int dxo, int n) {
        Rehearsal rehearsal = gradient(f);
        long start = System.nanoTime();
        SCALAR.gradient(f, v, vo, v, vo, dY, dyo, dX, dxo, n);
        rehearsal.performed(work(n), start);
        while (rehearsal.due()) {
            start = System.nanoTime();
            VectorGradients.apply(vectors, f, v, vo, dY, dyo, room, 0, UNITS);
            rehearsal.rehearsed(work(UNITS), start);
        }
    }

    /** Rehearses with whatever is in the room: four gates, the cell and the output, 16 units of each. */
    void lstmCell(float[] gates, int go, float[] cPrevious, int cpo, float[] c, int co, float[] h, int ho, int width) {
        long start = System.nanoTime();
        SCALAR.lstmCell(gates, go, cPrevious, cpo, c, co, h, ho, width);
        lstmCell.performed(cellWork(width), start);
        while (lstmCell.due()) {
            start = System.nanoTime();
            VectorCells.lstm(vectors, room, 0, room, 4 * UNITS, room, 4 * UNITS, room, 5 * UNITS, UNITS);
            lstmCell.rehearsed(cellWork(UNITS), start);
        }
    }

    void lstmCellBackward(
            float[] gates,
            int go,
            float[] cPrevious,
            int cpo,
            float[] c,
            int co,
            float[] dH,
            int dho,
            float[] dC,
            int dco,
            float[] dGates,
            int dgo,
            int width) {
        long start = System.nanoTime();
        SCALAR.lstmCellBackward(gates, go, cPrevious, cpo, c, co, dH, dho, dC, dco, dGates, dgo, width);
        lstmCellBackward.performed(cellWork(width), start);
        int cell = 4 * UNITS;
        int dCell = 6 * UNITS;
        while (lstmCellBackward.due()) {
            start = System.nanoTime();
            VectorCells.lstmBackward(
                    vectors, room, 0, room, cell, room, cell, room, 5 * UNITS, room, dCell, room, 7 * UNITS, UNITS);
            lstmCellBackward.rehearsed(cellWork(UNITS), start);
        }
    }
}
