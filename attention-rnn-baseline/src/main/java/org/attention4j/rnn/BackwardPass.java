package org.attention4j.rnn;

import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * Takes gradients back through a recorded pass. One part is one direction of some sequences, position by position
 * against the direction of the forward pass: dState ← dState + dOut, then the cell's gradient, which leaves that of
 * the gates. Where that would leave threads without work, a {@link UnitBackward} does the same.
 */
final class BackwardPass implements Workspace.Task {
    private static final float[] NONE = new float[0];

    private @Nullable Layer layer;
    private @Nullable LayerRecording recording;
    private float[] dOut = NONE;
    private int dOutAt;
    private float[] dState = NONE;
    private float[][] dGates = {};
    private int rowsOfPart;

    /**
     * Runs.
     *
     * @param layer the layer
     * @param recording of it
     * @param dOut cotangent of the output {@code [B, T, D']}
     * @param dOutAt where it starts
     * @param dState cotangent of the last states {@code [directions, B, S]}; becomes the gradient of the initial ones
     * @param dGates for each direction {@code [B, T, G·H]}, written where there is no padding
     * @param workspace begun
     */
    static void run(
            Layer layer,
            LayerRecording recording,
            float[] dOut,
            int dOutAt,
            float[] dState,
            float[][] dGates,
            Workspace workspace) {
        int ranges = UnitBackward.ranges(layer, recording.in(), workspace.threads());
        if (ranges > 1) {
            UnitBackward.run(layer, ranges, recording, dOut, dOutAt, dState, dGates, workspace);
            return;
        }
        BackwardPass pass = workspace.scratch().object(BackwardPass.class, BackwardPass::new);
        Sequences in = recording.in();
        pass.layer = layer;
        pass.recording = recording;
        pass.dOut = dOut;
        pass.dOutAt = dOutAt;
        pass.dState = dState;
        pass.dGates = dGates;
        pass.rowsOfPart = layer.rowsOfPart(in.batch(), in.time(), workspace.threads());
        try {
            workspace.run(layer.directions().size() * Math.ceilDiv(in.batch(), pass.rowsOfPart), pass);
        } finally {
            pass.forget();
        }
    }

    /** Lets go of the caller's memory. */
    private void forget() {
        layer = null;
        recording = null;
        dOut = NONE;
        dState = NONE;
        dGates = new float[0][];
    }

    @Override
    public void run(int index, Scratch scratch) {
        Layer layer = Objects.requireNonNull(this.layer);
        LayerRecording recording = Objects.requireNonNull(this.recording);
        Sequences in = recording.in();
        int blocks = Math.ceilDiv(in.batch(), rowsOfPart);
        int d = index / blocks;
        int from = index % blocks * rowsOfPart;
        int to = Math.min(in.batch(), from + rowsOfPart);
        int time = ForwardPass.longest(in, from, to);
        boolean reverse = layer.directions().get(d).reverse();
        for (int s = 0; s < time; s++) {
            step(layer, recording, d, from, to, reverse ? s : time - 1 - s);
        }
    }

    /** One position of every sequence that has it: runs of neighbours go through the cell together. */
    private void step(Layer layer, LayerRecording recording, int d, int from, int to, int t) {
        Sequences in = recording.in();
        for (int b = from; b < to; ) {
            int end = b;
            while (end < to && in.length(end) > t) {
                end++;
            }
            if (end > b) {
                addOutput(layer, in, d, b, end, t);
                back(layer, recording, d, b, end, t);
            }
            b = end + 1;
        }
    }

    private void addOutput(Layer layer, Sequences in, int d, int from, int to, int t) {
        int output = layer.output();
        for (int b = from; b < to; b++) {
            int row = dOutAt + (b * in.time() + t) * layer.outputWidth() + d * output;
            layer.kernels().add(dOut, row, dState, (d * in.batch() + b) * layer.stateWidth(), output);
        }
    }

    private void back(Layer layer, LayerRecording recording, int d, int from, int to, int t) {
        Sequences in = recording.in();
        Direction weights = layer.directions().get(d);
        int width = layer.stateWidth();
        layer.cell()
                .backward(
                        layer.kernels(),
                        weights,
                        to - from,
                        recording.gates(d),
                        (from * in.time() + t) * layer.gateStride(),
                        in.time() * layer.gateStride(),
                        recording.states(d),
                        recording.before(from, t, weights.reverse()),
                        recording.after(from, t, weights.reverse()),
                        (in.time() + 1) * width,
                        dState,
                        (d * in.batch() + from) * width,
                        width,
                        dGates[d],
                        t % 2 != 0);
    }
}
