package org.attention4j.model.bert;

import static org.attention4j.model.files.OnnxBytes.node;
import static org.attention4j.model.files.OnnxBytes.tensor;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnknownTensorException;
import org.attention4j.model.EncoderConfig;
import org.attention4j.model.files.OnnxBytes;
import org.attention4j.model.files.OnnxFile;
import org.junit.jupiter.api.Test;

class BertWeightsTest {
    private static final List<String> SQUARES =
            List.of("attention/self/query", "attention/self/key", "attention/self/value", "attention/output/dense");

    /** A graph as the exporter writes it, of 2 layers: width 2, inner width 3, 5 words, 4 positions, 2 token types. */
    private static OnnxBytes graph(String without, int inner, long... epsilon) {
        OnnxBytes graph = new OnnxBytes();
        add(graph, without, "embeddings.word_embeddings.weight", 5, 2);
        add(graph, without, "embeddings.position_embeddings.weight", 4, 2);
        add(graph, without, "embeddings.token_type_embeddings.weight", 2, 2);
        norm(graph, without, "embeddings");
        add(graph, without, "epsilon", epsilon);
        graph.message(1, node("/embeddings/LayerNorm/Add", "Add", "sum", "variance", "epsilon"));
        for (int layer = 0; layer < 2; layer++) {
            String name = "encoder.layer." + layer + ".";
            for (String square : SQUARES) {
                linear(graph, without, name, square, 2, 2);
            }
            norm(graph, without, name + "attention.output");
            linear(graph, without, name, "intermediate/dense", 2, inner);
            linear(graph, without, name, "output/dense", 3, 2);
            norm(graph, without, name + "output");
        }
        return graph;
    }

    private static void norm(OnnxBytes graph, String without, String module) {
        add(graph, without, module + ".LayerNorm.weight", 2);
        add(graph, without, module + ".LayerNorm.bias", 2);
    }

    private static void linear(OnnxBytes graph, String without, String layer, String module, int in, int out) {
        String path = "/" + layer.replace("encoder.", "encoder/").replaceAll("\\.$", "/") + module + "/MatMul";
        add(graph, without, path + " weight", in, out);
        add(graph, without, layer + module.replace('/', '.') + ".bias", out);
        if (!path.equals(without)) {
            graph.message(1, node(path, "MatMul", path + " product", "x", path + " weight"));
        }
    }

    /** Its elements count upwards. */
    private static void add(OnnxBytes graph, String without, String name, long... shape) {
        int size = 1;
        for (long extent : shape) {
            size *= (int) extent;
        }
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = i;
        }
        if (!name.equals(without)) {
            graph.message(5, tensor(name, 1, OnnxBytes.floats(values), shape));
        }
    }

    private static BertWeights weights(String without) {
        try (OnnxFile file = OnnxBytes.open(graph(without, 3))) {
            return BertWeights.from(file);
        }
    }

    @Test
    void parametersHaveTheNamesAndLayoutsOfPyTorch() {
        BertWeights weights = weights("");
        assertEquals(5, weights.vocabulary());
        assertEquals(4, weights.positions());
        assertEquals(2, weights.width());
        assertEquals(3, weights.inner());
        assertEquals(2, weights.layers());
        assertEquals(0, weights.normEpsilon());
        assertEquals(
                new EncoderConfig(
                        weights.vocabulary(), weights.positions(), 2, weights.width(), 2, 3, weights.inner(), 0),
                weights.config(3));
        assertEquals(5 + 2 * 16, weights.tensors().names().size());
        Tensor intermediate = weights.tensors().get("encoder.layer.1.intermediate.dense.weight");
        assertArrayEquals(new int[] {3, 2}, intermediate.shape().extents());
        assertArrayEquals(new float[] {0, 3, 1, 4, 2, 5}, intermediate.toArray(), "transposed from [in, out]");
        assertArrayEquals(
                new float[] {0, 2, 4, 1, 3, 5},
                weights.tensors().get("encoder.layer.0.output.dense.weight").toArray());
        assertArrayEquals(
                new float[] {0, 2, 1, 3},
                weights.tensors()
                        .get("encoder.layer.0.attention.self.query.weight")
                        .toArray());
        assertArrayEquals(
                new float[] {0, 1, 2, 3, 4, 5, 6, 7},
                weights.tensors().get("embeddings.position_embeddings.weight").toArray(),
                "kept their name, not transposed");
    }

    @Test
    void whatIsMissingIsNamed() {
        for (String name : List.of(
                "embeddings.word_embeddings.weight",
                "embeddings.LayerNorm.bias",
                "encoder.layer.1.output.dense.bias",
                "encoder.layer.0.output.LayerNorm.weight")) {
            assertEquals(
                    name,
                    assertThrows(UnknownTensorException.class, () -> weights(name))
                            .name());
        }
        String node = "/encoder/layer.1/attention/self/key/MatMul";
        String message = assertThrows(IllegalArgumentException.class, () -> weights(node))
                .getMessage();
        assertTrue(message.contains(node), message);
    }

    @Test
    void shapesThatDoNotBelongTogetherAreRefused() {
        try (OnnxFile file = OnnxBytes.open(graph("", 3, 0))) {
            String message = assertThrows(IllegalArgumentException.class, () -> BertWeights.from(file))
                    .getMessage();
            assertTrue(message.contains("epsilon of the norms is epsilon F32[0], expected one number"), message);
        }
        // The second matrix of the feed-forward network still takes 3.
        try (OnnxFile file = OnnxBytes.open(graph("", 4))) {
            assertThrows(ShapeMismatchException.class, () -> BertWeights.from(file));
        }
    }
}
