package org.attention4j.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/**
 * {@link Kernels} by the Vector API: every method has its loop in the class of its topic. Touch only where the API is there.
 *
 * <p>Rows that are shorter than what a loop takes at a time go to the scalar kernels, with the same bits: a loop that was seldom entered
 * while the compiler took its profile is taken for cold, helpers in it are then not inlined, and vectors become objects.
 */
final class VectorKernels implements Kernels {
    private static final Kernels SCALAR = ScalarKernels.INSTANCE;

    /** A norm's four loops run once or twice each over a row of 16 or 35: where such rows come first, they are taken for cold, too. */
    private static final int SHORTEST_NORM = 4 * LANES;

    private final Width vectors;
    private final ColdKernels cold;
    private final Fourier fourier;

    VectorKernels(Width w, ColdKernels cold) {
        vectors = w;
        this.cold = cold;
        fourier = new VectorFourier(w);
    }

    private static final class Preferred {
        static final Kernels KERNELS = of(preferredBits());
    }

    /** Those of the machine's preferred width, with scalar kernels in their place while they are cold: made anew. */
    static Kernels cold() {
        Width width = Width.of(preferredBits());
        return new VectorKernels(width, ColdKernels.of(width));
    }

    private static int preferredBits() {
        return Math.min(512, FloatVector.SPECIES_PREFERRED.vectorBitSize());
    }

    static int preferredLanes() {
        return FloatVector.SPECIES_PREFERRED.length();
    }

    static Kernels preferred() {
        return Preferred.KERNELS;
    }

    static Kernels of(int bits) {
        Width width = Width.of(bits);
        return new VectorKernels(width, ColdKernels.none(width));
    }

    @Override
    public String name() {
        return "vector " + vectors.species().vectorBitSize();
    }

    @Override
    public void multiply(
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
            boolean accumulate) {
        Rehearsal rehearsal = cold.product(m, n, k, aRowStride, aColumnStride);
        if (!rehearsal.over((long) m * n * k)) {
            cold.multiply(
                    rehearsal,
                    m,
                    n,
                    k,
                    a,
                    aOffset,
                    aRowStride,
                    aColumnStride,
                    panels,
                    panelsOffset,
                    panelStride,
                    c,
                    cOffset,
                    cRowStride,
                    accumulate);
            return;
        }
        VectorProducts.multiply(
                vectors,
                m,
                n,
                k,
                a,
                aOffset,
                aRowStride,
                aColumnStride,
                panels,
                panelsOffset,
                panelStride,
                c,
                cOffset,
                cRowStride,
                accumulate);
    }

    @Override
    public void multiplyColumns(
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
        Optional<MemorySegment> lines = m == 1 ? b.lines() : Optional.empty();
        int done = 0;
        if (lines.isPresent() && VectorLines.columns(vectors, columns) > 0) {
            long work = (long) columns * b.rows();
            if (cold.lines.over(work)) {
                done = VectorLines.multiply(
                        vectors, columns, b.rows(), a, aOffset, lines.get(), fromColumn, c, cOffset, accumulate);
            } else {
                long start = System.nanoTime();
                Kernels.super.multiplyColumns(
                        m, a, aOffset, aRowStride, b, fromColumn, columns, c, cOffset, cRowStride, accumulate);
                cold.rehearseLines(work, start, b.rows(), lines.get());
                return;
            }
        }
        Kernels.super.multiplyColumns(
                m,
                a,
                aOffset,
                aRowStride,
                b,
                fromColumn + done,
                columns - done,
                c,
                cOffset + done,
                cRowStride,
                accumulate);
    }

    @Override
    public void multiplySkippingZeros(
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
            boolean accumulate) {
        if (!cold.withoutZeros.over((long) m * n * k)) {
            cold.multiplySkippingZeros(
                    m,
                    n,
                    k,
                    a,
                    aOffset,
                    aRowStride,
                    aColumnStride,
                    panels,
                    panelsOffset,
                    panelStride,
                    c,
                    cOffset,
                    cRowStride,
                    accumulate);
            return;
        }
        VectorSparseProducts.multiply(
                vectors,
                m,
                n,
                k,
                a,
                aOffset,
                aRowStride,
                aColumnStride,
                panels,
                panelsOffset,
                panelStride,
                c,
                cOffset,
                cRowStride,
                accumulate);
    }

    @Override
    public void multiplyPanels(
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
            int cRowStride) {
        ScalarKernels.checkSizes(m, n, k);
        if (cold.panels.over((long) m * n * k)) {
            VectorPanels.multiply(vectors, m, n, k, a, aOffset, b, bOffset, c, cOffset, cPanelStride, cRowStride);
        } else {
            cold.multiplyPanels(m, n, k, a, aOffset, b, bOffset, c, cOffset, cPanelStride, cRowStride);
        }
    }

    @Override
    public void pack(
            float[] source,
            int offset,
            int rowStride,
            int columnStride,
            int k,
            int n,
            float[] panels,
            int panelsOffset) {
        if (k < 4) {
            SCALAR.pack(source, offset, rowStride, columnStride, k, n, panels, panelsOffset);
            return;
        }
        PackedMatrix.checkPanels(k, n, panels, panelsOffset);
        if (cold.packing.over((long) k * n)) {
            VectorPacking.pack(vectors, source, offset, rowStride, columnStride, k, n, panels, panelsOffset);
        } else {
            cold.pack(source, offset, rowStride, columnStride, k, n, panels, panelsOffset);
        }
    }

    @Override
    public void widenBfloat16(short[] x, int xOffset, float[] y, int yOffset, int n) {
        int done = VectorNarrow.widenBfloat16(vectors, x, xOffset, y, yOffset, n);
        SCALAR.widenBfloat16(x, xOffset + done, y, yOffset + done, n - done);
    }

    @Override
    public void widenRows(int rows, byte[] x, int xOffset, float[] scales, int scalesOffset, float[] y, int yOffset) {
        if (vectors.species().length() < 8) { // there are no vectors of 4 bytes
            SCALAR.widenRows(rows, x, xOffset, scales, scalesOffset, y, yOffset);
        } else {
            VectorNarrow.widenRows(vectors, rows, x, xOffset, scales, scalesOffset, y, yOffset);
        }
    }

    @Override
    public void widenColumns(
            int rows, byte[] x, int xOffset, float[] scales, int scalesOffset, float[] y, int yOffset) {
        if (vectors.species().length() < 8) {
            SCALAR.widenColumns(rows, x, xOffset, scales, scalesOffset, y, yOffset);
        } else {
            VectorNarrow.widenColumns(vectors, rows, x, xOffset, scales, scalesOffset, y, yOffset);
        }
    }

    @Override
    public float max(float[] x, int xOffset, int n) {
        return n < LANES ? SCALAR.max(x, xOffset, n) : VectorRows.max(vectors, x, xOffset, n);
    }

    @Override
    public float sum(float[] x, int xOffset, int n) {
        return n < LANES ? SCALAR.sum(x, xOffset, n) : VectorRows.sum(vectors, x, xOffset, n);
    }

    @Override
    public float dot(float[] x, int xOffset, float[] y, int yOffset, int n) {
        return n < LANES ? SCALAR.dot(x, xOffset, y, yOffset, n) : VectorRows.dot(vectors, x, xOffset, y, yOffset, n);
    }

    @Override
    public int count(float[] x, int xOffset, int n, float threshold) {
        return n < LANES
                ? SCALAR.count(x, xOffset, n, threshold)
                : VectorThresholds.count(vectors, x, xOffset, n, threshold);
    }

    @Override
    public int keep(float[] x, int xOffset, int n, float threshold, float[] y, int yOffset) {
        return n < LANES
                ? SCALAR.keep(x, xOffset, n, threshold, y, yOffset)
                : VectorThresholds.keep(vectors, x, xOffset, n, threshold, y, yOffset);
    }

    @Override
    public void clearUpTo(float threshold, float[] x, int xOffset, float[] y, int yOffset, int n) {
        if (n < LANES) {
            SCALAR.clearUpTo(threshold, x, xOffset, y, yOffset, n);
        } else {
            VectorThresholds.clearUpTo(vectors, threshold, x, xOffset, y, yOffset, n);
        }
    }

    @Override
    public float sumExcess(float[] x, int xOffset, int n, float high, float low) {
        return n < LANES
                ? SCALAR.sumExcess(x, xOffset, n, high, low)
                : VectorThresholds.sumExcess(vectors, x, xOffset, n, high, low);
    }

    @Override
    public float sumSquaredExcess(float[] x, int xOffset, int n, float high, float low) {
        return n < LANES
                ? SCALAR.sumSquaredExcess(x, xOffset, n, high, low)
                : VectorThresholds.sumSquaredExcess(vectors, x, xOffset, n, high, low);
    }

    @Override
    public float expSum(float[] x, int xOffset, int n, float shift) {
        return n < LANES ? SCALAR.expSum(x, xOffset, n, shift) : VectorRows.expSum(vectors, x, xOffset, n, shift);
    }

    @Override
    public void scaleMaxima(
            int rows, float[] x, int xOffset, int xRowStride, int n, float factor, float[] maxima, int maximaOffset) {
        if (n < LANES) {
            SCALAR.scaleMaxima(rows, x, xOffset, xRowStride, n, factor, maxima, maximaOffset);
        } else {
            VectorSoftmax.scaleMaxima(vectors, rows, x, xOffset, xRowStride, n, factor, maxima, maximaOffset);
        }
    }

    @Override
    public boolean addExpSums(
            int rows,
            float[] x,
            int xOffset,
            int xRowStride,
            int n,
            float[] shifts,
            int shiftsOffset,
            float[] sums,
            int sumsOffset) {
        return n < LANES
                ? SCALAR.addExpSums(rows, x, xOffset, xRowStride, n, shifts, shiftsOffset, sums, sumsOffset)
                : VectorSoftmax.addExpSums(
                        vectors, rows, x, xOffset, xRowStride, n, shifts, shiftsOffset, sums, sumsOffset);
    }

    @Override
    public void columnMaxima(
            int panels,
            int n,
            float[] x,
            int xOffset,
            int panelStride,
            float factor,
            float[] maxima,
            int maximaOffset) {
        if (n < LANES) {
            SCALAR.columnMaxima(panels, n, x, xOffset, panelStride, factor, maxima, maximaOffset);
        } else if (!cold.columnMaxima.over((long) panels * LANES * n)) {
            cold.columnMaxima(panels, n, x, xOffset, panelStride, factor, maxima, maximaOffset);
        } else {
            VectorColumns.maxima(vectors, panels, n, x, xOffset, panelStride, factor, maxima, maximaOffset);
        }
    }

    @Override
    public boolean shrink(
            int n, float[] factors, int factorsOffset, float[] maxima, int maximaOffset, float[] sums, int sumsOffset) {
        if (n < LANES) {
            return SCALAR.shrink(n, factors, factorsOffset, maxima, maximaOffset, sums, sumsOffset);
        }
        int whole = n & -LANES;
        boolean shrinking =
                VectorColumns.shrink(vectors, whole, factors, factorsOffset, maxima, maximaOffset, sums, sumsOffset);
        return SCALAR.shrink(
                        n - whole,
                        factors,
                        factorsOffset + whole,
                        maxima,
                        maximaOffset + whole,
                        sums,
                        sumsOffset + whole)
                || shrinking;
    }

    @Override
    public boolean finite(int rows, float[] x, int xOffset, int xRowStride, int n) {
        int whole = n - n % LANES;
        return VectorRows.finite(vectors, rows, x, xOffset, xRowStride, whole)
                && SCALAR.finite(rows, x, xOffset + whole, xRowStride, n - whole);
    }

    @Override
    public void hideColumns(int n, float[] x, int xOffset, int[] seen, int seenOffset) {
        VectorColumns.hide(vectors, n, x, xOffset, seen, seenOffset);
    }

    @Override
    public boolean addColumnExpSums(
            int panels,
            int n,
            float[] x,
            int xOffset,
            int panelStride,
            float factor,
            float[] shifts,
            int shiftsOffset,
            float[] sums,
            int sumsOffset) {
        if (n < LANES) {
            return SCALAR.addColumnExpSums(
                    panels, n, x, xOffset, panelStride, factor, shifts, shiftsOffset, sums, sumsOffset);
        }
        if (!cold.columnSums.over((long) panels * LANES * n)) {
            return cold.addColumnExpSums(
                    panels, n, x, xOffset, panelStride, factor, shifts, shiftsOffset, sums, sumsOffset);
        }
        boolean positive =
                VectorColumns.decay(vectors, panels, n, x, xOffset, panelStride, factor, shifts, shiftsOffset);
        VectorColumns.addSums(vectors, panels, n, x, xOffset, panelStride, sums, sumsOffset);
        return positive;
    }

    @Override
    public boolean softmaxWeights(
            int rows,
            float[] x,
            int xOffset,
            int xRowStride,
            int n,
            float factor,
            float[] shifts,
            int shiftsOffset,
            float[] factors,
            int factorsOffset) {
        if (n < LANES) {
            return SCALAR.softmaxWeights(
                    rows, x, xOffset, xRowStride, n, factor, shifts, shiftsOffset, factors, factorsOffset);
        }
        return VectorSoftmax.weights(
                vectors, rows, x, xOffset, xRowStride, n, factor, shifts, shiftsOffset, factors, factorsOffset);
    }

    @Override
    public void softmaxGradient(
            int rows,
            float[] p,
            int pOffset,
            float[] d,
            int dOffset,
            int rowStride,
            int n,
            float[] means,
            int meansOffset,
            float factor) {
        if (n < LANES) {
            SCALAR.softmaxGradient(rows, p, pOffset, d, dOffset, rowStride, n, means, meansOffset, factor);
        } else {
            VectorSoftmax.gradient(vectors, rows, p, pOffset, d, dOffset, rowStride, n, means, meansOffset, factor);
        }
    }

    @Override
    public void scaleRows(int rows, float[] x, int xOffset, int xRowStride, int n, float[] factors, int factorsOffset) {
        if (n < LANES) {
            SCALAR.scaleRows(rows, x, xOffset, xRowStride, n, factors, factorsOffset);
        } else {
            VectorRows.scaleRows(vectors, rows, x, xOffset, xRowStride, n, factors, factorsOffset);
        }
    }

    @Override
    public void scale(float[] x, int xOffset, int n, float factor) {
        VectorRows.scale(vectors, x, xOffset, n, factor);
    }

    @Override
    public void add(float[] x, int xOffset, float[] y, int yOffset, int n) {
        VectorRows.add(vectors, x, xOffset, y, yOffset, n);
    }

    @Override
    public void multiplyAdd(float a, float[] x, int xOffset, float[] y, int yOffset, int n) {
        if (n < LANES) {
            SCALAR.multiplyAdd(a, x, xOffset, y, yOffset, n);
        } else {
            VectorRows.multiplyAdd(vectors, a, x, xOffset, y, yOffset, n);
        }
    }

    @Override
    public void multiplyElementwise(float[] x, int xOffset, float[] w, int wOffset, float[] y, int yOffset, int n) {
        VectorRows.multiplyElementwise(vectors, x, xOffset, w, wOffset, y, yOffset, n);
    }

    @Override
    public void multiplyAddElementwise(float[] x, int xOffset, float[] w, int wOffset, float[] y, int yOffset, int n) {
        VectorRows.multiplyAddElementwise(vectors, x, xOffset, w, wOffset, y, yOffset, n);
    }

    @Override
    public void rotate(
            int rows,
            int width,
            boolean interleaved,
            float[] x,
            int xOffset,
            int xRowStride,
            float[] cos,
            int cosOffset,
            float[] sin,
            int sinOffset) {
        if (interleaved || width < 2 * LANES) {
            SCALAR.rotate(rows, width, interleaved, x, xOffset, xRowStride, cos, cosOffset, sin, sinOffset);
        } else {
            for (int r = 0; r < rows; r++) {
                VectorRows.rotate(vectors, x, xOffset + r * xRowStride, width / 2, cos, cosOffset, sin, sinOffset);
            }
        }
    }

    @Override
    public void depthwise(
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
            int yRowStride) {
        if (width < LANES || taps == 0) {
            SCALAR.depthwise(
                    rows,
                    width,
                    taps,
                    x,
                    xOffset,
                    xRowStride,
                    tapStride,
                    w,
                    wOffset,
                    wTapStride,
                    start,
                    startOffset,
                    startRowStride,
                    y,
                    yOffset,
                    yRowStride);
        } else {
            VectorDepthwise.run(
                    vectors,
                    rows,
                    width,
                    taps,
                    x,
                    xOffset,
                    xRowStride,
                    tapStride,
                    w,
                    wOffset,
                    wTapStride,
                    start,
                    startOffset,
                    startRowStride,
                    y,
                    yOffset,
                    yRowStride);
        }
    }

    @Override
    public Fourier fourier() {
        return fourier;
    }

    @Override
    public void apply(Activation f, float[] x, int xOffset, float[] y, int yOffset, int n) {
        if (cold.activation(f).over(ColdKernels.work(n))) {
            VectorActivations.apply(vectors, f, x, xOffset, y, yOffset, n);
        } else {
            cold.apply(f, x, xOffset, y, yOffset, n);
        }
    }

    @Override
    public void gradient(
            Activation f,
            float[] x,
            int xOffset,
            float[] y,
            int yOffset,
            float[] dY,
            int dYOffset,
            float[] dX,
            int dXOffset,
            int n) {
        float[] v = f.gradientFromOutput() ? y : x;
        int vOffset = f.gradientFromOutput() ? yOffset : xOffset;
        if (cold.gradient(f).over(ColdKernels.work(n))) {
            VectorGradients.apply(vectors, f, v, vOffset, dY, dYOffset, dX, dXOffset, n);
        } else {
            cold.gradient(f, v, vOffset, dY, dYOffset, dX, dXOffset, n);
        }
    }

    @Override
    public void lstmCell(
            float[] gates,
            int gatesOffset,
            float[] cPrevious,
            int cPreviousOffset,
            float[] c,
            int cOffset,
            float[] h,
            int hOffset,
            int width) {
        if (width < LANES) {
            SCALAR.lstmCell(gates, gatesOffset, cPrevious, cPreviousOffset, c, cOffset, h, hOffset, width);
            return;
        }
        if (!cold.lstmCell.over(ColdKernels.cellWork(width))) {
            cold.lstmCell(gates, gatesOffset, cPrevious, cPreviousOffset, c, cOffset, h, hOffset, width);
            return;
        }
        VectorCells.lstm(vectors, gates, gatesOffset, cPrevious, cPreviousOffset, c, cOffset, h, hOffset, width);
    }

    @Override
    public void lstmCellBackward(
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
            int width) {
        if (width < LANES) {
            SCALAR.lstmCellBackward(
                    gates,
                    gatesOffset,
                    cPrevious,
                    cPreviousOffset,
                    c,
                    cOffset,
                    dH,
                    dHOffset,
                    dC,
                    dCOffset,
                    dGates,
                    dGatesOffset,
                    width);
            return;
        }
        if (!cold.lstmCellBackward.over(ColdKernels.cellWork(width))) {
            cold.lstmCellBackward(
                    gates,
                    gatesOffset,
                    cPrevious,
                    cPreviousOffset,
                    c,
                    cOffset,
                    dH,
                    dHOffset,
                    dC,
                    dCOffset,
                    dGates,
                    dGatesOffset,
                    width);
            return;
        }
        VectorCells.lstmBackward(
                vectors,
                gates,
                gatesOffset,
                cPrevious,
                cPreviousOffset,
                c,
                cOffset,
                dH,
                dHOffset,
                dC,
                dCOffset,
                dGates,
                dGatesOffset,
                width);
    }

    @Override
    public void layerNorm(
            float[] x,
            int xOffset,
            float[] y,
            int yOffset,
            float[] weight,
            int weightOffset,
            float[] bias,
            int biasOffset,
            int n,
            float epsilon) {
        if (n < SHORTEST_NORM) {
            SCALAR.layerNorm(x, xOffset, y, yOffset, weight, weightOffset, bias, biasOffset, n, epsilon);
            return;
        }
        VectorNorms.layerNorm(vectors, x, xOffset, y, yOffset, weight, weightOffset, bias, biasOffset, n, epsilon);
    }

    @Override
    public void layerNormInputGradient(
            float[] x,
            int xOffset,
            float[] weight,
            int weightOffset,
            float[] dY,
            int dYOffset,
            float[] dX,
            int dXOffset,
            int n,
            float epsilon) {
        if (n < SHORTEST_NORM) {
            SCALAR.layerNormInputGradient(x, xOffset, weight, weightOffset, dY, dYOffset, dX, dXOffset, n, epsilon);
            return;
        }
        VectorNorms.inputGradient(vectors, x, xOffset, weight, weightOffset, dY, dYOffset, dX, dXOffset, n, epsilon);
    }

    @Override
    public void layerNormParameterGradient(
            float[] x,
            int xOffset,
            float[] dY,
            int dYOffset,
            float[] dWeight,
            int dWeightOffset,
            float[] dBias,
            int dBiasOffset,
            int n,
            float epsilon) {
        if (n < SHORTEST_NORM) {
            SCALAR.layerNormParameterGradient(
                    x, xOffset, dY, dYOffset, dWeight, dWeightOffset, dBias, dBiasOffset, n, epsilon);
            return;
        }
        VectorNorms.parameterGradient(
                vectors, x, xOffset, dY, dYOffset, dWeight, dWeightOffset, dBias, dBiasOffset, n, epsilon);
    }

    @Override
    public void rmsNorm(
            float[] x, int xOffset, float[] y, int yOffset, float[] weight, int weightOffset, int n, float epsilon) {
        if (n < SHORTEST_NORM) {
            SCALAR.rmsNorm(x, xOffset, y, yOffset, weight, weightOffset, n, epsilon);
            return;
        }
        VectorNorms.rmsNorm(vectors, x, xOffset, y, yOffset, weight, weightOffset, n, epsilon);
    }

    @Override
    public void rmsNormInputGradient(
            float[] x,
            int xOffset,
            float[] weight,
            int weightOffset,
            float[] dY,
            int dYOffset,
            float[] dX,
            int dXOffset,
            int n,
            float epsilon) {
        if (n < SHORTEST_NORM) {
            SCALAR.rmsNormInputGradient(x, xOffset, weight, weightOffset, dY, dYOffset, dX, dXOffset, n, epsilon);
            return;
        }
        VectorNorms.rmsInputGradient(vectors, x, xOffset, weight, weightOffset, dY, dYOffset, dX, dXOffset, n, epsilon);
    }

    @Override
    public void rmsNormParameterGradient(
            float[] x,
            int xOffset,
            float[] dY,
            int dYOffset,
            float[] dWeight,
            int dWeightOffset,
            int n,
            float epsilon) {
        if (n < SHORTEST_NORM) {
            SCALAR.rmsNormParameterGradient(x, xOffset, dY, dYOffset, dWeight, dWeightOffset, n, epsilon);
            return;
        }
        VectorNorms.rmsParameterGradient(vectors, x, xOffset, dY, dYOffset, dWeight, dWeightOffset, n, epsilon);
    }
}
