package org.attention4j.rnn;

import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * Runs a layer of a {@link ScanCell} over fewer sequences than there are threads: one part is some hidden units of one
 * direction of one sequence, all the way, for none of them needs another. For each block of positions:
 *
 * <ol>
 *   <li>project the inputs to these units' gates, one product a gate, and apply the functions;
 *   <li>position by position, each unit by itself.
 * </ol>
 *
 * <p>No part waits for another, and an element is the same chain as in a {@link ForwardPass}.
 */
final class ScanPass extends LayerPass implements Workspace.Task {
    /** Fewest units of a part: eight vectors, as many as a product does at once. */
    private static final int LEAST_UNITS = 128;

    /** Positions projected at once: their gates fit the L2 cache beside the weights that they are products of. */
    private static final int POSITIONS = 32;

    private @Nullable ScanCell cell;
    private int ranges;

    /** How many parts to make of each sequence; one if this pass is not for it. */
    static int ranges(Layer layer, Sequences in, int threads) {
        int sequences = layer.directions().size() * in.batch();
        if (sequences == 0
                || !(layer.cell() instanceof ScanCell)
                || layer.hidden() % UnitPass.PANEL != 0
                || !layer.directions().get(0).input().divides(UnitPass.PANEL)) {
            return 1;
        }
        long work = (long) in.time()
                * layer.weightRows()
                * layer.width()
                / layer.cell().blocks();
        long most = Math.min(layer.hidden() / LEAST_UNITS, work / Layer.WORTH_SHARING);
        return (int) Math.max(1, Math.min(Math.ceilDiv(threads, sequences), most));
    }

    /** Runs what another pass was given, in so many parts of each sequence; what a {@link ForwardPass} does around the parts is done. */
    static void run(LayerPass given, int ranges, Workspace workspace) {
        ScanPass pass = workspace.scratch().object(ScanPass.class, ScanPass::new);
        pass.take(given);
        pass.cell = (ScanCell) pass.layer().cell();
        pass.ranges = ranges;
        try {
            workspace.run(pass.layer().directions().size() * pass.in().batch() * ranges, pass);
        } finally {
            pass.forget();
        }
    }

    @Override
    void forget() {
        super.forget();
        cell = null;
    }

    @Override
    public void run(int index, Scratch scratch) {
        Layer layer = layer();
        Sequences in = in();
        int row = index / ranges;
        int from = UnitPass.from(layer, index % ranges, ranges);
        int units = UnitPass.from(layer, index % ranges + 1, ranges) - from;
        int gateRow = layer.gateWidth() / layer.hidden() * units;
        float[] gates = scratch.floats(POSITIONS * gateRow);
        int parts = layer.stateWidth() / layer.hidden();
        float[] rows = scratch.floats(parts * units);
        int d = row / in.batch();
        int b = row % in.batch();
        for (int p = 0; p < parts; p++) {
            System.arraycopy(state, stateAt(d, b) + p * layer.hidden() + from, rows, p * units, units);
        }
        int length = in.length(b);
        boolean reverse = direction(d).reverse();
        for (int done = 0; done < length; done += POSITIONS) {
            Objects.requireNonNull(workspace).checkInterrupted();
            int count = Math.min(POSITIONS, length - done);
            int first = reverse ? length - done - count : done;
            project(d, b, first, count, from, units, gates, gateRow);
            for (int s = 0; s < count; s++) {
                int t = first + (reverse ? count - 1 - s : s);
                int at = (t - first) * gateRow;
                Objects.requireNonNull(cell).advance(layer.kernels(), direction(d), from, gates, at, units, rows, 0);
                write(d, b, t, from, rows, 0, units);
                for (int p = 0; p < parts; p++) {
                    keep(d, b, t, p * layer.hidden() + from, rows, p * units, units);
                }
                record(d, b, t, from, units, gates, at);
            }
        }
        for (int p = 0; p < parts; p++) {
            System.arraycopy(rows, p * units, state, stateAt(d, b) + p * layer.hidden() + from, units);
        }
        clearPadding(d, b, from, units);
    }

    private void project(int d, int b, int first, int count, int from, int units, float[] gates, int gateRow) {
        Layer layer = layer();
        InputWeights input = direction(d).input();
        int rows = inputAt(b, first);
        for (int g = 0; g < layer.projected(); g++) {
            int at = g * layer.hidden() + from;
            input.forwardOutputs(layer.kernels(), count, x, rows, layer.width(), at, units, gates, g * units, gateRow);
        }
        for (int i = 0; i < count; i++) {
            Objects.requireNonNull(cell).activate(layer.kernels(), direction(d), from, gates, i * gateRow, units);
        }
    }

    private void record(int d, int b, int t, int from, int units, float[] gates, int at) {
        int hidden = layer().hidden();
        int row = (b * in().time() + t) * layer().gateStride() + from;
        for (int part = 0; part < layer().gateWidth() / hidden && recording != null; part++) {
            System.arraycopy(gates, at + part * units, recording.gates(d), row + part * hidden, units);
        }
    }
}
