package org.attention4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Mixers;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnknownMixerException;
import org.attention4j.api.UnknownTensorException;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Activation;
import org.junit.jupiter.api.Test;

class SentenceEncoderTest {
    private static final int WIDTH = 12;
    private static final EncoderConfig CONFIG = new EncoderConfig(50, 9, 2, WIDTH, 2, 3, 20, 1e-12);
    private static final NamedTensors WEIGHTS = weights();
    private static final Mixers MIXERS = Mixers.of(new NaiveAttentionProvider());
    private static final SentenceEncoder ENCODER = SentenceEncoder.of(MIXERS, CONFIG, ParameterSource.of(WEIGHTS));
    private static final int[][] SENTENCES = {
        {1, 7, 7, 49, 2}, {}, {1, 2}, {1, 3, 4, 5, 6, 7, 8, 9, 2}, {0},
    };

    /** Random weights under Hugging Face's names. */
    private static NamedTensors weights() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        put(all, "embeddings.word_embeddings.weight", 50, WIDTH);
        put(all, "embeddings.position_embeddings.weight", 9, WIDTH);
        put(all, "embeddings.token_type_embeddings.weight", 2, WIDTH);
        pair(all, "embeddings.LayerNorm", WIDTH);
        for (int i = 0; i < 2; i++) {
            String layer = "encoder.layer." + i + ".";
            for (String part : new String[] {"self.query", "self.key", "self.value", "output.dense"}) {
                pair(all, layer + "attention." + part, WIDTH, WIDTH);
            }
            pair(all, layer + "attention.output.LayerNorm", WIDTH);
            pair(all, layer + "intermediate.dense", 20, WIDTH);
            pair(all, layer + "output.dense", WIDTH, 20);
            pair(all, layer + "output.LayerNorm", WIDTH);
        }
        return NamedTensors.of(all);
    }

    private static void pair(Map<String, Tensor> all, String name, int... extents) {
        put(all, name + ".weight", extents);
        put(all, name + ".bias", extents[0]);
    }

    private static void put(Map<String, Tensor> all, String name, int... extents) {
        all.put(name, Cases.random(name.hashCode(), extents));
    }

    /** Attention weights of a sentence [layer][head][query][key], and its vector. */
    private record Answer(double[][][][] weights, double[] vector) {}

    private static Answer naive(int[] ids) {
        Map<String, double[]> p = LayerTest.wide(WEIGHTS);
        double[][] x = new double[ids.length][];
        for (int t = 0; t < ids.length; t++) {
            double[] sum = row(p.get("embeddings.word_embeddings.weight"), ids[t]);
            sum = Naive.plus(sum, row(p.get("embeddings.position_embeddings.weight"), t));
            sum = Naive.plus(sum, row(p.get("embeddings.token_type_embeddings.weight"), 0));
            x[t] = norm(sum, p, "embeddings.LayerNorm");
        }
        double[][][][] weights = new double[2][3][ids.length][];
        for (int i = 0; i < 2; i++) {
            x = layer(x, p, "encoder.layer." + i + ".", weights[i]);
        }
        double[] mean = new double[WIDTH];
        double squares = 0;
        for (int d = 0; d < WIDTH; d++) {
            for (double[] row : x) {
                mean[d] += row[d] / x.length;
            }
            squares += mean[d] * mean[d];
        }
        for (int d = 0; d < WIDTH; d++) {
            mean[d] /= Math.max(1e-12, Math.sqrt(squares));
        }
        return new Answer(weights, mean);
    }

    private static double[][] layer(double[][] x, Map<String, double[]> p, String layer, double[][][] weights) {
        double[][] projected = new double[x.length][3 * WIDTH];
        for (int t = 0; t < x.length; t++) {
            int at = 0;
            for (String part : new String[] {"query", "key", "value"}) {
                System.arraycopy(linear(x[t], p, layer + "attention.self." + part), 0, projected[t], at, WIDTH);
                at += WIDTH;
            }
        }
        double[][] mixed = Naive.attention(projected, WIDTH, 3, weights);
        double[][] y = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] s = Naive.plus(x[t], linear(mixed[t], p, layer + "attention.output.dense"));
            s = norm(s, p, layer + "attention.output.LayerNorm");
            double[] hidden = linear(s, p, layer + "intermediate.dense");
            for (int i = 0; i < hidden.length; i++) {
                hidden[i] = Naive.activate(Activation.GELU, hidden[i]);
            }
            double[] sum = Naive.plus(s, linear(hidden, p, layer + "output.dense"));
            y[t] = norm(sum, p, layer + "output.LayerNorm");
        }
        return y;
    }

    private static double[] row(double[] matrix, int index) {
        return java.util.Arrays.copyOfRange(matrix, index * WIDTH, (index + 1) * WIDTH);
    }

    private static double[] linear(double[] x, Map<String, double[]> p, String name) {
        return Naive.linear(x, p.get(name + ".weight"), p.get(name + ".bias"));
    }

    private static double[] norm(double[] x, Map<String, double[]> p, String name) {
        return Naive.norm(x, p.get(name + ".weight"), p.get(name + ".bias"), 1e-12);
    }

    @Test
    void vectorsAndWeightsAreTheFormula() {
        Tensor vectors = ENCODER.encode(SENTENCES);
        for (int n = 0; n < SENTENCES.length; n++) {
            Answer expected = naive(SENTENCES[n]);
            Cases.assertClose(expected.vector, vectors.slice(n), 1e-5, "sentence " + n);
            Tensor weights = ENCODER.weights(SENTENCES[n], Workspace.threads(2));
            for (int layer = 0; layer < 2; layer++) {
                for (int head = 0; head < 3; head++) {
                    for (int t = 0; t < SENTENCES[n].length; t++) {
                        Tensor row = weights.slice(layer).slice(head).slice(t);
                        Cases.assertClose(expected.weights[layer][head][t], row, 1e-5, "weights");
                    }
                }
            }
        }
    }

    @Test
    void bitsDoNotDependOnBatchPaddingOrThreads() {
        Tensor vectors = ENCODER.encode(SENTENCES);
        for (int n = 0; n < SENTENCES.length; n++) {
            Cases.assertBits(vectors.slice(n), ENCODER.encode(SENTENCES[n]).slice(0), "alone " + n);
        }
        int[][] many = new int[70][];
        for (int i = 0; i < many.length; i++) {
            many[i] = SENTENCES[i % SENTENCES.length];
        }
        try (Workspace three = Workspace.threads(3)) {
            Tensor all = ENCODER.encode(many, three);
            for (int i = 0; i < many.length; i++) {
                Cases.assertBits(vectors.slice(i % SENTENCES.length), all.slice(i), "of many " + i);
            }
            Tokens padded = Tokens.view(new int[] {1, 2, -1, 99, -5, 7}, 1, 6).shortened(2);
            Tensor out = Tensor.zeros(1, WIDTH);
            ENCODER.encode(padded, out, three);
            Cases.assertBits(vectors.slice(2), out.slice(0), "padded");
        }
    }

    @Test
    void vectorsHaveLengthOneAndNoTokensGiveZero() {
        Tensor vectors = ENCODER.encode(SENTENCES);
        for (int n = 0; n < SENTENCES.length; n++) {
            double squares = 0;
            for (double value : Cases.doubles(vectors.slice(n))) {
                squares += value * value;
            }
            assertEquals(SENTENCES[n].length == 0 ? 0 : 1, squares, 1e-6);
        }
        assertEquals(0, ENCODER.encode().size());
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThrows(UnknownTokenException.class, () -> ENCODER.encode(new int[] {1, 50}));
        String message = assertThrows(BadShapeException.class, () -> ENCODER.encode(new int[10]))
                .getMessage();
        assertTrue(message.contains("10 tokens") && message.contains("9 positions"), message);
        assertThrows(
                UnknownMixerException.class,
                () -> SentenceEncoder.of(Mixers.of(), CONFIG, ParameterSource.of(WEIGHTS)));
        assertThrows(
                UnknownTensorException.class,
                () -> SentenceEncoder.of(MIXERS, CONFIG, ParameterSource.of(NamedTensors.empty())));
    }
}
