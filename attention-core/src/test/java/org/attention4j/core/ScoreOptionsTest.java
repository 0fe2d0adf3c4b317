package org.attention4j.core;

import static org.attention4j.core.Values.assertSame;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionVariant;
import org.junit.jupiter.api.Test;

/** What the options about scores mean. */
class ScoreOptionsTest {
    private static final Initializer SEED = Initializer.seeded(11);
    private static final int TIME = 150;
    private final Sequences in = Sequences.of(Values.random(2, 2, TIME, 12), TIME, 31);

    private Tensor forward(MultiHeadAttention mixer) {
        Tensor out = Tensor.zeros(2, TIME, 12);
        mixer.forward(in, out);
        return out;
    }

    private static MultiHeadAttention attention(MixerConfig config) {
        return MultiHeadAttention.of(config, SEED);
    }

    @Test
    void slopesAreThoseOfThePaper() {
        float[] eight = {1 / 2f, 1 / 4f, 1 / 8f, 1 / 16f, 1 / 32f, 1 / 64f, 1 / 128f, 1 / 256f};
        assertArrayEquals(eight, AlibiBias.slopes(8));
        float[] sixteen = AlibiBias.slopes(16);
        float[] twelve = AlibiBias.slopes(12);
        for (int h = 0; h < 12; h++) {
            assertEquals(h < 8 ? eight[h] : sixteen[2 * (h - 8)], twelve[h], "head " + h);
        }
    }

    @Test
    void alibiIsTheModifierOfThatName() {
        for (boolean causal : new boolean[] {true, false}) {
            MixerConfig plain = MixerConfig.width(12).with("heads", 3).with("causal", causal);
            float[] slopes = AlibiBias.slopes(3);
            AttentionVariant modifier = AttentionVariant.softmax()
                    .withScores((score, b, h, query, key) -> score - slopes[h] * Math.abs(query - key));
            Tensor expected = forward(attention(plain).withVariant(modifier));
            assertSame("alibi", expected, forward(attention(plain.with("position-bias", "alibi"))));
        }
    }

    /** Bounds of the buckets from their definition: distance d is in bucket e + ⌊log(d / e) / log(D / e) · (n − e)⌋. */
    @Test
    void bucketsGrowGeometrically() {
        assertBucket(5, d -> d == 5, 32, false, -1);
        assertBucket(16, d -> d >= 16 && d < 16 * Math.pow(8, 1 / 16.0), 32, false, -1);
        assertBucket(31, d -> d >= 16 * Math.pow(8, 15 / 16.0), 32, false, -1);
        assertBucket(0, d -> true, 32, false, 1);
        assertBucket(7, d -> d == 7, 32, true, -1);
        assertBucket(8, d -> d >= 8 && d < 8 * Math.pow(16, 1 / 8.0), 32, true, -1);
        assertBucket(
                10, d -> d >= 16 && d < 8 * Math.pow(16, 3 / 8.0), 32, true, -1); // 16 itself: log in float is exact
        assertBucket(17, d -> d == 1, 32, true, 1);
        assertBucket(31, d -> d >= 8 * Math.pow(16, 7 / 8.0), 32, true, 1);
    }

    private static void assertBucket(int bucket, IntPredicate expected, int buckets, boolean both, int sign) {
        for (int d = 1; d < 300; d++) {
            int got = BucketBias.bucket(sign * d, buckets, 128, both);
            assertEquals(expected.test(d), got == bucket, "distance " + sign * d + " in bucket " + got);
        }
    }

    @Test
    void bucketsAreTheBiasThatTheyAdd() {
        for (boolean causal : new boolean[] {true, false}) {
            MixerConfig plain = MixerConfig.width(12).with("heads", 3).with("causal", causal);
            MultiHeadAttention t5 = attention(
                    plain.with("position-bias", "t5").with("buckets", 8).with("max-distance", 40));
            Tensor weight = t5.parameters().get(ScoreOptions.BUCKET_WEIGHT);
            Tensor bias = Tensor.zeros(3, TIME, TIME);
            for (int h = 0; h < 3; h++) {
                for (int i = 0; i < TIME; i++) {
                    for (int j = 0; j < TIME; j++) {
                        bias.set(weight.get(BucketBias.bucket(j - i, 8, 40, !causal), h), h, i, j);
                    }
                }
            }
            Tensor expected = Tensor.zeros(2, TIME, 12);
            MultiHeadAttention mixer = MultiHeadAttention.of(plain, ParameterSource.of(t5.parameters()));
            try (Workspace workspace = Workspace.threads(1)) {
                mixer.forward(in, in, in, ScoreTerms.none().withBias(bias), expected, workspace);
            }
            assertSame("t5", expected, forward(t5));
        }
    }

    /** A sink of logit 0 is a key and a value of zeros. */
    @Test
    void offByOneIsAZeroKey() {
        MixerConfig config =
                MixerConfig.width(12).with("heads", 3).with("causal", true).with("soft-cap", 2.0);
        Tensor expected = forward(attention(config.with("zero-attention", true)));
        Tensor off = forward(attention(config.with("sink", "off-by-one")));
        Values.assertClose("off-by-one", Values.doubles(expected), off, 1e-6);
        MultiHeadAttention learned = attention(config.with("sink", "learned"));
        assertSame("learned, of logit 0", off, forward(learned));
        assertSame(
                "a sink that nobody sees",
                forward(attention(config)),
                forward(withSinks(learned, Float.NEGATIVE_INFINITY)));
        assertFalse(off.sameBits(forward(attention(config))));
    }

    private static MultiHeadAttention withSinks(MultiHeadAttention mixer, float logit) {
        NamedTensors parameters = mixer.parameters();
        parameters.get(ScoreOptions.SINKS).fill(logit);
        return mixer.withParameters(ParameterSource.of(parameters));
    }

    /** Weights of a row sum to 1 − exp(sink) / (exp(sink) + Σ exp(score)). */
    @Test
    void weightsLeakIntoTheSink() {
        MultiHeadAttention mixer =
                attention(MixerConfig.width(12).with("heads", 3).with("sink", "learned"));
        Tensor weights = Tensor.zeros(2, 3, TIME, TIME);
        withSinks(mixer, 100).weights(in, weights);
        assertTrue(IntStream.range(0, TIME).allMatch(j -> weights.get(0, 0, 0, j) < 1e-20f));
        withSinks(mixer, 0).weights(in, weights);
        double sum =
                IntStream.range(0, 31).mapToDouble(j -> weights.get(1, 2, 4, j)).sum();
        assertTrue(sum > 0.5 && sum < 0.999, "sum " + sum);
    }

    @Test
    void scaleReplacesTheRoot() {
        MixerConfig config = MixerConfig.width(12).with("heads", 3);
        assertSame("1/√4", forward(attention(config)), forward(attention(config.with("scale", 0.5))));
    }

    @Test
    void contradictionsAreRefused() {
        MixerConfig t5 = MixerConfig.width(12).with("position-bias", "t5");
        assertRefused("buckets", t5.with("buckets", 5));
        assertRefused("buckets", t5.with("buckets", 2));
        assertRefused("max-distance", t5.with("max-distance", 8));
        assertRefused("max-distance", t5.with("causal", true).with("max-distance", 16));
        assertRefused("soft-cap", MixerConfig.width(12).with("soft-cap", 1e-8));
    }

    private static void assertRefused(String option, MixerConfig config) {
        BadConfigurationException refused = assertThrows(BadConfigurationException.class, () -> attention(config));
        assertTrue(refused.getMessage().contains(option), refused.getMessage());
    }
}
