package org.attention4j.core;

import java.util.List;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;

/** How many heads there are, of queries and of keys, and how wide they are. */
final class HeadOptions {
    /** H. */
    static final Option<Integer> HEADS = Option.integer(
            "heads", 1, 1 << 16, 1, "Number of heads; it divides the width, unless head-width is given.");

    /** K. */
    static final Option<Integer> KEY_VALUE_HEADS = Option.integer(
            "key-value-heads",
            1,
            1 << 16,
            config -> config.get(HEADS),
            "heads",
            "Number of heads of keys and values; it divides heads, and query head h reads number h * key-value-heads / heads, "
                    + "rounded down (Ainslie et al. 2023). 1 is multi-query attention.");

    /** E. */
    static final Option<Integer> HEAD_WIDTH = Option.integer(
            "head-width", 1, 1 << 20, HeadOptions::share, "width / heads", "Width of the queries and keys of a head.");

    /** E'. */
    static final Option<Integer> VALUE_HEAD_WIDTH = Option.integer(
            "value-head-width", 1, 1 << 20, HeadOptions::valueWidth, "head-width", "Width of the values of a head.");

    /** Of each head, before the turn by position. */
    static final Option<String> QUERY_KEY_NORM = Option.choice(
            "query-key-norm",
            List.of("none", "rms", "layer"),
            "none",
            "Norm of each head's queries and keys, with weights that are learned (Henry et al. 2020; Dehghani et al. 2023).");

    /** ε of that norm. */
    static final Option<Double> EPSILON = Option.decimal(
            "query-key-norm-epsilon", 1e-12, 1, 1e-6, "What query-key-norm adds to a mean of squares before the root.");

    /** Whether that norm is one of all heads together. */
    static final Option<Boolean> JOINT = Option.flag(
            "query-key-norm-joint",
            false,
            "Whether query-key-norm is over the numbers of all heads together, with a weight for each (OLMo 2).");

    /** Whether that norm is behind the turn. */
    static final Option<Boolean> NORM_TURNED = Option.flag(
            "query-key-norm-turned",
            false,
            "Whether query-key-norm is of queries and keys that are turned by their positions (Hunyuan), not before.");

    /** Cuts queries, keys and values off; 0 does not. */
    static final Option<Double> PROJECTION_CLIP = Option.decimal(
            "projection-clip",
            0,
            1e6,
            0,
            "Cuts projected queries, keys and values off at this and at minus this, before norms and turns (OLMo 1, DBRX); 0 does not.");

    /** Of each head's output. */
    static final Option<Boolean> GATE = Option.flag(
            "gate", false, "Whether each head's output is multiplied by a sigmoid of the input (Qiu et al. 2025).");

    /** Whether that sigmoid is one for every number. */
    static final Option<Boolean> ELEMENTWISE = Option.flag(
            "gate-elementwise",
            false,
            "Whether gate is a sigmoid for every number of a head's output, not one for the head (Qwen3-Next).");

    static final OptionSchema SCHEMA = OptionSchema.of(
            HEADS,
            KEY_VALUE_HEADS,
            HEAD_WIDTH,
            VALUE_HEAD_WIDTH,
            PROJECTION_CLIP,
            QUERY_KEY_NORM,
            EPSILON,
            JOINT,
            NORM_TURNED,
            GATE,
            ELEMENTWISE);

    private HeadOptions() {}

    private static int share(MixerConfig config) {
        int heads = config.get(HEADS);
        if (config.width() % heads != 0) {
            throw new BadConfigurationException(
                    HEADS.name(),
                    Integer.toString(heads),
                    "must divide the width, " + config.width() + ", where head-width is not given");
        }
        return config.width() / heads;
    }

    /** As keys; or what a head takes of values that are not projected. */
    private static int valueWidth(MixerConfig config) {
        if (config.get(MultiHeadAttention.VALUE_PROJECTION)) {
            return config.get(HEAD_WIDTH);
        }
        return Math.max(1, config.get(MultiHeadAttention.VALUE_WIDTH) / config.get(KEY_VALUE_HEADS));
    }

    static HeadNorm.Form norm(MixerConfig config) {
        HeadNorm.Kind kind =
                switch (config.get(QUERY_KEY_NORM)) {
                    case "rms" -> HeadNorm.Kind.RMS;
                    case "layer" -> HeadNorm.Kind.LAYER;
                    default -> HeadNorm.Kind.NONE;
                };
        return new HeadNorm.Form(kind, config.get(EPSILON).floatValue(), config.get(JOINT), config.get(NORM_TURNED));
    }

    /** How many gates a head has. */
    static int gates(MixerConfig config) {
        if (!config.get(GATE)) {
            return 0;
        }
        return config.get(ELEMENTWISE) ? config.get(VALUE_HEAD_WIDTH) : 1;
    }

    /** Refuses heads that cannot be grouped. */
    static void check(MixerConfig config) {
        int heads = config.get(HEADS);
        int keyHeads = config.get(KEY_VALUE_HEADS);
        if (heads % keyHeads != 0) {
            throw new BadConfigurationException(
                    KEY_VALUE_HEADS.name(), Integer.toString(keyHeads), "must divide heads, " + heads);
        }
        int values = config.get(VALUE_HEAD_WIDTH);
        int given = config.get(MultiHeadAttention.VALUE_WIDTH);
        if (!config.get(MultiHeadAttention.VALUE_PROJECTION) && (long) values * keyHeads != given) {
            throw new BadConfigurationException(
                    MultiHeadAttention.VALUE_PROJECTION.name(),
                    "false",
                    "needs key-value-heads * value-head-width = context-value-width, were " + keyHeads + ", " + values
                            + " and " + given);
        }
        int normed = config.get(HEAD_WIDTH) * (config.get(JOINT) ? keyHeads : 1);
        if (norm(config).kind() == HeadNorm.Kind.LAYER && normed == 1) {
            throw new BadConfigurationException(
                    QUERY_KEY_NORM.name(), "layer", "needs head-width above 1, was 1: a number less its mean is 0");
        }
        product(HEAD_WIDTH, config.get(HEAD_WIDTH), heads);
        product(VALUE_HEAD_WIDTH, config.get(VALUE_HEAD_WIDTH), heads);
    }

    /** All heads together must be a width that there can be. */
    static void product(Option<Integer> option, int width, int heads) {
        if ((long) width * heads > 1 << 20) {
            throw new BadConfigurationException(
                    option.name(),
                    Integer.toString(width),
                    "times heads, " + heads + ", is " + (long) width * heads + ", and at most " + (1 << 20));
        }
    }
}
