package org.attention4j.cnn;

import java.util.Arrays;
import org.attention4j.api.Gradients;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;

/** Takes a gradient back through the blocks of a temporal network, the last one first. */
final class TemporalBackward {
    private final TemporalBlocks blocks;
    private final Sequences in;
    private final NamedTensors wanted;
    private final Workspace workspace;

    private TemporalBackward(TemporalBlocks blocks, Sequences in, NamedTensors wanted, Workspace workspace) {
        this.blocks = blocks;
        this.in = in;
        this.wanted = wanted;
        this.workspace = workspace;
    }

    /**
     * Runs.
     *
     * @param blocks of the mixer
     * @param recording of the forward pass
     * @param dOut {@code [B, T, D']}
     * @param gradients added to
     * @param workspace not begun
     */
    static void run(
            TemporalBlocks blocks, TemporalRecording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        int mark = workspace.begin();
        try {
            new TemporalBackward(blocks, recording.in(), gradients.parameters(), workspace)
                    .run(recording, dOut, gradients);
        } finally {
            workspace.end(mark);
        }
    }

    private void run(TemporalRecording recording, Tensor dOut, Gradients gradients) {
        Scratch scratch = workspace.scratch();
        int size = Math.toIntExact(dOut.size());
        float[] dY = dOut.readable(scratch);
        int dYAt = dOut.offset();
        for (int l = blocks.all().size() - 1; l >= 0; l--) {
            TemporalBlocks.Block block = blocks.all().get(l);
            TemporalRecording.Level level = recording.levels().get(l);
            Source input = l == 0
                    ? new Source()
                            .set(in, in.tensor().readable(scratch), in.tensor().offset())
                    : new Source().set(in, recording.levels().get(l - 1).out(), 0);
            float[] dTotal = scratch.floats(size);
            through(level.total(), dY, dYAt, dTotal);
            float[] dFirst = first(l, level, dTotal, input, scratch);
            if (l > 0) {
                float[] dX = scratch.floats(size);
                Arrays.fill(dX, 0, size, 0f);
                addInput(block, dTotal, dFirst, input, dX, 0);
                dY = dX;
                dYAt = 0;
            } else {
                gradients.input().ifPresent(dIn -> {
                    float[] dX = dIn.readable(scratch);
                    addInput(block, dTotal, dFirst, input, dX, dIn.offset());
                    dIn.commit(dX);
                });
            }
        }
    }

    /** Adds a block's gradients of parameters; returns that of the first convolution's sums. */
    private float[] first(int l, TemporalRecording.Level level, float[] dTotal, Source input, Scratch scratch) {
        TemporalBlocks.Block block = blocks.all().get(l);
        String prefix = TemporalBlocks.prefix(l);
        Source hidden = new Source().set(in, level.hidden(), 0);
        int size = level.out().length;
        float[] dSecond = scratch.floats(size);
        through(level.second(), dTotal, 0, dSecond);
        ParameterGradient.run(block.second(), hidden, dSecond, 0, wanted, prefix + TemporalBlocks.SECOND, workspace);
        float[] dHidden = scratch.floats(size);
        Arrays.fill(dHidden, 0, size, 0f);
        InputGradient.run(block.second(), hidden, dSecond, 0, dHidden, 0, workspace);
        through(level.first(), dHidden, 0, dHidden);
        ParameterGradient.run(block.first(), input, dHidden, 0, wanted, prefix + TemporalBlocks.FIRST, workspace);
        block.residual()
                .ifPresent(residual -> ParameterGradient.run(
                        residual, input, dTotal, 0, wanted, prefix + TemporalBlocks.RESIDUAL, workspace));
        return dHidden;
    }

    /** Adds the gradient of a block's input: through the first convolution, then what went around. */
    private void addInput(
            TemporalBlocks.Block block, float[] dTotal, float[] dFirst, Source input, float[] dX, int dXAt) {
        InputGradient.run(block.first(), input, dFirst, 0, dX, dXAt, workspace);
        if (block.residual().isPresent()) {
            InputGradient.run(block.residual().get(), input, dTotal, 0, dX, dXAt, workspace);
            return;
        }
        Kernels kernels = block.first().kernels();
        int width = blocks.width();
        for (int b = 0; b < in.batch(); b++) {
            int row = b * in.time() * width;
            kernels.add(dTotal, row, dX, dXAt + row, in.length(b) * width);
        }
    }

    /** dX ← dY · f′(x) at the true positions; ReLU's sign is that of its argument. */
    private void through(float[] x, float[] dY, int dYAt, float[] dX) {
        Kernels kernels = blocks.all().get(0).first().kernels();
        Activation f = blocks.activation();
        int width = blocks.width();
        workspace.run(in.batch(), (b, scratch) -> {
            int row = b * in.time() * width;
            kernels.gradient(f, x, row, x, row, dY, dYAt + row, dX, row, in.length(b) * width);
        });
    }
}
