package org.attention4j.core;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Objects;
import org.attention4j.api.Attentive;
import org.attention4j.api.Capability;
import org.attention4j.api.Contextual;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.PreparedContext;
import org.attention4j.api.Recording;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * Attention between projections: what self-attention and multi-head attention share. Whole sequences, contexts, recordings and steps
 * all go through {@link HeadProjections} and {@link AttentionCall}.
 */
abstract class ProjectedAttention implements Incremental, Differentiable, Attentive, Contextual {
    final MixerSpec spec;
    final AttentionForm form;
    final AttentionVariant variant;
    final Kernels kernels;
    final NamedTensors parameters;
    private final AttentionCache.Step step = this::step;
    final HeadProjections projections;
    private final CacheForm cache;

    ProjectedAttention(
            MixerSpec spec,
            AttentionForm form,
            AttentionVariant variant,
            @Nullable RotaryEmbedding rotary,
            Kernels kernels,
            NamedTensors parameters) {
        this.spec = spec;
        this.form = form;
        this.variant = Objects.requireNonNull(variant, "variant");
        this.kernels = Objects.requireNonNull(kernels, "kernels");
        this.parameters = parameters;
        CacheOptions.check(spec.config(), variant);
        cache = CacheOptions.form(spec.config());
        projections = new HeadProjections(
                form,
                MaskOptions.masked(variant, spec.config()),
                ScoreOptions.rules(spec.config(), form.keyWidth(), form.heads(), parameters),
                rotary,
                kernels,
                parameters,
                spec.causal());
    }

    @Override
    public MixerSpec spec() {
        return spec;
    }

    @Override
    public NamedTensors parameters() {
        return parameters.copy();
    }

    @Override
    public void forward(Sequences in, Tensor out, Workspace workspace) {
        spec.check(in, out);
        Doors.checkOwnContext(this, in);
        mix(in, in, in, ScoreTerms.none(), out, workspace, null);
    }

    @Override
    public void forward(Sequences in, Sequences context, Tensor out, Workspace workspace) {
        spec.check(in, context, out);
        mix(in, context, context, ScoreTerms.none(), out, workspace, null);
    }

    @Override
    public PreparedContext prepare(Sequences context, Workspace workspace) {
        spec.checkContext(context);
        int mark = workspace.begin();
        try {
            AttentionCall call = new AttentionCall();
            TrueRows rows = TrueRows.of(null, context);
            projections.keysAndValues(call, rows, rows, null, workspace, null);
            return new ProjectedContext(this, (KeyValues) call.keyValues, rows.time, rows.lengths);
        } finally {
            workspace.end(mark);
        }
    }

    @Override
    public void forward(Sequences in, PreparedContext context, Tensor out, Workspace workspace) {
        ProjectedContext own = Doors.checkContext(this, in, context);
        spec.check(in, out);
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            TrueRows rows = TrueRows.of(scratch, in);
            AttentionCall call = AttentionCall.borrow(scratch);
            call.keyValues = own.keyValues();
            call.keyTime = own.time();
            call.keyLengths = own.lengths();
            call.extraKeys = form.extraKeys();
            projections.queries(call, rows, ScoreTerms.none(), scratch, workspace, null);
            projections.finish(call, rows, out, workspace, scratch, null);
        } finally {
            workspace.end(mark);
        }
    }

    @Override
    public Recording record(Sequences in, Tensor out, Workspace workspace) {
        spec.require(Capability.DIFFERENTIABLE);
        spec.check(in, out);
        Doors.checkOwnContext(this, in);
        AttentionRecording recording = new AttentionRecording(this, in, in, in, ScoreTerms.none());
        mix(in, in, in, ScoreTerms.none(), out, workspace, recording);
        return recording;
    }

    @Override
    public Recording record(Sequences in, Sequences context, Tensor out, Workspace workspace) {
        spec.require(Capability.DIFFERENTIABLE);
        spec.check(in, context, out);
        AttentionRecording recording = new AttentionRecording(this, in, context, context, ScoreTerms.none());
        mix(in, context, context, ScoreTerms.none(), out, workspace, recording);
        return recording;
    }

    @Override
    public void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        AttentionRecording own = Doors.checkRecording(this, recording, dOut, gradients);
        ProjectedBackward.run(own, dOut, Doors.gradients(own, gradients), workspace);
    }

    @Override
    public void weights(Sequences in, Tensor weights, Workspace workspace) {
        spec.checkWeights(in, in.time(), weights);
        Doors.checkOwnContext(this, in);
        weigh(in, in, ScoreTerms.none(), weights, false, workspace);
    }

    @Override
    public void weights(Sequences in, Sequences context, Tensor weights, Workspace workspace) {
        spec.require(Capability.CONTEXTUAL);
        spec.checkWeights(in, context.time(), weights);
        Doors.checkSource("context", in, context, form.keyInWidth());
        weigh(in, context, ScoreTerms.none(), weights, false, workspace);
    }

    @Override
    public MixerState newState(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return AttentionCache.create(spec, cache, form.keyShape(), batch, capacity);
    }

    @Override
    public long stateBytes(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return AttentionCache.bytes(cache, form.keyShape(), batch, capacity);
    }

    @Override
    public MixerState loadState(ReadableByteChannel channel) throws IOException {
        spec.require(Capability.INCREMENTAL);
        return AttentionCache.load(channel, spec, cache, form.keyShape());
    }

    @Override
    public void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
        spec.check(chunk, state, out);
        AttentionCache own = state.require(AttentionCache.class);
        own.take(chunk, out, workspace, step);
    }

    @Override
    public void weights(Sequences chunk, MixerState state, Tensor weights, Workspace workspace) {
        spec.require(Capability.INCREMENTAL);
        AttentionCache own = Doors.checkState(spec, chunk, state, weights);
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            AttentionCall call = AttentionCall.borrow(scratch);
            TrueRows rows = TrueRows.of(scratch, chunk);
            own.present(call, scratch);
            call.keyValues = own.keyValues();
            projections.queries(call, rows, ScoreTerms.none(), scratch, workspace, null);
            float[] array = weights.writable(scratch);
            call.lastWeights(workspace, array, weights.offset(), weights.extent(3));
            weights.commit(array);
        } finally {
            workspace.end(mark);
        }
    }

    private void step(TrueRows rows, AttentionCache state, Tensor out, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        AttentionCall call = AttentionCall.borrow(scratch);
        int[] positions = state.begin(call, rows, scratch);
        projections.append(call, rows, state.keyValues(), positions, workspace);
        projections.queries(call, rows, ScoreTerms.none(), scratch, workspace, null);
        projections.finish(call, rows, out, workspace, scratch, null);
        state.advance(rows.lengths);
    }

    /** The whole of a pass; arguments have been checked. */
    final void mix(
            Sequences in,
            Sequences keys,
            Sequences values,
            ScoreTerms terms,
            Tensor out,
            Workspace workspace,
            @Nullable AttentionRecording recording) {
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            Scratch memory = recording == null ? scratch : null;
            TrueRows queryRows = TrueRows.of(memory, in);
            TrueRows keyRows = keys == in ? queryRows : TrueRows.of(memory, keys);
            TrueRows valueRows = values == keys ? keyRows : TrueRows.of(memory, values);
            AttentionCall call = memory == null ? new AttentionCall() : AttentionCall.borrow(memory);
            projections.project(call, queryRows, keyRows, valueRows, terms, memory, workspace, recording);
            if (recording != null) {
                call.maxima = new float[queryRows.batch * form.heads() * queryRows.time];
                call.sums = new float[call.maxima.length];
                call.dropout = projections.dropout();
                recording.keep(call, queryRows, keyRows, valueRows);
            }
            projections.finish(call, queryRows, out, workspace, memory, recording);
        } finally {
            workspace.end(mark);
        }
    }

    /** Writes the weights; arguments have been checked. */
    final void weigh(
            Sequences in, Sequences keys, ScoreTerms terms, Tensor weights, boolean withExtra, Workspace workspace) {
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            TrueRows queryRows = TrueRows.of(scratch, in);
            TrueRows keyRows = keys == in ? queryRows : TrueRows.of(scratch, keys);
            AttentionCall call = AttentionCall.borrow(scratch);
            projections.project(call, queryRows, keyRows, null, terms, scratch, workspace, null);
            float[] array = weights.writable(scratch);
            call.weights(workspace, array, weights.offset(), withExtra);
            weights.commit(array);
        } finally {
            workspace.end(mark);
        }
    }

    /** Counts pairs; arguments have been checked. */
    final PairCount count(Sequences in, Sequences keys, ScoreTerms terms, Workspace workspace) {
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            AttentionCall call = AttentionCall.borrow(scratch);
            TrueRows keyRows = TrueRows.of(scratch, keys);
            call.keyTime = keyRows.time;
            call.keyLengths = keyRows.lengths;
            call.extraKeys = form.extraKeys();
            call.keyValues = new KeyValues();
            projections.describe(call, TrueRows.of(scratch, in), terms, scratch);
            return call.pairs(workspace);
        } finally {
            workspace.end(mark);
        }
    }
}
