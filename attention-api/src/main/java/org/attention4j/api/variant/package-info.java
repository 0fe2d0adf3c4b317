/**
 * The smaller SPI: attention variants. An author of a new score function writes that function, and inherits projections,
 * heads, caches, masks, gradients and the conformance kit.
 *
 * <p>Start at {@link org.attention4j.api.variant.AttentionVariant}; to have it found by id, write an {@link
 * org.attention4j.api.variant.AttentionVariantProvider}.
 */
package org.attention4j.api.variant;
