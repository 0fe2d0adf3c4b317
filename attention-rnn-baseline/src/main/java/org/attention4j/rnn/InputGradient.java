package org.attention4j.rnn;

import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/** Adds the gradient of the inputs, dX += dGates W, forward direction first. One part: some positions of a sequence. */
final class InputGradient implements Workspace.Task {
    /** Positions of a part: enough to read the weights rarely, few enough to share one sequence among threads. */
    private static final int POSITIONS = 64;

    private static final float[] NONE = new float[0];

    private @Nullable Layer layer;
    private @Nullable Sequences in;
    private float[][] dGates = {};
    private float[] dX = NONE;
    private int dXAt;
    private int blocks;

    /**
     * Runs.
     *
     * @param layer the layer
     * @param in the recording's input
     * @param dGates for each direction {@code [B, T, G·H]}
     * @param dX {@code [B, T, D]}, added to
     * @param dXAt where it starts
     * @param workspace begun
     */
    static void run(Layer layer, Sequences in, float[][] dGates, float[] dX, int dXAt, Workspace workspace) {
        InputGradient task = workspace.scratch().object(InputGradient.class, InputGradient::new);
        task.layer = layer;
        task.in = in;
        task.dGates = dGates;
        task.dX = dX;
        task.dXAt = dXAt;
        task.blocks = Math.ceilDiv(in.time(), POSITIONS);
        try {
            workspace.run(in.batch() * task.blocks, task);
        } finally {
            task.layer = null;
            task.in = null;
            task.dGates = new float[0][];
            task.dX = NONE;
        }
    }

    @Override
    public void run(int index, Scratch scratch) {
        Layer layer = Objects.requireNonNull(this.layer);
        Sequences in = Objects.requireNonNull(this.in);
        int b = index / blocks;
        int from = index % blocks * POSITIONS;
        int to = Math.min(in.length(b), from + POSITIONS);
        for (int d = 0; d < layer.directions().size() && from < to; d++) {
            layer.directions()
                    .get(d)
                    .input()
                    .inputGradient(
                            layer.kernels(),
                            from,
                            to,
                            dGates[d],
                            b * in.time() * layer.gateStride(),
                            layer.gateStride(),
                            dX,
                            dXAt + b * in.time() * layer.width(),
                            layer.width());
        }
    }
}
