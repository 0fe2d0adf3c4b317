package org.attention4j.core;

import java.util.List;
import java.util.Locale;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Exactness;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.variant.AttentionVariant;

/** How the states of an attention keep keys and values; {@link MixerSpec#boundedState()} and the exactness follow from it. */
final class CacheOptions {
    static final Option<String> CACHE = Option.choice(
            "cache",
            List.of("contiguous", "ring", "paged"),
            "contiguous",
            "Where a state keeps keys and values: one array, a ring of what a window needs, which goes on without end, or pages "
                    + "that copies share until they write (Kwon et al. 2023).");

    static final Option<String> CACHE_TYPE = Option.choice(
            "cache-type",
            List.of("float32", "float16", "bfloat16", "int8"),
            "float32",
            "How a state stores a number: float16 is off by 2^-11 of it, bfloat16 by 2^-9, int8 by 1/254 of the largest number of "
                    + "its key or value. Whole sequences do not use it.");

    static final Option<Integer> PAGE = Option.integer(
            "page",
            1,
            1 << 16,
            128,
            "Positions of a page with cache=paged; multiples of 128 are read in place, multiples of 16 fast.");

    static final OptionSchema SCHEMA = OptionSchema.of(CACHE, CACHE_TYPE, PAGE);

    /** Of what rounded numbers come to. */
    static final int LEAST_WIDTH = 8;

    private CacheOptions() {}

    /** Checks a resolved configuration, and says what follows for states, if there are any. */
    static void declare(MixerSpec.Builder spec, boolean causal) {
        CacheForm form = form(spec.config());
        if (form.isRing() && form.reach() == Integer.MAX_VALUE) {
            throw new BadConfigurationException(
                    CACHE.name(),
                    "ring",
                    "needs a window or a chunk, and prefix=0 and global-tokens=0: else a query may see every key");
        }
        if (!causal) {
            return;
        }
        if (form.stored() != CacheForm.Stored.FLOAT32) {
            checkError(spec.config());
        }
        spec.boundedState(form.isRing());
        switch (form.stored()) {
            case FLOAT16 -> spec.exactness(Exactness.within(0x1p-5));
            case BFLOAT16 -> spec.exactness(Exactness.within(0x1p-3));
            case INT8 -> spec.exactness(Exactness.within(0x1p-2));
            case FLOAT32 -> {}
        }
    }

    /** Refuses what would make more of the rounding than is declared. */
    private static void checkError(MixerConfig config) {
        String stored = config.get(CACHE_TYPE);
        if (config.width() < LEAST_WIDTH) {
            throw new BadConfigurationException(
                    CACHE_TYPE.name(),
                    stored,
                    "needs a width of at least " + LEAST_WIDTH + ", was " + config.width()
                            + ": its error is measured by the largest number of an output, and few numbers may all be near 0");
        }
        double scale = config.get(ScoreOptions.SCALE);
        double most = 1 / Math.sqrt(config.get(HeadOptions.HEAD_WIDTH));
        if (scale > most) {
            throw new BadConfigurationException(
                    CACHE_TYPE.name(),
                    stored,
                    "needs a scale of at most 1/sqrt(head-width), " + most + ", was " + scale
                            + ": larger scores make more of an error in a key");
        }
    }

    /** Refuses a ring where a query looks at all keys, whatever the mask hides, and rounded keys where a rounding may choose other keys. */
    static void check(MixerConfig config, AttentionVariant variant) {
        CacheForm form = form(config);
        if (form.isRing() && (VariantParameters.replaces(variant) || VariantParameters.replacesScores(variant))) {
            throw new BadConfigurationException(
                    CACHE.name(), "ring", "needs a softmax: this variant computes its weights from all keys");
        }
        if (form.stored() != CacheForm.Stored.FLOAT32 && !variant.smooth()) {
            throw new BadConfigurationException(
                    CACHE_TYPE.name(),
                    config.get(CACHE_TYPE),
                    "must be float32: the weights of this variant have kinks or jumps, and may make any amount of an error in a key");
        }
    }

    /** What a resolved configuration says; one without these options has the defaults. */
    static CacheForm form(MixerConfig config) {
        return new CacheForm(
                CacheForm.Layout.valueOf(config.get(CACHE).toUpperCase(Locale.ROOT)),
                CacheForm.Stored.valueOf(config.get(CACHE_TYPE).toUpperCase(Locale.ROOT)),
                config.get(PAGE),
                MaskOptions.reach(config));
    }
}
