package com.acme.mixers;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import org.attention4j.api.*;

/** y_t = decay · y_{t−1} + (1 − decay) · x_t, with y_{−1} = 0. The state keeps y, one row for each position. */
record DecayingAverage(MixerSpec spec) implements Incremental, Differentiable {
    private float decay() {
        return spec.config().get(DecayingAverageProvider.DECAY).floatValue();
    }

    @Override
    public NamedTensors parameters() {
        return NamedTensors.empty();
    }

    @Override
    public SequenceMixer withParameters(ParameterSource source) {
        return this;
    }

    @Override
    public void forward(Sequences in, Tensor out, Workspace workspace) {
        spec.check(in, out);
        average(in, null, out, workspace);
    }

    @Override
    public void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
        spec.check(chunk, state, out);
        RowState rows = (RowState) state;
        rows.room(chunk);
        average(chunk, rows, out, workspace);
    }

    /** Whole sequences and steps go the same way: that is what makes their bits the same. */
    private void average(Sequences in, RowState state, Tensor out, Workspace workspace) {
        int width = spec.inputWidth();
        float decay = decay();
        int mark = workspace.begin();
        try {
            float[] x = in.tensor().readable(workspace.scratch());
            float[] y = out.writable(workspace.scratch());
            float[] last = workspace.scratch().floats(width);
            Arrays.fill(y, out.offset(), out.offset() + (int) out.size(), 0); // padding, too
            for (int b = 0; b < in.batch(); b++) {
                Arrays.fill(last, 0, width, 0);
                if (state != null) {
                    System.arraycopy(state.rows(b), state.row(b, state.position(b) - 1), last, 0, width);
                }
                for (int t = 0; t < in.length(b); t++) {
                    int row = (b * in.time() + t) * width;
                    for (int i = 0; i < width; i++) {
                        last[i] = Math.fma(decay, last[i], (1 - decay) * x[in.tensor().offset() + row + i]);
                    }
                    System.arraycopy(last, 0, y, out.offset() + row, width);
                    if (state != null) {
                        System.arraycopy(last, 0, state.rows(b), state.row(b, state.position(b)), width);
                        state.advance(b, 1);
                    }
                }
            }
            out.commit(y);
        } finally {
            workspace.end(mark);
        }
    }

    @Override
    public MixerState newState(int batch, int capacity) {
        return new RowState(spec, batch, capacity, spec.inputWidth(), 1); // each step looks one row back
    }

    @Override
    public long stateBytes(int batch, int capacity) {
        return RowState.bytes(batch, capacity, spec.inputWidth(), 1);
    }

    @Override
    public MixerState loadState(ReadableByteChannel channel) throws IOException {
        return RowState.load(channel, spec, spec.inputWidth(), 1);
    }

    /** Linear: the gradient needs to know nothing but the lengths. */
    private record Recorded(SequenceMixer mixer, Sequences in) implements Recording {
        @Override
        public long bytes() {
            return 0;
        }
    }

    @Override
    public Recording record(Sequences in, Tensor out, Workspace workspace) {
        forward(in, out, workspace);
        return new Recorded(this, in);
    }

    /** dx_t += (1 − decay) · s_t with s_t = dy_t + decay · s_{t+1}. */
    @Override
    public void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        Sequences in = recording.require(this, Recorded.class).in();
        spec.check(this, recording, in, dOut, gradients);
        Tensor dIn = gradients.input().orElse(null);
        if (dIn == null) {
            return;
        }
        int width = spec.inputWidth();
        float decay = decay();
        int mark = workspace.begin();
        try {
            float[] dy = dOut.readable(workspace.scratch());
            float[] dx = dIn.readable(workspace.scratch());
            float[] sum = workspace.scratch().floats(width);
            for (int b = 0; b < in.batch(); b++) {
                Arrays.fill(sum, 0, width, 0);
                for (int t = in.length(b) - 1; t >= 0; t--) {
                    int row = (b * in.time() + t) * width;
                    for (int i = 0; i < width; i++) {
                        sum[i] = Math.fma(decay, sum[i], dy[dOut.offset() + row + i]);
                        dx[dIn.offset() + row + i] += (1 - decay) * sum[i];
                    }
                }
            }
            dIn.commit(dx);
        } finally {
            workspace.end(mark);
        }
    }
}
