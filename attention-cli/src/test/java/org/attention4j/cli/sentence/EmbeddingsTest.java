package org.attention4j.cli.sentence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.attention4j.api.Mixers;
import org.attention4j.cli.sentence.SentenceTokenizer.Encoded;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Embeddings of a hundred sentences of many kinds, against ONNX Runtime, which runs the published file itself. */
class EmbeddingsTest {
    private static final float TOLERANCE = 1e-5f;

    private static SentenceModel model;
    private static List<Encoded> sentences;
    private static float[][] alone;

    @BeforeAll
    static void load() throws IOException {
        model = SentenceModel.load(Mixers.load());
        try (InputStream in = EmbeddingsTest.class.getResourceAsStream("sentences.txt")) {
            assertNotNull(in);
            sentences = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(model::tokenize)
                    .toList();
        }
        assertEquals(100, sentences.size());
        alone = sentences.stream()
                .map(sentence -> model.embed(List.of(sentence))[0])
                .toArray(float[][]::new);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    /** The mean over the true positions of what the file computes, scaled to length 1; in double precision. */
    private static double[] reference(OrtEnvironment environment, OrtSession session, int[] ids) throws OrtException {
        long[][] id = new long[1][ids.length];
        long[][] mask = new long[1][ids.length];
        for (int t = 0; t < ids.length; t++) {
            id[0][t] = ids[t];
            mask[0][t] = 1;
        }
        try (OnnxTensor input = OnnxTensor.createTensor(environment, id);
                OnnxTensor attended = OnnxTensor.createTensor(environment, mask);
                OnnxTensor types = OnnxTensor.createTensor(environment, new long[1][ids.length]);
                OrtSession.Result result =
                        session.run(Map.of("input_ids", input, "attention_mask", attended, "token_type_ids", types))) {
            float[][] hidden = ((float[][][]) result.get(0).getValue())[0];
            double[] mean = new double[hidden[0].length];
            double square = 0;
            for (int d = 0; d < mean.length; d++) {
                for (float[] position : hidden) {
                    mean[d] += position[d] / hidden.length;
                }
                square += mean[d] * mean[d];
            }
            for (int d = 0; d < mean.length; d++) {
                mean[d] /= Math.sqrt(square);
            }
            return mean;
        }
    }

    @Test
    void theyAreThoseOfOnnxRuntime() throws IOException, OrtException {
        double largest = 0;
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (InputStream in = SentenceModel.class.getClassLoader().getResourceAsStream("all-minilm-l6-v2.onnx")) {
            assertNotNull(in);
            try (OrtSession session = environment.createSession(in.readAllBytes())) {
                for (int i = 0; i < alone.length; i++) {
                    double[] expected =
                            reference(environment, session, sentences.get(i).ids());
                    assertEquals(expected.length, alone[i].length);
                    for (int d = 0; d < expected.length; d++) {
                        double difference = Math.abs(alone[i][d] - expected[d]);
                        assertTrue(
                                difference <= TOLERANCE,
                                "element " + d + " of '" + sentences.get(i).text() + "' is " + alone[i][d]
                                        + ", expected " + expected[d]);
                        largest = Math.max(largest, difference);
                    }
                }
            }
        }
        System.out.printf("embeddings: largest difference from ONNX Runtime %.1e%n", largest);
    }

    @Test
    void theyHaveLengthOne() {
        for (float[] embedding : alone) {
            double square = 0;
            for (float element : embedding) {
                square += (double) element * element;
            }
            assertEquals(1, Math.sqrt(square), 1e-6);
        }
    }

    @Test
    void theirBitsAreTheSameInAnyBatchAndWithAnyPadding() {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < sentences.size(); i++) {
            order.add(i);
        }
        for (int batch : new int[] {2, 7, 32, 100}) {
            for (int from = 0; from < order.size(); from += batch) {
                List<Integer> some = order.subList(from, Math.min(order.size(), from + batch));
                float[][] together =
                        model.embed(some.stream().map(sentences::get).toList());
                for (int i = 0; i < together.length; i++) {
                    assertSameBits(
                            alone[some.get(i)],
                            together[i],
                            sentences.get(some.get(i)).text());
                }
            }
            Collections.shuffle(order, new Random(batch));
        }
    }

    /** {@code ==}, and not {@code equals} of arrays, for which any NaN equals any other. */
    private static void assertSameBits(float[] expected, float[] actual, String sentence) {
        int[] expectedBits = new int[expected.length];
        int[] actualBits = new int[actual.length];
        for (int d = 0; d < expected.length; d++) {
            expectedBits[d] = Float.floatToRawIntBits(expected[d]);
            actualBits[d] = Float.floatToRawIntBits(actual[d]);
        }
        assertArrayEquals(expectedBits, actualBits, sentence);
    }
}
