package org.attention4j.model;

/**
 * The sizes of a {@link SentenceEncoder}.
 *
 * @param vocabulary how many word pieces there are
 * @param positions how many positions, hence the most tokens of a sentence
 * @param tokenTypes how many segments; a single sentence is of the first
 * @param width D
 * @param layers how many blocks
 * @param heads H of each block's attention, a divisor of D
 * @param hidden F of each block's MLP
 * @param epsilon ε of every layer norm
 */
public record EncoderConfig(
        int vocabulary, int positions, int tokenTypes, int width, int layers, int heads, int hidden, double epsilon) {
    /** Refuses a negative number of layers; other sizes are checked by the layers. */
    public EncoderConfig {
        if (layers < 0) {
            throw new IllegalArgumentException("layers = " + layers + ": must be at least 0");
        }
    }
}
