/**
 * Convolutional mixers: {@link org.attention4j.cnn.Convolution}, {@link
 * org.attention4j.cnn.GatedConvolution}, {@link org.attention4j.cnn.TemporalConvolution}, {@link
 * org.attention4j.cnn.LongConvolution} and, without weights, {@link org.attention4j.cnn.Pooling}.
 *
 * <p>Inside, {@code ConvolutionMixer} has the contract and a {@code ConvolutionForm} computes it: start at {@code DirectForm}. A {@code Reach} says
 * which input a tap reads, {@code Taps} are the weights with what one tap does to some rows (a product for each group, or
 * elementwise), a {@code Filter} is both with what they are added to, a {@code Source} is what it reads, and the passes go over
 * positions and taps in order. A {@code Finish} is what follows while outputs are in the cache. Long convolutions have blocks of
 * their own: start at {@code LongFilter}. So has pooling: start at {@code PoolingForm}.
 */
package org.attention4j.cnn;
