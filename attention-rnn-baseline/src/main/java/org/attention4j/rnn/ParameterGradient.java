package org.attention4j.rnn;

import java.util.List;
import java.util.Objects;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.PackedMatrix;
import org.jspecify.annotations.Nullable;

/**
 * Adds the gradients of one direction's parameters, for the gate rows dg: dW += Σ dgᵀ x, dU += Σ dgᵀ h, db += Σ dg.
 * The sums run over sequences in order, and over positions in order inside each, h being the state from which the
 * position was computed. So a batch adds what its sequences would add one after the other. One part is some rows of
 * the weights.
 */
final class ParameterGradient implements Workspace.Task {
    private static final int ROWS = 64;
    private static final float[] NONE = new float[0];

    private @Nullable Layer layer;
    private @Nullable Direction weights;
    private float[] dGates = NONE;
    private int dGatesAt;
    private int count;
    private float[] inputs = NONE;
    private float[] hiddens = NONE;
    private float[] resets = NONE;
    private float[] dW = NONE;
    private float[] dU = NONE;
    private float[] dBiasIh = NONE;
    private float[] dBiasHh = NONE;
    private int dWAt;
    private int dUAt;
    private int dBiasIhAt;
    private int dBiasHhAt;

    /**
     * Runs.
     *
     * @param layer the layer
     * @param recording of it
     * @param x the inputs {@code [B, T, D]}
     * @param xAt where they start
     * @param d which direction
     * @param dGates of the direction, {@code [B, T, G·H]}
     * @param wanted the parameters' gradients, added to
     * @param workspace begun
     */
    static void run(
            Layer layer,
            LayerRecording recording,
            float[] x,
            int xAt,
            int d,
            float[] dGates,
            NamedTensors wanted,
            Workspace workspace) {
        Scratch scratch = workspace.scratch();
        Direction weights = layer.directions().get(d);
        List<String> names = List.of("weight_ih", "weight_hh", "bias_ih", "bias_hh");
        float[][] results = new float[names.size()][];
        int[] at = new int[names.size()];
        for (int i = 0; i < results.length; i++) {
            String name = names.get(i) + weights.suffix();
            results[i] = wanted.contains(name) ? wanted.get(name).readable(scratch) : NONE;
            at[i] = wanted.contains(name) ? wanted.get(name).offset() : 0;
        }
        ParameterGradient task = scratch.object(ParameterGradient.class, ParameterGradient::new);
        task.layer = layer;
        task.weights = weights;
        task.dGates = dGates;
        task.dW = results[0];
        task.dU = results[1];
        task.dBiasIh = results[2];
        task.dBiasHh = results[3];
        task.dWAt = at[0];
        task.dUAt = at[1];
        task.dBiasIhAt = at[2];
        task.dBiasHhAt = at[3];
        try {
            task.sequences(layer, recording, x, xAt, d, workspace);
        } finally {
            task.forget();
        }
        for (int i = 0; i < results.length; i++) {
            String name = names.get(i) + weights.suffix();
            if (wanted.contains(name)) {
                Tensor tensor = wanted.get(name);
                tensor.commit(results[i]);
            }
        }
        layer.cell().addOwnGradients(layer, recording, d, dGates, wanted, scratch);
    }

    private void forget() {
        layer = null;
        weights = null;
        dGates = NONE;
        inputs = NONE;
        hiddens = NONE;
        resets = NONE;
        dW = NONE;
        dU = NONE;
        dBiasIh = NONE;
        dBiasHh = NONE;
    }

    private void sequences(Layer layer, LayerRecording recording, float[] x, int xAt, int d, Workspace workspace) {
        Sequences in = recording.in();
        Scratch scratch = workspace.scratch();
        Kernels kernels = layer.kernels();
        Direction direction = layer.directions().get(d);
        inputs = dW == NONE ? NONE : scratch.floats(direction.input().packedLength(in.time()));
        hiddens = dU == NONE ? NONE : scratch.floats(PackedMatrix.panelsLength(in.time(), layer.output()));
        boolean reset = dU != NONE && layer.cell().throughReset() > 0;
        resets = !reset ? NONE : scratch.floats(PackedMatrix.panelsLength(in.time(), layer.output()));
        for (int b = 0; b < in.batch(); b++) {
            count = in.length(b);
            dGatesAt = b * in.time() * layer.gateStride();
            if (dW != NONE && count > 0) {
                int row = xAt + b * in.time() * layer.width();
                direction.input().pack(kernels, x, row, layer.width(), count, inputs);
            }
            if (dU != NONE && count > 0) {
                int before = recording.before(b, 0, direction.reverse());
                int width = layer.stateWidth();
                kernels.pack(recording.states(d), before, width, 1, count, layer.output(), hiddens, 0);
            }
            if (reset && count > 0) {
                int width = layer.gateStride();
                int seen = dGatesAt + layer.gateWidth() - layer.hidden();
                kernels.pack(recording.gates(d), seen, width, 1, count, layer.hidden(), resets, 0);
            }
            workspace.run(count == 0 ? 0 : Math.ceilDiv(layer.weightRows(), ROWS), this);
        }
    }

    @Override
    public void run(int index, Scratch scratch) {
        Layer layer = Objects.requireNonNull(this.layer);
        int rows = layer.weightRows();
        int from = index * ROWS;
        int to = Math.min(rows, from + ROWS);
        int shared = rows - layer.apart(); // the rows of W behind it are the first of a gate row
        runInput(layer, from, Math.min(to, shared), dGatesAt + layer.apart());
        runInput(layer, Math.max(from, shared), to, dGatesAt - shared);
        int reset = rows - layer.cell().throughReset() * layer.hidden(); // the rows of U behind it see r · h
        runState(layer, from, Math.min(to, reset), dGatesAt + layer.apart(), hiddens);
        runState(layer, Math.max(from, reset), to, dGatesAt, resets);
    }

    private void runInput(Layer layer, int from, int to, int at) {
        if (from >= to) {
            return;
        }
        InputWeights input = Objects.requireNonNull(weights).input();
        int width = layer.gateStride();
        if (dW != NONE) {
            input.weightGradient(layer.kernels(), from, to, count, dGates, at, width, inputs, dW, dWAt);
        }
        if (dBiasIh != NONE) {
            input.biasGradient(layer.kernels(), from, to, count, dGates, at, width, dBiasIh, dBiasIhAt);
        }
    }

    private void runState(Layer layer, int from, int to, int at, float[] seen) {
        if (from >= to) {
            return;
        }
        int output = layer.output();
        int width = layer.gateStride();
        Kernels kernels = layer.kernels();
        if (dU != NONE) {
            int row = dUAt + from * output;
            kernels.multiply(to - from, output, count, dGates, at + from, 1, width, seen, 0, dU, row, output, true);
        }
        if (dBiasHh != NONE) {
            InputWeights input = Objects.requireNonNull(weights).input();
            input.biasGradient(kernels, from, to, count, dGates, at, width, dBiasHh, dBiasHhAt);
        }
    }
}
