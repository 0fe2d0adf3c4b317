package org.attention4j.core;

import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.variant.AttentionMask;
import org.attention4j.api.variant.AttentionMasks;
import org.attention4j.api.variant.AttentionVariant;
import org.jspecify.annotations.Nullable;

/**
 * Who sees whom, as papers have it. A query sees a key if
 *
 * <pre>
 * causal and (window and chunk and dilation, or global) or prefix
 * </pre>
 *
 * <ul>
 *   <li>{@code causal}: not after the query;
 *   <li>{@code window} W, with {@code dilation} d (Jiang et al. 2023; Beltagy et al. 2020, section 3.1): at distances 0, d, … (W − 1)d before
 *       the query, and d, … up to {@code window-ahead} · d after it;
 *   <li>{@code chunk} (Llama 4): in the same of the chunks that begin at position 0;
 *   <li>{@code global-tokens} (Beltagy et al. 2020): one of the two is among the first positions;
 *   <li>{@code prefix} (Raffel et al. 2020; Tay et al. 2022): the key is among the first ones, also for queries before it.
 * </ul>
 */
final class MaskOptions {
    private static final int MOST = 1 << 30;

    static final Option<Integer> WINDOW = Option.integer(
            "window",
            0,
            MOST,
            0,
            "Keys that a query sees up to itself, itself included; 0 means all (Jiang et al. 2023).");
    static final Option<Integer> WINDOW_AHEAD = Option.integer(
            "window-ahead",
            0,
            MOST,
            0,
            "Keys that a query sees after itself, where causal=false; 0 means all, or none with a window.");
    static final Option<Integer> CHUNK = Option.integer(
            "chunk", 0, MOST, 0, "Positions of a chunk; chunks do not see each other (Llama 4). 0 means no chunks.");
    static final Option<Integer> PREFIX = Option.integer(
            "prefix",
            0,
            MOST,
            0,
            "Keys at the start that every query sees, whatever else hides them (Raffel et al. 2020).");
    static final Option<Integer> DILATION = Option.integer(
            "dilation", 1, MOST, 1, "Distance of neighbouring keys that a query sees (Beltagy et al. 2020).");
    static final Option<Integer> GLOBAL_TOKENS = Option.integer(
            "global-tokens",
            0,
            MOST,
            0,
            "Positions at the start that see and are seen past window, chunk and dilation (Beltagy et al. 2020).");

    static final OptionSchema SCHEMA = OptionSchema.of(WINDOW, WINDOW_AHEAD, CHUNK, PREFIX, DILATION, GLOBAL_TOKENS);

    private MaskOptions() {}

    /** Whether no query sees a later key, in a configuration that is causal but for these options. */
    static boolean causal(boolean causal, MixerConfig config) {
        return causal && config.get(PREFIX) == 0;
    }

    /** Refuses steps where a later position changes an earlier output. */
    static void declare(MixerSpec.Builder spec, boolean causal) {
        int prefix = spec.config().get(PREFIX);
        if (causal && prefix > 0) {
            spec.refuse(Capability.INCREMENTAL, "needs prefix=0, was " + prefix);
        }
    }

    /** Refuses options that contradict each other. */
    static void check(boolean causal, MixerConfig config) {
        int window = config.get(WINDOW);
        int ahead = config.get(WINDOW_AHEAD);
        int chunk = config.get(CHUNK);
        int dilation = config.get(DILATION);
        if (ahead > 0 && causal) {
            throw refusal(WINDOW_AHEAD, ahead, "needs causal=false, was true");
        }
        if (window > 0 && ahead == 0 && !causal) {
            throw refusal(WINDOW, window, "needs causal=true, was false, or window-ahead of at least 1, was 0");
        }
        if (chunk == 1) {
            throw refusal(CHUNK, chunk, "must be 0 or at least 2: a position would see itself alone");
        }
        if (dilation > 1 && window == 1 && ahead == 0) {
            throw refusal(DILATION, dilation, "needs a window of 0 or at least 2, was 1");
        }
        if (dilation > 1 && chunk > 0 && dilation >= chunk) {
            throw refusal(DILATION, dilation, "needs a chunk of 0 or more than the dilation, was " + chunk);
        }
        boolean local = window > 0 || ahead > 0 || chunk > 0 || dilation > 1;
        if (!local && config.get(GLOBAL_TOKENS) > 0) {
            throw refusal(
                    GLOBAL_TOKENS,
                    config.get(GLOBAL_TOKENS),
                    "needs a window, window-ahead or chunk, which were 0, or a dilation, which was 1: nothing else is hidden from it");
        }
        if (!local && !causal && config.get(PREFIX) > 0) {
            throw refusal(
                    PREFIX,
                    config.get(PREFIX),
                    "needs causal=true, was false, or a window, window-ahead or chunk, which were 0: every query sees it already");
        }
    }

    private static BadConfigurationException refusal(Option<Integer> option, int value, String allowed) {
        return new BadConfigurationException(option.name(), Integer.toString(value), allowed);
    }

    /** The variant with what these options hide beyond what {@link #causal} does. */
    static AttentionVariant masked(AttentionVariant variant, MixerConfig config) {
        AttentionMask mask = mask(config.get(MultiHeadAttention.CAUSAL), config);
        return mask == null ? variant : variant.withMask(mask);
    }

    private static @Nullable AttentionMask mask(boolean causal, MixerConfig config) {
        AttentionMask local = local(causal, config);
        int globals = config.get(GLOBAL_TOKENS);
        int prefix = config.get(PREFIX);
        if (local != null && globals > 0) {
            local = local.or(AttentionMasks.globalTokens(globals));
        }
        if (prefix == 0) {
            return local;
        }
        if (!causal) {
            return local == null ? null : local.or(AttentionMasks.prefix(prefix));
        }
        AttentionMask before = AttentionMasks.causal(0);
        return (local == null ? before : before.and(local)).or(AttentionMasks.prefix(prefix));
    }

    private static @Nullable AttentionMask local(boolean causal, MixerConfig config) {
        int window = config.get(WINDOW);
        int ahead = config.get(WINDOW_AHEAD);
        int chunk = config.get(CHUNK);
        int dilation = config.get(DILATION);
        AttentionMask local = null;
        if (window > 0 || ahead > 0) {
            int left = window == 0 ? Integer.MAX_VALUE : distance(window - 1, dilation);
            int right = causal ? Integer.MAX_VALUE : distance(ahead, dilation);
            local = AttentionMasks.window(left, right);
        }
        if (chunk > 0) {
            AttentionMask chunked = AttentionMasks.chunked(chunk);
            local = local == null ? chunked : local.and(chunked);
        }
        if (dilation > 1) {
            AttentionMask dilated = AttentionMasks.dilated(dilation);
            local = local == null ? dilated : local.and(dilated);
        }
        return local;
    }

    private static int distance(int keys, int dilation) {
        return (int) Math.min(Integer.MAX_VALUE, (long) keys * dilation);
    }

    /** How many keys up to itself a causal query can need: past them it sees none; {@link Integer#MAX_VALUE} where that is not bounded. */
    static int reach(MixerConfig config) {
        int window = config.get(WINDOW);
        int chunk = config.get(CHUNK);
        if (config.get(PREFIX) > 0 || config.get(GLOBAL_TOKENS) > 0) {
            return Integer.MAX_VALUE;
        }
        int most = chunk > 0 ? chunk : Integer.MAX_VALUE;
        return window == 0 ? most : (int) Math.min(most, (long) (window - 1) * config.get(DILATION) + 1);
    }
}
