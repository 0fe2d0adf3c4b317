package org.attention4j.rnn;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.RowState;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * Runs a layer over whole sequences or a chunk of them. One part is one direction of some sequences:
 *
 * <ol>
 *   <li>project the inputs of some positions, one product a sequence: gates {@code [n, G·H]} ← b + x Wᵀ;
 *   <li>position by position, for all sequences that have one: gates ← gates + h Uᵀ, then the cell;
 *   <li>copy each output, and the state where somebody keeps it.
 * </ol>
 *
 * <p>Where that would leave threads without work, a {@link UnitPass} or a {@link ScanPass} does the same.
 *
 * <p>An output is the chain (b_ih + b_hh), then the terms of x in order, then those of h in order, in whatever parts
 * it is computed.
 */
final class ForwardPass extends LayerPass implements Workspace.Task {
    /** Positions projected at once: so many that reading W, and U again after it, matters little; their gates still fit the L2 cache. */
    private static final int MOST_POSITIONS = 128;

    /** Floats of gates at once: 1 MB. */
    static final int MOST_FLOATS = 1 << 18;

    /** Positions projected at once, at least, where gates are recorded, and so leave the cache anyway: some tiles of rows. */
    private static final int LEAST_RECORDED = 48;

    /** Fewest sequences, and rows, of which the inputs are projected by one product: enough for its tiles. */
    private static final int ROWS_TOGETHER = 8;

    private static final int MOST_TOGETHER = 64;

    private int rowsOfPart;

    /**
     * Runs.
     *
     * @param layer the layer
     * @param in the lengths
     * @param x the inputs {@code [B, T, D]}
     * @param xAt where they start
     * @param state state rows {@code [directions, B, S]} before the first position; replaced by those after the last
     * @param out {@code [B, T, D']}, written
     * @param outAt where it starts
     * @param kept takes the state row of every position; does not advance
     * @param keptAt where this layer's state is in such a row
     * @param recording takes the gates and states of every position
     * @param workspace begun
     */
    static void run(
            Layer layer,
            Sequences in,
            float[] x,
            int xAt,
            float[] state,
            float[] out,
            int outAt,
            @Nullable RowState kept,
            int keptAt,
            @Nullable LayerRecording recording,
            Workspace workspace) {
        Scratch scratch = workspace.scratch();
        ForwardPass pass = scratch.object(ForwardPass.class, ForwardPass::new);
        pass.layer = layer;
        pass.in = in;
        pass.kept = kept;
        pass.keptAt = keptAt;
        pass.recording = recording;
        pass.x = x;
        pass.xAt = xAt;
        pass.out = out;
        pass.outAt = outAt;
        pass.state = state;
        pass.workspace = workspace;
        int ranges = UnitPass.ranges(layer, in, workspace.threads());
        int scans = ScanPass.ranges(layer, in, workspace.threads());
        try {
            if (ranges > 1 || UnitPass.isStep(layer, in)) {
                pass.runUnits(layer, in, ranges, workspace);
            } else if (scans > 1) {
                pass.runScans(layer, in, scans, workspace);
            } else {
                pass.rowsOfPart = layer.rowsOfPart(in.batch(), in.time(), workspace.threads());
                workspace.run(layer.directions().size() * Math.ceilDiv(in.batch(), pass.rowsOfPart), pass);
            }
        } finally {
            pass.forget();
        }
    }

    private void runUnits(Layer layer, Sequences in, int ranges, Workspace workspace) {
        int directions = layer.directions().size();
        for (int d = 0; d < directions && recording != null; d++) {
            recordStart(layer, in, d, 0, in.batch(), recording);
        }
        UnitPass.run(this, ranges, workspace);
        for (int d = 0; d < directions; d++) {
            clearPadding(layer, in, d, 0, in.batch());
        }
    }

    private void runScans(Layer layer, Sequences in, int ranges, Workspace workspace) {
        for (int d = 0; d < layer.directions().size() && recording != null; d++) {
            recordStart(layer, in, d, 0, in.batch(), recording);
        }
        ScanPass.run(this, ranges, workspace);
    }

    @Override
    public void run(int index, Scratch scratch) {
        Layer layer = Objects.requireNonNull(this.layer);
        Sequences in = Objects.requireNonNull(this.in);
        int blocks = Math.ceilDiv(in.batch(), rowsOfPart);
        int from = index % blocks * rowsOfPart;
        int to = Math.min(in.batch(), from + rowsOfPart);
        runRows(layer, in, index / blocks, from, to, scratch);
    }

    private void runRows(Layer layer, Sequences in, int d, int from, int to, Scratch scratch) {
        int time = longest(in, from, to);
        int rows = to - from;
        int positions = positions(layer, rows);
        LayerRecording record = recording;
        int gateRow = layer.gateStride();
        float[] gates = record != null ? record.gates(d) : scratch.floats(rows * positions * gateRow);
        float[] together = rows < ROWS_TOGETHER || record != null
                ? NONE
                : scratch.floats(rows * positions * (layer.width() + Layer.APART));
        int stride = record != null ? in.time() * gateRow : gateRow;
        int timeStride = record != null ? gateRow : rows * gateRow;
        if (record != null) {
            recordStart(layer, in, d, from, to, record);
        }
        boolean reverse = layer.directions().get(d).reverse();
        Workspace asked = Objects.requireNonNull(workspace);
        for (int done = 0; done < time; done += positions) {
            asked.checkInterrupted();
            int first = reverse ? Math.max(0, time - done - positions) : done;
            int end = reverse ? time - done : Math.min(time, done + positions);
            int at = record != null ? (from * in.time() + first) * gateRow : 0;
            if (together != NONE && shortest(in, from, to) >= end) {
                InputProjection.together(layer, in, x, xAt, d, from, to, first, end, together, gates, stride);
            } else {
                InputProjection.each(layer, in, x, xAt, d, from, to, first, end, gates, at, stride, timeStride);
            }
            for (int s = 0; s < end - first; s++) {
                int t = reverse ? end - 1 - s : first + s;
                step(layer, in, d, from, to, t, gates, at + (t - first) * timeStride, stride);
            }
        }
        clearPadding(layer, in, d, from, to);
    }

    /** Positions projected at once; no result depends on it. */
    private int positions(Layer layer, int rows) {
        int together = MOST_FLOATS / (rows * layer.gateStride());
        if (recording != null) {
            return Math.clamp(together, LEAST_RECORDED, MOST_POSITIONS);
        }
        int most = rows < ROWS_TOGETHER ? MOST_POSITIONS : Math.ceilDiv(MOST_TOGETHER, rows);
        return Math.clamp(together, 1, most);
    }

    private static int shortest(Sequences in, int from, int to) {
        int time = Integer.MAX_VALUE;
        for (int b = from; b < to; b++) {
            time = Math.min(time, in.length(b));
        }
        return time;
    }

    static int longest(Sequences in, int from, int to) {
        int time = 0;
        for (int b = from; b < to; b++) {
            time = Math.max(time, in.length(b));
        }
        return time;
    }

    /** One position of every sequence that has it: runs of neighbours go through the cell together. */
    private void step(
            Layer layer, Sequences in, int d, int from, int to, int t, float[] gates, int gatesAt, int stride) {
        Kernels kernels = layer.kernels();
        Direction weights = layer.directions().get(d);
        int width = layer.stateWidth();
        for (int b = from; b < to; ) {
            int end = b;
            while (end < to && in.length(end) > t) {
                end++;
            }
            if (end > b) {
                int stateAt = (d * in.batch() + b) * width;
                int gate = gatesAt + (b - from) * stride;
                boolean fromEnd = isOdd(kept, b, t);
                layer.cell().forward(kernels, weights, end - b, gates, gate, stride, state, stateAt, width, fromEnd);
                keep(layer, in, d, b, end, t);
            }
            b = end + 1;
        }
    }

    /** Whether a position has an odd number, counted on from call to call. */
    static boolean isOdd(@Nullable RowState kept, int b, int n) {
        return ((kept == null ? n : kept.position(b) + n) & 1) != 0;
    }

    private void keep(Layer layer, Sequences in, int d, int from, int to, int t) {
        int output = layer.output();
        int width = layer.stateWidth();
        for (int b = from; b < to; b++) {
            int stateAt = (d * in.batch() + b) * width;
            int row = outAt + (b * in.time() + t) * layer.outputWidth() + d * output;
            System.arraycopy(state, stateAt, out, row, output);
            if (recording != null) {
                int after = recording.after(b, t, layer.directions().get(d).reverse());
                System.arraycopy(state, stateAt, recording.states(d), after, width);
            }
            if (kept != null) {
                keepRow(kept, b, t, in.length(b) - t, stateAt, width);
            }
        }
    }

    /** The state keeps no more than its capacity and one before: earlier rows would be overwritten anyway. */
    private void keepRow(RowState rows, int b, int t, int left, int stateAt, int width) {
        if (left - 1 <= rows.capacity()) {
            int round = t % (rows.capacity() + 1);
            System.arraycopy(state, stateAt, rows.rows(b), rows.row(b, rows.position(b) + round) + keptAt, width);
        }
    }

    private void recordStart(Layer layer, Sequences in, int d, int from, int to, LayerRecording record) {
        int width = layer.stateWidth();
        boolean reverse = layer.directions().get(d).reverse();
        for (int b = from; b < to; b++) {
            int first = reverse ? in.length(b) - 1 : 0;
            int before = record.before(b, first, reverse);
            System.arraycopy(state, (d * in.batch() + b) * width, record.states(d), before, width);
        }
    }

    private void clearPadding(Layer layer, Sequences in, int d, int from, int to) {
        int outputWidth = layer.outputWidth();
        for (int b = from; b < to; b++) {
            for (int t = in.length(b); t < in.time(); t++) {
                int row = outAt + (b * in.time() + t) * outputWidth + d * layer.output();
                Arrays.fill(out, row, row + layer.output(), 0f);
            }
        }
    }
}
