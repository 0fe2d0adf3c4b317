package org.attention4j.core;

import java.util.Objects;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.PreparedContext;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * Attention between {@link HeadProjections}: what self-attention and multi-head attention share. Beside the passes of every attention with layers
 * it reads a context once for many calls, and counts pairs.
 */
abstract class ProjectedAttention extends AttentionMixer<ProjectedPass> {
    final AttentionForm form;
    final AttentionVariant variant;
    final HeadProjections projections;

    ProjectedAttention(
            MixerSpec spec,
            AttentionForm form,
            AttentionVariant variant,
            @Nullable RotaryEmbedding rotary,
            Kernels kernels,
            NamedTensors parameters) {
        this(spec, form, variant, kernels, parameters, projections(spec, form, variant, rotary, kernels, parameters));
    }

    private ProjectedAttention(
            MixerSpec spec,
            AttentionForm form,
            AttentionVariant variant,
            Kernels kernels,
            NamedTensors parameters,
            HeadProjections projections) {
        super(spec, kernels, parameters, projections, form.keyShape());
        this.form = form;
        this.variant = variant;
        this.projections = projections;
    }

    private static HeadProjections projections(
            MixerSpec spec,
            AttentionForm form,
            AttentionVariant variant,
            @Nullable RotaryEmbedding rotary,
            Kernels kernels,
            NamedTensors parameters) {
        Objects.requireNonNull(variant, "variant");
        Objects.requireNonNull(kernels, "kernels");
        CacheOptions.check(spec.config(), variant);
        return new HeadProjections(
                form,
                MaskOptions.masked(variant, spec.config()),
                ScoreOptions.rules(spec.config(), form.keyWidth(), form.heads(), parameters),
                rotary,
                kernels,
                parameters,
                spec.causal());
    }

    @Override
    final void checkOwnContext(Sequences in) {
        Doors.checkSource("context (the input itself)", in, in, form.keyInWidth());
        Doors.checkSource("context (the input itself)", in, in, form.valueInWidth());
    }

    @Override
    final void addGradients(
            AttentionRecording<ProjectedPass> recording,
            Tensor dOut,
            AttentionGradients gradients,
            Workspace workspace) {
        ProjectedBackward.run(this, recording.pass(), dOut, gradients, workspace);
    }

    @Override
    public final PreparedContext prepare(Sequences context, Workspace workspace) {
        spec.checkContext(context);
        for (int b = 0; b < context.batch(); b++) {
            checkPositions(0, context.length(b));
        }
        int mark = workspace.begin();
        try {
            ProjectedPass pass = projections.newPass();
            pass.rows(context, context, context);
            projections.keys(pass, workspace);
            KeyValues keyValues = (KeyValues) pass.call.keyValues;
            return new ProjectedContext(this, keyValues, pass.keyRows.time, pass.keyRows.lengths);
        } finally {
            workspace.end(mark);
        }
    }

    @Override
    public final void forward(Sequences in, PreparedContext context, Tensor out, Workspace workspace) {
        ProjectedContext own = Doors.checkContext(this, in, context);
        spec.check(in, out);
        for (int b = 0; b < in.batch(); b++) {
            checkPositions(Math.min(0, own.lengths()[b] - in.length(b)), own.lengths()[b]);
        }
        int mark = workspace.begin();
        try {
            ProjectedPass pass = projections.borrowedPass(workspace.scratch());
            pass.queryRows = TrueRows.of(pass.memory, in);
            pass.call.attendTo(own.keyValues(), own.time(), own.lengths(), form.extraKeys());
            projections.queries(pass, ScoreTerms.none(), workspace);
            projections.finish(pass, out, workspace);
        } finally {
            workspace.end(mark);
        }
    }

    /** Counts pairs; arguments have been checked. */
    final PairCount count(Sequences in, Sequences keys, ScoreTerms terms, Workspace workspace) {
        int mark = workspace.begin();
        try {
            ProjectedPass pass = projections.borrowedPass(workspace.scratch());
            pass.rows(in, keys, keys);
            pass.call.attendTo(new KeyValues(), pass.keyRows.time, pass.keyRows.lengths, form.extraKeys());
            projections.calls.describe(pass, terms);
            return pass.call.pairs(workspace);
        } finally {
            workspace.end(mark);
        }
    }
}
