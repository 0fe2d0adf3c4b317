package org.attention4j.core;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Set;
import org.attention4j.api.Attentive;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.Contextual;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnsupportedCapabilityException;
import org.attention4j.api.WeightSum;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.kernels.Kernels;

/**
 * Multi-head latent attention (DeepSeek-V2, DeepSeek-AI 2024, section 2.1): keys and values of all heads are made of one latent of a
 * position, c = norm(W_c x) of width L, and one turned key, k = turn(W_k x) of width R, stands beside them for the positions. Head h has
 * the score (q_hᵀ U_h c + r_hᵀ k) / √(E + R) with [q_h ; r] = W_q x, r turned, and gives V_h Σ p c; y = W_O [head_1 … head_H]. With {@code
 * query-latent-width}, W_q x is W_q norm(W_a x). Norms are RMS norms with weights.
 *
 * <p>Nothing of a position is kept but its row [c ; k]: L + R floats, whatever the number of heads. U_h and V_h are applied to queries
 * and to means of latents, never to keys and values ("absorbed", section 2.1.2): a step costs O(H S (2L + R)) for S positions, and
 * a whole sequence has the same order of sums and so the same bits, at O(H T S (2L + R)) instead of (2E + R + E').
 *
 * <p>Parameters have the names and shapes of the model's files: {@code q_a_proj.weight}, {@code q_a_layernorm.weight} and {@code
 * q_b_proj.weight [H (E + R), L_q]}, or {@code q_proj.weight [H (E + R), D]}; {@code kv_a_proj_with_mqa.weight [L + R, D]}, {@code
 * kv_a_layernorm.weight [L]}, {@code kv_b_proj.weight [H (E + E'), L]}, U_h then V_h head after head; {@code o_proj.weight [D, H E']}.
 *
 * <p>Masks and scores have the options of {@link MultiHeadAttention}, in the same order: scale → soft-cap → position bias → mask → softmax, with
 * or without a sink → dropout, which recordings alone have.
 *
 * <p>States have the layouts of {@link MultiHeadAttention}'s: one array, a ring for windows and chunks, or pages; rows of floats or of 16 bits. Those of
 * 8 bits are refused, as the latent and the turned key of a row would share one scale.
 *
 * <p>A row with nothing to attend to is 0. Immutable; safe for any number of threads.
 */
public final class LatentAttention implements Incremental, Differentiable, Attentive, Contextual {
    static final MixerKind KIND = new MixerKind(
            "latent-attention",
            MixerFamily.OTHER,
            "Multi-head latent attention: keys and values of all heads come from one narrow row, which is all that is kept.",
            LatentOptions.SCHEMA,
            Set.of(Capability.INCREMENTAL, Capability.DIFFERENTIABLE, Capability.ATTENTIVE, Capability.CONTEXTUAL));

    final LatentLayers layers;
    final Kernels kernels;
    private final MixerSpec spec;
    private final NamedTensors parameters;
    private final LatentPass pass;
    private final CacheForm cache;

    private LatentAttention(MixerSpec spec, Kernels kernels, ParameterSource source) {
        this.spec = spec;
        this.kernels = kernels;
        parameters = spec.newParameters(source);
        MixerConfig config = spec.config();
        layers = new LatentLayers(
                LatentOptions.form(config),
                MaskOptions.masked(AttentionVariant.softmax(), config),
                LatentOptions.rotary(config),
                ScoreOptions.rules(
                        config,
                        LatentOptions.form(config).queryWidth(),
                        LatentOptions.form(config).heads(),
                        parameters),
                spec.causal(),
                kernels,
                parameters);
        pass = new LatentPass(layers, kernels);
        cache = CacheOptions.form(config);
    }

    /**
     * Builds a mixer.
     *
     * @param config width and options
     * @param parameters fills every parameter
     * @return the mixer
     * @throws BadConfigurationException if an option is unknown, ill-typed, out of range or contradicts another
     */
    public static LatentAttention of(MixerConfig config, ParameterSource parameters) {
        return new LatentAttention(specOf(config), Kernels.preferred(), parameters);
    }

    static MixerSpec specOf(MixerConfig config) {
        MixerSpec.Builder spec = MixerSpec.of(KIND, config);
        LatentOptions.check(spec.config());
        boolean causal = spec.config().get(MultiHeadAttention.CAUSAL);
        if (!causal) {
            spec.refuse(Capability.INCREMENTAL, "needs causal=true, was false");
        }
        MaskOptions.declare(spec, causal);
        LatentForm form = LatentOptions.form(spec.config());
        form.declare(spec);
        ScoreOptions.declare(spec, form.heads());
        CacheOptions.declare(spec, causal);
        return spec.heads(form.heads())
                .weightSum(ScoreOptions.leaks(spec.config()) ? WeightSum.AT_MOST_ONE : WeightSum.ONE)
                .causal(MaskOptions.causal(causal, spec.config()))
                .build();
    }

    @Override
    public LatentAttention withParameters(ParameterSource source) {
        return new LatentAttention(spec, kernels, source);
    }

    /**
     * The same on other kernels, with the same bits.
     *
     * @param other the kernels
     * @return a new mixer
     */
    public LatentAttention withKernels(Kernels other) {
        return new LatentAttention(spec, other, ParameterSource.of(parameters));
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
        pass.mix(in, in, out, workspace, null);
    }

    @Override
    public void forward(Sequences in, Sequences context, Tensor out, Workspace workspace) {
        spec.check(in, context, out);
        pass.mix(in, context, out, workspace, null);
    }

    @Override
    public Recording record(Sequences in, Tensor out, Workspace workspace) {
        spec.check(in, out);
        LatentRecording recording = new LatentRecording(this, in, in);
        pass.mix(in, in, out, workspace, recording);
        return recording;
    }

    @Override
    public Recording record(Sequences in, Sequences context, Tensor out, Workspace workspace) {
        spec.check(in, context, out);
        LatentRecording recording = new LatentRecording(this, in, context);
        pass.mix(in, context, out, workspace, recording);
        return recording;
    }

    @Override
    public void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        LatentRecording own = recording.require(this, LatentRecording.class);
        spec.check(this, own, own.query, dOut, gradients);
        if (gradients.initial().isPresent()) {
            throw spec.refusal(Capability.RECURRENT);
        }
        Tensor dContext = gradients.context().orElse(null);
        if (dContext != null && !own.contextual()) {
            throw new UnsupportedCapabilityException(
                    spec.kind().id(), Capability.CONTEXTUAL, "this recording is of one sequence, without a context");
        }
        if (dContext != null) {
            MixerSpec.check(
                    "gradient of the context", dContext, own.key.tensor().shape());
        }
        LatentBackward.run(own, dOut, gradients, workspace);
    }

    @Override
    public void weights(Sequences in, Tensor weights, Workspace workspace) {
        spec.checkWeights(in, in.time(), weights);
        pass.weigh(in, in, weights, workspace);
    }

    @Override
    public void weights(Sequences in, Sequences context, Tensor weights, Workspace workspace) {
        spec.checkWeights(in, context.time(), weights);
        Doors.checkSource("context", in, context, layers.form.width());
        pass.weigh(in, context, weights, workspace);
    }

    @Override
    public void weights(Sequences chunk, MixerState state, Tensor weights, Workspace workspace) {
        spec.require(Capability.INCREMENTAL);
        pass.stepWeights(chunk, Doors.checkState(spec, chunk, state, weights), weights, workspace);
    }

    @Override
    public MixerState newState(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return AttentionCache.create(spec, cache, layers.form.keyShape(), batch, capacity);
    }

    @Override
    public long stateBytes(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return AttentionCache.bytes(cache, layers.form.keyShape(), batch, capacity);
    }

    @Override
    public MixerState loadState(ReadableByteChannel channel) throws IOException {
        spec.require(Capability.INCREMENTAL);
        return AttentionCache.load(channel, spec, cache, layers.form.keyShape());
    }

    @Override
    public void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
        spec.check(chunk, state, out);
        AttentionCache own = state.require(AttentionCache.class);
        pass.step(chunk, own, out, workspace);
    }
}
