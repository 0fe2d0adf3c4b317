import org.jspecify.annotations.NullMarked;

/**
 * The contract of sequence mixers: what a mixer is, what it may be able to do, and how one is found. Everyone may read it;
 * it needs nothing but {@code java.base}.
 *
 * @uses org.attention4j.api.MixerProvider mixers
 * @uses org.attention4j.api.variant.AttentionVariantProvider attention variants
 * @uses org.attention4j.api.variant.AttentionHost makes mixers of attention variants
 */
@NullMarked
module org.attention4j.api {
    requires static transitive org.jspecify;

    exports org.attention4j.api;
    exports org.attention4j.api.variant;

    uses org.attention4j.api.MixerProvider;
    uses org.attention4j.api.variant.AttentionHost;
    uses org.attention4j.api.variant.AttentionVariantProvider;
}
