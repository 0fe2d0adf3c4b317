package org.attention4j.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.variant.AttentionRow;
import org.attention4j.api.variant.AttentionVariantProvider;
import org.attention4j.api.variant.ScoreWeighting;
import org.junit.jupiter.api.Test;

/** The weightings against their definitions in float64, by other algorithms, and their gradients against differences of these. */
class WeightingsTest {
    private record Row(int firstKey, int keys) implements AttentionRow {
        @Override
        public int batch() {
            return 0;
        }

        @Override
        public int head() {
            return 0;
        }

        @Override
        public int query() {
            return keys - 1;
        }

        @Override
        public int headWidth() {
            return 1;
        }

        @Override
        public boolean sees(int key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public float query(int e) {
            throw new UnsupportedOperationException();
        }

        @Override
        public float key(int key, int e) {
            throw new UnsupportedOperationException();
        }

        @Override
        public float score(int key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public float parameter(int index) {
            throw new UnsupportedOperationException();
        }
    }

    private static ScoreWeighting weighting(AttentionVariantProvider provider, MixerConfig config) {
        MixerProvider hosted = new MultiHeadAttentionHost().host(provider);
        return provider.variant(hosted.spec(config)).scoreWeighting().orElseThrow();
    }

    private static final MixerConfig PLAIN = MixerConfig.width(4);

    /** Martins and Astudillo 2016, algorithm 1: by sorting. */
    private static double[] sparsemax(double[] s) {
        double[] sorted = s.clone();
        Arrays.sort(sorted);
        double sum = 0;
        double threshold = 0;
        for (int k = 1; k <= sorted.length; k++) {
            double z = sorted[sorted.length - k];
            sum += z;
            threshold = 1 + k * z > sum ? (sum - 1) / k : threshold;
        }
        double t = threshold;
        return Arrays.stream(s).map(z -> Math.max(0, z - t)).toArray();
    }

    /** By bisection. */
    private static double[] entmax(double[] s) {
        double high = Arrays.stream(s).max().orElseThrow() / 2;
        double low = high - 1;
        for (int i = 0; i < 80; i++) {
            double middle = (low + high) / 2;
            double sum = Arrays.stream(s)
                    .map(z -> Math.pow(Math.max(0, z / 2 - middle), 2))
                    .sum();
            low = sum >= 1 ? middle : low;
            high = sum >= 1 ? high : middle;
        }
        double t = low;
        return Arrays.stream(s).map(z -> Math.pow(Math.max(0, z / 2 - t), 2)).toArray();
    }

    private static double[] topK(double[] s, int k) {
        int[] order = IntStream.range(0, s.length)
                .boxed()
                .sorted((i, j) -> Double.compare(s[j], s[i]))
                .mapToInt(i -> i)
                .toArray();
        double[] weights = new double[s.length];
        double sum = 0;
        for (int i = 0; i < Math.min(k, s.length); i++) {
            weights[order[i]] = Math.exp(s[order[i]] - s[order[0]]);
            sum += weights[order[i]];
        }
        double all = sum;
        return Arrays.stream(weights).map(w -> w / all).toArray();
    }

    private static double[] sigmoid(double[] s, double n) {
        return Arrays.stream(s).map(z -> 1 / (1 + n * Math.exp(-z))).toArray();
    }

    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void weightsAndGradients(
            @ForAll @IntRange(min = 1, max = 70) int keys,
            @ForAll @IntRange(min = 1, max = 12) int k,
            @ForAll @IntRange(min = 0, max = 2) int size,
            @ForAll long seed) {
        Random random = new Random(seed);
        float[] scores = new float[keys];
        for (int j = 0; j < keys; j++) {
            scores[j] = (float) (random.nextGaussian() * Math.pow(4, size - 1));
            scores[j] = keys > 1 && random.nextInt(5) == 0 && j > 0 ? Float.NEGATIVE_INFINITY : scores[j];
        }
        long seen = IntStream.range(0, keys)
                .filter(j -> scores[j] != Float.NEGATIVE_INFINITY)
                .count();
        check(new SparsemaxAttention(), PLAIN, scores, WeightingsTest::sparsemax, random);
        check(new EntmaxAttention(), PLAIN, scores, WeightingsTest::entmax, random);
        check(new TopKAttention(), PLAIN.with("top-k", k), scores, s -> topK(s, k), random);
        check(new SigmoidAttention(), PLAIN, scores, s -> sigmoid(s, seen), random);
        check(new SigmoidAttention(), PLAIN.with("length", 7), scores, s -> sigmoid(s, 7), random);
    }

    private static void check(
            AttentionVariantProvider provider,
            MixerConfig config,
            float[] scores,
            UnaryOperator<double[]> reference,
            Random random) {
        int keys = scores.length;
        double[] s = new double[keys];
        float[] d = new float[keys];
        for (int j = 0; j < keys; j++) {
            s[j] = scores[j];
            d[j] = s[j] == Double.NEGATIVE_INFINITY ? 0 : (float) random.nextGaussian();
        }
        float[] weights = new float[keys];
        float[] dScores = new float[keys];
        ScoreWeighting weighting = weighting(provider, config);
        weighting.weights(new Row(0, keys), scores.clone(), weights);
        weighting.backward(new Row(0, keys), scores.clone(), weights, d, dScores, new float[0]);
        double[] expected = reference.apply(s);
        for (int j = 0; j < keys; j++) {
            String where = provider.id() + ", key " + j + " of " + Arrays.toString(scores);
            assertEquals(expected[j], weights[j], 1e-6, where);
            double rise = 0;
            for (int sign = -1; sign <= 1 && s[j] != Double.NEGATIVE_INFINITY; sign += 2) {
                double[] moved = s.clone();
                moved[j] += sign * 1e-7;
                double[] w = reference.apply(moved);
                for (int i = 0; i < keys; i++) {
                    rise += sign * w[i] * d[i];
                }
            }
            assertEquals(rise / 2e-7, dScores[j], 2e-5, "gradient of " + where);
        }
    }

    @Test
    void equalScoresAreTakenInOrder() {
        float[] scores = {1, -0f, 0f, 2, 0f, -1};
        float[] weights = new float[6];
        weighting(new TopKAttention(), PLAIN.with("top-k", 3)).weights(new Row(0, 6), scores, weights);
        assertTrue(weights[1] > 0, Arrays.toString(weights));
        assertEquals(0, weights[2] + weights[4] + weights[5]);
    }

    @Test
    void hiddenRowsStayZeroAndNaNSpreads() {
        for (AttentionVariantProvider provider :
                new AttentionVariantProvider[] {new SparsemaxAttention(), new EntmaxAttention(), new TopKAttention()}) {
            float[] weights = new float[3];
            float[] hidden = {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY};
            weighting(provider, PLAIN).weights(new Row(0, 3), hidden, weights);
            assertArrayEquals(new float[3], weights, provider.id());
            float[] spoiled = {Float.NEGATIVE_INFINITY, 1, Float.NaN};
            weighting(provider, PLAIN).weights(new Row(0, 3), spoiled, weights);
            assertEquals(0, weights[0], provider.id());
            assertTrue(Float.isNaN(weights[1]) && Float.isNaN(weights[2]), provider.id());
        }
    }

    @Test
    void optionsThatWouldDoNothingAreRefused() {
        MixerProvider cosine = new MultiHeadAttentionHost().host(new CosineAttention());
        MixerProvider additive = new MultiHeadAttentionHost().host(new AdditiveAttention());
        MixerProvider sigmoid = new MultiHeadAttentionHost().host(new SigmoidAttention());
        for (MixerProvider provider : new MixerProvider[] {cosine, additive}) {
            assertRefused(provider, "scale", PLAIN.with("scale", 2.0));
            assertRefused(provider, "soft-cap", PLAIN.with("soft-cap", 2.0));
            assertRefused(provider, "position-bias", PLAIN.with("position-bias", "alibi"));
        }
        assertRefused(sigmoid, "sink", PLAIN.with("sink", "learned"));
        assertRefused(cosine, "head-width", PLAIN.with("heads", 4));
        sigmoid.spec(PLAIN.with("position-bias", "t5").with("soft-cap", 3.0).with("scale", 1.0));
    }

    private static void assertRefused(MixerProvider provider, String option, MixerConfig config) {
        assertEquals(
                option,
                assertThrows(BadConfigurationException.class, () -> provider.spec(config))
                        .option());
    }
}
