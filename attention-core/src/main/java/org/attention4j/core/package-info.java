/**
 * Attention: {@link org.attention4j.core.SelfAttention} and {@link org.attention4j.core.MultiHeadAttention} are the mixers, {@link
 * org.attention4j.core.MultiHeadAttentionHost} makes a mixer of an attention variant, and {@link
 * org.attention4j.core.ScaledDotProductAttention} is the operator alone, on queries, keys and values of the caller.
 *
 * <p>All of them run one computation, softmax in blocks of keys at absolute positions, so that a row's bits do not depend on the
 * batch, the padding, the chunk or the number of threads.
 */
package org.attention4j.core;
