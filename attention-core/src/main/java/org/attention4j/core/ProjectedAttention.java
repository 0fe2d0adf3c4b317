package org.attention4j.core;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.Attentive;
import org.attention4j.api.Capability;
import org.attention4j.api.Contextual;
import org.attention4j.api.Differentiable;
import org.attention4j.api.ForeignStateException;
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
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionWeighting;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.Linear;
import org.jspecify.annotations.Nullable;

/**
 * Attention between projections: what self-attention and multi-head attention share. Whole sequences, contexts, recordings and steps
 * all go through {@link #project}, {@link AttentionCall} and {@link #finish}.
 */
abstract class ProjectedAttention implements Incremental, Differentiable, Attentive, Contextual {
    final MixerSpec spec;
    final AttentionForm form;
    final AttentionVariant variant;
    final Kernels kernels;
    final NamedTensors parameters;
    final @Nullable Linear outLayer;
    private final Linear queryLayer;
    private final Linear keyLayer;
    private final Linear valueLayer;
    private final @Nullable AttentionWeighting weighting;
    /** Learned key and value, or nothing. */
    private final float[] biasKey;

    private final float[] biasValue;
    private final float[] zeros;

    ProjectedAttention(
            MixerSpec spec, AttentionForm form, AttentionVariant variant, Kernels kernels, NamedTensors parameters) {
        this.spec = spec;
        this.form = form;
        this.variant = Objects.requireNonNull(variant, "variant");
        this.kernels = Objects.requireNonNull(kernels, "kernels");
        this.parameters = parameters;
        weighting = variant.weighting().orElse(null);
        queryLayer = form.projection(AttentionForm.Part.QUERY, parameters);
        keyLayer = form.projection(AttentionForm.Part.KEY, parameters);
        valueLayer = form.projection(AttentionForm.Part.VALUE, parameters);
        outLayer = form.outLayer(parameters);
        boolean extra = form.biasKeyValue();
        biasKey = extra ? parameters.get(AttentionForm.BIAS_KEY).toArray() : new float[0];
        biasValue = extra ? parameters.get(AttentionForm.BIAS_VALUE).toArray() : new float[0];
        zeros = new float[form.zeroAttention() ? Math.max(form.keysWidth(), form.valuesWidth()) : 0];
    }

    Linear layer(AttentionForm.Part part) {
        return switch (part) {
            case QUERY -> queryLayer;
            case KEY -> keyLayer;
            case VALUE -> valueLayer;
        };
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
        return AttentionCache.create(spec, form, batch, capacity);
    }

    @Override
    public long stateBytes(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return AttentionCache.bytes(form, batch, capacity);
    }

    @Override
    public MixerState loadState(ReadableByteChannel channel) throws IOException {
        spec.require(Capability.INCREMENTAL);
        return AttentionCache.load(channel, spec, form);
    }

    @Override
    public void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
        spec.check(chunk, state, out);
        if (!(state instanceof AttentionCache cache)) {
            throw new ForeignStateException(spec.fingerprint(), state.getClass().getName());
        }
        cache.room(chunk);
        int mark = workspace.begin();
        try {
            step(chunk, cache, out, workspace);
        } finally {
            workspace.end(mark);
        }
        cache.advance(chunk);
    }

    private void step(Sequences chunk, AttentionCache cache, Tensor out, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        AttentionCall call = AttentionCall.borrow(scratch);
        TrueRows rows = TrueRows.of(scratch, chunk);
        int[] positions = scratch.ints(rows.batch);
        call.keyLengths = scratch.ints(rows.batch);
        for (int b = 0; b < rows.batch; b++) {
            positions[b] = (int) cache.position(b);
            call.keyLengths[b] = positions[b] + rows.lengths[b];
        }
        call.keyTime = cache.capacity();
        KeyValues packed = cache.keyValues();
        call.keyValues = packed;
        KeyValueTask.run(workspace, kernels, keyLayer, false, form.keyWidth(), rows, packed, positions);
        KeyValueTask.run(workspace, kernels, valueLayer, true, form.valueWidth(), rows, packed, positions);
        queries(call, rows, ScoreTerms.none(), scratch, workspace);
        finish(call, rows, out, workspace, scratch, null);
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
            project(call, queryRows, keyRows, valueRows, terms, memory, workspace);
            if (recording != null) {
                call.maxima = new float[queryRows.batch * form.heads() * queryRows.time];
                call.sums = new float[call.maxima.length];
                recording.keep(call, queryRows, keyRows, valueRows);
            }
            finish(call, queryRows, out, workspace, memory, recording);
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
            project(call, queryRows, keyRows, null, terms, scratch, workspace);
            float[] array = weights.writable(scratch);
            call.weights(workspace, array, weights.offset(), withExtra);
            weights.commit(array);
        } finally {
            workspace.end(mark);
        }
    }

    /** Queries, keys and, unless there are no value rows, values. */
    private void project(
            AttentionCall call,
            TrueRows queryRows,
            TrueRows keyRows,
            @Nullable TrueRows valueRows,
            ScoreTerms terms,
            @Nullable Scratch memory,
            Workspace workspace) {
        int batch = queryRows.batch;
        int extra = form.extraKeys();
        call.keyTime = keyRows.time;
        call.keyLengths = keyRows.lengths;
        call.extraKeys = extra;
        int capacity = keyRows.time + extra;
        KeyValues packed = memory == null
                ? KeyValues.create(batch, form.heads(), form.keyWidth(), form.valueWidth(), capacity)
                : KeyValues.borrow(memory, batch, form.heads(), form.keyWidth(), form.valueWidth(), capacity);
        call.keyValues = packed;
        int[] positions = workspace.scratch().ints(batch);
        Arrays.fill(positions, 0, batch, extra); // what is added comes first
        KeyValueTask.run(workspace, kernels, keyLayer, false, form.keyWidth(), keyRows, packed, positions);
        if (valueRows != null) {
            KeyValueTask.run(workspace, kernels, valueLayer, true, form.valueWidth(), valueRows, packed, positions);
        }
        for (int b = 0; b < batch && extra > 0; b++) {
            extraKeys(packed, b);
        }
        queries(call, queryRows, terms, memory, workspace);
    }

    private void extraKeys(KeyValues to, int b) {
        int at = 0;
        if (form.biasKeyValue()) {
            to.putKeys(b, at, 1, biasKey, 0, 0, form.keyWidth());
            to.putValues(b, at, 1, biasValue, 0, 0, form.valueWidth());
            at++;
        }
        if (form.zeroAttention()) {
            to.putKeys(b, at, 1, zeros, 0, 0, 0);
            to.putValues(b, at, 1, zeros, 0, 0, 0);
        }
    }

    private void queries(
            AttentionCall call, TrueRows rows, ScoreTerms terms, @Nullable Scratch memory, Workspace workspace) {
        call.kernels = kernels;
        call.batch = rows.batch;
        call.heads = form.heads();
        call.keyWidth = form.keyWidth();
        call.valueWidth = form.valueWidth();
        call.queryTime = rows.time;
        call.queryLengths = rows.lengths;
        call.causal = spec.causal();
        call.weighting = weighting;
        float scale = (float) (1 / Math.sqrt(form.keyWidth()));
        call.scores.set(scale, 0, variant, terms, memory);
        int width = form.keysWidth();
        float[] array = Memory.floats(memory, Memory.length((long) rows.batch * rows.time * width, "queries"));
        call.query.set(array, rows.compact(Memory.ints(memory, rows.batch), width), form.keyWidth(), width);
        LinearTask.forward(workspace, kernels, queryLayer, rows, rows.rows, call.query);
    }

    /** Attention and output projection. */
    private void finish(
            AttentionCall call,
            TrueRows rows,
            Tensor out,
            Workspace workspace,
            @Nullable Scratch memory,
            @Nullable AttentionRecording recording) {
        Scratch scratch = workspace.scratch();
        float[] array = out.writable(scratch);
        int width = form.valuesWidth();
        int[] padded = rows.padded(scratch.ints(rows.batch), out.offset(), spec.outputWidth());
        call.outPadded = outLayer == null && recording == null;
        if (call.outPadded) {
            call.out.set(array, padded, form.valueWidth(), width);
            call.forward(workspace);
        } else {
            int size = Memory.length((long) rows.batch * rows.time * width, "outputs of heads");
            float[] heads = Memory.floats(memory, size);
            call.out.set(heads, rows.compact(Memory.ints(memory, rows.batch), width), form.valueWidth(), width);
            call.forward(workspace);
            HeadRows target = scratch.object(HeadRows.class, HeadRows::new);
            target.set(array, padded, 0, spec.outputWidth());
            if (outLayer == null) {
                rows.copy(call.out, target, width);
            } else {
                LinearTask.forward(workspace, kernels, outLayer, rows, call.out, target);
            }
            rows.clearPadding(array, out.offset(), spec.outputWidth());
        }
        out.commit(array);
    }
}
