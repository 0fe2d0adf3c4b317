package org.attention4j.core;

import java.util.Set;
import java.util.stream.Stream;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionVariantProvider;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head attention (Vaswani et al. 2017, section 3.2.2): y = Concat(head_1 … head_H) W_Oᵀ + b_O with head = softmax(QKᵀ/√E) V and
 * Q = x W_Qᵀ + b_Q, and K and V likewise from x or from a context. E = D / H unless {@code head-width} is given.
 *
 * <p>Keys and values may have fewer heads, K of {@code key-value-heads} (Shazeer 2019; Ainslie et al. 2023): query head h reads key head
 * ⌊h · K / H⌋. Values may have a width of their own, E'. Projected queries, keys and values may be cut off, max(−c, min(c, x)) ({@code projection-clip}; Groeneveld
 * et al. 2024, OLMo); its gradient is 0 beyond ±c. Each head's queries and keys, or those of all heads
 * together, may have a norm with weights ({@code query-key-norm}; Henry et al. 2020) and are then turned by their positions ({@code rotary}; {@link RotaryEmbedding}), or normed behind the
 * turn ({@code query-key-norm-turned}); keys are kept turned. Queries may then grow with their position ({@code scale-growth}; Llama 4). Positions
 * count from the first key on; query i of m over n keys stands at i + (n − m), also over a context. Added keys have neither. Each head's
 * output may have a gate, sigmoid(x · w_h + b_h), or one for each of its numbers ({@code gate}, {@code gate-elementwise}; Qiu et al. 2025).
 *
 * <p>Parameters as PyTorch's {@code nn.MultiheadAttention}: {@code in_proj_weight [HE + KE + KE', D]}, rows of queries, keys and
 * values in this order, {@code in_proj_bias [HE + KE + KE']}, {@code out_proj.weight [D, HE']}, {@code out_proj.bias [D]}; {@code bias_k [1,
 * 1, KE]} and {@code bias_v [1, 1, KE']} with {@code bias-key-value}; {@code q_proj_weight [HE, D]}, {@code k_proj_weight [KE, C]}, {@code
 * v_proj_weight [KE', C']} instead of {@code in_proj_weight} where keys or values come from another width. Beside them {@code
 * q_norm.weight} and {@code k_norm.weight [E]}, with {@code .bias} where the norm is a layer norm; {@code gate.weight [H, D]} and {@code
 * gate.bias [H]}, of HE' rows with {@code gate-elementwise}; {@code sinks [H]} with {@code sink=learned} and {@code relative_attention_bias.weight [buckets, H]} with {@code position-bias=t5}. Not as PyTorch: a causal query i of m sees keys j ≤ i + (n − m); a row with nothing to attend to
 * gives {@code out_proj.bias}, as a head's output is 0 there.
 *
 * <p>A query sees a key if {@code causal and (window and chunk and dilation, or global) or prefix}: {@code window} W and {@code dilation} d,
 * at distances 0, d, … (W − 1)d (Jiang et al. 2023; Beltagy et al. 2020); {@code window-ahead}, as many after it; {@code chunk}, in the same
 * chunk (Llama 4); {@code global-tokens}, one of the two is among the first positions (Beltagy et al. 2020); {@code prefix}, the key is among
 * the first (Raffel et al. 2020), so that the mixer is not causal. Blocks of keys that no query of a task sees are not computed; {@link
 * #pairs} tells how much that is.
 *
 * <p>{@code dropout} leaves out weights in recordings, which are training, and nowhere else: forward, steps and shown weights are those
 * without it. What it leaves out follows from {@code dropout-seed}, the head, the positions and the query, so that the same recording
 * has the same bits on any number of threads and in any batch, and another after every step of training.
 *
 * <p>Memory grows with T + S, not with T · S, except for {@link #weights weights}. Immutable; safe for any number of threads.
 */
public final class MultiHeadAttention extends ProjectedAttention {
    /** H, the number of heads; it divides the width, unless {@code head-width} is given. */
    public static final Option<Integer> HEADS = HeadOptions.HEADS;

    /** Whether a position sees only itself and earlier ones. */
    public static final Option<Boolean> CAUSAL =
            Option.flag("causal", false, "Whether a position sees only itself and earlier ones.");

    /** Whether projections add a bias. */
    public static final Option<Boolean> BIAS = Option.flag("bias", true, "Whether projections add a bias.");

    /** Whether every sequence gets a learned key and value more. */
    public static final Option<Boolean> BIAS_KEY_VALUE =
            Option.flag("bias-key-value", false, "Whether every sequence gets one learned key and value more.");

    /** Whether every sequence gets a key and value of zeros. */
    public static final Option<Boolean> ZERO_ATTENTION =
            Option.flag("zero-attention", false, "Whether every sequence gets one key and value of zeros more.");

    /** C, the width of the context that keys come from; only for {@link #of}, as such a mixer cannot attend to its own input. */
    public static final Option<Integer> CONTEXT_WIDTH = Option.integer(
            "context-width",
            1,
            1 << 20,
            MixerConfig::width,
            "width",
            "Width of the context that keys are projected from.");

    /** C', the width of what values come from, if that is not the context; only for {@link #of}. */
    public static final Option<Integer> VALUE_WIDTH = Option.integer(
            "context-value-width",
            1,
            1 << 20,
            config -> config.get(CONTEXT_WIDTH),
            "context-width",
            "Width of what values are projected from.");

    /** Whether values are projected; else a head takes its numbers of the context as they are. Only for {@link #of}. */
    public static final Option<Boolean> VALUE_PROJECTION = Option.flag(
            "value-projection",
            true,
            "Whether values are projected; else each head takes its share of what values come from as it is.");

    /** Whether heads are mixed by W_O; else the output is the heads one after the other, of width HE'. Only for {@link #of}. */
    public static final Option<Boolean> OUTPUT_PROJECTION = Option.flag(
            "output-projection",
            true,
            "Whether heads are mixed by a projection; else they stand one after the other in the output.");

    static final String ID = "multi-head-attention";
    static final OptionSchema OPTIONS = HeadOptions.SCHEMA
            .and(OptionSchema.of(CAUSAL, BIAS, BIAS_KEY_VALUE, ZERO_ATTENTION))
            .and(MaskOptions.SCHEMA)
            .and(RotaryOptions.SCHEMA)
            .and(ScoreOptions.SCHEMA)
            .and(CacheOptions.SCHEMA);
    static final Set<Capability> CAPABILITIES =
            Set.of(Capability.INCREMENTAL, Capability.DIFFERENTIABLE, Capability.ATTENTIVE, Capability.CONTEXTUAL);
    static final MixerKind KIND = kind(OPTIONS);
    private static final OptionSchema CROSS_OPTIONS =
            OPTIONS.and(OptionSchema.of(CONTEXT_WIDTH, VALUE_WIDTH, VALUE_PROJECTION, OUTPUT_PROJECTION));
    private static final MixerKind CROSS_KIND = kind(CROSS_OPTIONS);

    private static MixerKind kind(OptionSchema options) {
        return new MixerKind(
                ID,
                MixerFamily.SOFTMAX_ATTENTION,
                "Multi-head attention: every position takes from those that it attends to, in several heads.",
                options,
                CAPABILITIES);
    }

    private final @Nullable RotaryEmbedding rotary;

    private MultiHeadAttention(
            MixerSpec spec,
            AttentionVariant variant,
            @Nullable RotaryEmbedding rotary,
            Kernels kernels,
            ParameterSource parameters) {
        super(spec, MultiHeadSpecs.form(spec.config()), variant, rotary, kernels, spec.newParameters(parameters));
        this.rotary = rotary;
    }

    /**
     * Builds a mixer. Beside the options of the registry's {@code multi-head-attention} it knows {@link #CONTEXT_WIDTH}, {@link
     * #VALUE_WIDTH}, {@link #VALUE_PROJECTION} and {@link #OUTPUT_PROJECTION}; a mixer with another context width refuses to attend to its
     * own input.
     *
     * @param config width and options
     * @param parameters fills every parameter
     * @return the mixer
     * @throws BadConfigurationException if an option is unknown, ill-typed, out of range or contradicts another
     */
    public static MultiHeadAttention of(MixerConfig config, ParameterSource parameters) {
        boolean cross = Stream.of(CONTEXT_WIDTH, VALUE_WIDTH, VALUE_PROJECTION, OUTPUT_PROJECTION)
                .anyMatch(option -> config.options().containsKey(option.name()));
        return of(MultiHeadSpecs.of(cross ? CROSS_KIND : KIND, config), AttentionVariant.softmax(), parameters);
    }

    /**
     * Builds a mixer with a variant inside, as the registry does under the variant's id, with the options that only {@link
     * #of(MixerConfig, ParameterSource)} knows. Attention as Bahdanau et al. 2015 have it, e_ij = vᵀ tanh(W s_i + U h_j) and c_i = Σ_j α_ij h_j,
     * is an {@link AdditiveAttention} with {@code bias}, {@code value-projection} and {@code output-projection} false.
     *
     * @param config width and options, also the variant's own
     * @param variant makes the variant
     * @param parameters fills every parameter, also those of the variant
     * @return the mixer
     * @throws BadConfigurationException if an option is unknown, ill-typed, out of range or contradicts another
     */
    public static MultiHeadAttention of(
            MixerConfig config, AttentionVariantProvider variant, ParameterSource parameters) {
        MixerKind kind = MultiHeadAttentionHost.kind(variant, CROSS_OPTIONS);
        AttentionVariant made = variant.variant(MultiHeadSpecs.of(kind, config));
        return of(MultiHeadSpecs.of(kind, config, made), made, parameters);
    }

    static MultiHeadAttention of(MixerSpec spec, AttentionVariant variant, ParameterSource parameters) {
        RotaryEmbedding rotary = RotaryOptions.embedding(spec.config());
        return new MultiHeadAttention(spec, variant, rotary, Kernels.preferred(), parameters);
    }

    @Override
    void checkPositions(long first, long end) {
        if (rotary != null) {
            rotary.checkPositions(first, end);
        }
    }

    @Override
    public MultiHeadAttention withParameters(ParameterSource source) {
        return new MultiHeadAttention(spec, variant, rotary, kernels, source);
    }

    /**
     * The same with a variant inside: other scores, a mask, or other weights.
     *
     * @param other the variant; parameters that it has must be there already
     * @return a new mixer
     * @throws BadConfigurationException if an option contradicts the variant, or there is no value for a parameter of it
     */
    public MultiHeadAttention withVariant(AttentionVariant other) {
        VariantParameters.check(other, parameters);
        return withVariant(other, ParameterSource.of(parameters));
    }

    /**
     * The same with a variant inside and other parameters.
     *
     * @param other the variant
     * @param source fills every parameter, also those of the variant
     * @return a new mixer
     * @throws BadConfigurationException if an option contradicts the variant
     */
    public MultiHeadAttention withVariant(AttentionVariant other, ParameterSource source) {
        MixerSpec changed = MultiHeadSpecs.of(spec.kind(), spec.config(), other);
        return new MultiHeadAttention(changed, other, rotary, kernels, source);
    }

    /**
     * The same on other kernels, with the same bits.
     *
     * @param other the kernels
     * @return a new mixer
     */
    public MultiHeadAttention withKernels(Kernels other) {
        return new MultiHeadAttention(spec, variant, rotary, other, ParameterSource.of(parameters));
    }

    /**
     * The same with another rotary embedding than the options describe: one of given cosines and sines, say. A saved state knows the
     * options only, so it is the caller's to load it into a mixer with the same embedding.
     *
     * @param other at most as wide as a head
     * @return a new mixer
     * @throws BadConfigurationException if the option {@code rotary} is {@code none}, or the embedding is too wide
     */
    public MultiHeadAttention withRotary(RotaryEmbedding other) {
        if (rotary == null || other.width() > form.keyWidth()) {
            throw new BadConfigurationException(
                    "rotary",
                    "an embedding of width " + other.width(),
                    rotary == null
                            ? "needs the option rotary=half or interleaved, was none"
                            : "must not be wider than a head, " + form.keyWidth());
        }
        return new MultiHeadAttention(spec, variant, other, kernels, ParameterSource.of(parameters));
    }

    /**
     * Attends with queries, keys and values from different sequences, and with a bias or a mask of this call.
     *
     * @param query {@code [B, T, D]}
     * @param key {@code [B, S, C]}
     * @param value {@code [B, S, C']}, of the same lengths as the keys
     * @param terms bias and mask that broadcast to {@code [B, H, T, S]}
     * @param out {@code [B, T, D]}
     * @param workspace scratch memory and threads
     */
    public void forward(
            Sequences query, Sequences key, Sequences value, ScoreTerms terms, Tensor out, Workspace workspace) {
        Doors.check(this, query, key, value, terms, out);
        mix(query, key, value, terms, out, workspace);
    }

    /**
     * As {@link #forward(Sequences, Sequences, Sequences, ScoreTerms, Tensor, Workspace)}, and remembers what the gradient needs.
     *
     * @param query {@code [B, T, D]}; none of the inputs may change until the last {@code backward} with the recording
     * @param key {@code [B, S, C]}
     * @param value {@code [B, S, C']}
     * @param terms bias and mask
     * @param out {@code [B, T, D]}
     * @param workspace scratch memory and threads
     * @return what {@link #backward(Recording, Tensor, AttentionGradients, Workspace)} needs
     */
    public Recording record(
            Sequences query, Sequences key, Sequences value, ScoreTerms terms, Tensor out, Workspace workspace) {
        Doors.check(this, query, key, value, terms, out);
        return keep(query, key, value, terms, out, workspace);
    }

    /**
     * Adds the gradients of {@code sum(dOut · out)}, and of {@code sum(dWeights · weights)} where a cotangent of the weights is given.
     *
     * @param recording of this mixer
     * @param dOut {@code [B, T, D]}; not read at padding
     * @param gradients what is wanted; a cotangent of the weights is {@code [B, H, T, S]}, with a column more for each added key
     * @param workspace scratch memory and threads
     */
    public void backward(Recording recording, Tensor dOut, AttentionGradients gradients, Workspace workspace) {
        AttentionRecording<ProjectedPass> own = own(recording);
        Doors.check(this, own, dOut, gradients);
        addGradients(own, dOut, gradients, workspace);
    }

    /**
     * The weights of a call with a bias or a mask.
     *
     * @param query {@code [B, T, D]}
     * @param key {@code [B, S, C]}
     * @param terms bias and mask
     * @param weights {@code [B, H, T, S]}, or with a column more at the end for each key that {@link #BIAS_KEY_VALUE} and {@link
     *     #ZERO_ATTENTION} add
     * @param workspace scratch memory and threads
     */
    public void weights(Sequences query, Sequences key, ScoreTerms terms, Tensor weights, Workspace workspace) {
        spec.outputShape(query);
        Doors.checkSource("keys", query, key, form.keyInWidth());
        Doors.checkTerms(variant, terms, query.batch(), form.heads(), query.time(), key.time());
        int extra = form.extraKeys();
        boolean withExtra = weights.shape().rank() == 4 && weights.extent(3) == key.time() + extra;
        int columns = key.time() + (withExtra ? extra : 0);
        MixerSpec.check("weights", weights, Shape.of(query.batch(), form.heads(), query.time(), columns));
        weigh(query, key, terms, weights, withExtra, workspace);
    }

    /**
     * Counts the pairs of a query and a key that a pass over whole sequences sees, computes and has.
     *
     * @param query {@code [B, T, D]}
     * @param key {@code [B, S, C]}; the queries themselves where they attend to each other
     * @param terms bias and mask
     * @param workspace scratch memory; the number of its threads can change what is computed, as tasks are then smaller
     * @return the counts, over all sequences and heads
     */
    public PairCount pairs(Sequences query, Sequences key, ScoreTerms terms, Workspace workspace) {
        spec.outputShape(query);
        Doors.checkSource("keys", query, key, form.keyInWidth());
        Doors.checkTerms(variant, terms, query.batch(), form.heads(), query.time(), key.time());
        return count(query, key, terms, workspace);
    }
}
