package org.attention4j.rnn;

import java.util.Arrays;
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
 *   <li>position by position, one multiply-add for each unit.
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
        if (sequences == 0 || !(layer.cell() instanceof ScanCell) || layer.hidden() % UnitPass.PANEL != 0) {
            return 1;
        }
        long work = (long) in.time() * layer.weightRows() * layer.width();
        long most = Math.min(layer.hidden() / LEAST_UNITS, work / Layer.WORTH_SHARING);
        return (int) Math.max(1, Math.min(Math.ceilDiv(threads, sequences), most));
    }

    /** Runs what another pass was given, in so many parts of each sequence; what a {@link ForwardPass} does around the parts is done. */
    static void run(LayerPass given, int ranges, Workspace workspace) {
        ScanPass pass = workspace.scratch().object(ScanPass.class, ScanPass::new);
        pass.take(given);
        Layer layer = Objects.requireNonNull(pass.layer);
        pass.cell = (ScanCell) layer.cell();
        pass.ranges = ranges;
        try {
            workspace.run(
                    layer.directions().size() * Objects.requireNonNull(pass.in).batch() * ranges, pass);
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
        Layer layer = Objects.requireNonNull(this.layer);
        Sequences in = Objects.requireNonNull(this.in);
        int row = index / ranges;
        int from = UnitPass.from(layer, index % ranges, ranges);
        int units = UnitPass.from(layer, index % ranges + 1, ranges) - from;
        int gateRow = layer.gateWidth() / layer.hidden() * units;
        float[] gates = scratch.floats(POSITIONS * gateRow);
        float[] h = scratch.floats(units);
        System.arraycopy(state, row * layer.hidden() + from, h, 0, units);
        int d = row / in.batch();
        int b = row % in.batch();
        int length = in.length(b);
        boolean reverse = layer.directions().get(d).reverse();
        for (int done = 0; done < length; done += POSITIONS) {
            Objects.requireNonNull(workspace).checkInterrupted();
            int count = Math.min(POSITIONS, length - done);
            int first = reverse ? length - done - count : done;
            project(layer, in, d, b, first, count, from, units, gates, gateRow);
            for (int s = 0; s < count; s++) {
                int t = first + (reverse ? count - 1 - s : s);
                int at = (t - first) * gateRow;
                Objects.requireNonNull(cell).advance(gates, at, units, h, 0);
                keep(layer, in, d, b, t, from, units, gates, at, h);
            }
        }
        System.arraycopy(h, 0, state, row * layer.hidden() + from, units);
        for (int t = length; t < in.time(); t++) {
            int to = outAt + (b * in.time() + t) * layer.outputWidth() + d * layer.hidden() + from;
            Arrays.fill(out, to, to + units, 0f);
        }
    }

    private void project(
            Layer layer,
            Sequences in,
            int d,
            int b,
            int first,
            int count,
            int from,
            int units,
            float[] gates,
            int gateRow) {
        int width = layer.width();
        int rows = xAt + (b * in.time() + first) * width;
        for (int g = 0; g < layer.cell().gates(); g++) {
            layer.directions()
                    .get(d)
                    .input()
                    .forwardOutputs(
                            layer.kernels(),
                            count,
                            x,
                            rows,
                            width,
                            g * layer.hidden() + from,
                            units,
                            gates,
                            g * units,
                            gateRow);
        }
        for (int i = 0; i < count; i++) {
            Objects.requireNonNull(cell).activate(layer.kernels(), gates, i * gateRow, units);
        }
    }

    private void keep(
            Layer layer, Sequences in, int d, int b, int t, int from, int units, float[] gates, int at, float[] h) {
        int hidden = layer.hidden();
        int to = outAt + (b * in.time() + t) * layer.outputWidth() + d * hidden + from;
        System.arraycopy(h, 0, out, to, units);
        if (recording != null) {
            int after = recording.after(b, t, layer.directions().get(d).reverse());
            System.arraycopy(h, 0, recording.states(d), after + from, units);
            int row = (b * in.time() + t) * layer.gateStride() + from;
            for (int part = 0; part < layer.gateWidth() / hidden; part++) {
                System.arraycopy(gates, at + part * units, recording.gates(d), row + part * hidden, units);
            }
        }
        if (kept != null && in.length(b) - t <= kept.capacity() + 1) { // others would be overwritten anyway
            int row = kept.row(b, kept.position(b) + t % (kept.capacity() + 1)) + keptAt + from;
            System.arraycopy(h, 0, kept.rows(b), row, units);
        }
    }
}
