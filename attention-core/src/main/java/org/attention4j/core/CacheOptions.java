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
        spec.boundedState(form.isRing());
        switch (form.stored()) {
            case FLOAT16 -> spec.exactness(Exactness.ofStates(0x1p-11));
            case BFLOAT16 -> spec.exactness(Exactness.ofStates(0x1p-9));
            case INT8 -> spec.exactness(Exactness.ofStates(1.0 / 254));
            case FLOAT32 -> {}
        }
    }

    /** Refuses a ring where a weighting reads keys itself, which may be gone, and rounded keys where a rounding may choose other keys. */
    static void check(MixerConfig config, AttentionVariant variant) {
        CacheForm form = form(config);
        if (form.isRing() && variant.weighting().isPresent()) {
            throw new BadConfigurationException(
                    CACHE.name(),
                    "ring",
                    "needs a softmax, or weights of scores: this variant computes its weights from all keys");
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
