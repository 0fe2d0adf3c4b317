package org.attention4j.api.variant;

import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Attention asks a variant for its parts at every call and may not allocate; that a compiler takes an Optional away is luck. */
class AttentionVariantTest {
    private static final AttentionVariant PLAIN = AttentionVariant.softmax();

    @Test
    void partsAreNotMadeAnew() {
        AttentionVariant changed = PLAIN.withScores((score, batch, head, query, key) -> 0.5f * score)
                .withMask((batch, head, query, key) -> key <= query);
        assertSameTwice(changed, AttentionVariant::scores);
        assertSameTwice(changed, AttentionVariant::mask);
        assertSameTwice(AttentionVariant.of(new NoWeights()), AttentionVariant::weighting);
        assertSameTwice(AttentionVariant.of(new NoSoftmax()), AttentionVariant::scoreWeighting);
        assertSameTwice(AttentionVariant.of(new NoScores()), AttentionVariant::scoreFunction);
    }

    private static final class NoWeights implements AttentionWeighting {
        @Override
        public void weights(AttentionRow row, float[] weights) {}

        @Override
        public void backward(
                AttentionRow row,
                float[] weights,
                float[] dWeights,
                float[] dQuery,
                float[] dKeys,
                float[] dParameters) {}
    }

    private static final class NoSoftmax implements ScoreWeighting {
        @Override
        public void weights(AttentionRow row, float[] scores, float[] weights) {}

        @Override
        public void backward(
                AttentionRow row,
                float[] scores,
                float[] weights,
                float[] dWeights,
                float[] dScores,
                float[] dParameters) {}
    }

    private static final class NoScores implements ScoreFunction {
        @Override
        public void scores(ScoreBlock block, float[] scores, int at, int stride) {}

        @Override
        public void backward(
                ScoreBlock block,
                float[] dScores,
                int at,
                int stride,
                float[] dQueries,
                float[] dKeys,
                float[] dParameters) {}
    }

    private static <T> void assertSameTwice(AttentionVariant variant, Function<AttentionVariant, Optional<T>> part) {
        Optional<T> first = part.apply(variant);
        assertSame(first.orElseThrow(), part.apply(variant).orElseThrow());
        assertSame(first, part.apply(variant));
    }
}
