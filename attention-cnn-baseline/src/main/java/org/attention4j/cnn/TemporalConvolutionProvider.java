package org.attention4j.cnn;

import java.util.Locale;
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

/** Makes {@link TemporalConvolution}s, under the id {@code temporal-convolution}. */
public final class TemporalConvolutionProvider implements MixerProvider {
    private static final MixerKind KIND = new MixerKind(
            "temporal-convolution",
            MixerFamily.LOCAL,
            "Temporal convolutional network: blocks of dilated causal convolutions with residuals.",
            OptionSchema.of(
                    TemporalConvolution.KERNEL,
                    TemporalConvolution.LEVELS,
                    TemporalConvolution.HIDDEN,
                    TemporalConvolution.DILATION_BASE,
                    TemporalConvolution.ACTIVATION),
            Set.of(Capability.DIFFERENTIABLE, Capability.INCREMENTAL));

    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public TemporalConvolutionProvider() {}

    static MixerSpec specOf(MixerConfig config) {
        MixerSpec.Builder spec = MixerSpec.of(KIND, config);
        MixerConfig resolved = spec.config();
        int kernel = resolved.get(TemporalConvolution.KERNEL);
        int levels = resolved.get(TemporalConvolution.LEVELS);
        int hidden = resolved.get(TemporalConvolution.HIDDEN);
        int base = resolved.get(TemporalConvolution.DILATION_BASE);
        double field = 0;
        for (int level = 0; level < levels; level++) {
            field += 2 * (kernel - 1) * Math.pow(base, level);
        }
        if (field > Integer.MAX_VALUE) {
            throw new BadConfigurationException(
                    TemporalConvolution.LEVELS.name(),
                    Integer.toString(levels),
                    "with kernel " + kernel + " and dilation-base " + base + " the receptive field would be "
                            + String.format(Locale.ROOT, "%.0f", field) + " positions, at most "
                            + Integer.MAX_VALUE + " are allowed");
        }
        for (int level = 0; level < levels; level++) {
            int width = level == 0 ? resolved.width() : hidden;
            String prefix = TemporalBlocks.prefix(level);
            add(spec, prefix + TemporalBlocks.FIRST, width, hidden, kernel);
            add(spec, prefix + TemporalBlocks.SECOND, hidden, hidden, kernel);
            if (width != hidden) {
                add(spec, prefix + TemporalBlocks.RESIDUAL, width, hidden, 1);
            }
        }
        return spec.outputWidth(hidden)
                .causal(true)
                .smooth(!resolved.get(TemporalConvolution.ACTIVATION).equals("relu"))
                .boundedState(true)
                .receptiveField((int) field, 0)
                .build();
    }

    private static void add(MixerSpec.Builder spec, String prefix, int in, int out, int kernel) {
        InitialValue initial = InitialValue.uniform(1 / Math.sqrt((double) in * kernel));
        spec.parameter(prefix + "weight", initial, out, in, kernel);
        spec.parameter(prefix + "bias", initial, out);
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
        return TemporalConvolution.of(config, parameters);
    }
}
