package org.attention4j.rnn;

import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * Runs a layer over fewer sequences than there are threads: one part is some hidden units of one direction of one
 * sequence. The steps, for each block of positions, counted in the order in which the direction takes them:
 *
 * <ol>
 *   <li>project the block's inputs: each part takes some of the positions;
 *   <li>position by position: each part reads the whole h before it and writes its own units of the state after it,
 *       into the other of two arrays, and of whatever else is kept.
 * </ol>
 */
final class UnitPass extends LayerPass implements Workspace.StepTask {
    /** Fewest units of a part: with fewer, a product of one row has less than four vectors to do at once. */
    private static final int LEAST_UNITS = 64;

    /** Fewest multiplications of a part in a call, some microseconds: for less, no other thread is asked. */
    private static final int LEAST_WORK = 1 << 17;

    /** Fewest multiplications of a part at one position, some hundred nanoseconds: for less, waiting costs more. */
    private static final int LEAST_OF_POSITION = 1 << 14;

    /** Fewest weights that are worth a single sweep: 1 MB, what is smaller stays in the second-level cache. */
    private static final int LEAST_OF_SWEEP = 1 << 18;

    /** Positions projected at once: each thread reads all of the input's weights once for them. */
    private static final int MOST_POSITIONS = 64;

    /** Columns of a panel of packed weights. */
    static final int PANEL = 16;

    private @Nullable UnitCell cell;
    private float[] other = NONE;
    private float[] gates = NONE;
    private int ranges;
    private int positions;

    /** How many parts to make of each sequence; one if this pass is not for it. */
    static int ranges(Layer layer, Sequences in, int threads) {
        return ranges(layer, in, threads, layer.width() + layer.hidden());
    }

    /** The same for work that is so many multiplications for each gate of each unit. */
    static int ranges(Layer layer, Sequences in, int threads, int perGate) {
        int sequences = layer.directions().size() * in.batch();
        if (sequences == 0 || !(layer.cell() instanceof UnitCell) || layer.hidden() % PANEL != 0) {
            return 1;
        }
        long ofPosition = (long) layer.weightRows() * perGate;
        long most = Math.min(layer.hidden() / LEAST_UNITS, ofPosition * in.time() / LEAST_WORK);
        if (in.time() > 1) {
            most = Math.min(most, (long) layer.weightRows() * layer.hidden() / LEAST_OF_POSITION);
        }
        return (int) Math.max(1, Math.min(threads / sequences, most));
    }

    /** Whether this pass is for one position of one sequence, be it in one part: it reads all weights in one sweep. */
    static boolean isStep(Layer layer, Sequences in) {
        return in.time() == 1
                && in.batch() * layer.directions().size() == 1
                && layer.cell() instanceof UnitCell
                && layer.hidden() % PANEL == 0
                && (long) layer.weightRows() * (layer.width() + layer.hidden()) >= LEAST_OF_SWEEP;
    }

    /** Runs what another pass was given, in so many parts of each sequence. */
    static void run(LayerPass given, int ranges, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        UnitPass pass = scratch.object(UnitPass.class, UnitPass::new);
        pass.take(given);
        Layer layer = pass.layer();
        Sequences in = pass.in();
        int sequences = layer.directions().size() * in.batch();
        int positions = Math.clamp(ForwardPass.MOST_FLOATS / (sequences * layer.gateStride()), 1, MOST_POSITIONS);
        pass.cell = (UnitCell) layer.cell();
        pass.other = scratch.floats(sequences * layer.stateWidth());
        pass.gates = pass.recording != null ? NONE : scratch.floats(sequences * positions * layer.gateStride());
        pass.ranges = ranges;
        pass.positions = positions;
        try {
            int time = ForwardPass.longest(in, 0, in.batch());
            int steps = in.time() == 1 ? 1 : time + Math.ceilDiv(time, positions);
            workspace.runSteps(steps, sequences * ranges, pass);
            for (int row = 0; row < sequences; row++) {
                if (in.length(row % in.batch()) % 2 != 0) {
                    int at = row * layer.stateWidth();
                    System.arraycopy(pass.other, at, pass.state, at, layer.stateWidth());
                }
            }
        } finally {
            pass.forget();
        }
    }

    @Override
    void forget() {
        super.forget();
        cell = null;
        other = NONE;
        gates = NONE;
    }

    @Override
    public void run(int step, int part, Scratch scratch) {
        Layer layer = layer();
        Sequences in = in();
        int row = part / ranges;
        int d = row / in.batch();
        int b = row % in.batch();
        int range = part % ranges;
        if (in.time() == 1) {
            if (in.length(b) == 1) {
                step(d, b, range, scratch);
            }
            return;
        }
        int first = step / (positions + 1) * positions;
        int inBlock = step % (positions + 1) - 1;
        if (inBlock < 0) {
            project(d, b, first, range);
        } else if (first + inBlock < in.length(b)) {
            int from = from(layer, range, ranges);
            int units = from(layer, range + 1, ranges) - from;
            position(d, b, first + inBlock, from, units, null, scratch);
        }
    }

    /**
     * The only position: W and U of some units before those of the next, and every other time from the last units to the first, so that what was
     * read last is read first, see {@link WeightSweep} and {@link UnitCell#forwardUnits}.
     */
    private void step(int d, int b, int range, Scratch scratch) {
        int from = from(layer(), range, ranges);
        int end = from(layer(), range + 1, ranges);
        int blocks = Math.ceilDiv(end - from, WeightSweep.COLUMNS);
        boolean fromEnd = isFromEnd(b, 0);
        for (int i = 0; i < blocks; i++) {
            int first = from + (fromEnd ? blocks - 1 - i : i) * WeightSweep.COLUMNS;
            int units = Math.min(WeightSweep.COLUMNS, end - first);
            int mark = scratch.mark();
            position(d, b, 0, first, units, x, scratch);
            scratch.release(mark);
        }
    }

    /** The position that a direction takes as its n-th. */
    private int time(int d, int b, int n) {
        return direction(d).reverse() ? in().length(b) - 1 - n : n;
    }

    private float[] gates(int d) {
        return recording != null ? recording.gates(d) : gates;
    }

    /** Where the gate row is of the n-th position that a direction takes; rows are in the order of time. */
    private int gateRow(int d, int b, int n) {
        if (recording != null) {
            return (b * in().time() + time(d, b, n)) * layer().gateStride();
        }
        int inBlock = n % positions;
        int row = direction(d).reverse() ? positions - 1 - inBlock : inBlock;
        return ((d * in().batch() + b) * positions + row) * layer().gateStride();
    }

    private void project(int d, int b, int first, int range) {
        Layer layer = layer();
        int count = Math.max(0, Math.min(positions, in().length(b) - first));
        int share = Math.ceilDiv(Math.ceilDiv(count, ranges), Layer.TILE_ROWS) * Layer.TILE_ROWS;
        int from = range * share;
        int to = Math.min(count, from + share);
        if (from < to) {
            Direction weights = direction(d);
            int n = first + (weights.reverse() ? to - 1 : from);
            int row = inputAt(b, time(d, b, n));
            int gate = gateRow(d, b, n);
            weights.input()
                    .forward(layer.kernels(), to - from, x, row, layer.width(), gates(d), gate, layer.gateStride());
        }
    }

    /** The first unit of a part. */
    static int from(Layer layer, int range, int ranges) {
        return range * (layer.hidden() / PANEL) / ranges * PANEL;
    }

    /** @param input null where the position's gates hold its projection */
    private void position(int d, int b, int n, int from, int units, float @Nullable [] input, Scratch scratch) {
        Layer layer = layer();
        int t = time(d, b, n);
        int at = stateAt(d, b);
        float[] before = n % 2 == 0 ? state : other;
        float[] after = n % 2 == 0 ? other : state;
        Objects.requireNonNull(cell)
                .forwardUnits(
                        layer.kernels(),
                        direction(d),
                        from,
                        units,
                        input,
                        inputAt(b, t),
                        gates(d),
                        gateRow(d, b, n),
                        before,
                        after,
                        at,
                        isFromEnd(b, n),
                        scratch);
        write(d, b, t, from, after, at + from, units);
        for (int part = 0; part < layer.stateWidth(); part += layer.hidden()) {
            keep(d, b, t, part + from, after, at + part + from, units);
        }
    }
}
