package org.attention4j.rnn;

import java.util.Arrays;
import org.attention4j.api.Gradients;
import org.attention4j.api.RowState;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/** Takes a batch through the layers of a stack, and gradients back; each layer reads what the one below wrote. */
final class StackPass {
    private StackPass() {}

    /**
     * Runs.
     *
     * @param stack the layers
     * @param in {@code [B, T, D]}
     * @param state before the first position; becomes that after the last
     * @param out {@code [B, T, D']}, written
     * @param outAt where it starts
     * @param kept takes the state row of every position; does not advance
     * @param recording takes what a gradient needs, and makes this a pass with dropout
     * @param workspace begun
     */
    static void forward(
            Stack stack,
            Sequences in,
            StateRows state,
            float[] out,
            int outAt,
            @Nullable RowState kept,
            @Nullable RecurrentRecording recording,
            Workspace workspace) {
        Scratch scratch = workspace.scratch();
        int last = stack.layers().size() - 1;
        float[] x = in.tensor().readable(scratch);
        int xAt = in.tensor().offset();
        float[] free = recording != null || last < 1 ? x : scratch.floats(between(stack, in));
        float[] other = recording != null || last < 2 ? x : scratch.floats(between(stack, in));
        for (int l = 0; l <= last; l++) {
            Layer layer = stack.layers().get(l);
            LayerRecording mine = recording == null ? null : recording.layer(l);
            LayerRecording above = recording == null || l == last ? null : recording.layer(l + 1);
            float[] y = l == last ? out : above != null ? above.input() : free;
            int yAt = l == last ? outAt : 0;
            ForwardPass.run(layer, in, x, xAt, state.layer(l), y, yAt, kept, stack.stateAt(l), mine, workspace);
            if (above != null && stack.dropout().isOn()) {
                stack.dropout().apply(l, in, y, layer.outputWidth(), above.mask());
            }
            free = other;
            other = y;
            x = y;
            xAt = yAt;
        }
    }

    private static int between(Stack stack, Sequences in) {
        return Math.multiplyExact(
                Math.multiplyExact(in.batch(), in.time()), stack.layers().get(0).outputWidth());
    }

    /**
     * Takes gradients back.
     *
     * @param stack the layers
     * @param recording of them
     * @param dOutGiven cotangent of the output {@code [B, T, D']}
     * @param dOutGivenAt where it starts
     * @param dState cotangent of the last states; becomes the gradient of the initial ones
     * @param wanted the gradients of parameters and input, added to
     * @param workspace begun
     */
    static void backward(
            Stack stack,
            RecurrentRecording recording,
            float[] dOutGiven,
            int dOutGivenAt,
            StateRows dState,
            Gradients wanted,
            Workspace workspace) {
        Scratch scratch = workspace.scratch();
        Sequences in = recording.in();
        int last = stack.layers().size() - 1;
        float[] free = last < 1 ? dOutGiven : scratch.floats(between(stack, in));
        float[] other = last < 2 ? dOutGiven : scratch.floats(between(stack, in));
        float[] dOut = dOutGiven;
        int dOutAt = dOutGivenAt;
        for (int l = last; l >= 0; l--) {
            int mark = scratch.mark();
            Layer layer = stack.layers().get(l);
            LayerRecording mine = recording.layer(l);
            float[] x = l == 0 ? in.tensor().readable(scratch) : mine.input();
            int xAt = l == 0 ? in.tensor().offset() : 0;
            float[][] dGates = new float[layer.directions().size()][];
            for (int d = 0; d < dGates.length; d++) {
                dGates[d] = scratch.floats(mine.gates(d).length);
            }
            BackwardPass.run(layer, mine, dOut, dOutAt, dState.layer(l), dGates, workspace);
            for (int d = 0; d < dGates.length; d++) {
                ParameterGradient.run(layer, mine, x, xAt, d, dGates[d], wanted.parameters(), workspace);
            }
            if (l > 0) {
                float[] below = free;
                free = other;
                other = below;
                dOut = below;
                dOutAt = 0;
                Arrays.fill(dOut, 0, mine.input().length, 0f);
                InputGradient.run(layer, in, dGates, dOut, 0, workspace);
                if (stack.dropout().isOn()) {
                    LayerDropout.gradient(in, mine.mask(), dOut, layer.width());
                }
            } else {
                wanted.input().ifPresent(dIn -> {
                    float[] dX = dIn.readable(scratch);
                    InputGradient.run(layer, in, dGates, dX, dIn.offset(), workspace);
                    dIn.commit(dX);
                });
            }
            scratch.release(mark);
        }
    }
}
