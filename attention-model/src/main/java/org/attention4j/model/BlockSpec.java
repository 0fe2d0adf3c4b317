package org.attention4j.model;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.Exactness;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSpec;
import org.attention4j.kernels.Activation;

/** Specifications of blocks, decoder layers, stacks, sums and parts in a row: what holds of the mixers inside, and what is around them. */
final class BlockSpec {
    private static final Set<Capability> PASSED_ON =
            Set.of(Capability.INCREMENTAL, Capability.DIFFERENTIABLE, Capability.ATTENTIVE);

    private static final Option<Integer> HIDDEN =
            Option.integer("hidden", 1, Integer.MAX_VALUE, 1, "Hidden width of the MLP.");
    private static final Option<String> ACTIVATION =
            Option.choice("activation", words(Activation.values()), "gelu", "Activation of the MLP.");
    private static final Option<Boolean> GATED =
            Option.flag("gated", false, "Whether the MLP's hidden values are multiplied by a second projection.");
    private static final Option<String> NORM = Option.choice("norm", words(Norm.values()), "layer", "Which norms.");
    private static final Option<String> ARRANGEMENT =
            Option.choice("arrangement", words(Arrangement.values()), "pre-norm", "Where norms and sums are.");
    private static final Option<Double> EPSILON =
            Option.decimal("epsilon", 0, 1, LayerNorm.DEFAULT_EPSILON, "Epsilon of the norms.");
    private static final Option<Boolean> BIAS = Option.flag("bias", true, "Whether MLP and layer norms have biases.");
    private static final OptionSchema OPTIONS =
            OptionSchema.of(HIDDEN, ACTIVATION, GATED, NORM, ARRANGEMENT, EPSILON, BIAS);

    private BlockSpec() {}

    /** Of a block around one mixer. */
    static MixerSpec of(MixerSpec mixer, BlockConfig config, List<ParameterSpec> parameters) {
        checkWidths("mixer", mixer, mixer.inputWidth());
        OptionSchema mixers = OptionSchema.of(choice("mixer", mixer, "The mixer inside."));
        MixerKind kind = new MixerKind(
                "block",
                MixerFamily.OTHER,
                "A mixer and an MLP with norms and residual sums",
                mixers.and(OPTIONS),
                passedOn(mixer.kind().capabilities(), PASSED_ON));
        MixerSpec.Builder builder = MixerSpec.of(kind, configured(mixer, config).with("mixer", mixer.fingerprint()))
                .heads(mixer.heads());
        mixer.receptiveField().ifPresent(field -> builder.receptiveField(field.left(), field.right()));
        builder.causal(mixer.causal())
                .exactness(mixer.exactness())
                .smooth(mixer.smooth() && config.activation().smooth());
        return finish(builder, mixer, parameters);
    }

    /** Of a decoder layer: its own mixer, and one that takes from the memory. */
    static MixerSpec of(MixerSpec self, MixerSpec cross, BlockConfig config, List<ParameterSpec> parameters) {
        cross.require(Capability.CONTEXTUAL);
        checkWidths("mixer", self, self.inputWidth());
        checkWidths("cross-mixer", cross, self.inputWidth());
        OptionSchema mixers = OptionSchema.of(
                choice("mixer", self, "The mixer of the sequence itself."),
                choice("cross-mixer", cross, "The mixer that takes from the memory."));
        Set<Capability> capabilities = passedOn(self.kind().capabilities(), Set.of(Capability.DIFFERENTIABLE));
        capabilities.retainAll(cross.kind().capabilities());
        capabilities.add(Capability.CONTEXTUAL);
        MixerKind kind = new MixerKind(
                "transformer-decoder-layer",
                MixerFamily.OTHER,
                "A mixer, a cross-attention over a second sequence and an MLP with norms and residual sums",
                mixers.and(OPTIONS),
                capabilities);
        MixerConfig configured =
                configured(self, config).with("mixer", self.fingerprint()).with("cross-mixer", cross.fingerprint());
        MixerSpec.Builder builder = MixerSpec.of(kind, configured).contextWidth(cross.contextWidth());
        refusals(builder, kind, cross);
        builder.exactness(self.exactness().and(cross.exactness()));
        builder.smooth(self.smooth() && cross.smooth() && config.activation().smooth());
        // a sequence that is its own memory sees all of it
        return finish(builder.causal(self.causal() && cross.causal()), self, parameters);
    }

    /** Of layers one after the other. */
    static MixerSpec ofStack(
            String id, String summary, List<MixerSpec> layers, Optional<Layer> norm, List<ParameterSpec> parameters) {
        if (layers.isEmpty()) {
            throw new BadConfigurationException("layers", "[]", "a stack has at least one layer");
        }
        MixerSpec first = layers.get(0);
        for (MixerSpec layer : layers) {
            checkWidths("layers", layer, first.inputWidth());
            if (layer.contextWidth() != first.contextWidth()) {
                throw new BadConfigurationException(
                        "layers",
                        layer.fingerprint(),
                        "all layers of a stack read one memory, of width " + first.contextWidth()
                                + ", this one of width " + layer.contextWidth());
            }
        }
        String all = layers.stream().map(MixerSpec::fingerprint).collect(Collectors.joining("; "));
        String behind = norm.map(layer -> layer.getClass().getSimpleName()).orElse("none");
        Option<String> inside = Option.choice("layers", List.of(all), all, "The layers in order.");
        Option<String> last = Option.choice("last-norm", List.of(behind), behind, "The norm behind the last layer.");
        Set<Capability> capabilities =
                passedOn(first.kind().capabilities(), EnumSet.complementOf(EnumSet.of(Capability.ATTENTIVE)));
        layers.forEach(layer -> capabilities.retainAll(layer.kind().capabilities()));
        MixerKind kind = new MixerKind(id, MixerFamily.OTHER, summary, OptionSchema.of(inside, last), capabilities);
        MixerSpec.Builder builder = MixerSpec.of(
                        kind,
                        MixerConfig.width(first.inputWidth()).with(inside, all).with(last, behind))
                .contextWidth(first.contextWidth())
                .smooth(layers.stream().allMatch(MixerSpec::smooth));
        return finish(builder, kind, layers, parameters);
    }

    /** Of a residual sum around a mixer. */
    static MixerSpec ofSum(Part.Mixing inside, Optional<? extends Part> shortcut) {
        MixerSpec mixer = inside.mixer().spec();
        if (shortcut.isEmpty()) {
            checkWidths("mixer", mixer, mixer.inputWidth());
        }
        String beside = shortcut.map(Part::description).orElse("none");
        OptionSchema options = OptionSchema.of(
                choice("mixer", mixer, "The mixer inside."),
                Option.choice("shortcut", List.of(beside), beside, "What the input goes through before it is added."));
        MixerKind kind = new MixerKind(
                "residual",
                MixerFamily.OTHER,
                "A residual sum around a mixer",
                options,
                passedOn(mixer.kind().capabilities(), PASSED_ON));
        MixerConfig config = MixerConfig.width(mixer.inputWidth())
                .with("mixer", mixer.fingerprint())
                .with("shortcut", beside);
        MixerSpec.Builder builder = MixerSpec.of(kind, config)
                .outputWidth(mixer.outputWidth())
                .heads(mixer.heads())
                .causal(mixer.causal())
                .exactness(mixer.exactness())
                .smooth(mixer.smooth());
        mixer.receptiveField().ifPresent(field -> builder.receptiveField(field.left(), field.right()));
        List<ParameterSpec> parameters = new ArrayList<>(inside.specs());
        shortcut.ifPresent(layer -> parameters.addAll(layer.specs()));
        return finish(builder, mixer, parameters);
    }

    /** Of parts one after the other. */
    static MixerSpec ofParts(int width, List<Part> parts, List<ParameterSpec> parameters) {
        List<MixerSpec> mixers = parts.stream()
                .filter(Part.Mixing.class::isInstance)
                .map(part -> ((Part.Mixing) part).mixer().spec())
                .toList();
        String all = parts.stream().map(Part::description).collect(Collectors.joining("; "));
        Option<String> inside = Option.choice("parts", List.of(all), all, "The parts in order.");
        Set<Capability> capabilities = EnumSet.of(Capability.INCREMENTAL, Capability.DIFFERENTIABLE);
        mixers.forEach(mixer -> capabilities.retainAll(mixer.kind().capabilities()));
        MixerKind kind = new MixerKind(
                "sequential",
                MixerFamily.OTHER,
                "Mixers and layers one after the other",
                OptionSchema.of(inside),
                capabilities);
        MixerSpec.Builder builder = MixerSpec.of(kind, MixerConfig.width(width).with(inside, all))
                .outputWidth(parts.get(parts.size() - 1).outputWidth())
                .smooth(parts.stream().allMatch(Part::smooth));
        return finish(builder, kind, mixers, parameters);
    }

    /** Of branches that read the same input; outputs stand side by side, or are as wide as the first one's. */
    static MixerSpec ofBranches(String join, boolean beside, List<Part.Mixing> branches) {
        if (branches.isEmpty()) {
            throw new BadConfigurationException("branches", "[]", "there must be at least one");
        }
        List<MixerSpec> mixers =
                branches.stream().map(branch -> branch.mixer().spec()).toList();
        MixerSpec first = mixers.get(0);
        long width = 0;
        for (MixerSpec mixer : mixers) {
            boolean same = mixer.outputWidth() == first.outputWidth();
            if (mixer.inputWidth() != first.inputWidth() || !beside && !same) {
                throw new BadConfigurationException(
                        "branches",
                        mixer.fingerprint(),
                        "input" + (beside ? "" : " and output") + " width must be the first branch's, "
                                + first.inputWidth() + (beside ? "" : " and " + first.outputWidth()) + ", were "
                                + mixer.inputWidth() + " and " + mixer.outputWidth());
            }
            width += mixer.outputWidth();
        }
        if (beside && width > Integer.MAX_VALUE) {
            throw new BadConfigurationException(
                    "branches", Long.toString(width), "outputs side by side are at most 2^31 - 1 wide");
        }
        String all = mixers.stream().map(MixerSpec::fingerprint).collect(Collectors.joining("; "));
        Option<String> inside = Option.choice("branches", List.of(all), all, "The branches in order.");
        Option<String> joined = Option.choice("join", List.of(join), join, "What becomes of their outputs.");
        Set<Capability> capabilities = EnumSet.of(Capability.INCREMENTAL, Capability.DIFFERENTIABLE);
        mixers.forEach(mixer -> capabilities.retainAll(mixer.kind().capabilities()));
        MixerKind kind = new MixerKind(
                "branches",
                MixerFamily.OTHER,
                "Mixers side by side that read the same input",
                OptionSchema.of(inside, joined),
                capabilities);
        MixerConfig config =
                MixerConfig.width(first.inputWidth()).with(inside, all).with(joined, join);
        MixerSpec.Builder builder = MixerSpec.of(kind, config)
                .outputWidth(beside ? (int) width : first.outputWidth())
                .smooth(mixers.stream().allMatch(MixerSpec::smooth));
        List<ParameterSpec> parameters =
                branches.stream().flatMap(branch -> branch.specs().stream()).toList();
        return finish(builder, kind, mixers, parameters);
    }

    private static void checkWidths(String role, MixerSpec mixer, int width) {
        if (mixer.inputWidth() != width || mixer.outputWidth() != width) {
            throw new BadConfigurationException(
                    role,
                    mixer.fingerprint(),
                    "the mixer's output is added to its input, so input and output width must be " + width + ", were "
                            + mixer.inputWidth() + " and " + mixer.outputWidth());
        }
    }

    private static Option<String> choice(String role, MixerSpec mixer, String help) {
        return Option.choice(role, List.of(mixer.fingerprint()), mixer.fingerprint(), help);
    }

    private static MixerConfig configured(MixerSpec mixer, BlockConfig config) {
        return MixerConfig.width(mixer.inputWidth())
                .with(HIDDEN, config.hidden())
                .with(ACTIVATION, word(config.activation()))
                .with(GATED, config.gated())
                .with(NORM, word(config.norm()))
                .with(ARRANGEMENT, word(config.arrangement()))
                .with(EPSILON, config.epsilon())
                .with(BIAS, config.bias());
    }

    /** What the block has of its own mixer. */
    private static MixerSpec finish(MixerSpec.Builder builder, MixerSpec mixer, List<ParameterSpec> parameters) {
        builder.boundedState(mixer.boundedState());
        refusals(builder, mixer.kind(), mixer);
        parameters.forEach(spec ->
                builder.parameter(spec.name(), spec.initial(), spec.shape().extents()));
        return builder.build();
    }

    /** What holds of mixers one after the other. */
    private static MixerSpec finish(
            MixerSpec.Builder builder, MixerKind kind, List<MixerSpec> mixers, List<ParameterSpec> parameters) {
        builder.causal(mixers.stream().allMatch(MixerSpec::causal))
                .boundedState(mixers.stream().allMatch(MixerSpec::boundedState))
                .exactness(mixers.stream().map(MixerSpec::exactness).reduce(Exactness.bits(), Exactness::and));
        mixers.forEach(mixer -> refusals(builder, kind, mixer));
        parameters.forEach(spec ->
                builder.parameter(spec.name(), spec.initial(), spec.shape().extents()));
        return builder.build();
    }

    private static void refusals(MixerSpec.Builder builder, MixerKind kind, MixerSpec mixer) {
        for (Capability capability : kind.capabilities()) {
            if (PASSED_ON.contains(capability) && !mixer.supports(capability)) {
                builder.refuse(
                        capability,
                        "its mixer is not: " + mixer.refusal(capability).getMessage());
            }
        }
    }

    private static Set<Capability> passedOn(Set<Capability> capabilities, Set<Capability> possible) {
        EnumSet<Capability> passed = EnumSet.noneOf(Capability.class);
        passed.addAll(capabilities);
        passed.retainAll(possible);
        return passed;
    }

    private static List<String> words(Enum<?>[] values) {
        return Stream.of(values).map(BlockSpec::word).toList();
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
