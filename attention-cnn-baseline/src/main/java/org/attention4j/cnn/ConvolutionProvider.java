package org.attention4j.cnn;

import java.util.Set;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;

/** Makes {@link Convolution}s, under the id {@code convolution}. */
public final class ConvolutionProvider implements MixerProvider {
    private static final MixerKind KIND = new MixerKind(
            "convolution",
            MixerFamily.CONVOLUTION,
            "Convolution over time: a local, linear mixer, dense, grouped or depthwise.",
            OptionSchema.of(
                    Convolution.KERNEL,
                    Convolution.DILATION,
                    Convolution.GROUPS,
                    Convolution.OUTPUT_WIDTH,
                    Convolution.CAUSAL,
                    Convolution.BIAS),
            Set.of(Capability.DIFFERENTIABLE, Capability.INCREMENTAL));

    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public ConvolutionProvider() {}

    static MixerSpec specOf(MixerConfig config) {
        MixerSpec.Builder spec = MixerSpec.of(KIND, config);
        MixerConfig resolved = spec.config();
        int width = resolved.width();
        int out = resolved.get(Convolution.OUTPUT_WIDTH);
        int kernel = resolved.get(Convolution.KERNEL);
        int groups = resolved.get(Convolution.GROUPS);
        boolean causal = resolved.get(Convolution.CAUSAL);
        if (width % groups != 0 || out % groups != 0) {
            throw new BadConfigurationException(
                    Convolution.GROUPS.name(),
                    Integer.toString(groups),
                    "must divide width " + width + " and output-width " + out);
        }
        Reach reach = Reach.of(kernel, resolved.get(Convolution.DILATION), causal);
        InitialValue initial = InitialValue.uniform(1 / Math.sqrt((double) width / groups * kernel));
        spec.parameter("weight", initial, out, width / groups, kernel);
        if (resolved.get(Convolution.BIAS)) {
            spec.parameter("bias", initial, out);
        }
        if (!causal) {
            spec.refuse(Capability.INCREMENTAL, "needs causal=true, was false");
        }
        return spec.outputWidth(out)
                .causal(causal)
                .boundedState(true)
                .receptiveField(reach.left(), reach.right())
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
        return Convolution.of(config, parameters);
    }
}
