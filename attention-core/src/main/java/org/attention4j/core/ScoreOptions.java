package org.attention4j.core;

import java.util.List;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.variant.AttentionVariant;
import org.jspecify.annotations.Nullable;

/** The options of multi-head attention about scores: scale, which may grow → soft-cap → position bias → mask → softmax, with or without a sink → dropout. */
final class ScoreOptions {
    static final Option<Double> SCALE = Option.decimal(
            "scale", 0, 1e4, 0, "What products of queries and keys are multiplied by; 0: 1/√E of a head's width E.");

    static final Option<Double> GROWTH = Option.decimal(
            "scale-growth",
            0,
            100,
            0,
            "β of the factor 1 + β log(1 + ⌊(t + scale-growth-first) / scale-growth-step⌋) of a query at position t (Llama 4's temperature); 0: none.");

    static final Option<Integer> GROWTH_STEP =
            Option.integer("scale-growth-step", 1, 1 << 30, 8192, "Positions that have one factor with scale-growth.");

    static final Option<Integer> GROWTH_FIRST = Option.integer(
            "scale-growth-first", 0, 1, 0, "What the first position counts as with scale-growth: 0, or 1 in Llama 4.");

    static final Option<Double> SOFT_CAP =
            Option.decimal("soft-cap", 0, 1e6, 0, "c of c · tanh(score / c), which keeps scores within ±c; 0: none.");

    static final Option<String> POSITION_BIAS = Option.choice(
            "position-bias",
            List.of("none", "alibi", "t5"),
            "none",
            "What scores gain by distance: ALiBi's slopes, or T5's learned buckets.");

    static final Option<Integer> BUCKETS = Option.integer(
            "buckets", 2, 1 << 16, 32, "Learned numbers of a head with position-bias=t5, of both directions together.");

    static final Option<Integer> MAX_DISTANCE =
            Option.integer("max-distance", 1, 1 << 16, 128, "From this distance on, position-bias=t5 uses one bucket.");

    static final Option<String> SINK = Option.choice(
            "sink",
            List.of("none", "learned", "off-by-one"),
            "none",
            "A logit that takes part in the softmax and has no value: learned for each head, or 0.");

    static final Option<Double> DROPOUT = Option.decimal(
            "dropout",
            0,
            0.999,
            0,
            "The share of the weights that a recording leaves out; forward and steps leave out none.");

    static final Option<Integer> DROPOUT_SEED = Option.integer(
            "dropout-seed",
            0,
            Integer.MAX_VALUE,
            0,
            "With head, positions and the query, decides what dropout leaves out.");

    /** What comes behind the scale. */
    static final OptionSchema SCALED =
            OptionSchema.of(SOFT_CAP, POSITION_BIAS, BUCKETS, MAX_DISTANCE, SINK, DROPOUT, DROPOUT_SEED);

    static final OptionSchema SCHEMA =
            OptionSchema.of(SCALE, GROWTH, GROWTH_STEP, GROWTH_FIRST).and(SCALED);

    static final String BUCKET_WEIGHT = "relative_attention_bias.weight";
    static final String SINKS = "sinks";

    /** Below this, a score divided by the cap overflows where products are large. */
    private static final double LEAST_CAP = 1e-6;

    private ScoreOptions() {}

    /** Checks a resolved configuration and declares what it learns. */
    static void declare(MixerSpec.Builder spec, int heads) {
        MixerConfig config = spec.config();
        double cap = config.get(SOFT_CAP);
        if (cap > 0 && cap < LEAST_CAP) {
            throw new BadConfigurationException(
                    SOFT_CAP.name(), Double.toString(cap), "must be 0 or at least " + LEAST_CAP);
        }
        if (buckets(config)) {
            checkBuckets(config);
            // T5 draws these from a normal distribution; this uniform one has the same variance, 1 / D
            InitialValue initial = InitialValue.uniform(Math.sqrt(3.0 / config.width()));
            spec.parameter(BUCKET_WEIGHT, initial, config.get(BUCKETS), heads);
        }
        if (config.get(SINK).equals("learned")) {
            spec.parameter(SINKS, InitialValue.zeros(), heads);
        }
    }

    /** Refuses what a variant leaves nothing of. */
    static void check(MixerConfig config, AttentionVariant variant) {
        if (VariantParameters.replacesScores(variant)) {
            String why = "the scores that it would change are replaced";
            refuse(config, SOFT_CAP, 0.0, why);
            refuse(config, POSITION_BIAS, "none", why);
        }
        if (VariantParameters.replaces(variant) || VariantParameters.replacesScores(variant)) {
            refuse(config, SINK, "none", "the softmax that it would take part in is replaced, or its scores are");
        }
    }

    /** Refuses a scale, for variants without one. */
    static void checkNoScale(MixerConfig config, String why) {
        refuse(config, SCALE, 0.0, why);
        refuse(config, GROWTH, 0.0, why);
    }

    private static <T> void refuse(MixerConfig config, Option<T> option, T only, String why) {
        T value = config.get(option);
        if (!value.equals(only)) {
            throw new BadConfigurationException(option.name(), value.toString(), "must be " + only + ": " + why);
        }
    }

    private static boolean buckets(MixerConfig config) {
        return config.get(POSITION_BIAS).equals("t5");
    }

    private static void checkBuckets(MixerConfig config) {
        int buckets = config.get(BUCKETS);
        boolean causal = config.get(MultiHeadAttention.CAUSAL);
        if (!causal && (buckets < 4 || buckets % 2 != 0)) {
            throw new BadConfigurationException(
                    BUCKETS.name(), Integer.toString(buckets), "must be even and at least 4 where causal=false");
        }
        int exact = buckets / (causal ? 2 : 4);
        if (config.get(MAX_DISTANCE) <= exact) {
            throw new BadConfigurationException(
                    MAX_DISTANCE.name(),
                    config.get(MAX_DISTANCE).toString(),
                    "must be greater than " + exact + ", up to which " + buckets + " buckets have a distance each");
        }
    }

    /** What products of vectors of some width are multiplied by. */
    static float scale(MixerConfig config, int queryWidth) {
        double scale = config.get(SCALE);
        return (float) (scale == 0 ? 1 / Math.sqrt(queryWidth) : scale);
    }

    static QueryGrowth growth(MixerConfig config) {
        return new QueryGrowth(config.get(GROWTH).floatValue(), config.get(GROWTH_STEP), config.get(GROWTH_FIRST));
    }

    /** What a mixer of a resolved configuration does; a configuration without these options has the defaults. */
    static ScoreRules rules(MixerConfig config, int queryWidth, int heads, NamedTensors parameters) {
        return new ScoreRules(
                scale(config, queryWidth),
                config.get(SOFT_CAP).floatValue(),
                positions(config, heads, parameters),
                switch (config.get(SINK)) {
                    case "learned" -> parameters.get(SINKS).toArray();
                    case "off-by-one" -> new float[heads];
                    default -> null;
                },
                dropout(config.get(DROPOUT), config.get(DROPOUT_SEED)));
    }

    static @Nullable WeightDropout dropout(double share, long seed) {
        return share == 0 ? null : new WeightDropout(share, seed);
    }

    private static @Nullable PositionBias positions(MixerConfig config, int heads, NamedTensors parameters) {
        return switch (config.get(POSITION_BIAS)) {
            case "alibi" -> new AlibiBias(heads);
            case "t5" ->
                new BucketBias(
                        config.get(BUCKETS),
                        config.get(MAX_DISTANCE),
                        !config.get(MultiHeadAttention.CAUSAL),
                        heads,
                        parameters.get(BUCKET_WEIGHT).toArray());
            default -> null;
        };
    }

    /** Whether the shown weights of a row sum to less than 1. */
    static boolean leaks(MixerConfig config) {
        return !config.get(SINK).equals("none");
    }
}
