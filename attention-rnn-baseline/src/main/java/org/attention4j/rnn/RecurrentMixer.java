package org.attention4j.rnn;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.api.Capability;
import org.attention4j.api.Differentiable;
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
 * The contract of every recurrent mixer, over a {@link Stack}: what differs from one to the next is the cell.
 *
 * <p>Hidden states are tensors {@code [layers · directions, B, H]}. Inside a pass they are {@link StateRows}.
 */
abstract sealed class RecurrentMixer implements Recurrent, Differentiable, Incremental
        permits Lstm, Gru, Rnn, MinGru, MinLstm, RgLru, Sru {
    private final MixerSpec spec;
    private final NamedTensors parameters;
    private final Stack stack;

    RecurrentMixer(MixerSpec spec, NamedTensors parameters, Stack stack) {
        this.spec = spec;
        this.parameters = parameters;
        this.stack = stack;
    }

    final Stack stack() {
        return stack;
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
        List<String> names = stack.stateNames();
        for (int i = 0; i < names.size(); i++) {
            zeros.put(names.get(i), Tensor.zeros(stack.hiddenShape(i, batch)));
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
        RecurrentRecording recording = new RecurrentRecording(this, stack, in);
        pass(in, null, out, null, recording, workspace);
        return recording;
    }

    @Override
    public final Recording record(
            Sequences in, NamedTensors initial, Tensor out, NamedTensors last, Workspace workspace) {
        check(in, initial, out, last);
        RecurrentRecording recording = new RecurrentRecording(this, stack, in);
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
            StateRows state = StateRows.of(stack, in.batch(), initial, scratch);
            float[] results = out.writable(scratch);
            StackPass.forward(stack, in, state, results, out.offset(), null, recording, workspace);
            out.commit(results);
            if (last != null) {
                state.store(stack, in.batch(), last);
            }
        } finally {
            workspace.end(mark);
        }
    }

    private void check(Sequences in, NamedTensors initial, Tensor out, NamedTensors last) {
        spec.check(in, out);
        checkHidden("initial ", initial, in.batch());
        checkHidden("last ", last, in.batch());
        List<String> names = stack.stateNames();
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

    private void checkHidden(String what, NamedTensors hidden, int batch) {
        List<String> names = stack.stateNames();
        for (int i = 0; i < names.size(); i++) {
            Shape shape = hidden.get(names.get(i)).shape();
            if (shape.rank() != 3
                    || shape.extent(0) != stack.layers().size() * stack.directions()
                    || shape.extent(1) != batch
                    || shape.extent(2) != stack.partWidth(i)) { // spelled out: a check that passes allocates nothing
                throw new ShapeMismatchException(what + names.get(i), stack.hiddenShape(i, batch), shape);
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
        RecurrentRecording mine = recording.require(this, RecurrentRecording.class);
        Sequences in = mine.in();
        spec.check(this, mine, in, dOut, gradients);
        if (dLast != null) {
            checkHidden("cotangent of the last ", dLast, in.batch());
        }
        gradients.initial().ifPresent(dInitial -> checkHidden("gradient of the initial ", dInitial, in.batch()));
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            StateRows dState = StateRows.of(stack, in.batch(), dLast, scratch);
            StackPass.backward(stack, mine, dOut.readable(scratch), dOut.offset(), dState, gradients, workspace);
            gradients.initial().ifPresent(dInitial -> dState.addTo(stack, in.batch(), dInitial, scratch));
        } finally {
            workspace.end(mark);
        }
    }

    // ---------------------------------------------------------------- position by position

    @Override
    public final MixerState newState(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return new RowState(spec, batch, capacity, stack.stateWidth(), 1);
    }

    @Override
    public final MixerState newState(NamedTensors initial, int capacity) {
        spec.require(Capability.INCREMENTAL);
        Shape shape = initial.get(stack.stateNames().get(0)).shape();
        int batch = shape.rank() == 3 ? shape.extent(1) : 0;
        checkHidden("initial ", initial, batch);
        RowState state = new RowState(spec, batch, capacity, stack.stateWidth(), 1);
        Scratch scratch = state.workspace().scratch();
        int mark = scratch.mark();
        StateRows.of(stack, batch, initial, scratch).start(stack, state);
        scratch.release(mark);
        return state;
    }

    @Override
    public final long stateBytes(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return RowState.bytes(batch, capacity, stack.stateWidth(), 1);
    }

    @Override
    public final void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
        spec.check(chunk, state, out);
        RowState rows = state.require(RowState.class);
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            int width = stack.stateWidth();
            StateRows before = StateRows.of(stack, chunk, rows, scratch);
            float[] results = out.writable(scratch);
            RowsBefore old = RowsBefore.keep(rows, chunk, width, scratch);
            boolean done = false;
            try {
                StackPass.forward(stack, chunk, before, results, out.offset(), rows, null, workspace);
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
        return RowState.load(channel, spec, stack.stateWidth(), 1);
    }
}
