package org.attention4j.core;

import java.util.Set;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Tensor;
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
@SuppressWarnings("exports") // what a pass holds is nobody else's affair
public final class LatentAttention extends AttentionMixer<LatentPass> {
    static final MixerKind KIND = new MixerKind(
            "latent-attention",
            MixerFamily.OTHER,
            "Multi-head latent attention: keys and values of all heads come from one narrow row, which is all that is kept.",
            LatentOptions.SCHEMA,
            Set.of(Capability.INCREMENTAL, Capability.DIFFERENTIABLE, Capability.ATTENTIVE, Capability.CONTEXTUAL));

    final LatentLayers layers;

    private LatentAttention(MixerSpec spec, Kernels kernels, NamedTensors parameters, LatentLayers layers) {
        super(spec, kernels, parameters, layers, layers.form.keyShape());
        this.layers = layers;
    }

    private static LatentAttention of(MixerSpec spec, Kernels kernels, ParameterSource source) {
        NamedTensors parameters = spec.newParameters(source);
        MixerConfig config = spec.config();
        LatentForm form = LatentOptions.form(config);
        LatentLayers layers = new LatentLayers(
                form,
                MaskOptions.masked(AttentionVariant.softmax(), config),
                LatentOptions.rotary(config),
                ScoreOptions.rules(config, form.queryWidth(), form.heads(), parameters),
                spec.causal(),
                kernels,
                parameters);
        return new LatentAttention(spec, kernels, parameters, layers);
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
        return of(specOf(config), Kernels.preferred(), parameters);
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
        return of(spec, kernels, source);
    }

    /**
     * The same on other kernels, with the same bits.
     *
     * @param other the kernels
     * @return a new mixer
     */
    public LatentAttention withKernels(Kernels other) {
        return of(spec, other, ParameterSource.of(parameters));
    }

    @Override
    void addGradients(
            AttentionRecording<LatentPass> recording, Tensor dOut, AttentionGradients gradients, Workspace workspace) {
        LatentBackward.run(this, recording.pass(), dOut, gradients, workspace);
    }
}
