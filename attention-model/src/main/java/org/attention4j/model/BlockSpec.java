package org.attention4j.model;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSpec;
import org.attention4j.kernels.Activation;

/** The specification of a block: its mixer's, with the options and parameters around it. */
final class BlockSpec {
    private static final Set<Capability> PASSED_ON =
            Set.of(Capability.INCREMENTAL, Capability.DIFFERENTIABLE, Capability.ATTENTIVE);

    private BlockSpec() {}

    static MixerSpec of(MixerSpec mixer, BlockConfig config, Stream<ParameterSpec> around) {
        if (mixer.outputWidth() != mixer.inputWidth()) {
            throw new BadConfigurationException(
                    "mixer",
                    mixer.fingerprint(),
                    "a block adds the mixer's output to its input, so the output width must be " + mixer.inputWidth()
                            + ", was " + mixer.outputWidth());
        }
        List<String> activations = Stream.of(Activation.values())
                .map(activation -> word(activation.name()))
                .toList();
        Option<String> mixerOption =
                Option.choice("mixer", List.of(mixer.fingerprint()), mixer.fingerprint(), "The mixer inside.");
        Option<Integer> hidden = Option.integer("hidden", 1, Integer.MAX_VALUE, 1, "Hidden width of the MLP.");
        Option<String> activation = Option.choice("activation", activations, "gelu", "Activation of the MLP.");
        Option<Boolean> normFirst = Option.flag("norm-first", true, "Norms before mixer and MLP, or after the sums.");
        Option<Double> epsilon =
                Option.decimal("epsilon", 0, 1, LayerNorm.DEFAULT_EPSILON, "Epsilon of the layer norms.");
        MixerKind kind = new MixerKind(
                "block",
                MixerFamily.OTHER,
                "A mixer and an MLP with layer norms and residual sums",
                OptionSchema.of(mixerOption, hidden, activation, normFirst, epsilon),
                passedOn(mixer.kind().capabilities()));
        MixerSpec.Builder builder = MixerSpec.of(
                        kind,
                        MixerConfig.width(mixer.inputWidth())
                                .with(mixerOption, mixer.fingerprint())
                                .with(hidden, config.hidden())
                                .with(activation, word(config.activation().name()))
                                .with(normFirst, config.normFirst())
                                .with(epsilon, config.epsilon()))
                .heads(mixer.heads())
                .causal(mixer.causal())
                .boundedState(mixer.boundedState())
                .exactness(mixer.exactness());
        mixer.receptiveField().ifPresent(field -> builder.receptiveField(field.left(), field.right()));
        for (Capability capability : kind.capabilities()) {
            if (!mixer.supports(capability)) {
                builder.refuse(
                        capability,
                        "its mixer is not: " + mixer.refusal(capability).getMessage());
            }
        }
        Stream.concat(mixer.parameters().stream().map(spec -> Parameters.under("mixer.", spec)), around)
                .forEach(spec -> builder.parameter(
                        spec.name(), spec.initial(), spec.shape().extents()));
        return builder.build();
    }

    private static Set<Capability> passedOn(Set<Capability> capabilities) {
        EnumSet<Capability> passed = EnumSet.noneOf(Capability.class);
        passed.addAll(capabilities);
        passed.retainAll(PASSED_ON);
        return passed;
    }

    private static String word(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
