package org.attention4j.api.variant;

/**
 * Changes the score of one query and one key before the softmax: s' = f(s). Scores come in scaled and soft-capped; bias and
 * mask follow. HotSpot compiles the lambda into the loop over the scores.
 *
 * <p>A modifier is a pure function and safe for any number of threads. It must not depend on anything but its arguments, or
 * the same bits cannot be kept.
 */
@FunctionalInterface
public interface ScoreModifier {
    /**
     * The new score.
     *
     * @param score q·k / √E
     * @param batch index of the sequence
     * @param head index of the query head
     * @param query position of the query, counted from the start of its sequence (in cross-attention: of the context, whose
     *     end it is aligned with)
     * @param key position of the key, counted from the start of its sequence
     * @return the score that the softmax sees; −∞ hides the key
     */
    float modify(float score, int batch, int head, int query, int key);

    /**
     * df/ds at the same place, for gradients. The default is the central difference with a step of 2⁻⁷ · max(1, |s|): exact
     * but for rounding (relative error about 10⁻⁵) where f is linear in s, of relative error about 2⁻¹⁴ · f‴/f′ elsewhere. Override it where more is
     * wanted; {@link #bias} does.
     *
     * @param score q·k / √E
     * @param batch index of the sequence
     * @param head index of the query head
     * @param query position of the query
     * @param key position of the key
     * @return the derivative
     */
    default float derivative(float score, int batch, int head, int query, int key) {
        float step = 0x1p-7f * Math.max(1, Math.abs(score));
        float above = score + step;
        float below = score - step;
        double rise = (double) modify(above, batch, head, query, key) - modify(below, batch, head, query, key);
        return (float) (rise / ((double) above - below));
    }

    /**
     * A modifier that adds a number that does not depend on the score; its derivative is exactly 1.
     *
     * @param bias the number
     * @return the modifier
     */
    static ScoreModifier bias(ScoreBias bias) {
        return new ScoreModifier() {
            @Override
            public float modify(float score, int batch, int head, int query, int key) {
                return score + bias.at(batch, head, query, key);
            }

            @Override
            public float derivative(float score, int batch, int head, int query, int key) {
                return 1;
            }
        };
    }
}
