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

/** Makes {@link Pooling}s, under the id {@code pooling}. */
public final class PoolingProvider implements MixerProvider {
    private static final MixerKind KIND = new MixerKind(
            "pooling",
            MixerFamily.LOCAL,
            "The maximum or mean of each channel over a window of positions, or over all; no parameters.",
            OptionSchema.of(Pooling.KERNEL, Pooling.POOL, Pooling.COUNT_PADDING, Convolution.CAUSAL),
            Set.of(Capability.DIFFERENTIABLE, Capability.INCREMENTAL));

    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public PoolingProvider() {}

    static MixerSpec specOf(MixerConfig given) {
        MixerSpec.Builder spec = MixerSpec.of(KIND, given);
        MixerConfig config = spec.config();
        PoolingForm form = PoolingForm.of(config);
        if (config.get(Pooling.COUNT_PADDING) && (form.max() || form.all())) {
            throw new BadConfigurationException(
                    Pooling.COUNT_PADDING.name(),
                    "true",
                    "needs pool=mean and a kernel above 0, were pool=" + config.get(Pooling.POOL) + " and kernel="
                            + config.get(Pooling.KERNEL));
        }
        boolean causal = config.get(Convolution.CAUSAL);
        if (!causal) {
            spec.refuse(Capability.INCREMENTAL, "needs causal=true, was false");
        }
        if (!form.all()) {
            spec.receptiveField(form.left(), form.right());
        }
        return spec.causal(causal).boundedState(true).smooth(!form.max()).build();
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
        return Pooling.of(config);
    }
}
