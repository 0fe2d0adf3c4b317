package org.attention4j.cnn;

import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;

/**
 * Takes the gradient of outputs back through their gates, to that of the sums and that of the gates' sums. One part is one
 * sequence.
 *
 * @param kernels numerics
 * @param in the recording's input
 * @param kept by the forward pass
 * @param tanh whether sums are hyperbolic tangents
 * @param dY {@code [B, T, D']}
 * @param dYAt where it starts
 * @param dSums {@code [B, T, D']}, written, not at padding
 * @param dGates the same of a separate gate
 * @param width D'
 */
record GateGradient(
        Kernels kernels,
        Sequences in,
        GateFinish.Kept kept,
        boolean tanh,
        float[] dY,
        int dYAt,
        float[] dSums,
        float[] dGates,
        int width)
        implements Workspace.Task {
    void run(Workspace workspace) {
        workspace.run(in.batch(), this);
    }

    @Override
    public void run(int b, Scratch scratch) {
        int row = b * in.time() * width;
        int count = in.length(b) * width;
        float[] sums = kept.sums();
        float[] opening = kept.opening();
        if (opening.length == 0) {
            kernels.gradient(Activation.SILU, sums, row, sums, row, dY, dYAt + row, dSums, row, count);
            return;
        }
        kernels.multiplyElementwise(dY, dYAt + row, opening, row, dSums, row, count);
        kernels.multiplyElementwise(dY, dYAt + row, sums, row, dGates, row, count);
        if (tanh) {
            kernels.gradient(Activation.TANH, sums, row, sums, row, dSums, row, dSums, row, count);
        }
        kernels.gradient(Activation.SIGMOID, opening, row, opening, row, dGates, row, dGates, row, count);
    }
}
