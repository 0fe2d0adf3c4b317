package org.attention4j.cnn;

import java.util.Set;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.Exactness;
import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;

/** Makes {@link LongConvolution}s, under the id {@code long-convolution}. */
public final class LongConvolutionProvider implements MixerProvider {
    private static final MixerKind KIND = new MixerKind(
            "long-convolution",
            MixerFamily.CONVOLUTION,
            "Causal depthwise convolution with a kernel as long as the sequence, by Fourier transforms.",
            OptionSchema.of(LongConvolution.KERNEL, LongConvolution.BLOCK, Convolution.BIAS),
            Set.of(Capability.DIFFERENTIABLE, Capability.INCREMENTAL));

    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public LongConvolutionProvider() {}

    static MixerSpec specOf(MixerConfig config) {
        MixerSpec.Builder spec = MixerSpec.of(KIND, config);
        MixerConfig resolved = spec.config();
        int width = resolved.width();
        int kernel = resolved.get(LongConvolution.KERNEL);
        int block = resolved.get(LongConvolution.BLOCK);
        if (Integer.bitCount(block) > 1) {
            throw new BadConfigurationException(
                    LongConvolution.BLOCK.name(),
                    Integer.toString(block),
                    "must be 0 or a power of two, the nearest are " + Integer.highestOneBit(block) + " and "
                            + 2 * Integer.highestOneBit(block));
        }
        InitialValue initial = InitialValue.uniform(1 / Math.sqrt(kernel));
        spec.parameter("weight", initial, width, 1, kernel);
        if (resolved.get(Convolution.BIAS)) {
            spec.parameter("bias", initial, width);
        }
        return spec.causal(true)
                .boundedState(true)
                .receptiveField(kernel - 1, 0)
                .exactness(
                        block == 0 || kernel == 1 ? Exactness.bits() : Exactness.withinSequence(LongConvolution.BOUND))
                .build();
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
        return LongConvolution.of(config, parameters);
    }
}
