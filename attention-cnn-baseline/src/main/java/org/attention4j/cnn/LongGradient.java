package org.attention4j.cnn;

import java.util.Arrays;
import java.util.Optional;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/**
 * Gradients of a long convolution, in the same blocks: the far part by conjugate transforms, the near part by the direct form.
 *
 * @param filter the convolution
 * @param in the recording's input
 * @param x its elements
 * @param dY {@code [B, T, D]}
 * @param dYAt where it starts
 */
record LongGradient(LongFilter filter, Sequences in, float[] x, float[] dY, int dYAt) {
    private static final int LANES = LongFilter.LANES;
    private static final int ROWS = LongFilter.ROWS;

    /** Copies a block's rows, zeros behind the end of the sequence. */
    private void load(float[] from, int at, int b, int panel, int block, float[] rows, int rowsAt) {
        int n = filter.block();
        int width = filter.width();
        int row = at + (b * in.time() + block * n) * width;
        int count = Math.min(n, in.length(b) - block * n);
        PanelRows.copy(from, row, width, panel, filter.channels(panel), count, n, rows, rowsAt);
    }

    /**
     * Adds the gradient of the inputs. One part is one panel of one sequence.
     *
     * @param dX {@code [B, T, D]}, added to
     * @param dXAt where it starts
     * @param workspace begun
     */
    void addInput(float[] dX, int dXAt, Workspace workspace) {
        workspace.run(
                in.batch() * filter.panels(),
                (index, scratch) -> addInput(index / filter.panels(), index % filter.panels(), dX, dXAt, scratch));
    }

    private void addInput(int b, int panel, float[] dX, int dXAt, Scratch scratch) {
        int n = filter.block();
        int blocks = Math.ceilDiv(in.length(b), n);
        int ring = Math.min(filter.parts(), blocks);
        int lags = filter.nearLags();
        float[] spectra = scratch.floats(ring * filter.spectrum());
        float[] sum = scratch.floats(filter.spectrum());
        float[] rows = scratch.floats((n + ROWS) * LANES);
        float[] result = scratch.floats(n * LANES);
        float[] weights = scratch.floats(lags * LANES); // the shortest lag first
        for (int k = 0; k < lags; k++) {
            System.arraycopy(filter.near(panel), (lags - 1 - k) * LANES, weights, k * LANES, LANES);
        }
        Arrays.fill(rows, n * LANES, (n + ROWS) * LANES, 0f);
        for (int block = blocks - 1; block >= 0; block--) {
            load(dY, dYAt, b, panel, block, rows, 0);
            int met = Math.min(filter.parts(), blocks - 1 - block);
            Arrays.fill(result, 0, n * LANES, 0f);
            if (met > 0) {
                Arrays.fill(sum, 0, filter.spectrum(), 0f);
                filter.multiply(panel, met, spectra, 0, ring, (block + 1) % ring, 1, true, sum);
                filter.addInputs(sum, 0, result, 0);
            }
            for (int u = 0; u < n; u += ROWS) {
                int count = Math.min(ROWS, n - u);
                int taps = Math.min(n - u, lags);
                filter.kernels()
                        .depthwise(
                                count, LANES, taps, rows, u * LANES, LANES, LANES, weights, 0, LANES, result, u * LANES,
                                LANES, result, u * LANES, LANES);
            }
            int count = Math.min(n, in.length(b) - block * n);
            int row = dXAt + (b * in.time() + block * n) * filter.width() + panel * LANES;
            for (int r = 0; r < count; r++) {
                filter.kernels().add(result, r * LANES, dX, row + r * filter.width(), filter.channels(panel));
            }
            if (ring > 0) {
                filter.transformAdjoint(rows, 0, spectra, block % ring * filter.spectrum());
            }
        }
    }

    /**
     * Adds the gradients of the weight and the bias, those of one sequence after those of the one before. One part is one panel.
     *
     * @param dWeight {@code [D, 1, K]}, added to
     * @param dBias {@code [D]}, added to
     * @param workspace begun
     */
    void addParameters(Optional<Tensor> dWeight, Optional<Tensor> dBias, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        dWeight.ifPresent(tensor -> {
            float[] weight = tensor.readable(scratch);
            workspace.run(filter.panels(), (panel, mine) -> {
                for (int b = 0; b < in.batch(); b++) {
                    int mark = mine.mark();
                    addWeight(b, panel, weight, tensor.offset(), mine);
                    mine.release(mark);
                }
            });
            tensor.commit(weight);
        });
        dBias.ifPresent(tensor -> {
            float[] bias = tensor.readable(scratch);
            for (int b = 0; b < in.batch(); b++) {
                for (int t = 0; t < in.length(b); t++) {
                    int row = dYAt + (b * in.time() + t) * filter.width();
                    filter.kernels().add(dY, row, bias, tensor.offset(), filter.width());
                }
            }
            tensor.commit(bias);
        });
    }

    private void addWeight(int b, int panel, float[] dWeight, int dWeightAt, Scratch scratch) {
        int n = filter.block();
        int size = filter.spectrum();
        int blocks = Math.ceilDiv(in.length(b), n);
        int met = Math.min(filter.parts(), Math.max(0, blocks - 1));
        float[] segments = scratch.floats(met * size);
        Arrays.fill(segments, 0, met * size, 0f);
        float[] spectra = scratch.floats(met * size);
        float[] adjoint = scratch.floats(size);
        float[] inputs = scratch.floats((ROWS + n) * LANES);
        float[] outputs = scratch.floats(n * LANES);
        float[] byLag = scratch.floats((met + 1) * n * LANES);
        Arrays.fill(byLag, 0, (met + 1) * n * LANES, 0f);
        Arrays.fill(inputs, 0, ROWS * LANES, 0f);
        for (int block = 0; block < blocks; block++) {
            load(x, in.tensor().offset(), b, panel, block, inputs, ROWS * LANES);
            load(dY, dYAt, b, panel, block, outputs, 0);
            addNear(inputs, outputs, byLag);
            if (met == 0) {
                continue;
            }
            filter.transformAdjoint(outputs, 0, adjoint, 0);
            for (int p = 1; p <= Math.min(met, block); p++) {
                filter.kernels()
                        .fourier()
                        .multiplyAdd(
                                n,
                                1,
                                adjoint,
                                0,
                                0,
                                spectra,
                                (block - p) % met * size,
                                0,
                                true,
                                segments,
                                (p - 1) * size);
            }
            filter.transform(inputs, ROWS * LANES, spectra, block % met * size);
        }
        float[] segment = scratch.floats(2 * n * LANES);
        for (int p = 0; p < met; p++) {
            Arrays.fill(segment, 0, 2 * n * LANES, 0f);
            filter.addSegment(segments, p * size, segment, 0);
            // the first belongs to lag pN, which meets no input of that block
            filter.kernels().add(segment, LANES, byLag, (p * n + 1) * LANES, (2 * n - 1) * LANES);
        }
        int kernel = filter.kernel();
        int lags = Math.min(kernel, (met + 1) * n);
        for (int c = 0; c < filter.channels(panel); c++) {
            int last = dWeightAt + (panel * LANES + c) * kernel + kernel - 1;
            for (int lag = 0; lag < lags; lag++) {
                dWeight[last - lag] += byLag[lag * LANES + c];
            }
        }
    }

    /** Lags inside a block: four together take the outputs from the first of these lags on, some of them times zeros. */
    private void addNear(float[] inputs, float[] outputs, float[] byLag) {
        int n = filter.block();
        int lags = filter.nearLags();
        for (int lag = 0; lag < lags; lag += ROWS) {
            filter.kernels()
                    .depthwise(
                            Math.min(ROWS, lags - lag),
                            LANES,
                            n - lag,
                            inputs,
                            ROWS * LANES,
                            -LANES,
                            LANES,
                            outputs,
                            lag * LANES,
                            LANES,
                            byLag,
                            lag * LANES,
                            LANES,
                            byLag,
                            lag * LANES,
                            LANES);
        }
    }
}
