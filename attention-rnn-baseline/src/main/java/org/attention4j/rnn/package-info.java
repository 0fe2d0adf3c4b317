/**
 * Recurrent mixers: {@link org.attention4j.rnn.Lstm}, {@link org.attention4j.rnn.Gru}, {@link org.attention4j.rnn.Rnn}, and
 * {@link org.attention4j.rnn.MinGru}, {@link org.attention4j.rnn.MinLstm}, {@link org.attention4j.rnn.RgLru}, whose gates see the input alone,
 * and {@link org.attention4j.rnn.Sru}, whose gates see of the state their own unit.
 *
 * <p>Inside, a {@code Cell} says what one step does, a {@code Layer} is a cell with its weights in one or two directions
 * and a {@code Stack} layers on each other; a {@code ForwardPass} and a {@code BackwardPass} run a layer over the
 * positions of a batch, and a {@code RecurrentMixer} gives a stack the capabilities of the contract.
 * Another cell needs nothing but its {@code Cell}, its options and its parameter names.
 */
package org.attention4j.rnn;
