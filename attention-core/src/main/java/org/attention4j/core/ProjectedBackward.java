package org.attention4j.core;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Scratch;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Linear;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of a projected attention, from the output back: output projection, attention, input projections. Sums over positions run
 * over true rows in order, sequence after sequence.
 */
final class ProjectedBackward {
    private final ProjectedAttention mixer;
    private final ProjectedPass pass;
    private final AttentionForm form;
    private final AttentionCall call;
    private final AttentionGradients gradients;
    private final Workspace workspace;
    private final Scratch scratch;
    private final LayerGradients layers;

    private ProjectedBackward(
            ProjectedAttention mixer, ProjectedPass pass, AttentionGradients gradients, Workspace workspace) {
        this.mixer = mixer;
        this.pass = pass;
        this.form = mixer.form;
        this.call = pass.call;
        this.gradients = gradients;
        this.workspace = workspace;
        this.scratch = workspace.scratch();
        this.layers = new LayerGradients(mixer.kernels, gradients.parameters(), workspace);
    }

    /** Adds the gradients; arguments have been checked. */
    static void run(
            ProjectedAttention mixer,
            ProjectedPass pass,
            Tensor dOut,
            AttentionGradients gradients,
            Workspace workspace) {
        int mark = workspace.begin();
        try {
            new ProjectedBackward(mixer, pass, gradients, workspace).run(dOut);
        } finally {
            workspace.end(mark);
        }
    }

    private void run(Tensor dOut) {
        TrueRows queries = pass.queryRows;
        TrueRows keys = pass.keyRows;
        int stored = keys.time + form.extraKeys();
        HeadRows dHeads = outProjection(dOut);
        HeadRows dQuery = zeros(queries.batch, queries.time, form.queriesWidth(), form.keyWidth());
        queries.compact(dQuery.start, form.queriesWidth());
        HeadRows dKey = zeros(queries.batch, stored, form.keysWidth(), form.keyWidth());
        HeadRows dValue = zeros(queries.batch, stored, form.valuesWidth(), form.valueWidth());
        attention(dHeads, dQuery, dKey, dValue);
        extraKeys(AttentionForm.BIAS_KEY, dKey, form.keysWidth());
        extraKeys(AttentionForm.BIAS_VALUE, dValue, form.valuesWidth());
        HeadRows.skip(dKey, queries.batch, form.extraKeys());
        HeadRows.skip(dValue, queries.batch, form.extraKeys());
        chains(queries, dQuery, keys, dKey, dValue);
        projection(AttentionForm.Part.QUERY, queries, dQuery, gradients.query());
        projection(AttentionForm.Part.KEY, keys, dKey, gradients.key());
        projection(AttentionForm.Part.VALUE, Objects.requireNonNull(pass.valueRows), dValue, gradients.value());
    }

    /** Zeros [B, time, width]. */
    private HeadRows zeros(int batch, int time, int width, int headWidth) {
        int size = Memory.length((long) batch * time * width, "gradients");
        float[] array = scratch.floats(size);
        Arrays.fill(array, 0, size, 0f);
        HeadRows rows = new HeadRows();
        rows.set(array, HeadRows.starts(scratch.ints(batch), batch, 0, time * width), headWidth, width);
        return rows;
    }

    /** Back through the output projection, if there is one: the gradient of the heads' outputs. */
    private HeadRows outProjection(Tensor dOut) {
        TrueRows rows = pass.queryRows;
        int width = form.outputWidth();
        HeadRows given = new HeadRows();
        int[] starts = rows.padded(scratch.ints(rows.batch), dOut.offset(), width);
        given.set(dOut.readable(scratch), starts, form.valueWidth(), width);
        Linear layer = mixer.projections.outLayer;
        HeadGate gate = mixer.projections.gate;
        if (layer == null && gate == null) {
            return given;
        }
        HeadRows dHeads = zeros(rows.batch, rows.time, form.headsWidth(), form.valueWidth());
        rows.compact(dHeads.start, form.headsWidth());
        if (layer == null) {
            rows.copy(given, dHeads, form.headsWidth());
        } else {
            LinearTask.inputGradient(workspace, mixer.kernels, layer, rows, given, dHeads);
            HeadRows in = gate == null ? call.out : pass.gated;
            layers.add(layer, AttentionForm.OUT_WEIGHT, 0, AttentionForm.OUT_BIAS, 0, rows, given, in);
        }
        if (gate != null) {
            HeadRows dGates = gate.backward(mixer.kernels, rows, pass.gates, call.out, dHeads, scratch);
            layers.add(gate.layer, HeadGate.WEIGHT, 0, HeadGate.BIAS, 0, rows, dGates, rows.rows);
            layers.addInput(gate.layer, rows, dGates, gradients.query());
        }
        return dHeads;
    }

    /** Back through limits, norms and turns of queries, keys and values. */
    private void chains(TrueRows queries, HeadRows dQuery, TrueRows keys, HeadRows dKey, HeadRows dValue) {
        int[] first = scratch.ints(queries.batch);
        for (int b = 0; b < queries.batch; b++) {
            first[b] = call.position(b, 0);
        }
        HeadProjections own = mixer.projections;
        NamedTensors wanted = gradients.parameters();
        own.queryChain.backward(mixer.kernels, queries, dQuery, pass.rawQuery, first, wanted, scratch);
        Arrays.fill(first, 0, queries.batch, 0);
        own.keyChain.backward(mixer.kernels, keys, dKey, pass.rawKey, first, wanted, scratch);
        if (own.layer(AttentionForm.Part.VALUE) != null) {
            TrueRows values = Objects.requireNonNull(pass.valueRows);
            own.valueChain.backward(mixer.kernels, values, dValue, pass.rawValue, first, wanted, scratch);
        }
    }

    private void attention(HeadRows dHeads, HeadRows dQuery, HeadRows dKey, HeadRows dValue) {
        BackwardArrays arrays = new BackwardArrays();
        arrays.dOut.set(dHeads.array, dHeads.start, dHeads.headStride, dHeads.rowStride);
        arrays.dQuery = dQuery;
        arrays.dKey = dKey;
        arrays.dValue = dValue;
        arrays.dWeights(gradients.weightCotangent(), scratch);
        float[] dBias = arrays.dBias(gradients.bias(), scratch);
        arrays.wantRules(gradients.parameters(), call, scratch);
        VariantGradients variant =
                mixer.variant.parameters().isEmpty() ? null : new VariantGradients(mixer.variant, call, scratch);
        arrays.variant = variant;
        call.backward(workspace, arrays);
        if (gradients.bias() != null) {
            gradients.bias().commit(dBias);
        }
        arrays.addRules(gradients.parameters(), call, scratch);
        if (variant != null) {
            variant.add(call.kernels, gradients.parameters(), scratch);
        }
    }

    /** The gradient of the learned key or value: its row in every sequence. */
    private void extraKeys(String name, HeadRows rows, int width) {
        if (!form.biasKeyValue() || !gradients.parameters().contains(name)) {
            return;
        }
        Tensor gradient = gradients.parameters().get(name);
        float[] sum = gradient.readable(scratch);
        for (int b = 0; b < call.batch; b++) {
            mixer.kernels.add(rows.array, rows.at(b, 0, 0), sum, gradient.offset(), width);
        }
        gradient.commit(sum);
    }

    /** Back through one input projection: gradients of its parameters and of what it projected. */
    private void projection(AttentionForm.Part part, TrueRows rows, HeadRows dRows, @Nullable Tensor dIn) {
        Linear layer = mixer.projections.layer(part);
        if (layer == null) {
            if (dIn != null) {
                addRows(rows, dRows, dIn);
            }
            return;
        }
        layers.add(
                layer,
                form.weightName(part),
                form.weightOffset(part),
                AttentionForm.IN_BIAS,
                form.firstRow(part),
                rows,
                dRows,
                rows.rows);
        layers.addInput(layer, rows, dRows, dIn);
    }

    /** The gradient of what is taken as it is. */
    private void addRows(TrueRows rows, HeadRows dRows, Tensor dIn) {
        float[] sum = dIn.readable(scratch);
        int[] starts = rows.padded(scratch.ints(rows.batch), dIn.offset(), rows.width);
        for (int b = 0; b < rows.batch; b++) {
            mixer.kernels.add(dRows.array, dRows.start[b], sum, starts[b], rows.lengths[b] * rows.width);
        }
        dIn.commit(sum);
    }
}
