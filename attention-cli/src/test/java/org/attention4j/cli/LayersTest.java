package org.attention4j.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Mixers;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
import org.attention4j.kernels.Activation;
import org.attention4j.model.ActivationLayer;
import org.attention4j.model.Arrangement;
import org.attention4j.model.Block;
import org.attention4j.model.BlockConfig;
import org.attention4j.model.Branches;
import org.attention4j.model.GroupNorm;
import org.attention4j.model.Identity;
import org.attention4j.model.LinearLayer;
import org.attention4j.model.Norm;
import org.attention4j.model.Residual;
import org.attention4j.model.RmsNorm;
import org.attention4j.model.Sequential;
import org.attention4j.model.SinusoidalPositions;
import org.attention4j.model.TransformerDecoder;
import org.attention4j.model.TransformerDecoderLayer;
import org.attention4j.model.TransformerEncoder;
import org.attention4j.tests.Conformance;
import org.attention4j.tests.ConformanceListener;
import org.attention4j.tests.Report;
import org.attention4j.tests.ReportWriter;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Blocks, decoder layers, stacks, sequences of parts, residual sums and branches are mixers: they keep every law of mixers, whatever is inside. */
class LayersTest {
    private static final int TRIES = Integer.getInteger("attention4j.tries", 12);
    private static final long SEED = Long.getLong("attention4j.seed", 20_261_124L);

    private static final Option<Integer> HEADS = Option.integer("heads", 1, 8, 1, "Heads of the attention.");
    private static final Option<Integer> HIDDEN = Option.integer("hidden", 1, 64, 8, "Hidden width of the MLP.");
    private static final Option<Boolean> CAUSAL = Option.flag("causal", false, "Causal attention.");
    private static final Option<String> ARRANGEMENT = Option.choice(
            "arrangement",
            Stream.of(Arrangement.values()).map(Enum::name).toList(),
            Arrangement.PRE_NORM.name(),
            "Where norms are.");
    private static final Option<String> NORM =
            Option.choice("norm", Stream.of(Norm.values()).map(Enum::name).toList(), "LAYER", "Which norms.");
    private static final Option<Boolean> GATED = Option.flag("gated", false, "A gated MLP.");
    private static final Option<Boolean> BIAS = Option.flag("bias", true, "Biases.");

    private static final Mixers MIXERS = Mixers.load();

    /** Makes layers of configurations that the kit draws. */
    private record LayerProvider(MixerKind kind, BiFunction<MixerConfig, ParameterSource, SequenceMixer> layer)
            implements MixerProvider {
        static LayerProvider of(
                String id,
                Set<Capability> capabilities,
                BiFunction<MixerConfig, ParameterSource, SequenceMixer> layer) {
            OptionSchema options = OptionSchema.of(HEADS, HIDDEN, CAUSAL, ARRANGEMENT, NORM, GATED, BIAS);
            return new LayerProvider(new MixerKind(id, MixerFamily.OTHER, id, options, capabilities), layer);
        }

        @Override
        public MixerSpec spec(MixerConfig config) {
            return create(config, (parameter, target) -> {}).spec();
        }

        @Override
        public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
            MixerConfig resolved = MixerSpec.of(kind, config).config();
            if (resolved.width() == 1) {
                throw new BadConfigurationException("width", "1", "a layer norm of one number is 0");
            }
            if (resolved.width() % resolved.get(HEADS) != 0) {
                throw new BadConfigurationException(
                        "heads", resolved.get(HEADS).toString(), "must divide the width, " + resolved.width());
            }
            return new RenamedMixer(kind, resolved, layer.apply(resolved, parameters));
        }
    }

    private static BlockConfig around(MixerConfig config) {
        BlockConfig around = BlockConfig.transformer(config.get(HIDDEN))
                .withActivation(Activation.SILU)
                .withArrangement(Arrangement.valueOf(config.get(ARRANGEMENT)))
                .withNorm(Norm.valueOf(config.get(NORM)));
        around = config.get(GATED) ? around.withGate() : around;
        return config.get(BIAS) ? around : around.withoutBias();
    }

    private static SequenceMixer attention(MixerConfig config, boolean causal, ParameterSource source) {
        return MIXERS.create(
                "multi-head-attention",
                MixerConfig.width(config.width())
                        .with("heads", config.get(HEADS))
                        .with("causal", causal),
                source);
    }

    private static Block block(MixerConfig config, ParameterSource source) {
        return Block.of(attention(config, config.get(CAUSAL), source.under("self_attn.")), around(config), source);
    }

    private static Block recurrent(MixerConfig config, ParameterSource source) {
        MixerConfig gru = MixerConfig.width(config.width()).with("hidden", config.width());
        return Block.of(MIXERS.create("gru", gru, source.under("self_attn.")), around(config), source);
    }

    private static TransformerDecoderLayer decoderLayer(MixerConfig config, ParameterSource source) {
        return TransformerDecoderLayer.of(
                attention(config, config.get(CAUSAL), source.under("self_attn.")),
                attention(config, false, source.under("multihead_attn.")),
                around(config),
                source);
    }

    private static TransformerEncoder encoder(MixerConfig config, ParameterSource source) {
        return TransformerEncoder.of(
                List.of(block(config, source.under("layers.0.")), recurrent(config, source.under("layers.1."))),
                Optional.of(RmsNorm.of(config.width(), 1e-5, source.under("norm."))));
    }

    private static Sequential sequential(MixerConfig config, ParameterSource source) {
        int width = config.width();
        int hidden = config.get(HIDDEN);
        MixerConfig gru = MixerConfig.width(hidden).with("hidden", hidden + 1);
        return Sequential.of(SinusoidalPositions.of(1 << 10, width))
                .then(attention(config, config.get(CAUSAL), source.under("1.")))
                .then(LinearLayer.of(width, hidden, config.get(BIAS), source.under("2.")))
                .then(MIXERS.create("gru", gru, source.under("3.")));
    }

    private static Residual residual(MixerConfig config, ParameterSource source) {
        return Residual.of(attention(config, config.get(CAUSAL), source.under("mixer.")));
    }

    /** A residual block of convolutions, which changes the width, in one that does not. */
    private static Residual residualConvolutions(MixerConfig config, ParameterSource source) {
        int width = config.width();
        int hidden = config.get(HIDDEN);
        boolean causal = config.get(CAUSAL);
        ParameterSource outer = source.under("mixer.0.");
        ParameterSource inner = outer.under("mixer.");
        Sequential convolutions = Sequential.of(
                        convolution(MixerConfig.width(width).with("output-width", hidden), causal, inner.under("0.")))
                .then(ActivationLayer.of(hidden, Activation.SILU))
                .then(convolution(MixerConfig.width(hidden), causal, inner.under("2.")));
        LinearLayer shortcut = LinearLayer.of(width, hidden, config.get(BIAS), outer.under("shortcut."));
        MixerConfig back = MixerConfig.width(hidden).with("output-width", width).with("kernel", 1);
        return Residual.of(Sequential.of(Residual.of(convolutions, shortcut))
                .then(convolution(back, causal, source.under("mixer.1."))));
    }

    /** A shortcut that is an attention, beside a branch of layers alone and the input. */
    private static Branches sum(MixerConfig config, ParameterSource source) {
        int width = config.width();
        return Branches.sum(
                attention(config, config.get(CAUSAL), source.under("0.")),
                Sequential.of(SinusoidalPositions.of(1 << 10, width))
                        .then(LinearLayer.of(width, width, config.get(BIAS), source.under("1.1."))),
                Sequential.of(Identity.of(width)));
    }

    /** An output gate, of three factors. */
    private static Branches product(MixerConfig config, ParameterSource source) {
        int width = config.width();
        MixerConfig gru = MixerConfig.width(width).with("hidden", config.get(HIDDEN));
        MixerConfig gate = MixerConfig.width(width).with("output-width", config.get(HIDDEN));
        return Branches.product(
                MIXERS.create("gru", gru, source.under("0.")),
                Sequential.of(convolution(gate, config.get(CAUSAL), source.under("1.0.")))
                        .then(ActivationLayer.of(config.get(HIDDEN), Activation.SIGMOID)),
                Sequential.of(LinearLayer.of(width, config.get(HIDDEN), config.get(BIAS), source.under("2.0."))));
    }

    private static Branches concatenation(MixerConfig config, ParameterSource source) {
        MixerConfig wide = MixerConfig.width(config.width()).with("output-width", config.get(HIDDEN));
        return Branches.concatenation(
                convolution(wide.with("kernel", 2), config.get(CAUSAL), source.under("0.")),
                attention(config, config.get(CAUSAL), source.under("1.")),
                convolution(wide.with("kernel", 5), config.get(CAUSAL), source.under("2.")));
    }

    private static GroupNorm groupNorm(MixerConfig config, ParameterSource source) {
        return GroupNorm.of(config.width(), config.get(HEADS), 0.1, source);
    }

    private static SequenceMixer convolution(MixerConfig config, boolean causal, ParameterSource source) {
        return MIXERS.create("convolution", config.with("causal", causal), source);
    }

    private static TransformerDecoder decoder(MixerConfig config, ParameterSource source) {
        return TransformerDecoder.of(
                List.of(
                        decoderLayer(config, source.under("layers.0.")),
                        decoderLayer(config, source.under("layers.1."))),
                Optional.empty());
    }

    @TestFactory
    Stream<DynamicTest> everyLayerKeepsEveryLaw() {
        Set<Capability> ofBlocks = Set.of(Capability.INCREMENTAL, Capability.DIFFERENTIABLE, Capability.ATTENTIVE);
        Set<Capability> ofEncoders = Set.of(Capability.INCREMENTAL, Capability.DIFFERENTIABLE);
        Set<Capability> ofDecoders = Set.of(Capability.CONTEXTUAL, Capability.DIFFERENTIABLE);
        return Stream.of(
                        LayerProvider.of("block", ofBlocks, LayersTest::block),
                        LayerProvider.of("transformer-encoder", ofEncoders, LayersTest::encoder),
                        LayerProvider.of("sequential", ofEncoders, LayersTest::sequential),
                        LayerProvider.of("residual", ofBlocks, LayersTest::residual),
                        LayerProvider.of("residual-convolutions", ofEncoders, LayersTest::residualConvolutions),
                        LayerProvider.of("sum", ofEncoders, LayersTest::sum),
                        LayerProvider.of("product", ofEncoders, LayersTest::product),
                        LayerProvider.of("concatenation", ofEncoders, LayersTest::concatenation),
                        LayerProvider.of("group-norm", Set.of(Capability.DIFFERENTIABLE), LayersTest::groupNorm),
                        LayerProvider.of("transformer-decoder-layer", ofDecoders, LayersTest::decoderLayer),
                        LayerProvider.of("transformer-decoder", ofDecoders, LayersTest::decoder))
                .map(provider -> DynamicTest.dynamicTest(provider.kind().id(), () -> {
                    Report report =
                            Conformance.of(provider).tries(TRIES).seed(SEED).run(ConformanceListener.silent());
                    assertTrue(report.passed(), () -> ReportWriter.table(report));
                }));
    }
}
