package org.attention4j.api.variant;

import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.OptionSchema;

/**
 * The SPI of a variant that is to be found by id: {@code provides AttentionVariantProvider with …}. {@link
 * org.attention4j.api.Mixers} makes a multi-head attention of it, with all of its options, in the registry beside the
 * built-in ones.
 */
public interface AttentionVariantProvider {
    /**
     * The id of the mixer.
     *
     * @return lower-case words joined by '-'
     */
    String id();

    /**
     * One line for lists.
     *
     * @return a sentence
     */
    String summary();

    /**
     * The variant's own options, in addition to those of multi-head attention.
     *
     * @return none by default
     */
    default OptionSchema options() {
        return OptionSchema.of();
    }

    /**
     * Makes the variant.
     *
     * @param spec of the whole mixer: its {@linkplain MixerSpec#heads() heads} and {@linkplain MixerSpec#headWidth() their width}, and in its {@linkplain MixerSpec#config()
     *     configuration} a value for every option of multi-head attention and of {@link #options}
     * @return the variant, with its parameters
     * @throws BadConfigurationException if options contradict each other
     */
    AttentionVariant variant(MixerSpec spec);
}
