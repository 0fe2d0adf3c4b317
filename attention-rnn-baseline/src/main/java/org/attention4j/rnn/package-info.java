/**
 * Recurrent mixers: {@link org.attention4j.rnn.Lstm}.
 *
 * <p>Inside, a {@code Cell} says what one step does, a {@code Layer} runs a cell over the positions of a batch in one
 * or two directions, forward and back, and a {@code RecurrentMixer} gives a layer the capabilities of the contract.
 * Another cell needs nothing but its {@code Cell}, its options and its parameter names.
 */
package org.attention4j.rnn;
