package org.attention4j.cnn;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.RowState;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/** Convolves whole sequences or a chunk with a long filter, block by block. One part is one panel of one sequence. */
final class LongForward implements Workspace.Task {
    private static final int LANES = LongFilter.LANES;
    private static final int ROWS = LongFilter.ROWS;

    private static final float[] NONE = new float[0];

    private @Nullable LongFilter filter;
    private @Nullable Sequences in;
    private float[] x = NONE;
    private @Nullable LongState state;
    private float[] out = NONE;
    private int outAt;

    /**
     * Runs.
     *
     * @param filter the convolution
     * @param in {@code [B, T, D]}
     * @param x its elements
     * @param state what came before, if this is a chunk; it does not move on, but what it has computed is of the chunk, too
     * @param out {@code [B, T, D]}, written
     * @param outAt where it starts
     * @param workspace begun
     */
    static void run(
            LongFilter filter,
            Sequences in,
            float[] x,
            @Nullable LongState state,
            float[] out,
            int outAt,
            Workspace workspace) {
        LongForward pass = workspace.scratch().object(LongForward.class, LongForward::new);
        pass.filter = filter;
        pass.in = in;
        pass.x = x;
        pass.state = state;
        pass.out = out;
        pass.outAt = outAt;
        try {
            int parts = in.batch() * filter.panels();
            workspace.run(parts, filter.multiplications(in) >= ForwardPass.WORTH_SHARING, pass);
        } finally {
            pass.filter = null;
            pass.in = null;
            pass.x = NONE;
            pass.state = null;
            pass.out = NONE;
        }
    }

    @Override
    public void run(int index, Scratch scratch) {
        LongFilter filter = Objects.requireNonNull(this.filter);
        Sequences in = Objects.requireNonNull(this.in);
        int n = filter.block();
        int b = index / filter.panels();
        int panel = index % filter.panels();
        int length = in.length(b);
        LongState known = state;
        long start = known == null ? 0 : known.position(b);
        int ring = known == null ? Math.min(filter.parts(), Math.ceilDiv(length, n)) : filter.parts();
        float[] spectra = known == null ? scratch.floats(ring * filter.spectrum()) : known.spectra(b);
        int spectraAt = known == null ? 0 : panel * ring * filter.spectrum();
        float[] far = known == null ? scratch.floats(n * LANES) : known.far(b);
        int farAt = known == null ? 0 : panel * n * LANES;
        float[] sum = scratch.floats(filter.spectrum());
        float[] rows = scratch.floats((ROWS + n) * LANES);
        float[] y = scratch.floats(n * LANES);
        for (long block = start / n; block * n < start + length; block++) {
            long first = block * n;
            int from = (int) Math.max(start - first, 0);
            int to = (int) Math.min(start + length - first, n);
            int met = (int) Math.min(filter.parts(), block);
            for (int p = Math.min(met, known == null ? 1 : met); p >= 1; p--) {
                int slot = (int) ((block - p) % ring);
                if (known == null || !known.hasSpectrum(b, panel, slot, block - p)) {
                    load(filter, b, panel, start, first - (long) p * n, n, rows, 0);
                    filter.transform(rows, 0, spectra, spectraAt + slot * filter.spectrum());
                }
            }
            if (met > 0 && (known == null || !known.hasFar(b, panel, block))) {
                Arrays.fill(sum, 0, filter.spectrum(), 0f);
                filter.multiply(panel, met, spectra, spectraAt, ring, (int) ((block - 1) % ring), -1, false, sum);
                Arrays.fill(far, farAt, farAt + n * LANES, 0f);
                filter.addOutputs(sum, 0, far, farAt);
            }
            Arrays.fill(rows, 0, ROWS * LANES, 0f);
            load(filter, b, panel, start, first, to, rows, ROWS * LANES);
            filter.begin(panel, to - from, y, 0);
            if (met > 0) {
                filter.kernels().add(far, farAt + from * LANES, y, 0, (to - from) * LANES);
            }
            near(filter, panel, from, to, rows, y);
            int row = outAt + (b * in.time() + (int) (first + from - start)) * filter.width() + panel * LANES;
            for (int r = 0; r < to - from; r++) {
                System.arraycopy(y, r * LANES, out, row + r * filter.width(), filter.channels(panel));
            }
        }
        for (int t = length; t < in.time(); t++) {
            int row = outAt + (b * in.time() + t) * filter.width() + panel * LANES;
            Arrays.fill(out, row, row + filter.channels(panel), 0f);
        }
    }

    /** Copies {@code count} positions from one on: those of the chunk, and before them those of the state. */
    private void load(LongFilter filter, int b, int panel, long start, long first, int count, float[] rows, int at) {
        int channels = filter.channels(panel);
        int width = filter.width();
        Sequences in = Objects.requireNonNull(this.in);
        int chunk = in.tensor().offset() + b * in.time() * width;
        int r = 0;
        for (; r < count && first + r < start; r++) {
            RowState before = Objects.requireNonNull(state).rows();
            PanelRows.copy(before.rows(b), before.row(b, first + r), panel, channels, rows, at + r * LANES);
        }
        for (; r < count; r++) {
            int row = chunk + (int) (first + r - start) * width;
            PanelRows.copy(x, row, panel, channels, rows, at + r * LANES);
        }
    }

    /** The direct form inside a block: rows of four take the same taps, which for the first of them begin in the zeros before. */
    private static void near(LongFilter filter, int panel, int from, int to, float[] rows, float[] y) {
        int lags = filter.nearLags();
        for (int u = from; u < to; u = (u / ROWS + 1) * ROWS) {
            int tile = u / ROWS * ROWS;
            int count = Math.min(to, tile + ROWS) - u;
            int taps = Math.min(tile + ROWS, lags);
            filter.kernels()
                    .depthwise(
                            count,
                            LANES,
                            taps,
                            rows,
                            (ROWS + u - taps + 1) * LANES,
                            LANES,
                            LANES,
                            filter.near(panel),
                            (lags - taps) * LANES,
                            LANES,
                            y,
                            (u - from) * LANES,
                            LANES,
                            y,
                            (u - from) * LANES,
                            LANES);
        }
    }
}
