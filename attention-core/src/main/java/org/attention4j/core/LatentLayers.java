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

/**
 * The layers of a latent attention. Queries are taken to the latent, q̃_h = [U_hᵀ q_h ; turned r_h], and attend to the rows [c ; turned
 * k_R] themselves; what a head gets is a mean of latents, which V_h takes to its output. So no keys and values of heads are ever made.
 */
final class LatentLayers implements AttentionLayers<LatentPass> {
    final LatentForm form;
    final @Nullable Linear queryDown;
    final Linear query;
    final Linear down;
    /** U_h [E, L] and V_h [E', L] of each head. */
    final Linear[] keyUp;

    final Linear[] valueUp;
    final Linear out;
    final HeadChain queryNorm;
    final HeadChain norm;
    /** Turns the rotary parts of all heads' q̃, and of a row. */
    final HeadChain queryTurn;

    final HeadChain turn;
    private final CallForm calls;
    private final Kernels kernels;

    LatentLayers(
            LatentForm form,
            AttentionVariant variant,
            @Nullable RotaryEmbedding rotary,
            ScoreRules rules,
            boolean causal,
            Kernels kernels,
            NamedTensors parameters) {
        this.form = form;
        this.kernels = kernels;
        calls = new CallForm(
                kernels, form.heads(), form.rowWidth(), form.latent(), causal, variant, new float[0], rules);
        int latents = form.queryLatent();
        boolean two = latents > 0;
        queryDown = two ? LatentForm.layer(parameters, LatentForm.QUERY_DOWN, 0, latents, form.width()) : null;
        query = LatentForm.layer(parameters, form.queryName(), 0, form.heads() * form.queryWidth(), form.queryIn());
        down = LatentForm.layer(parameters, LatentForm.DOWN, 0, form.rowWidth(), form.width());
        keyUp = new Linear[form.heads()];
        valueUp = new Linear[form.heads()];
        for (int h = 0; h < form.heads(); h++) {
            keyUp[h] = LatentForm.layer(parameters, LatentForm.UP, form.keyUp(h), form.keyWidth(), form.latent());
            valueUp[h] = LatentForm.layer(parameters, LatentForm.UP, form.valueUp(h), form.valueWidth(), form.latent());
        }
        out = LatentForm.layer(parameters, LatentForm.OUT, 0, form.width(), form.heads() * form.valueWidth());
        queryNorm = norm(two ? LatentForm.QUERY_NORM : null, latents, parameters);
        norm = norm(LatentForm.NORM, form.latent(), parameters);
        queryTurn = new HeadChain(null, rotary, form.heads(), form.rowWidth());
        turn = new HeadChain(null, rotary, 1, form.rowWidth());
    }

    private HeadChain norm(@Nullable String name, int width, NamedTensors parameters) {
        HeadNorm rms = name == null ? null : HeadNorm.of(HeadNorm.Kind.RMS, name, form.epsilon(), parameters);
        return new HeadChain(rms, null, 1, width);
    }

    /** New rows [batch, width] without padding. */
    static HeadRows rows(TrueRows of, int width, HeadRows to, @Nullable Scratch memory) {
        float[] array = Memory.floats(memory, Memory.length((long) of.total * width, "rows"));
        to.set(array, of.compact(Memory.ints(memory, of.batch), width), width, width);
        return to;
    }

    @Override
    public LatentPass newPass() {
        return new LatentPass();
    }

    @Override
    public LatentPass borrowedPass(Scratch scratch) {
        return LatentPass.borrowed(scratch);
    }

    @Override
    public void keys(LatentPass pass, Workspace workspace) {
        TrueRows in = pass.keyRows;
        int[] first = workspace.scratch().ints(in.batch);
        Arrays.fill(first, 0, in.batch, 0);
        keyRows(pass, in, first, workspace);
        LatentRows source =
                pass.memory == null ? new LatentRows() : pass.memory.object(LatentRows.class, LatentRows::new);
        source.shape(kernels, form, in.batch, in.time);
        for (int b = 0; b < in.batch; b++) {
            source.place(b, pass.rows.array, pass.rows.at(b, 0, 0));
        }
        pass.call.attendTo(source, in.time, in.lengths, 0);
    }

    /** Rows [L + R] of keys: projected, the latent normalised, the rotary part turned by positions from {@code first} on. */
    private void keyRows(LatentPass pass, TrueRows in, int[] first, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        HeadRows to = rows(in, form.rowWidth(), pass.rows, pass.memory);
        LinearTask.forward(workspace, kernels, down, in, in.rows, to);
        if (pass.kept()) {
            pass.rawRows.set(to.array.clone(), to.start, to.headStride, to.rowStride);
        }
        for (int b = 0; b < in.batch; b++) {
            int at = to.at(b, 0, 0);
            norm.apply(kernels, to.array, at, to.rowStride, in.lengths[b], first[b], scratch);
            turn.apply(kernels, to.array, at + form.latent(), to.rowStride, in.lengths[b], first[b], scratch);
        }
    }

    @Override
    public void append(LatentPass pass, KeyValues state, int[] positions, Workspace workspace) {
        TrueRows in = pass.queryRows;
        keyRows(pass, in, positions, workspace);
        for (int b = 0; b < in.batch; b++) {
            HeadRows rows = pass.rows;
            state.putKeys(b, positions[b], in.lengths[b], rows.array, rows.at(b, 0, 0), rows.rowStride, 0);
        }
        read(pass, state);
    }

    @Override
    public void read(LatentPass pass, KeyValues state) {
        Scratch scratch = Objects.requireNonNull(pass.memory);
        CachedLatents source = scratch.object(CachedLatents.class, CachedLatents::new);
        source.set(kernels, state, form.latent());
        pass.call.keyValues = source;
    }

    /** Queries are made in the latent's terms. */
    @Override
    public void queries(LatentPass pass, ScoreTerms terms, Workspace workspace) {
        calls.describe(pass, terms);
        TrueRows in = pass.queryRows;
        HeadRows latents = in.rows;
        if (queryDown != null) {
            latents = rows(in, form.queryLatent(), pass.queryLatent, pass.memory);
            LinearTask.forward(workspace, kernels, queryDown, in, in.rows, latents);
            if (pass.kept()) {
                pass.rawQueryLatent.set(latents.array.clone(), latents.start, 0, latents.rowStride);
            }
            queryNorm.apply(kernels, latents.array, 0, latents.rowStride, in.total, 0, workspace.scratch());
        }
        HeadRows plain = rows(in, form.heads() * form.queryWidth(), pass.queries, pass.memory);
        LinearTask.forward(workspace, kernels, query, in, latents, plain);
        rows(in, form.heads() * form.rowWidth(), pass.call.query, pass.memory);
        pass.call.query.headStride = form.rowWidth();
        intoLatent(pass.call, in, plain, workspace);
    }

    /** From [E ; R] of each head to [L ; R]. */
    private void intoLatent(AttentionCall call, TrueRows in, HeadRows plain, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        HeadRows to = call.query;
        Arrays.fill(to.array, 0, in.total * to.rowStride, 0f);
        for (int h = 0; h < form.heads(); h++) {
            HeadRows own = plain.from(h * form.queryWidth(), in.batch, scratch);
            HeadRows latent = to.from(h * form.rowWidth(), in.batch, scratch);
            LinearTask.inputGradient(workspace, kernels, keyUp[h], in, own, latent); // U_hᵀ q, as a gradient is
        }
        for (int i = 0; i < in.total; i++) {
            for (int h = 0; h < form.heads(); h++) {
                int at = i * plain.rowStride + h * form.queryWidth() + form.keyWidth();
                int target = i * to.rowStride + h * form.rowWidth() + form.latent();
                System.arraycopy(plain.array, at, to.array, target, form.rotaryWidth());
            }
        }
        for (int b = 0; b < in.batch; b++) {
            int at = to.at(b, 0, 0) + form.latent();
            int first = call.position(b, 0);
            queryTurn.apply(kernels, to.array, at, to.rowStride, in.lengths[b], first, scratch);
        }
    }

    /** Attention, from the latent to the heads' outputs, and the output projection. */
    @Override
    public void finish(LatentPass pass, Tensor target, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        AttentionCall call = pass.call;
        TrueRows in = pass.queryRows;
        rows(in, form.heads() * form.latent(), call.out, pass.memory);
        call.out.headStride = form.latent();
        call.outPadded = false;
        call.forward(workspace);
        HeadRows heads = rows(in, form.heads() * form.valueWidth(), pass.heads, pass.memory);
        for (int h = 0; h < form.heads(); h++) {
            HeadRows latent = call.out.from(h * form.latent(), in.batch, scratch);
            HeadRows own = heads.from(h * form.valueWidth(), in.batch, scratch);
            LinearTask.forward(workspace, kernels, valueUp[h], in, latent, own);
        }
        float[] array = target.writable(scratch);
        HeadRows padded = scratch.object(HeadRows.class, HeadRows::new);
        padded.set(array, in.padded(scratch.ints(in.batch), target.offset(), form.width()), 0, form.width());
        LinearTask.forward(workspace, kernels, out, in, heads, padded);
        in.clearPadding(array, target.offset(), form.width());
        target.commit(array);
    }
}
