package org.attention4j.api.variant;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is different about an attention: the scores, who sees whom, or how scores become weights. A value; parts compose.
 *
 * <pre>{@code
 * AttentionVariant alibi = AttentionVariant.softmax()
 *         .withScores((score, batch, head, query, key) -> score - slope[head] * (query - key));
 * }</pre>
 */
public final class AttentionVariant {
    private static final AttentionVariant SOFTMAX = new AttentionVariant(null, null, null);

    private final @Nullable ScoreModifier scores;
    private final @Nullable AttentionMask mask;
    private final @Nullable AttentionWeighting weighting;

    private AttentionVariant(
            @Nullable ScoreModifier scores, @Nullable AttentionMask mask, @Nullable AttentionWeighting weighting) {
        this.scores = scores;
        this.mask = mask;
        this.weighting = weighting;
    }

    /**
     * Plain softmax attention, a start for the {@code with} methods.
     *
     * @return the variant without a difference
     */
    public static AttentionVariant softmax() {
        return SOFTMAX;
    }

    /**
     * Another way from query and keys to weights. It replaces the softmax and the scores, so it goes with a mask but not
     * with a score modifier.
     *
     * @param weighting computes the weights
     * @return the variant
     */
    public static AttentionVariant of(AttentionWeighting weighting) {
        return new AttentionVariant(null, null, Objects.requireNonNull(weighting, "weighting"));
    }

    /**
     * The same with a score modifier.
     *
     * @param modifier changes every score
     * @return a new variant
     * @throws IllegalStateException if there is one already, or the scores are replaced
     */
    public AttentionVariant withScores(ScoreModifier modifier) {
        if (scores != null || weighting != null) {
            throw new IllegalStateException(
                    scores != null ? "the scores are modified already" : "the scores are replaced by a weighting");
        }
        return new AttentionVariant(Objects.requireNonNull(modifier, "modifier"), mask, null);
    }

    /**
     * The same with a mask; of several, all must allow a key.
     *
     * @param more says which keys a query may see
     * @return a new variant
     */
    public AttentionVariant withMask(AttentionMask more) {
        Objects.requireNonNull(more, "mask");
        AttentionMask both = mask == null ? more : mask.and(more);
        return new AttentionVariant(scores, both, weighting);
    }

    /**
     * The score modifier.
     *
     * @return empty if scores are left as they are
     */
    public Optional<ScoreModifier> scores() {
        return Optional.ofNullable(scores);
    }

    /**
     * The mask.
     *
     * @return empty if every key may be seen
     */
    public Optional<AttentionMask> mask() {
        return Optional.ofNullable(mask);
    }

    /**
     * What replaces the softmax.
     *
     * @return empty for softmax attention
     */
    public Optional<AttentionWeighting> weighting() {
        return Optional.ofNullable(weighting);
    }
}
