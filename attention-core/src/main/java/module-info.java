import org.attention4j.api.MixerProvider;
import org.attention4j.api.variant.AttentionHost;
import org.attention4j.api.variant.AttentionVariantProvider;
import org.attention4j.core.AdditiveAttention;
import org.attention4j.core.CosineAttention;
import org.attention4j.core.EntmaxAttention;
import org.attention4j.core.LatentAttentionProvider;
import org.attention4j.core.MultiHeadAttentionHost;
import org.attention4j.core.MultiHeadAttentionProvider;
import org.attention4j.core.RelativeAttention;
import org.attention4j.core.SelfAttentionProvider;
import org.attention4j.core.SigmoidAttention;
import org.attention4j.core.SparsemaxAttention;
import org.attention4j.core.TopKAttention;
import org.jspecify.annotations.NullMarked;

/**
 * Self-attention, multi-head attention and their variants, masks and caches. A program finds its mixers through the registry; one
 * that wants the typed factories may read it.
 *
 * @provides MixerProvider {@code latent-attention}, {@code multi-head-attention} and {@code self-attention}
 * @provides AttentionVariantProvider {@code additive-attention}, {@code cosine-attention}, {@code entmax-attention}, {@code
 *     relative-attention}, {@code sigmoid-attention}, {@code sparsemax-attention} and {@code top-k-attention}
 * @provides AttentionHost multi-head attention with a variant inside
 */
@NullMarked
module org.attention4j.core {
    requires static org.jspecify;
    requires transitive org.attention4j.api;
    requires transitive org.attention4j.kernels;

    exports org.attention4j.core;

    provides MixerProvider with
            LatentAttentionProvider,
            MultiHeadAttentionProvider,
            SelfAttentionProvider;
    provides AttentionVariantProvider with
            AdditiveAttention,
            CosineAttention,
            EntmaxAttention,
            RelativeAttention,
            SigmoidAttention,
            SparsemaxAttention,
            TopKAttention;
    provides AttentionHost with
            MultiHeadAttentionHost;
}
