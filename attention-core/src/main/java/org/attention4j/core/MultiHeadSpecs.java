package org.attention4j.core;

import org.attention4j.api.Capability;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.variant.AttentionVariant;

/** What a configuration of multi-head attention comes to: its form, and a specification or the reason why there is none. */
final class MultiHeadSpecs {
    private MultiHeadSpecs() {}

    /** The form of a resolved configuration. */
    static AttentionForm form(MixerConfig config) {
        int width = config.width();
        int keys = config.get(MultiHeadAttention.CONTEXT_WIDTH);
        int values = config.get(MultiHeadAttention.VALUE_WIDTH);
        return new AttentionForm(
                config.get(MultiHeadAttention.HEADS),
                config.get(HeadOptions.KEY_VALUE_HEADS),
                config.get(HeadOptions.HEAD_WIDTH),
                config.get(HeadOptions.VALUE_HEAD_WIDTH),
                width,
                keys,
                values,
                keys == width && values == width,
                config.get(MultiHeadAttention.BIAS),
                config.get(MultiHeadAttention.VALUE_PROJECTION),
                config.get(MultiHeadAttention.OUTPUT_PROJECTION),
                config.get(MultiHeadAttention.BIAS_KEY_VALUE),
                config.get(MultiHeadAttention.ZERO_ATTENTION),
                HeadOptions.norm(config),
                HeadOptions.gates(config),
                config.get(HeadOptions.PROJECTION_CLIP).floatValue(),
                ScoreOptions.growth(config));
    }

    static MixerSpec of(MixerKind kind, MixerConfig config) {
        return of(kind, config, AttentionVariant.softmax());
    }

    static MixerSpec of(MixerKind kind, MixerConfig config, AttentionVariant variant) {
        MixerSpec.Builder spec = MixerSpec.of(kind, config);
        int width = spec.config().width();
        HeadOptions.check(spec.config());
        RotaryOptions.check(spec.config());
        AttentionForm form = form(spec.config());
        boolean causal = spec.config().get(MultiHeadAttention.CAUSAL);
        if (!causal) {
            spec.refuse(Capability.INCREMENTAL, "needs causal=true, was false");
        } else if (form.biasKeyValue()) {
            spec.refuse(Capability.INCREMENTAL, "needs bias-key-value=false, was true");
        } else if (form.zeroAttention()) {
            spec.refuse(Capability.INCREMENTAL, "needs zero-attention=false, was true");
        } else if (!form.packed()) {
            spec.refuse(
                    Capability.INCREMENTAL,
                    "needs context-width=width, was " + form.keyInWidth() + " for width " + width);
        }
        if (form.keyInWidth() != form.valueInWidth()) {
            spec.refuse(
                    Capability.CONTEXTUAL,
                    "one context needs context-value-width=context-width, were " + form.valueInWidth() + " and "
                            + form.keyInWidth() + "; give queries, keys and values one by one");
        }
        MaskOptions.check(causal, spec.config());
        MaskOptions.declare(spec, causal);
        form.declare(spec);
        ScoreOptions.check(spec.config(), variant);
        ScoreOptions.declare(spec, form.heads());
        CacheOptions.declare(spec, causal);
        CacheOptions.check(spec.config(), variant);
        VariantParameters.declare(variant, form.heads(), spec);
        boolean allShown = form.extraKeys() == 0 && !ScoreOptions.leaks(spec.config());
        return spec.heads(form.heads())
                .headWidth(form.keyWidth())
                .outputWidth(form.outputWidth())
                .smooth(variant.smooth() && form.clip() == 0)
                .weightSum(VariantParameters.weightSum(variant, allShown))
                .causal(MaskOptions.causal(causal, spec.config()))
                .contextWidth(form.keyInWidth())
                .build();
    }
}
