/**
 * Convolutional mixers: {@link org.attention4j.cnn.Convolution}.
 *
 * <p>Inside, a {@code Reach} says which input a tap reads, {@code Taps} are the weights with what one tap does to
 * some rows (a product for each group, or elementwise), and the passes go over positions and taps in order.
 */
package org.attention4j.cnn;
