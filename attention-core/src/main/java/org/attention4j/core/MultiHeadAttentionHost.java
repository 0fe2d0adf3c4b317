package org.attention4j.core;

import java.util.Objects;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.variant.AttentionHost;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionVariantProvider;

/** Makes {@link MultiHeadAttention}s with a variant inside, under the variant's id and with its options beside their own. */
public final class MultiHeadAttentionHost implements AttentionHost {
    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public MultiHeadAttentionHost() {}

    @Override
    public MixerProvider host(AttentionVariantProvider variant) {
        return new Hosted(variant);
    }

    /** The kind of a variant, with its options beside others. */
    static MixerKind kind(AttentionVariantProvider variant, OptionSchema options) {
        return new MixerKind(
                variant.id(),
                MixerFamily.OTHER,
                variant.summary(),
                options.and(variant.options()),
                MultiHeadAttention.CAPABILITIES);
    }

    private static final class Hosted implements MixerProvider {
        private final AttentionVariantProvider variant;
        private final MixerKind kind;

        Hosted(AttentionVariantProvider variant) {
            this.variant = Objects.requireNonNull(variant, "variant");
            this.kind = MultiHeadAttentionHost.kind(variant, MultiHeadAttention.OPTIONS);
        }

        @Override
        public MixerKind kind() {
            return kind;
        }

        /** Makes the variant too, as it may refuse the configuration, and has parameters. */
        @Override
        public MixerSpec spec(MixerConfig config) {
            return MultiHeadSpecs.of(kind, config, variant(config));
        }

        private AttentionVariant variant(MixerConfig config) {
            return variant.variant(MultiHeadSpecs.of(kind, config));
        }

        @Override
        public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
            AttentionVariant made = variant(config);
            return MultiHeadAttention.of(MultiHeadSpecs.of(kind, config, made), made, parameters);
        }
    }
}
