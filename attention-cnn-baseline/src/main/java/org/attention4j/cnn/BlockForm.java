package org.attention4j.cnn;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Optional;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.RowState;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * A long filter, block by block. A state keeps the last inputs, and what has been computed of them.
 *
 * @param filter the convolution
 */
record BlockForm(LongFilter filter) implements ConvolutionForm {
    @Override
    public void run(Sequences in, @Nullable MixerState state, Tensor out, Workspace workspace) {
        LongState before = state == null ? null : state.require(LongState.class);
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            float[] x = in.tensor().readable(scratch);
            float[] results = out.writable(scratch);
            if (before == null) {
                LongForward.run(filter, in, x, null, results, out.offset(), workspace);
            } else {
                step(in, x, before, results, out.offset(), workspace);
            }
            out.commit(results);
        } finally {
            workspace.end(mark);
        }
    }

    private void step(Sequences chunk, float[] x, LongState state, float[] out, int outAt, Workspace workspace) {
        boolean done = false;
        try {
            LongForward.run(filter, chunk, x, state, out, outAt, workspace);
            InputState.keep(chunk, x, chunk.tensor().offset(), state.rows(), lookback());
            done = true;
        } finally {
            for (int b = 0; b < chunk.batch() && !done; b++) {
                state.forget(b);
            }
        }
    }

    @Override
    public void backward(ConvolutionRecording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        Sequences in = recording.in();
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            NamedTensors wanted = gradients.parameters();
            LongGradient gradient =
                    new LongGradient(filter, in, in.tensor().readable(scratch), dOut.readable(scratch), dOut.offset());
            gradient.addParameters(named(wanted, "weight"), named(wanted, "bias"), workspace);
            gradients.input().ifPresent(dIn -> {
                float[] dX = dIn.readable(scratch);
                gradient.addInput(dX, dIn.offset(), workspace);
                dIn.commit(dX);
            });
        } finally {
            workspace.end(mark);
        }
    }

    private static Optional<Tensor> named(NamedTensors tensors, String name) {
        return tensors.contains(name) ? Optional.of(tensors.get(name)) : Optional.empty();
    }

    @Override
    public int rowWidth() {
        return filter.width();
    }

    /** All of the blocks that reach into the present one. */
    @Override
    public int lookback() {
        return filter.parts() * filter.block() + filter.block() - 1;
    }

    @Override
    public MixerState newState(MixerSpec spec, int batch, int capacity) {
        return new LongState(new RowState(spec, batch, capacity, rowWidth(), lookback()), filter);
    }

    @Override
    public long stateBytes(int batch, int capacity) {
        return RowState.bytes(batch, capacity, rowWidth(), lookback()) + LongState.computedBytes(filter, batch);
    }

    @Override
    public MixerState loadState(MixerSpec spec, ReadableByteChannel channel) throws IOException {
        return new LongState(RowState.load(channel, spec, rowWidth(), lookback()), filter);
    }
}
