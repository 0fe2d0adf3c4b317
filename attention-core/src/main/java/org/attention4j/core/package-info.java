/**
 * Attention: {@link org.attention4j.core.SelfAttention}, {@link org.attention4j.core.MultiHeadAttention} and {@link
 * org.attention4j.core.LatentAttention} are the mixers, {@link
 * org.attention4j.core.MultiHeadAttentionHost} makes a mixer of an attention variant, and {@link
 * org.attention4j.core.ScaledDotProductAttention} is the operator alone, on queries, keys and values of the caller.
 *
 * <p>All of them run one computation, softmax in blocks of keys at absolute positions, so that a row's bits do not depend on the
 * batch, the padding, the chunk or the number of threads.
 *
 * <p>Inside, {@code AttentionMixer} has the contract and takes each call as a pass through {@code AttentionLayers}: projections of heads, or
 * latents. They fill an {@code AttentionCall}, which runs {@code BlockedForward} and {@code BlockedBackward} over blocks of queries and of
 * keys; where keys and values are is a {@code KeySource}'s affair, and what a query sees of a block {@code VisibleKeys} know.
 */
package org.attention4j.core;
