package org.attention4j.core;

import java.util.Set;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.kernels.Kernels;

/**
 * One head of attention without an output projection (Vaswani et al. 2017, equation 1): y = softmax(QKᵀ/√E) V with Q = x W_Qᵀ + b_Q, and K
 * and V likewise from x or from a context of the same width.
 *
 * <p>Parameters: {@code q_proj_weight [E, D]}, {@code k_proj_weight [E, D]}, {@code v_proj_weight [D', D]}, and with {@code bias} {@code
 * in_proj_bias [2E + D']}. A row with nothing to attend to is 0.
 *
 * <p>Memory grows with T + S, not with T · S, except for {@link #weights weights}. Immutable; safe for any number of threads.
 */
public final class SelfAttention extends ProjectedAttention {
    /** E, the width of queries and keys. */
    public static final Option<Integer> KEY_WIDTH =
            Option.integer("key-width", 1, 1 << 20, MixerConfig::width, "width", "Width of queries and keys.");

    /** D', the width of values and of the output. */
    public static final Option<Integer> VALUE_WIDTH = Option.integer(
            "value-width", 1, 1 << 20, MixerConfig::width, "width", "Width of values, and of the output.");

    /** Whether a position sees only itself and earlier ones. */
    public static final Option<Boolean> CAUSAL = MultiHeadAttention.CAUSAL;

    /** Whether projections add a bias. */
    public static final Option<Boolean> BIAS = Option.flag("bias", false, "Whether projections add a bias.");

    static final MixerKind KIND = new MixerKind(
            "self-attention",
            MixerFamily.SOFTMAX_ATTENTION,
            "Self-attention: one head, every position takes from those that it attends to.",
            OptionSchema.of(KEY_WIDTH, VALUE_WIDTH, CAUSAL, BIAS),
            Set.of(Capability.INCREMENTAL, Capability.DIFFERENTIABLE, Capability.ATTENTIVE, Capability.CONTEXTUAL));

    private SelfAttention(MixerSpec spec, AttentionVariant variant, Kernels kernels, ParameterSource parameters) {
        super(spec, form(spec.config()), variant, null, kernels, spec.newParameters(parameters));
    }

    /**
     * Builds a mixer.
     *
     * @param config width and options
     * @param parameters fills every parameter
     * @return the mixer
     * @throws BadConfigurationException if an option is unknown, ill-typed or out of range
     */
    public static SelfAttention of(MixerConfig config, ParameterSource parameters) {
        return new SelfAttention(specOf(config), AttentionVariant.softmax(), Kernels.preferred(), parameters);
    }

    private static AttentionForm form(MixerConfig config) {
        int keyWidth = config.get(KEY_WIDTH);
        return AttentionForm.oneHead(keyWidth, config.get(VALUE_WIDTH), config.width(), config.get(BIAS));
    }

    static MixerSpec specOf(MixerConfig config) {
        return specOf(config, AttentionVariant.softmax());
    }

    private static MixerSpec specOf(MixerConfig config, AttentionVariant variant) {
        MixerSpec.Builder spec = MixerSpec.of(KIND, config);
        AttentionForm form = form(spec.config());
        boolean causal = spec.config().get(CAUSAL);
        if (!causal) {
            spec.refuse(Capability.INCREMENTAL, "needs causal=true, was false");
        }
        form.declare(spec);
        return spec.headWidth(form.keyWidth())
                .smooth(variant.smooth())
                .weightSum(variant.weightSum())
                .outputWidth(form.outputWidth())
                .causal(causal)
                .build();
    }

    @Override
    public SelfAttention withParameters(ParameterSource source) {
        return new SelfAttention(spec, variant, kernels, source);
    }

    /**
     * The same with a variant inside: other scores, a mask, or other weights.
     *
     * @param other the variant, without parameters
     * @return a new mixer
     * @throws BadConfigurationException if it has parameters
     */
    public SelfAttention withVariant(AttentionVariant other) {
        VariantParameters.check(other, parameters);
        return new SelfAttention(specOf(spec.config(), other), other, kernels, ParameterSource.of(parameters));
    }

    /**
     * The same on other kernels, with the same bits.
     *
     * @param other the kernels
     * @return a new mixer
     */
    public SelfAttention withKernels(Kernels other) {
        return new SelfAttention(spec, variant, other, ParameterSource.of(parameters));
    }
}
