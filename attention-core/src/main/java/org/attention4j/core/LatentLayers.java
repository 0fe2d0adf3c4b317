package org.attention4j.core;

import java.util.Arrays;
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
final class LatentLayers {
    private static final float[] NOTHING_LEARNED = {};

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
    private final AttentionVariant variant;
    private final Kernels kernels;
    private final boolean causal;
    private final ScoreRules rules;

    LatentLayers(
            LatentForm form,
            AttentionVariant variant,
            @Nullable RotaryEmbedding rotary,
            ScoreRules rules,
            boolean causal,
            Kernels kernels,
            NamedTensors parameters) {
        this.form = form;
        this.variant = variant;
        this.rules = rules;
        this.causal = causal;
        this.kernels = kernels;
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

    /** Rows [L + R] of keys: projected, the latent normalised, the rotary part turned by positions from {@code first} on. */
    void rows(TrueRows in, HeadRows to, @Nullable HeadRows raw, int[] first, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        LinearTask.forward(workspace, kernels, down, in, in.rows, to);
        if (raw != null) {
            raw.set(to.array.clone(), to.start, to.headStride, to.rowStride);
        }
        for (int b = 0; b < in.batch; b++) {
            int at = to.at(b, 0, 0);
            norm.apply(kernels, to.array, at, to.rowStride, in.lengths[b], first[b], scratch);
            turn.apply(kernels, to.array, at + form.latent(), to.rowStride, in.lengths[b], first[b], scratch);
        }
    }

    /** Appends rows to those of a state. */
    void append(AttentionCall call, TrueRows in, KeyValues cached, int[] positions, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        int width = form.rowWidth();
        HeadRows rows = rows(in, width, scratch.object(HeadRows.class, HeadRows::new), scratch);
        rows(in, rows, null, positions, workspace);
        for (int b = 0; b < in.batch; b++) {
            cached.putKeys(b, positions[b], in.lengths[b], rows.array, rows.at(b, 0, 0), width, 0);
        }
        kept(call, cached, scratch);
    }

    /** Lets a call read the rows of a state. */
    void kept(AttentionCall call, KeyValues cached, Scratch scratch) {
        CachedLatents source = scratch.object(CachedLatents.class, CachedLatents::new);
        source.set(kernels, cached, form.latent());
        call.keyValues = source;
    }

    /** Queries in the latent's terms, and everything else that a call needs beside its keys. */
    void queries(
            AttentionCall call,
            TrueRows in,
            @Nullable Scratch memory,
            Workspace workspace,
            @Nullable LatentRecording recording) {
        Scratch scratch = workspace.scratch();
        call.kernels = kernels;
        call.batch = in.batch;
        call.heads = form.heads();
        call.keyWidth = form.rowWidth();
        call.valueWidth = form.latent();
        call.queryTime = in.time;
        call.queryLengths = in.lengths;
        call.causal = causal;
        call.variant(variant, NOTHING_LEARNED);
        call.scores.set(rules.scale(), rules.softCap(), rules.positions(), variant, ScoreTerms.none(), memory);
        call.sinks = rules.sinks();
        call.dropout = recording == null ? null : rules.dropout();
        HeadRows latents = in.rows;
        if (queryDown != null) {
            latents = rows(in, form.queryLatent(), recording == null ? borrow(scratch) : recording.queryLatent, memory);
            LinearTask.forward(workspace, kernels, queryDown, in, in.rows, latents);
            if (recording != null) {
                recording.rawQueryLatent.set(latents.array.clone(), latents.start, 0, latents.rowStride);
            }
            queryNorm.apply(kernels, latents.array, 0, latents.rowStride, in.total, 0, scratch);
        }
        int width = form.heads() * form.queryWidth();
        HeadRows plain = rows(in, width, recording == null ? borrow(scratch) : recording.queries, memory);
        LinearTask.forward(workspace, kernels, query, in, latents, plain);
        rows(in, form.heads() * form.rowWidth(), call.query, memory);
        call.query.headStride = form.rowWidth();
        intoLatent(call, in, plain, workspace);
    }

    private static HeadRows borrow(Scratch scratch) {
        return scratch.object(HeadRows.class, HeadRows::new);
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
    void finish(
            AttentionCall call,
            TrueRows in,
            Tensor target,
            Workspace workspace,
            @Nullable Scratch memory,
            @Nullable LatentRecording recording) {
        Scratch scratch = workspace.scratch();
        rows(in, form.heads() * form.latent(), call.out, memory);
        call.out.headStride = form.latent();
        call.outPadded = false;
        call.forward(workspace);
        int width = form.heads() * form.valueWidth();
        HeadRows heads = rows(in, width, recording == null ? borrow(scratch) : recording.heads, memory);
        for (int h = 0; h < form.heads(); h++) {
            HeadRows latent = call.out.from(h * form.latent(), in.batch, scratch);
            HeadRows own = heads.from(h * form.valueWidth(), in.batch, scratch);
            LinearTask.forward(workspace, kernels, valueUp[h], in, latent, own);
        }
        float[] array = target.writable(scratch);
        HeadRows padded = borrow(scratch);
        padded.set(array, in.padded(scratch.ints(in.batch), target.offset(), form.width()), 0, form.width());
        LinearTask.forward(workspace, kernels, out, in, heads, padded);
        in.clearPadding(array, target.offset(), form.width());
        target.commit(array);
    }
}
