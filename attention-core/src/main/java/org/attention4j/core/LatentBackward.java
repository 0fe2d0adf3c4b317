package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Scratch;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.Linear;
import org.jspecify.annotations.Nullable;

/** The gradients of a latent attention, from the output back. Sums over positions run over true rows in order, sequence after sequence. */
final class LatentBackward {
    private final LatentPass pass;
    private final LatentLayers layers;
    private final LatentForm form;
    private final Kernels kernels;
    private final AttentionCall call;
    private final Workspace workspace;
    private final Scratch scratch;
    private final NamedTensors wanted;
    private final LayerGradients gradients;

    private LatentBackward(LatentAttention mixer, LatentPass pass, NamedTensors wanted, Workspace workspace) {
        this.pass = pass;
        this.layers = mixer.layers;
        this.form = layers.form;
        this.kernels = mixer.kernels;
        this.call = pass.call;
        this.workspace = workspace;
        this.scratch = workspace.scratch();
        this.wanted = wanted;
        this.gradients = new LayerGradients(kernels, wanted, workspace);
    }

    /** Adds the gradients; arguments have been checked. */
    static void run(
            LatentAttention mixer, LatentPass pass, Tensor dOut, AttentionGradients gradients, Workspace workspace) {
        int mark = workspace.begin();
        try {
            new LatentBackward(mixer, pass, gradients.parameters(), workspace)
                    .run(dOut, gradients.query(), gradients.key());
        } finally {
            workspace.end(mark);
        }
    }

    private void run(Tensor dOut, @Nullable Tensor dIn, @Nullable Tensor dKeys) {
        TrueRows queries = pass.queryRows;
        TrueRows keys = pass.keyRows;
        BackwardArrays arrays = new BackwardArrays();
        HeadRows dLatent = heads(dOut);
        arrays.dOut.set(dLatent.array, dLatent.start, dLatent.headStride, dLatent.rowStride);
        HeadRows dQuery = zeros(queries, form.heads() * form.rowWidth(), form.rowWidth());
        HeadRows dKey = zeros(keys, form.rowWidth(), form.rowWidth());
        HeadRows dValue = zeros(keys, form.latent(), form.latent());
        arrays.dQuery = dQuery;
        arrays.dKey = dKey;
        arrays.dValue = dValue;
        arrays.wantRules(wanted, call, scratch);
        call.backward(workspace, arrays);
        arrays.addRules(wanted, call, scratch);
        queries(dQuery, dIn);
        for (int i = 0; i < keys.total; i++) {
            kernels.add(dValue.array, i * form.latent(), dKey.array, i * form.rowWidth(), form.latent());
        }
        keys(dKey, dKeys);
    }

    /** Zeros for true rows. */
    private HeadRows zeros(TrueRows of, int width, int headWidth) {
        HeadRows rows = LatentLayers.rows(of, width, new HeadRows(), scratch);
        rows.headStride = headWidth;
        Arrays.fill(rows.array, 0, of.total * width, 0f);
        return rows;
    }

    /** Back through the output projection and the heads' maps from the latent. */
    private HeadRows heads(Tensor dOut) {
        TrueRows rows = pass.queryRows;
        HeadRows given = new HeadRows();
        int[] starts = rows.padded(scratch.ints(rows.batch), dOut.offset(), form.width());
        given.set(dOut.readable(scratch), starts, 0, form.width());
        HeadRows dHeads = zeros(rows, form.heads() * form.valueWidth(), form.valueWidth());
        LinearTask.inputGradient(workspace, kernels, layers.out, rows, given, dHeads);
        gradients.add(layers.out, LatentForm.OUT, 0, LatentForm.NO_BIAS, 0, rows, given, pass.heads);
        HeadRows dLatent = zeros(rows, form.heads() * form.latent(), form.latent());
        for (int h = 0; h < form.heads(); h++) {
            Linear up = layers.valueUp[h];
            HeadRows own = dHeads.from(h * form.valueWidth(), rows.batch, scratch);
            HeadRows latent = dLatent.from(h * form.latent(), rows.batch, scratch);
            LinearTask.inputGradient(workspace, kernels, up, rows, own, latent);
            HeadRows mean = call.out.from(h * form.latent(), rows.batch, scratch);
            gradients.add(up, LatentForm.UP, form.valueUp(h), LatentForm.NO_BIAS, 0, rows, own, mean);
        }
        return dLatent;
    }

    private void queries(HeadRows dQuery, @Nullable Tensor dIn) {
        TrueRows rows = pass.queryRows;
        int[] first = scratch.ints(rows.batch);
        for (int b = 0; b < rows.batch; b++) {
            first[b] = call.position(b, 0);
        }
        HeadRows turned = dQuery.from(form.latent(), rows.batch, scratch);
        layers.queryTurn.backward(kernels, rows, turned, turned, first, wanted, scratch);
        HeadRows d = zeros(rows, form.heads() * form.queryWidth(), form.queryWidth());
        for (int h = 0; h < form.heads(); h++) {
            Linear up = layers.keyUp[h];
            HeadRows latent = dQuery.from(h * form.rowWidth(), rows.batch, scratch);
            HeadRows own = d.from(h * form.queryWidth(), rows.batch, scratch);
            LinearTask.forward(workspace, kernels, up, rows, latent, own);
            HeadRows query = pass.queries.from(h * form.queryWidth(), rows.batch, scratch);
            gradients.add(up, LatentForm.UP, form.keyUp(h), LatentForm.NO_BIAS, 0, rows, query, latent);
            for (int i = 0; i < rows.total; i++) {
                int from = i * dQuery.rowStride + h * form.rowWidth() + form.latent();
                int to = i * d.rowStride + h * form.queryWidth() + form.keyWidth();
                System.arraycopy(dQuery.array, from, d.array, to, form.rotaryWidth());
            }
        }
        Linear queryDown = layers.queryDown;
        HeadRows in = queryDown == null ? rows.rows : pass.queryLatent;
        gradients.add(layers.query, form.queryName(), 0, LatentForm.NO_BIAS, 0, rows, d, in);
        if (queryDown == null) {
            gradients.addInput(layers.query, rows, d, dIn);
            return;
        }
        HeadRows dLatent = zeros(rows, form.queryLatent(), form.queryLatent());
        LinearTask.inputGradient(workspace, kernels, layers.query, rows, d, dLatent);
        layers.queryNorm.backward(kernels, rows, dLatent, pass.rawQueryLatent, first, wanted, scratch);
        gradients.add(queryDown, LatentForm.QUERY_DOWN, 0, LatentForm.NO_BIAS, 0, rows, dLatent, rows.rows);
        gradients.addInput(queryDown, rows, dLatent, dIn);
    }

    private void keys(HeadRows d, @Nullable Tensor dKeys) {
        TrueRows rows = pass.keyRows;
        int[] first = scratch.ints(rows.batch);
        Arrays.fill(first, 0, rows.batch, 0);
        HeadRows turned = d.from(form.latent(), rows.batch, scratch);
        layers.turn.backward(kernels, rows, turned, turned, first, wanted, scratch);
        layers.norm.backward(kernels, rows, d, pass.rawRows, first, wanted, scratch);
        gradients.add(layers.down, LatentForm.DOWN, 0, LatentForm.NO_BIAS, 0, rows, d, rows.rows);
        gradients.addInput(layers.down, rows, d, dKeys);
    }
}
