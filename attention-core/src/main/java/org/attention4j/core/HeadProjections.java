package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Scratch;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionWeighting;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.Linear;
import org.jspecify.annotations.Nullable;

/** What stands before and behind the heads of an attention: projections of queries, keys and values, and of the heads' outputs. */
final class HeadProjections {
    final @Nullable Linear outLayer;
    private final AttentionForm form;
    private final AttentionVariant variant;
    private final ScoreRules rules;
    private final Kernels kernels;
    private final boolean causal;
    /** D', of the outputs. */
    private final int outputWidth;

    private final Linear queryLayer;
    private final Linear keyLayer;
    private final Linear valueLayer;
    private final @Nullable AttentionWeighting weighting;
    /** Learned key and value, or nothing. */
    private final float[] biasKey;

    private final float[] biasValue;
    private final float[] zeros;

    HeadProjections(
            AttentionForm form,
            AttentionVariant variant,
            ScoreRules rules,
            Kernels kernels,
            NamedTensors parameters,
            boolean causal,
            int outputWidth) {
        this.form = form;
        this.variant = variant;
        this.rules = rules;
        this.kernels = kernels;
        this.causal = causal;
        this.outputWidth = outputWidth;
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

    /** Keys and values of a chunk, behind those that a cache has. */
    void append(AttentionCall call, TrueRows rows, KeyValues cached, int[] positions, Workspace workspace) {
        call.keyValues = cached;
        KeyValueTask.run(workspace, kernels, keyLayer, false, form.keyWidth(), rows, cached, positions);
        KeyValueTask.run(workspace, kernels, valueLayer, true, form.valueWidth(), rows, cached, positions);
    }

    /** Queries, keys and, unless there are no value rows, values. */
    void project(
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
                ? KeyValues.create(batch, form.keyHeads(), form.keyWidth(), form.valueWidth(), capacity)
                : KeyValues.borrow(memory, batch, form.keyHeads(), form.keyWidth(), form.valueWidth(), capacity);
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

    /** What a recording leaves out. */
    @Nullable
    WeightDropout dropout() {
        return rules.dropout();
    }

    void queries(AttentionCall call, TrueRows rows, ScoreTerms terms, @Nullable Scratch memory, Workspace workspace) {
        call.kernels = kernels;
        call.batch = rows.batch;
        call.heads = form.heads();
        call.keyWidth = form.keyWidth();
        call.valueWidth = form.valueWidth();
        call.queryTime = rows.time;
        call.queryLengths = rows.lengths;
        call.causal = causal;
        call.weighting = weighting;
        call.sinks = rules.sinks();
        call.scores.set(rules.scale(), rules.softCap(), rules.positions(), variant, terms, memory);
        int width = form.queriesWidth();
        float[] array = Memory.floats(memory, Memory.length((long) rows.batch * rows.time * width, "queries"));
        call.query.set(array, rows.compact(Memory.ints(memory, rows.batch), width), form.keyWidth(), width);
        LinearTask.forward(workspace, kernels, queryLayer, rows, rows.rows, call.query);
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
        int[] padded = rows.padded(scratch.ints(rows.batch), out.offset(), outputWidth);
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
            target.set(array, padded, 0, outputWidth);
            if (outLayer == null) {
                rows.copy(call.out, target, width);
            } else {
                LinearTask.forward(workspace, kernels, outLayer, rows, call.out, target);
            }
            rows.clearPadding(array, out.offset(), outputWidth);
        }
        out.commit(array);
    }
}
