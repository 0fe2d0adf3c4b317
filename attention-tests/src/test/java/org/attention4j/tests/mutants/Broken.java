package org.attention4j.tests.mutants;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import org.attention4j.api.Attentive;
import org.attention4j.api.Contextual;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.Recurrent;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/** Passes every call on to a correct mixer; a mutant overrides what it breaks. */
class Broken implements Incremental, Differentiable, Attentive, Contextual, Recurrent {
    final SequenceMixer inner;

    Broken(SequenceMixer inner) {
        this.inner = inner;
    }

    /** A recording that says it is this mixer's. */
    private record Recorded(SequenceMixer mixer, Recording inner) implements Recording {
        @Override
        public long bytes() {
            return inner.bytes();
        }
    }

    private static Recording inner(Recording recording) {
        return recording instanceof Recorded recorded ? recorded.inner : recording;
    }

    @Override
    public MixerSpec spec() {
        return inner.spec();
    }

    @Override
    public NamedTensors parameters() {
        return inner.parameters();
    }

    @Override
    public SequenceMixer withParameters(ParameterSource source) {
        return inner.withParameters(source);
    }

    @Override
    public void forward(Sequences in, Tensor out, Workspace workspace) {
        inner.forward(in, out, workspace);
    }

    @Override
    public MixerState newState(int batch, int capacity) {
        return inner.require(Incremental.class).newState(batch, capacity);
    }

    @Override
    public long stateBytes(int batch, int capacity) {
        return inner.require(Incremental.class).stateBytes(batch, capacity);
    }

    @Override
    public void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
        inner.require(Incremental.class).step(chunk, BrokenState.inner(state), out, workspace);
    }

    @Override
    public MixerState loadState(ReadableByteChannel channel) throws IOException {
        return inner.require(Incremental.class).loadState(channel);
    }

    @Override
    public Recording record(Sequences in, Tensor out, Workspace workspace) {
        return new Recorded(this, inner.require(Differentiable.class).record(in, out, workspace));
    }

    @Override
    public void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        inner.require(Differentiable.class).backward(inner(recording), dOut, gradients, workspace);
    }

    @Override
    public void weights(Sequences in, Tensor weights, Workspace workspace) {
        inner.require(Attentive.class).weights(in, weights, workspace);
    }

    @Override
    public void weights(Sequences chunk, MixerState state, Tensor weights, Workspace workspace) {
        inner.require(Attentive.class).weights(chunk, BrokenState.inner(state), weights, workspace);
    }

    @Override
    public void forward(Sequences in, Sequences context, Tensor out, Workspace workspace) {
        inner.require(Contextual.class).forward(in, context, out, workspace);
    }

    @Override
    public Recording record(Sequences in, Sequences context, Tensor out, Workspace workspace) {
        return new Recorded(this, inner.require(Contextual.class).record(in, context, out, workspace));
    }

    @Override
    public void weights(Sequences in, Sequences context, Tensor weights, Workspace workspace) {
        inner.require(Contextual.class).weights(in, context, weights, workspace);
    }

    @Override
    public NamedTensors newHidden(int batch) {
        return inner.require(Recurrent.class).newHidden(batch);
    }

    @Override
    public void forward(Sequences in, NamedTensors initial, Tensor out, NamedTensors last, Workspace workspace) {
        inner.require(Recurrent.class).forward(in, initial, out, last, workspace);
    }

    @Override
    public Recording record(Sequences in, NamedTensors initial, Tensor out, NamedTensors last, Workspace workspace) {
        return new Recorded(this, inner.require(Recurrent.class).record(in, initial, out, last, workspace));
    }

    @Override
    public void backward(
            Recording recording, Tensor dOut, NamedTensors dLast, Gradients gradients, Workspace workspace) {
        inner.require(Recurrent.class).backward(inner(recording), dOut, dLast, gradients, workspace);
    }

    @Override
    public MixerState newState(NamedTensors initial, int capacity) {
        return inner.require(Recurrent.class).newState(initial, capacity);
    }
}
