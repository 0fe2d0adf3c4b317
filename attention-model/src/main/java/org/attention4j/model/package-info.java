/**
 * Layers and training around a mixer.
 *
 * <p>Start at {@link org.attention4j.model.Block}: any mixer with an MLP, norms and residual sums, itself a mixer again (PyTorch's
 * {@code TransformerEncoderLayer}); {@link org.attention4j.model.TransformerDecoderLayer} also takes from a second sequence. A {@link org.attention4j.model.Sequential} is mixers and layers one
 * after the other, a {@link org.attention4j.model.Residual} the sum of a mixer and its input, {@link org.attention4j.model.Branches} mixers side by side, and a {@link org.attention4j.model.GroupNorm} a norm over time. Token
 * ids ({@link org.attention4j.model.Tokens}) become vectors by an {@link org.attention4j.model.Embedding}; a {@link
 * org.attention4j.model.LinearLayer} makes scores of them at the end; {@link org.attention4j.model.CrossEntropy} is the loss
 * and {@link org.attention4j.model.AdamW} the optimiser. A {@link org.attention4j.model.SentenceEncoder} is a whole model of
 * these layers. Everything keeps the promises of mixers: immutable, the same bits on
 * any number of threads and in any batch, padding never read.
 */
package org.attention4j.model;
