package org.attention4j.core;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Scratch;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.Linear;
import org.jspecify.annotations.Nullable;

/** What stands before and behind the heads of an attention: projections of queries, keys and values, and of the heads' outputs. */
final class HeadProjections {
    final @Nullable Linear outLayer;
    final HeadChain queryChain;
    final HeadChain keyChain;
    final @Nullable HeadGate gate;
    private final AttentionForm form;
    private final AttentionVariant variant;
    private final ScoreRules rules;
    private final Kernels kernels;
    private final boolean causal;

    private final Linear queryLayer;
    private final Linear keyLayer;
    private final @Nullable Linear valueLayer;
    private final float[] variantParameters;
    /** Learned key and value, or nothing. */
    private final float[] biasKey;

    private final float[] biasValue;
    private final float[] zeros;

    HeadProjections(
            AttentionForm form,
            AttentionVariant variant,
            ScoreRules rules,
            @Nullable RotaryEmbedding rotary,
            Kernels kernels,
            NamedTensors parameters,
            boolean causal) {
        this.form = form;
        this.variant = variant;
        this.rules = rules;
        this.kernels = kernels;
        this.causal = causal;
        variantParameters = VariantParameters.values(variant, parameters);
        queryLayer = Objects.requireNonNull(form.projection(AttentionForm.Part.QUERY, parameters));
        keyLayer = Objects.requireNonNull(form.projection(AttentionForm.Part.KEY, parameters));
        valueLayer = form.projection(AttentionForm.Part.VALUE, parameters);
        outLayer = form.outLayer(parameters);
        HeadNorm queryNorm = HeadNorm.of(form.norm(), HeadNorm.QUERY, form.epsilon(), parameters);
        HeadNorm keyNorm = HeadNorm.of(form.norm(), HeadNorm.KEY, form.epsilon(), parameters);
        queryChain = new HeadChain(queryNorm, rotary, form.heads(), form.keyWidth());
        keyChain = new HeadChain(keyNorm, rotary, form.keyHeads(), form.keyWidth());
        gate = HeadGate.of(form, parameters);
        boolean extra = form.biasKeyValue();
        biasKey = extra ? parameters.get(AttentionForm.BIAS_KEY).toArray() : new float[0];
        biasValue = extra ? parameters.get(AttentionForm.BIAS_VALUE).toArray() : new float[0];
        zeros = new float[form.zeroAttention() ? Math.max(form.keysWidth(), form.valuesWidth()) : 0];
    }

    /** An input projection, if there is one. */
    @Nullable
    Linear layer(AttentionForm.Part part) {
        return switch (part) {
            case QUERY -> queryLayer;
            case KEY -> keyLayer;
            case VALUE -> valueLayer;
        };
    }

    /** Keys and values of a chunk, behind those that a cache has. */
    void append(AttentionCall call, TrueRows rows, KeyValues cached, int[] positions, Workspace workspace) {
        call.keyValues = cached;
        KeyValueTask.keys(workspace, kernels, keyLayer, keyChain, null, form, rows, cached, positions);
        KeyValueTask.values(workspace, kernels, valueLayer, form, rows, cached, positions);
    }

    /** Queries, keys and, unless there are no value rows, values. */
    void project(
            AttentionCall call,
            TrueRows queryRows,
            TrueRows keyRows,
            @Nullable TrueRows valueRows,
            ScoreTerms terms,
            @Nullable Scratch memory,
            Workspace workspace,
            @Nullable AttentionRecording recording) {
        keysAndValues(call, keyRows, valueRows, memory, workspace, recording);
        queries(call, queryRows, terms, memory, workspace, recording);
    }

    /** Keys and, unless there are no value rows, values. */
    void keysAndValues(
            AttentionCall call,
            TrueRows keyRows,
            @Nullable TrueRows valueRows,
            @Nullable Scratch memory,
            Workspace workspace,
            @Nullable AttentionRecording recording) {
        int batch = keyRows.batch;
        int extra = form.extraKeys();
        call.keyTime = keyRows.time;
        call.keyLengths = keyRows.lengths;
        call.extraKeys = extra;
        int capacity = keyRows.time + extra;
        KeyValues packed = memory == null
                ? KeyValues.create(batch, form.keyHeads(), form.keyWidth(), form.valueWidth(), capacity)
                : KeyValues.borrow(memory, batch, form.keyHeads(), form.keyWidth(), form.valueWidth(), capacity);
        call.keyValues = packed;
        int[] positions = workspace.scratch().ints(batch);
        Arrays.fill(positions, 0, batch, extra); // what is added comes first
        HeadRows raw = recording == null || !keyChain.needsInput() ? null : recording.rawKey;
        if (raw != null) {
            int width = form.keysWidth();
            float[] array = new float[Memory.length((long) batch * keyRows.time * width, "keys")];
            raw.set(array, keyRows.compact(new int[batch], width), form.keyWidth(), width);
        }
        KeyValueTask.keys(workspace, kernels, keyLayer, keyChain, raw, form, keyRows, packed, positions);
        if (valueRows != null) {
            KeyValueTask.values(workspace, kernels, valueLayer, form, valueRows, packed, positions);
        }
        for (int b = 0; b < batch && extra > 0; b++) {
            extraKeys(packed, b);
        }
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

    /** What a recording leaves out. */
    @Nullable
    WeightDropout dropout() {
        return rules.dropout();
    }

    /** Sizes and scores of a call, without its queries. */
    void describe(AttentionCall call, TrueRows rows, ScoreTerms terms, @Nullable Scratch memory) {
        call.kernels = kernels;
        call.batch = rows.batch;
        call.heads = form.heads();
        call.keyWidth = form.keyWidth();
        call.valueWidth = form.valueWidth();
        call.queryTime = rows.time;
        call.queryLengths = rows.lengths;
        call.causal = causal;
        call.variant(variant, variantParameters);
        call.sinks = rules.sinks();
        float scale = call.scoreFunction == null ? rules.scale() : 1f;
        call.scores.set(scale, rules.softCap(), rules.positions(), variant, terms, memory);
    }

    void queries(
            AttentionCall call,
            TrueRows rows,
            ScoreTerms terms,
            @Nullable Scratch memory,
            Workspace workspace,
            @Nullable AttentionRecording recording) {
        describe(call, rows, terms, memory);
        int width = form.queriesWidth();
        float[] array = Memory.floats(memory, Memory.length((long) rows.batch * rows.time * width, "queries"));
        call.query.set(array, rows.compact(Memory.ints(memory, rows.batch), width), form.keyWidth(), width);
        LinearTask.forward(workspace, kernels, queryLayer, rows, rows.rows, call.query);
        if (recording != null && queryChain.needsInput()) {
            recording.rawQuery.set(array.clone(), call.query.start, form.keyWidth(), width);
        }
        if (!queryChain.empty()) {
            HeadChainTask.run(workspace, kernels, queryChain, call, rows, width);
        }
    }

    /** Attention and output projection. */
    void finish(
            AttentionCall call,
            TrueRows rows,
            Tensor out,
            Workspace workspace,
            @Nullable Scratch memory,
            @Nullable AttentionRecording recording) {
        Scratch scratch = workspace.scratch();
        float[] array = out.writable(scratch);
        int width = form.headsWidth();
        int outputWidth = form.outputWidth();
        int[] padded = rows.padded(scratch.ints(rows.batch), out.offset(), outputWidth);
        call.outPadded = outLayer == null && gate == null && recording == null;
        if (call.outPadded) {
            call.out.set(array, padded, form.valueWidth(), width);
            call.forward(workspace);
        } else {
            int size = Memory.length((long) rows.batch * rows.time * width, "outputs of heads");
            float[] heads = Memory.floats(memory, size);
            call.out.set(heads, rows.compact(Memory.ints(memory, rows.batch), width), form.valueWidth(), width);
            call.forward(workspace);
            HeadRows target = scratch.object(HeadRows.class, HeadRows::new);
            target.set(array, padded, 0, outputWidth);
            HeadRows gated = gate == null ? call.out : gated(gate, call, rows, workspace, memory, recording);
            if (outLayer == null) {
                rows.copy(gated, target, width);
            } else {
                LinearTask.forward(workspace, kernels, outLayer, rows, gated, target);
            }
            rows.clearPadding(array, out.offset(), outputWidth);
        }
        out.commit(array);
    }

    /** The heads' outputs times their gates: in place, or in new memory where a recording needs both. */
    private HeadRows gated(
            HeadGate heads,
            AttentionCall call,
            TrueRows rows,
            Workspace workspace,
            @Nullable Scratch memory,
            @Nullable AttentionRecording recording) {
        HeadRows gates = heads.gates(workspace, kernels, rows, memory);
        HeadRows gated = call.out;
        if (recording != null) {
            gated = rows.compactRows(new float[call.out.array.length], null, form.headsWidth(), form.valueWidth());
            recording.gates = gates;
            recording.gated = gated;
        }
        heads.apply(kernels, rows, gates, call.out, gated);
        return gated;
    }
}
