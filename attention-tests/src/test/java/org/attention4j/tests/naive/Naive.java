package org.attention4j.tests.naive;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import org.attention4j.api.Capability;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Recording;
import org.attention4j.api.RowState;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/** What the naive mixers share: checks at the door, arrays from tensors, one sequence at a time. */
abstract class Naive implements Incremental, Differentiable {
    final MixerSpec spec;
    final NamedTensors parameters;

    Naive(MixerSpec spec, NamedTensors parameters) {
        this.spec = spec;
        this.parameters = parameters;
    }

    float[] values(String name) {
        return parameters.get(name).array();
    }

    @Override
    public final MixerSpec spec() {
        return spec;
    }

    @Override
    public final NamedTensors parameters() {
        return parameters.copy();
    }

    /** One sequence: {@code length} positions of x from {@code at} on, into y from {@code to} on. */
    abstract void sequence(float[] x, int at, float[] y, int to, int length, Workspace workspace);

    @Override
    public final void forward(Sequences in, Tensor out, Workspace workspace) {
        spec.check(in, out);
        int mark = workspace.begin();
        try {
            float[] x = in.tensor().readable(workspace.scratch());
            float[] y = out.writable(workspace.scratch());
            clear(y, out);
            for (int b = 0; b < in.batch(); b++) {
                int call = workspace.scratch().mark();
                sequence(x, at(in.tensor(), b), y, at(out, b), in.length(b), workspace);
                workspace.scratch().release(call);
            }
            out.commit(y);
        } finally {
            workspace.end(mark);
        }
    }

    static void clear(float[] y, Tensor out) {
        java.util.Arrays.fill(y, out.offset(), out.offset() + (int) out.size(), 0);
    }

    static int at(Tensor tensor, int b) {
        return tensor.offset() + b * tensor.extent(1) * tensor.extent(2);
    }

    /** Floats of one position in the state, and how many earlier positions a step reads. */
    abstract int rowWidth();

    abstract int lookback();

    @Override
    public final MixerState newState(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return new RowState(spec, batch, capacity, rowWidth(), lookback());
    }

    @Override
    public final long stateBytes(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return RowState.bytes(batch, capacity, rowWidth(), lookback());
    }

    @Override
    public final MixerState loadState(ReadableByteChannel channel) throws IOException {
        spec.require(Capability.INCREMENTAL);
        return RowState.load(channel, spec, rowWidth(), lookback());
    }

    /** One position of one sequence; the state's row of it is to be written. */
    abstract void position(float[] x, int at, RowState state, int b, float[] y, int to, Workspace workspace);

    @Override
    public final void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
        spec.check(chunk, state, out);
        RowState rows = (RowState) state;
        rows.room(chunk);
        int mark = workspace.begin();
        try {
            float[] x = chunk.tensor().readable(workspace.scratch());
            float[] y = out.writable(workspace.scratch());
            clear(y, out);
            for (int b = 0; b < chunk.batch(); b++) {
                for (int t = 0; t < chunk.length(b); t++) {
                    int call = workspace.scratch().mark();
                    position(
                            x,
                            at(chunk.tensor(), b) + t * spec.inputWidth(),
                            rows,
                            b,
                            y,
                            at(out, b) + t * spec.outputWidth(),
                            workspace);
                    workspace.scratch().release(call);
                    rows.advance(b, 1);
                }
            }
            out.commit(y);
        } finally {
            workspace.end(mark);
        }
    }

    /** What a backward pass needs: the inputs, since everything else is computed again. */
    record Tape(SequenceMixer mixer, Sequences in, Sequences context, NamedTensors initial) implements Recording {
        @Override
        public long bytes() {
            return 0;
        }
    }

    @Override
    public Recording record(Sequences in, Tensor out, Workspace workspace) {
        spec.require(Capability.DIFFERENTIABLE);
        forward(in, out, workspace);
        return new Tape(this, in, in, initial(in.batch()));
    }

    NamedTensors initial(int batch) {
        return NamedTensors.empty();
    }

    @Override
    public final void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        backward(recording, dOut, initial(dOut.extent(0)), gradients, workspace);
    }

    /** Checks, computes all gradients, adds those that are wanted. */
    public final void backward(
            Recording recording, Tensor dOut, NamedTensors dLast, Gradients gradients, Workspace workspace) {
        if (!(recording instanceof Tape)) {
            throw new org.attention4j.api.ForeignStateException(
                    spec.fingerprint(), recording.mixer().spec().fingerprint());
        }
        Tape tape = (Tape) recording;
        spec.check(this, recording, tape.in, dOut, gradients);
        NamedTensors all = spec.zeroParameters();
        Tensor dIn = Tensor.zeros(tape.in.tensor().shape());
        Tensor dContext = tape.context == tape.in
                ? dIn
                : Tensor.zeros(tape.context.tensor().shape());
        NamedTensors dInitial = tape.initial.zerosLike();
        for (int b = 0; b < tape.in.batch(); b++) {
            gradient(tape, b, dOut.copy(), dLast, dIn, dContext, dInitial, all);
        }
        gradients.input().ifPresent(wanted -> add(dIn, wanted));
        gradients.context().ifPresent(wanted -> add(dContext, wanted));
        gradients.initial().ifPresent(wanted -> wanted.forEach((name, tensor) -> add(dInitial.get(name), tensor)));
        gradients.parameters().forEach((name, wanted) -> add(all.get(name), wanted));
    }

    /** Adds the gradients of one sequence. */
    abstract void gradient(
            Tape tape,
            int b,
            Tensor dOut,
            NamedTensors dLast,
            Tensor dIn,
            Tensor dContext,
            NamedTensors dInitial,
            NamedTensors dParameters);

    private static void add(Tensor source, Tensor target) {
        float[] sum = target.toArray();
        float[] more = source.toArray();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += more[i];
        }
        target.write(0, sum, 0, sum.length);
    }

    /** The true positions of one sequence. */
    static float[] rows(Sequences in, int b) {
        float[] values = new float[in.length(b) * in.width()];
        in.tensor().read((long) b * in.time() * in.width(), values, 0, values.length);
        return values;
    }

    /** y_o = bias_o + Σ_i W[row + o, i] x_i. */
    static void linear(float[] w, float[] bias, int row, int outs, int ins, float[] x, int at, float[] y, int to) {
        for (int o = 0; o < outs; o++) {
            float sum = bias == null ? 0 : bias[row + o];
            for (int i = 0; i < ins; i++) {
                sum = Math.fma(w[(row + o) * ins + i], x[at + i], sum);
            }
            y[to + o] = sum;
        }
    }

    /** Adds dW += dy xᵀ, db += dy, dx += Wᵀ dy. */
    static void linearGradient(
            float[] w,
            int row,
            int outs,
            int ins,
            float[] x,
            int at,
            float[] dy,
            int from,
            float[] dw,
            float[] db,
            float[] dx,
            int to) {
        for (int o = 0; o < outs; o++) {
            if (db != null) {
                db[row + o] += dy[from + o];
            }
            for (int i = 0; i < ins; i++) {
                dw[(row + o) * ins + i] += dy[from + o] * x[at + i];
                dx[to + i] += dy[from + o] * w[(row + o) * ins + i];
            }
        }
    }
}
