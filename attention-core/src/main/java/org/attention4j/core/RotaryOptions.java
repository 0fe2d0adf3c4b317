package org.attention4j.core;

import java.util.List;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.jspecify.annotations.Nullable;

/** Whether and how queries and keys are turned by their positions: {@link RotaryEmbedding} and {@link RotaryScaling} as options. */
final class RotaryOptions {
    static final Option<String> ROTARY = Option.choice(
            "rotary",
            List.of("none", "half", "interleaved"),
            "none",
            "Whether queries and keys are turned by their positions (Su et al. 2021), in halves or pairs of neighbours.");

    static final Option<Integer> WIDTH = Option.integer(
            "rotary-width",
            2,
            1 << 20,
            config -> Math.max(2, config.get(HeadOptions.HEAD_WIDTH) / 2 * 2),
            "head-width, made even",
            "How many numbers of a head are turned, an even number.");

    static final Option<Double> BASE =
            Option.decimal("rotary-base", 2, 1e15, RotaryEmbedding.BASE, "Base of the powers that angles are.");

    static final Option<String> SCALING = Option.choice(
            "rotary-scaling",
            List.of("none", "linear", "ntk", "dynamic-ntk", "yarn", "longrope", "llama3"),
            "none",
            "How angles change for positions past those of training; the options below are read where a scaling needs them.");

    static final Option<Double> FACTOR =
            Option.decimal("rotary-factor", 1, 1e6, 1, "Positions to serve by those of training, of all scalings.");

    static final Option<Integer> TRAINED = Option.integer(
            "rotary-trained-length",
            2,
            1 << 30,
            2048,
            "Positions that the model was trained with, of dynamic-ntk, yarn, longrope and llama3.");

    static final Option<Double> FAST =
            Option.decimal("rotary-beta-fast", 1e-3, 1e6, 32, "Turns from which yarn keeps an angle.");

    static final Option<Double> SLOW =
            Option.decimal("rotary-beta-slow", 1e-3, 1e6, 1, "Turns up to which yarn divides an angle wholly.");

    static final Option<Double> LOW = Option.decimal(
            "rotary-low-frequency-factor", 1e-3, 1e6, 1, "Waves up to which llama3 divides an angle wholly.");

    static final Option<Double> HIGH =
            Option.decimal("rotary-high-frequency-factor", 1e-3, 1e6, 4, "Waves from which llama3 keeps an angle.");

    static final Option<List<Double>> SHORT = divisors("rotary-short-factor", "is 1");

    static final Option<List<Double>> LONG = divisors("rotary-long-factor", "is above 1");

    static final Option<Double> ATTENTION_FACTOR = Option.decimal(
            "rotary-attention-factor",
            0,
            1e3,
            0,
            "What yarn and longrope multiply turned queries and keys by; 0 for what their papers say.");

    static final Option<Boolean> TRUNCATE = Option.flag(
            "rotary-truncate", true, "Whether yarn's ramp begins and ends at whole pairs; gpt-oss's does not.");

    /** How far a position turns a pair. */
    static final OptionSchema ANGLES = OptionSchema.of(
            BASE, SCALING, FACTOR, TRAINED, FAST, SLOW, LOW, HIGH, SHORT, LONG, ATTENTION_FACTOR, TRUNCATE);

    static final OptionSchema SCHEMA = OptionSchema.of(ROTARY, WIDTH).and(ANGLES);

    private RotaryOptions() {}

    private static Option<List<Double>> divisors(String name, String when) {
        return Option.decimals(
                name,
                1e-3,
                1e6,
                RotaryEmbedding.LARGEST_WIDTH / 2,
                List.of(1.0),
                "What longrope divides angles by where rotary-factor " + when
                        + ": one number, or one for each of rotary-width / 2 pairs (Ding et al. 2024).");
    }

    /** Refuses what contradicts itself, as far as it is read. */
    static void check(MixerConfig config) {
        if (config.get(ROTARY).equals("none")) {
            return;
        }
        int width = config.get(WIDTH);
        int headWidth = config.get(HeadOptions.HEAD_WIDTH);
        if (width % 2 != 0 || width > headWidth) {
            throw new BadConfigurationException(
                    WIDTH.name(), Integer.toString(width), "must be even and at most head-width, " + headWidth);
        }
        scaling(config, width);
    }

    /** The scaling that a configuration describes, refused where it does not fit the rotary width. */
    static RotaryScaling scaling(MixerConfig config, int width) {
        double factor = config.get(FACTOR);
        int trained = config.get(TRAINED);
        double attentionFactor = config.get(ATTENTION_FACTOR);
        return switch (config.get(SCALING)) {
            case "linear" -> new RotaryScaling.Linear(factor);
            case "ntk" -> new RotaryScaling.Ntk(factor);
            case "dynamic-ntk" -> new RotaryScaling.DynamicNtk(factor, trained);
            case "yarn" ->
                new RotaryScaling.Yarn(
                        factor, trained, config.get(FAST), config.get(SLOW), attentionFactor, config.get(TRUNCATE));
            case "longrope" -> {
                RotaryScaling.LongRope divided = new RotaryScaling.LongRope(
                        factor, trained, config.get(SHORT), config.get(LONG), attentionFactor);
                divided.check(width);
                yield divided;
            }
            case "llama3" -> new RotaryScaling.Llama3(factor, trained, config.get(LOW), config.get(HIGH));
            default -> new RotaryScaling.None();
        };
    }

    /** What a configuration describes; null where nothing is turned. */
    static @Nullable RotaryEmbedding embedding(MixerConfig config) {
        if (config.get(ROTARY).equals("none")) {
            return null;
        }
        boolean interleaved = config.get(ROTARY).equals("interleaved");
        int width = config.get(WIDTH);
        return RotaryEmbedding.of(width, interleaved, config.get(BASE), scaling(config, width));
    }
}
