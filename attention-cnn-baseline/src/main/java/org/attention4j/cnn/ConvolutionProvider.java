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
        addParameters(spec, "");
        return finish(spec).build();
    }

    /** Checks the groups and adds one convolution's weight and bias, as the options say. */
    static void addParameters(MixerSpec.Builder spec, String prefix) {
        MixerConfig config = spec.config();
        int width = config.width();
        int out = config.get(Convolution.OUTPUT_WIDTH);
        int kernel = config.get(Convolution.KERNEL);
        int groups = config.get(Convolution.GROUPS);
        if (width % groups != 0 || out % groups != 0) {
            throw new BadConfigurationException(
                    Convolution.GROUPS.name(),
                    Integer.toString(groups),
                    "must divide width " + width + " and output-width " + out);
        }
        InitialValue initial = InitialValue.uniform(1 / Math.sqrt((double) width / groups * kernel));
        spec.parameter(prefix + "weight", initial, out, width / groups, kernel);
        if (config.get(Convolution.BIAS)) {
            spec.parameter(prefix + "bias", initial, out);
        }
    }

    /** Sets the width of the output and what follows from the reach of the taps. */
    static MixerSpec.Builder finish(MixerSpec.Builder spec) {
        MixerConfig config = spec.config();
        boolean causal = config.get(Convolution.CAUSAL);
        Reach reach = Reach.of(config.get(Convolution.KERNEL), config.get(Convolution.DILATION), causal);
        if (!causal) {
            spec.refuse(Capability.INCREMENTAL, "needs causal=true, was false");
        }
        return spec.outputWidth(config.get(Convolution.OUTPUT_WIDTH))
                .causal(causal)
                .boundedState(true)
                .receptiveField(reach.left(), reach.right());
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
