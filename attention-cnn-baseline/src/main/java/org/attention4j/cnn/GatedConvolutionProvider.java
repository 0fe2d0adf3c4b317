package org.attention4j.cnn;

import java.util.Set;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;

/** Makes {@link GatedConvolution}s, under the id {@code gated-convolution}. */
public final class GatedConvolutionProvider implements MixerProvider {
    private static final MixerKind KIND = new MixerKind(
            "gated-convolution",
            MixerFamily.LOCAL,
            "Gated convolution over time: a gated linear unit, or SiLU as after Mamba's short convolution.",
            OptionSchema.of(
                    GatedConvolution.GATE,
                    GatedConvolution.ACTIVATION,
                    Convolution.KERNEL,
                    Convolution.DILATION,
                    Convolution.GROUPS,
                    Convolution.OUTPUT_WIDTH,
                    Convolution.CAUSAL,
                    Convolution.BIAS),
            Set.of(Capability.DIFFERENTIABLE, Capability.INCREMENTAL));

    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public GatedConvolutionProvider() {}

    static MixerSpec specOf(MixerConfig config) {
        MixerSpec.Builder spec = MixerSpec.of(KIND, config);
        ConvolutionProvider.addParameters(spec, "");
        if (spec.config().get(GatedConvolution.GATE).equals(GatedConvolution.SEPARATE)) {
            ConvolutionProvider.addParameters(spec, GatedConvolution.GATE_PREFIX);
        } else if (!spec.config().get(GatedConvolution.ACTIVATION).equals(GatedConvolution.LINEAR)) {
            throw new BadConfigurationException(
                    GatedConvolution.ACTIVATION.name(),
                    spec.config().get(GatedConvolution.ACTIVATION),
                    "must be linear with gate=self");
        }
        return ConvolutionProvider.finish(spec).build();
    }

    @Override
    public MixerKind kind() {
        return KIND;
    }

    @Override
    public MixerSpec spec(MixerConfig config) {
        return specOf(config);
    }

    @Override
    public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
        return GatedConvolution.of(config, parameters);
    }
}
