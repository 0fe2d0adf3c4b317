/**
 * Numerics for sequence mixers: products, rows, activations, recurrent cells and normalisation over {@code float[]}.
 *
 * <p>Start at {@link org.attention4j.kernels.Kernels}: {@code Kernels.preferred()} gives the fastest there is here.
 * {@link org.attention4j.kernels.PackedMatrix} is the right operand of a product, {@link org.attention4j.kernels.Linear} a layer with its
 * gradients, {@link org.attention4j.kernels.ScalarMath} the elementwise functions with their errors. The scalar kernels are the
 * specification, the vector kernels the speed; the bits are the same.
 */
package org.attention4j.kernels;
