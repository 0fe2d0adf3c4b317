package org.attention4j.rnn;

import java.util.List;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;

/** The options that every recurrent mixer has: sizes, directions, layers, and dropout between layers. */
final class StackOptions {
    static final Option<Integer> HIDDEN = Option.integer(
            "hidden", 1, 65_536, MixerConfig::width, "width", "Width of the hidden state of one direction.");

    static final Option<Boolean> BIAS = Option.flag("bias", true, "Whether the gates have a bias.");

    static final Option<Boolean> BIDIRECTIONAL = Option.flag(
            "bidirectional",
            false,
            "Whether a second direction reads each sequence from its end; the outputs stand side by side.");

    static final Option<Integer> LAYERS = Option.integer(
            "layers", 1, 1_024, 1, "How many layers stand on each other; each reads the outputs of the one below.");

    static final Option<Double> LAYER_DROPOUT = Option.decimal(
            "layer-dropout",
            0,
            0.999,
            0,
            "The share of the outputs of every layer but the last that a recording leaves out; forward leaves out none.");

    static final Option<Integer> DROPOUT_SEED = Option.integer(
            "dropout-seed",
            0,
            Integer.MAX_VALUE,
            0,
            "With the values of a row, decides what layer-dropout leaves out.");

    /** Of the cells whose gates see the input alone. */
    static final Option<String> SCAN_CANDIDATE = Option.choice(
            "candidate-activation",
            List.of("linear", "positive", "tanh"),
            "linear",
            "Whether the candidate is taken as it is, or made positive, v + 1/2 from 0 on and the sigmoid below, or its tanh is.");

    /** Those of cells whose hidden state is as wide as their input. */
    static final OptionSchema SIZED_BY_INPUT =
            OptionSchema.of(BIAS, BIDIRECTIONAL, LAYERS, LAYER_DROPOUT, DROPOUT_SEED);

    static final OptionSchema SCHEMA = OptionSchema.of(HIDDEN).and(SIZED_BY_INPUT);

    /** Refuses layers whose inputs are wider than the first one's, for cells that take the input itself. */
    static void requireEqualWidths(MixerConfig config) {
        if (config.get(LAYERS) > 1 && config.get(BIDIRECTIONAL)) {
            throw new BadConfigurationException(
                    LAYERS.name(),
                    Integer.toString(config.get(LAYERS)),
                    "must be 1 with bidirectional=true: the outputs are twice as wide as a layer's inputs");
        }
    }

    private StackOptions() {}
}
