/**
 * The contract of every sequence mixer, and everything a caller or a plugin author needs to use it.
 *
 * <p>A <em>sequence mixer</em> maps a batch of sequences {@code [B, T, D]} to {@code [B, T, D']} and lets positions
 * exchange information. Start at {@link org.attention4j.api.SequenceMixer}; a model author goes on to {@link
 * org.attention4j.api.Mixers}, a plugin author to {@link org.attention4j.api.MixerProvider}, an author of an attention
 * variant to {@link org.attention4j.api.variant}.
 *
 * <h2>Glossary of shape letters</h2>
 *
 * <table>
 * <caption>Letters used in the shapes of the whole library</caption>
 * <tr><td>B</td><td>batch: number of sequences</td></tr>
 * <tr><td>T</td><td>time: positions of a sequence; of the queries, in attention</td></tr>
 * <tr><td>S</td><td>positions of the second sequence: keys and values, in attention</td></tr>
 * <tr><td>D, D'</td><td>width of an input, of an output position</td></tr>
 * <tr><td>H</td><td>heads (attention); hidden width (recurrent mixers)</td></tr>
 * <tr><td>K</td><td>key/value heads (attention); kernel size (convolutions)</td></tr>
 * <tr><td>E</td><td>width of one head</td></tr>
 * </table>
 *
 * <h2>Conventions</h2>
 *
 * <ul>
 *   <li>float32, row-major, {@code [batch, time, width]}; inside attention {@code [batch, head, time, headWidth]}.
 *   <li>Causal corner lower-right: query i of m over n keys sees keys j ≤ i + (n − m).
 *   <li>Boolean masks: {@code true} = may attend. A window W: a query sees at most W keys, itself included.
 *   <li>A row with nothing to attend to: output 0, weights 0, gradient 0; never NaN.
 *   <li>Order of scores: scale → soft-cap → bias → mask → softmax.
 *   <li>Gates: LSTM i, f, g, o and GRU r, z, n, as PyTorch.
 *   <li>Positions at or past a sequence's true length are never read and their outputs are zero.
 *   <li>A NaN inside the true length is data: it spreads to the outputs that depend on it, and to no other.
 *   <li>Nothing is null. A null argument is a {@link java.lang.NullPointerException} that names it; every other error is
 *       a {@link org.attention4j.api.MixerException} with the offending values, thrown before anything is written.
 * </ul>
 */
package org.attention4j.api;
