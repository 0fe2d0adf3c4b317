package org.attention4j.rnn;

import java.util.Objects;
import org.attention4j.api.RowState;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Workspace;
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
    private static final int MOST_POSITIONS = 140;

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
                pass.runUnits(ranges, workspace);
            } else if (scans > 1) {
                pass.runScans(scans, workspace);
            } else {
                pass.rowsOfPart = layer.rowsOfPart(in.batch(), in.time(), workspace.threads());
                workspace.run(layer.directions().size() * Math.ceilDiv(in.batch(), pass.rowsOfPart), pass);
            }
        } finally {
            pass.forget();
        }
    }

    private void runUnits(int ranges, Workspace workspace) {
        int directions = layer().directions().size();
        for (int d = 0; d < directions; d++) {
            recordStart(d, 0, in().batch());
        }
        UnitPass.run(this, ranges, workspace);
        for (int d = 0; d < directions; d++) {
            clearPadding(d, 0, in().batch());
        }
    }

    private void runScans(int ranges, Workspace workspace) {
        for (int d = 0; d < layer().directions().size(); d++) {
            recordStart(d, 0, in().batch());
        }
        ScanPass.run(this, ranges, workspace);
    }

    @Override
    public void run(int index, Scratch scratch) {
        int blocks = Math.ceilDiv(in().batch(), rowsOfPart);
        int from = index % blocks * rowsOfPart;
        runRows(index / blocks, from, Math.min(in().batch(), from + rowsOfPart), scratch);
    }

    private void runRows(int d, int from, int to, Scratch scratch) {
        Layer layer = layer();
        Sequences in = in();
        int time = longest(in, from, to);
        int rows = to - from;
        int positions = positions(rows);
        LayerRecording record = recording;
        int gateRow = layer.gateStride();
        float[] gates = record != null ? record.gates(d) : scratch.floats(rows * positions * gateRow);
        float[] together = rows < ROWS_TOGETHER || record != null
                ? NONE
                : scratch.floats(rows * positions * (layer.width() + Layer.APART));
        int stride = record != null ? in.time() * gateRow : gateRow;
        int timeStride = record != null ? gateRow : rows * gateRow;
        recordStart(d, from, to);
        boolean reverse = direction(d).reverse();
        Workspace asked = Objects.requireNonNull(workspace);
        for (int done = 0; done < time; done += positions) {
            asked.checkInterrupted();
            int first = reverse ? Math.max(0, time - done - positions) : done;
            int end = reverse ? time - done : Math.min(time, done + positions);
            int at = record != null ? (from * in.time() + first) * gateRow : 0;
            if (together != NONE && shortest(in, from, to) >= end) {
                projectTogether(d, from, to, first, end, together, gates, stride);
            } else {
                projectEach(d, from, to, first, end, gates, at, stride, timeStride);
            }
            for (int s = 0; s < end - first; s++) {
                int t = reverse ? end - 1 - s : first + s;
                step(d, from, to, t, gates, at + (t - first) * timeStride, stride);
            }
        }
        clearPadding(d, from, to);
    }

    /** Positions projected at once; no result depends on it. */
    private int positions(int rows) {
        int together = MOST_FLOATS / (rows * layer().gateStride());
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

    /** Projects the inputs of some positions by one product for all sequences: they are copied side by side, position by position. */
    private void projectTogether(
            int d, int from, int to, int first, int end, float[] together, float[] gates, int stride) {
        Layer layer = layer();
        int width = layer.width();
        int rows = 0;
        for (int t = first; t < end; t++) {
            for (int b = from; b < to; b++, rows++) {
                System.arraycopy(x, inputAt(b, t), together, rows * (width + Layer.APART), width);
            }
        }
        direction(d).input().forward(layer.kernels(), rows, together, 0, width + Layer.APART, gates, 0, stride);
    }

    /** The same by one product a sequence, over its own positions. */
    private void projectEach(
            int d, int from, int to, int first, int end, float[] gates, int gatesAt, int stride, int timeStride) {
        Layer layer = layer();
        int width = layer.width();
        for (int b = from; b < to; b++) {
            int count = Math.min(in().length(b), end) - first;
            if (count > 0) {
                int gate = gatesAt + (b - from) * stride;
                direction(d)
                        .input()
                        .forward(layer.kernels(), count, x, inputAt(b, first), width, gates, gate, timeStride);
            }
        }
    }

    /** One position of every sequence that has it: runs of neighbours go through the cell together. */
    private void step(int d, int from, int to, int t, float[] gates, int gatesAt, int stride) {
        Layer layer = layer();
        int width = layer.stateWidth();
        for (int b = from; b < to; ) {
            int end = b;
            while (end < to && in().length(end) > t) {
                end++;
            }
            if (end > b) {
                int gate = gatesAt + (b - from) * stride;
                layer.cell()
                        .forward(
                                layer.kernels(),
                                direction(d),
                                end - b,
                                gates,
                                gate,
                                stride,
                                state,
                                stateAt(d, b),
                                width,
                                isFromEnd(b, t));
            }
            for (; b < end; b++) {
                write(d, b, t, 0, state, stateAt(d, b), layer.output());
                keep(d, b, t, 0, state, stateAt(d, b), width);
            }
            b = end + 1;
        }
    }

    private void recordStart(int d, int from, int to) {
        boolean reverse = direction(d).reverse();
        for (int b = from; b < to && recording != null; b++) {
            int before = recording.before(b, reverse ? in().length(b) - 1 : 0, reverse);
            System.arraycopy(state, stateAt(d, b), recording.states(d), before, layer().stateWidth());
        }
    }

    private void clearPadding(int d, int from, int to) {
        for (int b = from; b < to; b++) {
            clearPadding(d, b, 0, layer().output());
        }
    }
}
