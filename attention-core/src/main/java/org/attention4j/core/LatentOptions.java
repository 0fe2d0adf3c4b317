package org.attention4j.core;

import java.util.List;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.jspecify.annotations.Nullable;

/** How a latent attention is made. */
final class LatentOptions {
    static final Option<Integer> LATENT_WIDTH = Option.integer(
            "latent-width",
            1,
            1 << 20,
            config -> (int) Math.min(config.width(), 4L * config.get(HeadOptions.HEAD_WIDTH)),
            "4 * head-width, at most width",
            "Width of the latent that keys and values of all heads are made of, and that is kept of a position.");

    static final Option<Integer> QUERY_LATENT_WIDTH = Option.integer(
            "query-latent-width", 0, 1 << 20, 0, "Width of a latent that queries are made of; 0 for none.");

    static final Option<Integer> ROTARY_WIDTH = Option.integer(
            "rotary-width",
            0,
            1 << 16,
            config -> config.get(HeadOptions.HEAD_WIDTH) / 4 * 2,
            "head-width / 2, made even",
            "Width of the turned part of a query, and of the one turned key of all heads; even, 0 for none.");

    static final Option<String> ROTARY = Option.choice(
            "rotary",
            List.of("half", "interleaved"),
            "interleaved",
            "Whether the turned part is turned in halves or in pairs of neighbours.");

    static final Option<Double> EPSILON = Option.decimal(
            "latent-norm-epsilon",
            1e-12,
            1,
            1e-6,
            "What the norms of latents add to a mean of squares before the root.");

    static final Option<Double> SCALE = Option.decimal(
            "scale", 0, 10_000, 0, "What products are multiplied by; 0: 1/√(head-width + rotary-width).");

    static final OptionSchema SCHEMA = OptionSchema.of(
                    HeadOptions.HEADS,
                    HeadOptions.HEAD_WIDTH,
                    HeadOptions.VALUE_HEAD_WIDTH,
                    LATENT_WIDTH,
                    QUERY_LATENT_WIDTH,
                    ROTARY_WIDTH,
                    MultiHeadAttention.CAUSAL,
                    EPSILON,
                    SCALE)
            .and(ScoreOptions.SCALED)
            .and(OptionSchema.of(ROTARY).and(RotaryOptions.ANGLES))
            .and(MaskOptions.SCHEMA)
            .and(CacheOptions.SCHEMA);

    private LatentOptions() {}

    /** The sizes of a resolved configuration. */
    static LatentForm form(MixerConfig config) {
        return new LatentForm(
                config.get(HeadOptions.HEADS),
                config.get(HeadOptions.HEAD_WIDTH),
                config.get(HeadOptions.VALUE_HEAD_WIDTH),
                config.get(ROTARY_WIDTH),
                config.get(LATENT_WIDTH),
                config.get(QUERY_LATENT_WIDTH),
                config.width(),
                config.get(EPSILON).floatValue());
    }

    /** Refuses what contradicts itself. */
    static void check(MixerConfig config) {
        LatentForm form = form(config);
        HeadOptions.product(HeadOptions.HEAD_WIDTH, form.queryWidth(), form.heads());
        HeadOptions.product(HeadOptions.VALUE_HEAD_WIDTH, form.valueWidth(), form.heads());
        HeadOptions.product(LATENT_WIDTH, form.rowWidth(), form.heads());
        if (form.rotaryWidth() % 2 != 0) {
            throw new BadConfigurationException(
                    ROTARY_WIDTH.name(), Integer.toString(form.rotaryWidth()), "must be even");
        }
        if (form.rotaryWidth() > 0) {
            RotaryOptions.scaling(config, form.rotaryWidth());
        }
        MaskOptions.check(config.get(MultiHeadAttention.CAUSAL), config);
        checkCache(config.get(CacheOptions.CACHE_TYPE));
    }

    /** Refuses a scale that numbers of two kinds would share. */
    private static void checkCache(String stored) {
        if (stored.equals("int8")) {
            throw new BadConfigurationException(
                    CacheOptions.CACHE_TYPE.name(),
                    stored,
                    "must be float32, float16 or bfloat16: the latent and the turned key of a position would share one scale");
        }
    }

    /** What turns the rotary parts; null where there are none. */
    static @Nullable RotaryEmbedding rotary(MixerConfig config) {
        int width = config.get(ROTARY_WIDTH);
        boolean interleaved = config.get(ROTARY).equals("interleaved");
        return width == 0
                ? null
                : RotaryEmbedding.of(
                        width, interleaved, config.get(RotaryOptions.BASE), RotaryOptions.scaling(config, width));
    }
}
