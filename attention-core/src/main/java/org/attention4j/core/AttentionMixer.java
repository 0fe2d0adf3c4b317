package org.attention4j.core;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import org.attention4j.api.Attentive;
import org.attention4j.api.Capability;
import org.attention4j.api.Contextual;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Recording;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;

/**
 * Attention between layers: the contract of every such mixer. Whole sequences, contexts, recordings, weights and steps are each a pass through the
 * {@link AttentionLayers}, which are what differs from one to the next, and {@link AttentionCall}.
 */
abstract class AttentionMixer<P extends AttentionPass> implements Incremental, Differentiable, Attentive, Contextual {
    final MixerSpec spec;
    final Kernels kernels;
    final NamedTensors parameters;
    private final AttentionLayers<P> layers;
    private final CacheForm cache;
    private final KeyShape keyShape;
    private final AttentionCache.Step step = this::step;

    AttentionMixer(
            MixerSpec spec, Kernels kernels, NamedTensors parameters, AttentionLayers<P> layers, KeyShape keyShape) {
        this.spec = spec;
        this.kernels = kernels;
        this.parameters = parameters;
        this.layers = layers;
        this.keyShape = keyShape;
        cache = CacheOptions.form(spec.config());
    }

    /** What attends to itself must be what keys and values are made of. */
    void checkOwnContext(Sequences in) {}

    /** Refuses positions that the mixer does not know. */
    void checkPositions(long first, long end) {}

    /** Refuses sequences with such positions: the last query stands at the last key. */
    private void checkPositions(Sequences query, Sequences key) {
        for (int b = 0; b < query.batch(); b++) {
            checkPositions(Math.min(0, key.length(b) - query.length(b)), key.length(b));
        }
    }

    /** Adds the gradients; arguments have been checked. */
    abstract void addGradients(
            AttentionRecording<P> recording, Tensor dOut, AttentionGradients gradients, Workspace workspace);

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
    public final void forward(Sequences in, Tensor out, Workspace workspace) {
        spec.check(in, out);
        checkOwnContext(in);
        mix(in, in, in, ScoreTerms.none(), out, workspace);
    }

    @Override
    public final void forward(Sequences in, Sequences context, Tensor out, Workspace workspace) {
        spec.check(in, context, out);
        mix(in, context, context, ScoreTerms.none(), out, workspace);
    }

    /** Arguments have been checked, as for all that follow. */
    final void mix(Sequences query, Sequences key, Sequences value, ScoreTerms terms, Tensor out, Workspace workspace) {
        checkPositions(query, key);
        int mark = workspace.begin();
        try {
            P pass = layers.borrowedPass(workspace.scratch());
            pass.rows(query, key, value);
            layers.keys(pass, workspace);
            layers.queries(pass, terms, workspace);
            layers.finish(pass, out, workspace);
        } finally {
            workspace.end(mark);
        }
    }

    @Override
    public final void weights(Sequences in, Tensor weights, Workspace workspace) {
        spec.checkWeights(in, in.time(), weights);
        checkOwnContext(in);
        weigh(in, in, ScoreTerms.none(), weights, false, workspace);
    }

    @Override
    public final void weights(Sequences in, Sequences context, Tensor weights, Workspace workspace) {
        spec.require(Capability.CONTEXTUAL);
        spec.checkWeights(in, context.time(), weights);
        Doors.checkSource("context", in, context, spec.contextWidth());
        weigh(in, context, ScoreTerms.none(), weights, false, workspace);
    }

    /** There may be columns for the keys that the mixer adds. */
    final void weigh(
            Sequences query, Sequences key, ScoreTerms terms, Tensor weights, boolean withExtra, Workspace workspace) {
        checkPositions(query, key);
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            P pass = layers.borrowedPass(scratch);
            pass.rows(query, key, key);
            pass.valueRows = null;
            layers.keys(pass, workspace);
            layers.queries(pass, terms, workspace);
            float[] array = weights.writable(scratch);
            pass.call.weights(workspace, array, weights.offset(), withExtra);
            weights.commit(array);
        } finally {
            workspace.end(mark);
        }
    }

    // ---------------------------------------------------------------- gradients

    @Override
    public final Recording record(Sequences in, Tensor out, Workspace workspace) {
        spec.require(Capability.DIFFERENTIABLE);
        spec.check(in, out);
        checkOwnContext(in);
        return keep(in, in, in, ScoreTerms.none(), out, workspace);
    }

    @Override
    public final Recording record(Sequences in, Sequences context, Tensor out, Workspace workspace) {
        spec.require(Capability.DIFFERENTIABLE);
        spec.check(in, context, out);
        return keep(in, context, context, ScoreTerms.none(), out, workspace);
    }

    final AttentionRecording<P> keep(
            Sequences query, Sequences key, Sequences value, ScoreTerms terms, Tensor out, Workspace workspace) {
        checkPositions(query, key);
        P pass = layers.newPass();
        int mark = workspace.begin();
        try {
            pass.rows(query, key, value);
            layers.keys(pass, workspace);
            layers.queries(pass, terms, workspace);
            pass.call.keepSums();
            layers.finish(pass, out, workspace);
        } finally {
            workspace.end(mark);
        }
        return new AttentionRecording<>(this, query, key, value, terms, pass);
    }

    @Override
    public final void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        AttentionRecording<P> own = own(recording);
        Doors.check(own, dOut, gradients);
        addGradients(own, dOut, Doors.gradients(own, gradients), workspace);
    }

    /** A recording as one of this mixer, whose passes are all of one class. */
    @SuppressWarnings("unchecked")
    final AttentionRecording<P> own(Recording recording) {
        return (AttentionRecording<P>) recording.require(this, AttentionRecording.class);
    }

    // ---------------------------------------------------------------- position by position

    @Override
    public final MixerState newState(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return AttentionCache.create(spec, cache, keyShape, batch, capacity);
    }

    @Override
    public final long stateBytes(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return AttentionCache.bytes(cache, keyShape, batch, capacity);
    }

    @Override
    public final MixerState loadState(ReadableByteChannel channel) throws IOException {
        spec.require(Capability.INCREMENTAL);
        return AttentionCache.load(channel, spec, cache, keyShape);
    }

    @Override
    public final void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
        spec.check(chunk, state, out);
        for (int b = 0; b < chunk.batch(); b++) {
            checkPositions(state.position(b), state.position(b) + chunk.length(b));
        }
        state.require(AttentionCache.class).take(chunk, out, workspace, step);
    }

    private void step(TrueRows rows, AttentionCache state, Tensor out, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        P pass = layers.borrowedPass(scratch);
        pass.queryRows = rows;
        int[] positions = state.begin(pass.call, rows, scratch);
        layers.append(pass, state.keyValues(), positions, workspace);
        layers.queries(pass, ScoreTerms.none(), workspace);
        layers.finish(pass, out, workspace);
        state.advance(rows.lengths);
    }

    /** The weights of the chunk that a state has taken last. */
    @Override
    public final void weights(Sequences chunk, MixerState state, Tensor weights, Workspace workspace) {
        spec.require(Capability.INCREMENTAL);
        AttentionCache own = Doors.checkState(spec, chunk, state, weights);
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            P pass = layers.borrowedPass(scratch);
            pass.queryRows = TrueRows.of(scratch, chunk);
            own.present(pass.call, scratch);
            layers.read(pass, own.keyValues());
            layers.queries(pass, ScoreTerms.none(), workspace);
            float[] array = weights.writable(scratch);
            pass.call.lastWeights(workspace, array, weights.offset(), weights.extent(3));
            weights.commit(array);
        } finally {
            workspace.end(mark);
        }
    }
}
