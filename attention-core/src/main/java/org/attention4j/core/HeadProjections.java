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
final class HeadProjections implements AttentionLayers<ProjectedPass> {
    final @Nullable Linear outLayer;
    final HeadChain queryChain;
    final HeadChain keyChain;
    final HeadChain valueChain;
    final @Nullable HeadGate gate;
    final CallForm calls;
    private final AttentionForm form;
    private final Kernels kernels;

    private final Linear queryLayer;
    private final KeyValueTask.Layer toKeys;
    private final KeyValueTask.Layer toValues;
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
        this.kernels = kernels;
        float[] learned = VariantParameters.values(variant, parameters);
        calls = new CallForm(
                kernels, form.heads(), form.keyWidth(), form.valueWidth(), causal, variant, learned, rules);
        queryLayer = Objects.requireNonNull(form.projection(AttentionForm.Part.QUERY, parameters));
        outLayer = form.outLayer(parameters);
        HeadNorm.Form norm = form.norm();
        HeadNorm queryNorm = HeadNorm.of(norm.kind(), HeadNorm.QUERY, norm.epsilon(), parameters);
        HeadNorm keyNorm = HeadNorm.of(norm.kind(), HeadNorm.KEY, norm.epsilon(), parameters);
        queryChain = new HeadChain(
                form.clip(), queryNorm, norm.turned(), rotary, form.growth(), form.heads(), form.keyWidth());
        keyChain = new HeadChain(
                form.clip(), keyNorm, norm.turned(), rotary, QueryGrowth.NONE, form.keyHeads(), form.keyWidth());
        valueChain =
                new HeadChain(form.clip(), null, false, null, QueryGrowth.NONE, form.keyHeads(), form.valueWidth());
        Linear keyLayer = form.projection(AttentionForm.Part.KEY, parameters);
        Linear valueLayer = form.projection(AttentionForm.Part.VALUE, parameters);
        HeadChain behindKeys = keyChain.empty() ? null : keyChain;
        HeadChain behindValues = valueChain.empty() ? null : valueChain;
        int extraKeys = form.extraKeys();
        toKeys = new KeyValueTask.Layer(kernels, keyLayer, behindKeys, false, form.keyWidth(), extraKeys);
        toValues = new KeyValueTask.Layer(kernels, valueLayer, behindValues, true, form.valueWidth(), extraKeys);
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
            case KEY -> toKeys.linear();
            case VALUE -> toValues.linear();
        };
    }

    @Override
    public ProjectedPass newPass() {
        return new ProjectedPass();
    }

    @Override
    public ProjectedPass borrowedPass(Scratch scratch) {
        return ProjectedPass.borrowed(scratch);
    }

    @Override
    public void append(ProjectedPass pass, KeyValues state, int[] positions, Workspace workspace) {
        read(pass, state);
        KeyValueTask.run(workspace, toKeys, pass.queryRows, state, positions, null);
        KeyValueTask.run(workspace, toValues, pass.queryRows, state, positions, null);
    }

    @Override
    public void read(ProjectedPass pass, KeyValues state) {
        pass.call.keyValues = state;
    }

    @Override
    public void keys(ProjectedPass pass, Workspace workspace) {
        TrueRows rows = pass.keyRows;
        int batch = rows.batch;
        int extra = form.extraKeys();
        KeyValues packed = packed(batch, rows.time + extra, pass.memory);
        pass.call.attendTo(packed, rows.time, rows.lengths, extra);
        int[] positions = workspace.scratch().ints(batch);
        Arrays.fill(positions, 0, batch, extra); // what is added comes first
        HeadRows raw = raw(pass, keyChain, rows, pass.rawKey, form.keyWidth(), "keys");
        KeyValueTask.run(workspace, toKeys, rows, packed, positions, raw);
        if (pass.valueRows != null) {
            HeadRows rawValues = raw(pass, valueChain, pass.valueRows, pass.rawValue, form.valueWidth(), "values");
            KeyValueTask.run(workspace, toValues, pass.valueRows, packed, positions, rawValues);
        }
        for (int b = 0; b < batch && extra > 0; b++) {
            extraKeys(packed, b);
        }
    }

    /** Room for rows before their chain, where a pass is kept and the chain's gradient needs them. */
    private @Nullable HeadRows raw(
            ProjectedPass pass, HeadChain chain, TrueRows rows, HeadRows raw, int headWidth, String what) {
        if (!pass.kept() || !chain.needsInput()) {
            return null;
        }
        int width = form.keyHeads() * headWidth;
        float[] array = new float[Memory.length((long) rows.batch * rows.time * width, what)];
        raw.set(array, rows.compact(new int[rows.batch], width), headWidth, width);
        return raw;
    }

    private KeyValues packed(int batch, int capacity, @Nullable Scratch memory) {
        int heads = form.keyHeads();
        return memory == null
                ? KeyValues.create(batch, heads, form.keyWidth(), form.valueWidth(), capacity)
                : KeyValues.borrow(memory, batch, heads, form.keyWidth(), form.valueWidth(), capacity);
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

    @Override
    public void queries(ProjectedPass pass, ScoreTerms terms, Workspace workspace) {
        calls.describe(pass, terms);
        TrueRows rows = pass.queryRows;
        HeadRows query = pass.call.query;
        int width = form.queriesWidth();
        float[] array = Memory.floats(pass.memory, Memory.length((long) rows.batch * rows.time * width, "queries"));
        query.set(array, rows.compact(Memory.ints(pass.memory, rows.batch), width), form.keyWidth(), width);
        LinearTask.forward(workspace, kernels, queryLayer, rows, rows.rows, query);
        if (pass.kept() && queryChain.needsInput()) {
            pass.rawQuery.set(array.clone(), query.start, form.keyWidth(), width);
        }
        if (!queryChain.empty()) {
            HeadChainTask.run(workspace, kernels, queryChain, pass.call, rows, width);
        }
    }

    /** Attention, gates and output projection. */
    @Override
    public void finish(ProjectedPass pass, Tensor out, Workspace workspace) {
        AttentionCall call = pass.call;
        TrueRows rows = pass.queryRows;
        Scratch scratch = workspace.scratch();
        float[] array = out.writable(scratch);
        int width = form.headsWidth();
        int outputWidth = form.outputWidth();
        int[] padded = rows.padded(scratch.ints(rows.batch), out.offset(), outputWidth);
        call.outPadded = outLayer == null && gate == null && !pass.kept();
        if (call.outPadded) {
            call.out.set(array, padded, form.valueWidth(), width);
            call.forward(workspace);
        } else {
            int size = Memory.length((long) rows.batch * rows.time * width, "outputs of heads");
            float[] heads = Memory.floats(pass.memory, size);
            int[] starts = rows.compact(Memory.ints(pass.memory, rows.batch), width);
            call.out.set(heads, starts, form.valueWidth(), width);
            call.forward(workspace);
            HeadRows target = scratch.object(HeadRows.class, HeadRows::new);
            target.set(array, padded, 0, outputWidth);
            HeadRows gated = gate == null ? call.out : gated(gate, pass, workspace);
            if (outLayer == null) {
                rows.copy(gated, target, width);
            } else {
                LinearTask.forward(workspace, kernels, outLayer, rows, gated, target);
            }
            rows.clearPadding(array, out.offset(), outputWidth);
        }
        out.commit(array);
    }

    /** The heads' outputs times their gates: in place, or in new memory where the gradient needs both. */
    private HeadRows gated(HeadGate heads, ProjectedPass pass, Workspace workspace) {
        TrueRows rows = pass.queryRows;
        HeadRows plain = pass.call.out;
        pass.gates = heads.gates(workspace, kernels, rows, pass.memory);
        pass.gated = pass.kept()
                ? rows.compactRows(new float[plain.array.length], null, form.headsWidth(), form.valueWidth())
                : plain;
        heads.apply(kernels, rows, pass.gates, plain, pass.gated);
        return pass.gated;
    }
}
