package org.attention4j.core;

import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.WeightSum;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionVariantProvider;
import org.attention4j.kernels.Kernels;

/**
 * Attention with learned vectors of distances (Shaw et al. 2018, equation 5; Huang et al. 2018; Dai et al. 2019, section 3.3; He et al. 2021): weights are
 * softmax(scores) with
 *
 * <pre>
 * score_ij = scale · (q_i·k_j + q_i·r_{h,d} + c_{h,d} + k_j·s_{h,d}),   d = max(−L, min(L, j − i))
 * </pre>
 *
 * of the distance from query i to key j up to L = {@code relative-distance}. With {@code causal=true}, d is at most 0. Over a context, query i of m
 * stands at i + (n − m). Keys that an attention adds to every sequence have no position: their score is scale · q_i·k_j.
 *
 * <p>Parameters, of R distances from −L on (2L + 1, or L + 1 where causal): {@code relative_key.weight [H, R, E]}, the r; with {@code
 * relative-query} (position-to-content) {@code relative_query.weight [H, R, E]}, the s; with {@code relative-bias} {@code relative_bias.weight [H, R]},
 * the c. With {@code relative-shared} all heads have one r and one s, {@code [R, E]}, as Shaw et al. have it.
 *
 * <p>Distances from which vectors are computed, as by Transformer-XL (sinusoids times a projection) and DeBERTa (buckets), are a table of these: see
 * {@code docs/published-models.md}. Beside the m · n · E multiply-adds of its products, a block of m queries and n keys costs m · (m + n) · E, and with s
 * (m + 16) · n · E more, or less where its distances are beyond L. Immutable; safe for any number of threads.
 */
public final class RelativeAttention implements AttentionVariantProvider {
    private static final Option<Integer> DISTANCE = Option.integer(
            "relative-distance", 1, 1 << 16, 16, "L, the greatest distance with a vector of its own, either way.");

    private static final Option<Boolean> SHARED =
            Option.flag("relative-shared", false, "Whether all heads have the same vectors (Shaw et al. 2018).");

    private static final Option<Boolean> QUERY = Option.flag(
            "relative-query",
            false,
            "Whether keys, too, are multiplied by vectors of distances: position-to-content (He et al. 2021).");

    private static final Option<Boolean> BIAS = Option.flag(
            "relative-bias", false, "Whether scores gain a learned number of head and distance (Dai et al. 2019).");

    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public RelativeAttention() {}

    @Override
    public String id() {
        return "relative-attention";
    }

    @Override
    public String summary() {
        return "Relative attention: scores gain products with learned vectors of the distance of query and key.";
    }

    @Override
    public OptionSchema options() {
        return OptionSchema.of(DISTANCE, SHARED, QUERY, BIAS);
    }

    @Override
    public AttentionVariant variant(MixerSpec spec) {
        MixerConfig config = spec.config();
        int width = spec.headWidth();
        int before = config.get(DISTANCE);
        int after = config.get(MultiHeadAttention.CAUSAL) ? 0 : before;
        RelativeScores scores = new RelativeScores(
                Kernels.preferred(),
                ScoreOptions.scale(config, width),
                spec.heads(),
                width,
                before,
                after,
                config.get(SHARED),
                config.get(QUERY),
                config.get(BIAS));
        AttentionVariant variant = AttentionVariant.of(scores).withWeightSum(WeightSum.ONE);
        variant = table(variant, "relative_key.weight", scores);
        if (config.get(QUERY)) {
            variant = table(variant, "relative_query.weight", scores);
        }
        return config.get(BIAS)
                ? variant.withHeadParameter(
                        "relative_bias.weight", InitialValue.zeros(), scores.heads(), scores.distances())
                : variant;
    }

    private static AttentionVariant table(AttentionVariant variant, String name, RelativeScores scores) {
        InitialValue initial = InitialValue.uniform(1 / Math.sqrt(scores.width()));
        return scores.shared()
                ? variant.withParameter(name, initial, scores.distances(), scores.width())
                : variant.withHeadParameter(name, initial, scores.heads(), scores.distances(), scores.width());
    }
}
