package org.attention4j.rnn;

import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * Takes gradients back through fewer sequences than there are threads: one part is some hidden units of one direction of
 * one sequence. Each step is one position of each sequence, from the last that the direction took to the first:
 *
 * <ol>
 *   <li>from the gradients of all gates of the position before, that is one later: those of these units' states;
 *   <li>add that of the output, and go back through the cell: the gradients of these units' gates.
 * </ol>
 *
 * <p>So the parts wait for each other once a position. An element is the same chain as in a {@link BackwardPass}.
 */
final class UnitBackward implements Workspace.StepTask {
    private static final float[] NONE = new float[0];

    private @Nullable Layer layer;
    private @Nullable UnitCell cell;
    private @Nullable LayerRecording recording;
    private float[] dOut = NONE;
    private int dOutAt;
    private float[] dState = NONE;
    private float[][] dGates = {};
    private int ranges;

    /** How many parts to make of each sequence; one if this pass is not for it. */
    static int ranges(Layer layer, Sequences in, int threads) {
        return UnitPass.ranges(layer, in, threads, layer.hidden());
    }

    /**
     * Runs; the arguments are those of the {@link BackwardPass}.
     *
     * @param ranges parts of each sequence
     */
    static void run(
            Layer layer,
            int ranges,
            LayerRecording recording,
            float[] dOut,
            int dOutAt,
            float[] dState,
            float[][] dGates,
            Workspace workspace) {
        UnitBackward pass = workspace.scratch().object(UnitBackward.class, UnitBackward::new);
        Sequences in = recording.in();
        pass.layer = layer;
        pass.cell = (UnitCell) layer.cell();
        pass.recording = recording;
        pass.dOut = dOut;
        pass.dOutAt = dOutAt;
        pass.dState = dState;
        pass.dGates = dGates;
        pass.ranges = ranges;
        try {
            int steps = ForwardPass.longest(in, 0, in.batch()) + 1;
            workspace.runSteps(steps, layer.directions().size() * in.batch() * ranges, pass);
        } finally {
            pass.layer = null;
            pass.cell = null;
            pass.recording = null;
            pass.dOut = NONE;
            pass.dState = NONE;
            pass.dGates = new float[0][];
        }
    }

    @Override
    public void run(int step, int part, Scratch scratch) {
        Layer layer = Objects.requireNonNull(this.layer);
        UnitCell cell = Objects.requireNonNull(this.cell);
        LayerRecording recording = Objects.requireNonNull(this.recording);
        Sequences in = recording.in();
        int d = part / ranges / in.batch();
        int b = part / ranges % in.batch();
        int from = UnitPass.from(layer, part % ranges, ranges);
        int units = UnitPass.from(layer, part % ranges + 1, ranges) - from;
        int length = in.length(b);
        Direction weights = layer.directions().get(d);
        boolean reverse = weights.reverse();
        int state = (d * in.batch() + b) * layer.stateWidth();
        if (step > 0 && step <= length) {
            int later = reverse ? step - 1 : length - step;
            int gate = (b * in.time() + later) * layer.gateStride();
            cell.backwardState(layer.kernels(), weights, from, units, dGates[d], gate, dState, state, step % 2 != 0);
        }
        if (step < length) {
            int t = reverse ? step : length - 1 - step;
            int row = dOutAt + (b * in.time() + t) * layer.outputWidth() + d * layer.hidden();
            layer.kernels().add(dOut, row + from, dState, state + from, units);
            cell.backwardUnits(
                    layer.kernels(),
                    weights,
                    from,
                    units,
                    recording.gates(d),
                    (b * in.time() + t) * layer.gateStride(),
                    recording.states(d),
                    recording.before(b, t, reverse),
                    recording.after(b, t, reverse),
                    dState,
                    state,
                    dGates[d],
                    scratch);
        }
    }
}
