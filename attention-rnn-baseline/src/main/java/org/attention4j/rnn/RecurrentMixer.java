package org.attention4j.rnn;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.api.Capability;
import org.attention4j.api.Differentiable;
import org.attention4j.api.ForeignStateException;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.OverlapException;
import org.attention4j.api.Recording;
import org.attention4j.api.Recurrent;
import org.attention4j.api.RowState;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * The contract of every recurrent mixer, over a {@link Layer}: what differs from one to the next is the cell.
 *
 * <p>Hidden states are tensors {@code [directions, B, H]}. Inside a pass they are state rows {@code [directions, B,
 * S]}.
 */
abstract sealed class RecurrentMixer implements Recurrent, Differentiable, Incremental permits Lstm, Gru, Rnn {
    private static final float[] NONE = new float[0];

    private final MixerSpec spec;
    private final NamedTensors parameters;
    private final Layer layer;

    RecurrentMixer(MixerSpec spec, NamedTensors parameters, Layer layer) {
        this.spec = spec;
        this.parameters = parameters;
        this.layer = layer;
    }

    final Layer layer() {
        return layer;
    }

    @Override
    public final MixerSpec spec() {
        return spec;
    }

    @Override
    public final NamedTensors parameters() {
        return parameters.copy();
    }

    // ---------------------------------------------------------------- whole sequences

    @Override
    public final NamedTensors newHidden(int batch) {
        Map<String, Tensor> zeros = new LinkedHashMap<>();
        for (String name : layer.cell().stateNames()) {
            zeros.put(name, Tensor.zeros(hiddenShape(batch)));
        }
        return NamedTensors.of(zeros);
    }

    @Override
    public final void forward(Sequences in, Tensor out, Workspace workspace) {
        spec.check(in, out);
        pass(in, null, out, null, null, workspace);
    }

    @Override
    public final void forward(Sequences in, NamedTensors initial, Tensor out, NamedTensors last, Workspace workspace) {
        check(in, initial, out, last);
        pass(in, initial, out, last, null, workspace);
    }

    @Override
    public final Recording record(Sequences in, Tensor out, Workspace workspace) {
        spec.check(in, out);
        RecurrentRecording recording = new RecurrentRecording(this, layer, in);
        pass(in, null, out, null, recording, workspace);
        return recording;
    }

    @Override
    public final Recording record(
            Sequences in, NamedTensors initial, Tensor out, NamedTensors last, Workspace workspace) {
        check(in, initial, out, last);
        RecurrentRecording recording = new RecurrentRecording(this, layer, in);
        pass(in, initial, out, last, recording, workspace);
        return recording;
    }

    private void pass(
            Sequences in,
            @Nullable NamedTensors initial,
            Tensor out,
            @Nullable NamedTensors last,
            @Nullable RecurrentRecording recording,
            Workspace workspace) {
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            float[] state = stateRows(scratch, in.batch(), initial);
            float[] results = out.writable(scratch);
            ForwardPass.run(layer, in, state, results, out.offset(), null, recording, workspace);
            out.commit(results);
            if (last != null) {
                storeRows(state, in.batch(), last);
            }
        } finally {
            workspace.end(mark);
        }
    }

    private void check(Sequences in, NamedTensors initial, Tensor out, NamedTensors last) {
        spec.check(in, out);
        checkHidden("initial ", initial, in.batch());
        checkHidden("last ", last, in.batch());
        List<String> names = layer.cell().stateNames();
        for (int i = 0; i < names.size(); i++) {
            Tensor result = last.get(names.get(i));
            if (result.overlaps(in.tensor()) || result.overlaps(out)) {
                throw new OverlapException("the last state", "the input or the output");
            }
            if (out.overlaps(initial.get(names.get(i)))) {
                throw new OverlapException("the output", "the initial state");
            }
        }
    }

    private Shape hiddenShape(int batch) {
        return Shape.of(layer.directions().size(), batch, layer.hidden());
    }

    private void checkHidden(String what, NamedTensors hidden, int batch) {
        List<String> names = layer.cell().stateNames();
        for (int i = 0; i < names.size(); i++) {
            Shape shape = hidden.get(names.get(i)).shape();
            if (shape.rank() != 3
                    || shape.extent(0) != layer.directions().size()
                    || shape.extent(1) != batch
                    || shape.extent(2) != layer.hidden()) { // spelled out: a check that passes allocates nothing
                throw new ShapeMismatchException(what + names.get(i), hiddenShape(batch), shape);
            }
        }
    }

    // ---------------------------------------------------------------- state rows

    /** State rows with the given values, or zeros. */
    private float[] stateRows(Scratch scratch, int batch, @Nullable NamedTensors values) {
        int directions = layer.directions().size();
        int length = Math.multiplyExact(Math.multiplyExact(directions, batch), layer.stateWidth());
        float[] rows = scratch.floats(length);
        if (values == null) {
            Arrays.fill(rows, 0, length, 0f);
            return rows;
        }
        List<String> names = layer.cell().stateNames();
        for (int i = 0; i < names.size(); i++) {
            Tensor tensor = values.get(names.get(i));
            for (int row = 0; row < directions * batch; row++) {
                int at = row * layer.stateWidth() + i * layer.hidden();
                tensor.read((long) row * layer.hidden(), rows, at, layer.hidden());
            }
        }
        return rows;
    }

    private void storeRows(float[] rows, int batch, NamedTensors hidden) {
        List<String> names = layer.cell().stateNames();
        for (int i = 0; i < names.size(); i++) {
            Tensor tensor = hidden.get(names.get(i));
            for (int row = 0; row < layer.directions().size() * batch; row++) {
                int at = row * layer.stateWidth() + i * layer.hidden();
                tensor.write((long) row * layer.hidden(), rows, at, layer.hidden());
            }
        }
    }

    // ---------------------------------------------------------------- gradients

    @Override
    public final void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        backwardFrom(recording, dOut, null, gradients, workspace);
    }

    @Override
    public final void backward(
            Recording recording, Tensor dOut, NamedTensors dLast, Gradients gradients, Workspace workspace) {
        backwardFrom(recording, dOut, dLast, gradients, workspace);
    }

    private void backwardFrom(
            Recording recording, Tensor dOut, @Nullable NamedTensors dLast, Gradients gradients, Workspace workspace) {
        if (recording.mixer() != this || !(recording instanceof RecurrentRecording mine)) {
            throw new ForeignStateException(
                    spec.fingerprint(), recording.mixer().spec().fingerprint());
        }
        Sequences in = mine.in();
        spec.check(this, mine, in, dOut, gradients);
        if (dLast != null) {
            checkHidden("cotangent of the last ", dLast, in.batch());
        }
        gradients.initial().ifPresent(dInitial -> checkHidden("gradient of the initial ", dInitial, in.batch()));
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            float[] dState = stateRows(scratch, in.batch(), dLast);
            float[][] dGates = new float[layer.directions().size()][];
            for (int d = 0; d < dGates.length; d++) {
                dGates[d] = scratch.floats(mine.gates(d).length);
            }
            BackwardPass.run(layer, mine, dOut.readable(scratch), dOut.offset(), dState, dGates, workspace);
            addGradients(mine, dGates, dState, gradients, workspace);
        } finally {
            workspace.end(mark);
        }
    }

    private void addGradients(
            RecurrentRecording recording, float[][] dGates, float[] dState, Gradients gradients, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        Sequences in = recording.in();
        for (int d = 0; d < dGates.length; d++) {
            ParameterGradient.run(layer, recording, d, dGates[d], gradients.parameters(), workspace);
        }
        gradients.input().ifPresent(dIn -> {
            float[] dX = dIn.readable(scratch);
            InputGradient.run(layer, in, dGates, dX, dIn.offset(), workspace);
            dIn.commit(dX);
        });
        gradients.initial().ifPresent(dInitial -> {
            float[] sum = stateRows(scratch, in.batch(), dInitial);
            int length = layer.directions().size() * in.batch() * layer.stateWidth();
            layer.kernels().add(dState, 0, sum, 0, length);
            storeRows(sum, in.batch(), dInitial);
        });
    }

    // ---------------------------------------------------------------- position by position

    @Override
    public final MixerState newState(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return new RowState(spec, batch, capacity, layer.stateWidth(), 1);
    }

    @Override
    public final MixerState newState(NamedTensors initial, int capacity) {
        spec.require(Capability.INCREMENTAL);
        Shape shape = initial.get(layer.cell().stateNames().get(0)).shape();
        int batch = shape.rank() == 3 ? shape.extent(1) : 0;
        checkHidden("initial ", initial, batch);
        RowState state = new RowState(spec, batch, capacity, layer.stateWidth(), 1);
        List<String> names = layer.cell().stateNames();
        for (int b = 0; b < batch; b++) {
            for (int i = 0; i < names.size(); i++) {
                int at = state.row(b, -1) + i * layer.hidden();
                initial.get(names.get(i)).read((long) b * layer.hidden(), state.rows(b), at, layer.hidden());
            }
        }
        return state;
    }

    @Override
    public final long stateBytes(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return RowState.bytes(batch, capacity, layer.stateWidth(), 1);
    }

    @Override
    public final void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
        spec.check(chunk, state, out);
        if (!(state instanceof RowState rows)) {
            throw new ForeignStateException(spec.fingerprint(), state.getClass().getName());
        }
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            int width = layer.stateWidth();
            float[] before = scratch.floats(Math.multiplyExact(chunk.batch(), width));
            for (int b = 0; b < chunk.batch(); b++) {
                System.arraycopy(rows.rows(b), rows.row(b, rows.position(b) - 1), before, b * width, width);
            }
            float[] results = out.writable(scratch);
            RowsBefore old = RowsBefore.keep(rows, chunk, width, scratch);
            boolean done = false;
            try {
                ForwardPass.run(layer, chunk, before, results, out.offset(), rows, null, workspace);
                done = true;
            } finally {
                if (!done) {
                    old.restore(rows, chunk, width);
                }
            }
            out.commit(results);
            for (int b = 0; b < chunk.batch(); b++) {
                rows.advance(b, chunk.length(b));
            }
        } finally {
            workspace.end(mark);
        }
    }

    @Override
    public final MixerState loadState(ReadableByteChannel channel) throws IOException {
        spec.require(Capability.INCREMENTAL);
        return RowState.load(channel, spec, layer.stateWidth(), 1);
    }
}
