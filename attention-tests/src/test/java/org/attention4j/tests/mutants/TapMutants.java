package org.attention4j.tests.mutants;

import java.util.List;
import java.util.Map;
import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;

/** Convolutions whose taps, channels or gates stand in the wrong place. */
final class TapMutants {
    private static final List<Option<?>> TAPS = List.of(
            Option.integer("kernel", 3, 4, 3, "Taps."),
            Option.integer("dilation", 1, 64, 1, "Distance of taps."),
            Option.flag("causal", true, "No later inputs."));

    private TapMutants() {}

    private static int taps(MixerConfig config) {
        return FormulaMutants.number(config, "kernel");
    }

    private static void weights(MixerSpec.Builder spec, String prefix, int... extents) {
        spec.parameter(prefix + "weight", InitialValue.uniform(1), extents)
                .parameter(prefix + "bias", InitialValue.uniform(1), extents[0]);
    }

    private static Mutant config(FormulaMixer.Subject subject, String option, Object instead) {
        return FormulaMutants.mutant(subject, config -> config.with(option, instead), FormulaMutants.same());
    }

    private static Mutant oneMore(FormulaMixer.Subject subject, String option) {
        return FormulaMutants.mutant(
                subject,
                config -> config.with(option, FormulaMutants.number(config, option) + 1),
                FormulaMutants.same());
    }

    private static Mutant backwards(FormulaMixer.Subject subject, String parameter) {
        return FormulaMutants.mutant(
                subject, FormulaMutants.same(), parameters -> FormulaMutants.reversed(parameters, parameter));
    }

    /** What opens a gate in the place of what goes through it. */
    private static Map<String, double[]> gatesForValues(Map<String, double[]> parameters) {
        return FormulaMutants.with(
                FormulaMutants.with(parameters, "weight", parameters.get("gate.weight")),
                "gate.weight",
                parameters.get("weight"));
    }

    static List<Mutant> all() {
        FormulaMixer.Subject dense = new FormulaMixer.Subject(
                "convolution",
                OptionSchema.of(TAPS.toArray(Option<?>[]::new)),
                (spec, config) -> weights(spec, "", config.width(), config.width(), taps(config)));
        FormulaMixer.Subject two = new FormulaMixer.Subject(
                "convolution",
                OptionSchema.of(
                        Option.integer("kernel", 3, 4, 3, "Taps."), Option.integer("groups", 2, 2, 2, "Of channels.")),
                (spec, config) -> {
                    FormulaMutants.divides("groups", config);
                    weights(spec, "", config.width(), config.width() / 2, taps(config));
                });
        FormulaMixer.Subject gated = new FormulaMixer.Subject(
                "gated-convolution",
                OptionSchema.of(TAPS.toArray(Option<?>[]::new))
                        .and(OptionSchema.of(
                                Option.choice("activation", List.of("linear", "tanh"), "linear", "Of sums."))),
                (spec, config) -> {
                    weights(spec, "", config.width(), config.width(), taps(config));
                    weights(spec, "gate.", config.width(), config.width(), taps(config));
                });
        FormulaMixer.Subject deep = new FormulaMixer.Subject(
                "temporal-convolution",
                OptionSchema.of(
                        Option.integer("kernel", 3, 4, 3, "Taps."),
                        Option.integer("levels", 2, 2, 2, "Blocks."),
                        Option.integer("dilation-base", 1, 3, 2, "Of dilations."),
                        Option.choice("activation", List.of("relu", "silu"), "relu", "Of sums.")),
                (spec, config) -> {
                    for (String name : List.of("0.conv1.", "0.conv2.", "1.conv1.", "1.conv2.")) {
                        weights(spec, "network." + name, config.width(), config.width(), taps(config));
                    }
                });
        FormulaMixer.Subject filter = new FormulaMixer.Subject(
                "long-convolution",
                OptionSchema.of(Option.integer("kernel", 3, 7, 5, "Taps.")),
                (spec, config) -> weights(spec, "", config.width(), 1, taps(config)));
        return List.of(
                oneMore(dense, "dilation"),
                config(dense, "causal", false),
                config(dense, "causal", true),
                backwards(dense, "weight"),
                FormulaMutants.mutant(
                        two, FormulaMutants.same(), parameters -> FormulaMutants.exchanged(parameters, "weight")),
                oneMore(gated, "dilation"),
                config(gated, "activation", "linear"),
                FormulaMutants.mutant(gated, FormulaMutants.same(), TapMutants::gatesForValues),
                oneMore(deep, "dilation-base"),
                config(deep, "activation", "relu"),
                backwards(deep, "network.1.conv2.weight"),
                backwards(filter, "weight"));
    }
}
