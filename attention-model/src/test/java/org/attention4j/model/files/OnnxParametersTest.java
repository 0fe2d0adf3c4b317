package org.attention4j.model.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attention4j.api.Initializer;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.model.LinearLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxParametersTest {
    private static final int FLOAT = 1;

    /** Numbers that count from a start. */
    private static OnnxBytes tensor(String name, int start, long... shape) {
        int size = 1;
        for (long extent : shape) {
            size *= (int) extent;
        }
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = start + i;
        }
        return OnnxBytes.tensor(name, FLOAT, OnnxBytes.floats(values), shape);
    }

    private static OnnxBytes text(String name, String value) {
        return new OnnxBytes()
                .text(1, name)
                .bytes(4, value.getBytes(StandardCharsets.UTF_8))
                .number(20, 3);
    }

    private static void assertTensor(NamedTensors parameters, String name, float... expected) {
        assertArrayEquals(expected, parameters.get(name).toArray(), name);
    }

    @Test
    void gatesOfAnLstmAreReordered() {
        OnnxBytes node = OnnxBytes.node("lstm", "LSTM", "y", "x", "w", "r", "b", "", "", "", "p")
                .message(5, text("direction", "bidirectional"));
        OnnxBytes graph = new OnnxBytes()
                .message(1, node)
                .message(5, tensor("w", 0, 2, 4, 1))
                .message(5, tensor("r", 100, 2, 4, 1))
                .message(5, tensor("b", 200, 2, 8))
                .message(5, tensor("p", 300, 2, 3));
        try (OnnxFile file = OnnxBytes.open(graph)) {
            NamedTensors parameters = OnnxParameters.recurrent(file, "lstm");
            assertTensor(parameters, "weight_ih_l0", 0, 2, 3, 1);
            assertTensor(parameters, "weight_hh_l0", 100, 102, 103, 101);
            assertTensor(parameters, "bias_ih_l0", 200, 202, 203, 201);
            assertTensor(parameters, "bias_hh_l0", 204, 206, 207, 205);
            assertTensor(parameters, "weight_peephole_l0", 300, 302, 301);
            assertTensor(parameters, "weight_ih_l0_reverse", 4, 6, 7, 5);
            assertTensor(parameters, "bias_hh_l0_reverse", 212, 214, 215, 213);
            assertEquals(10, parameters.names().size());
        }
    }

    @Test
    void gatesOfAGruAreReorderedAndWhatIsLeftOutIsNotThere() {
        OnnxBytes graph = new OnnxBytes()
                .message(1, OnnxBytes.node("gru", "GRU", "y", "x", "w", "r", ""))
                .message(1, OnnxBytes.node("back", "RNN", "z", "x", "w", "r").message(5, text("direction", "reverse")))
                .message(
                        1, OnnxBytes.node("aside", "RNN", "z", "x", "w", "r").message(5, text("direction", "sideways")))
                .message(1, OnnxBytes.node("computed", "RNN", "z", "x", "x", "r"))
                .message(5, tensor("w", 0, 1, 6, 1))
                .message(5, tensor("r", 10, 1, 6, 2));
        try (OnnxFile file = OnnxBytes.open(graph)) {
            NamedTensors parameters = OnnxParameters.recurrent(file, "gru");
            assertTensor(parameters, "weight_ih_l0", 2, 3, 0, 1, 4, 5);
            assertTensor(parameters, "weight_hh_l0", 14, 15, 16, 17, 10, 11, 12, 13, 18, 19, 20, 21);
            assertEquals(2, parameters.names().size());
            for (String wrong : List.of("back", "aside", "computed", "nonesuch")) {
                IllegalArgumentException refused =
                        assertThrows(IllegalArgumentException.class, () -> OnnxParameters.recurrent(file, wrong));
                assertTrue(refused.getMessage().contains(wrong), refused.getMessage());
            }
            assertThrows(IllegalArgumentException.class, () -> OnnxParameters.convolution(file, "gru"));
        }
    }

    @Test
    void aBiasThatTheGraphTransposesIsTransposed() {
        OnnxBytes graph = new OnnxBytes()
                .message(1, OnnxBytes.node("turned", "Transpose", "bt", "b"))
                .message(
                        1,
                        OnnxBytes.node("rnn", "RNN", "y", "x", "w", "r", "bt")
                                .message(5, text("direction", "bidirectional")))
                .message(5, tensor("w", 0, 2, 1, 1))
                .message(5, tensor("r", 10, 2, 1, 1))
                .message(5, tensor("b", 20, 2, 2));
        try (OnnxFile file = OnnxBytes.open(graph)) {
            NamedTensors parameters = OnnxParameters.recurrent(file, "rnn");
            assertTensor(parameters, "bias_ih_l0", 20);
            assertTensor(parameters, "bias_hh_l0", 22);
            assertTensor(parameters, "bias_ih_l0_reverse", 21);
            assertTensor(parameters, "bias_hh_l0_reverse", 23);
        }
    }

    @Test
    void convolutionsAndProductsAreAsPyTorchHasThem() {
        OnnxBytes graph = new OnnxBytes()
                .message(1, OnnxBytes.node("conv", "Conv", "y", "x", "k", "b"))
                .message(1, OnnxBytes.node("image", "Conv", "y2", "x", "k4"))
                .message(1, OnnxBytes.node("product", "MatMul", "y3", "x", "m"))
                .message(1, OnnxBytes.node("turned", "Transpose", "mt", "m"))
                .message(1, OnnxBytes.node("turnedProduct", "MatMul", "y4", "x", "mt"))
                .message(
                        1,
                        OnnxBytes.node("gemm", "Gemm", "y5", "x", "m", "b")
                                .message(
                                        5,
                                        new OnnxBytes()
                                                .text(1, "transB")
                                                .number(3, 1)
                                                .number(20, 2)))
                .message(5, tensor("k", 0, 2, 1, 3))
                .message(5, tensor("k4", 0, 1, 1, 1, 1))
                .message(5, tensor("m", 0, 2, 3))
                .message(5, tensor("b", 50, 2));
        try (OnnxFile file = OnnxBytes.open(graph)) {
            NamedTensors convolution = OnnxParameters.convolution(file, "conv");
            assertTensor(convolution, "weight", 0, 1, 2, 3, 4, 5);
            assertTensor(convolution, "bias", 50, 51);
            assertThrows(IllegalArgumentException.class, () -> OnnxParameters.convolution(file, "image"));
            NamedTensors product = OnnxParameters.linear(file, "product");
            assertTensor(product, "weight", 0, 3, 1, 4, 2, 5);
            assertEquals(3, product.get("weight").extent(0));
            assertTensor(OnnxParameters.linear(file, "turnedProduct"), "weight", 0, 1, 2, 3, 4, 5);
            NamedTensors gemm = OnnxParameters.linear(file, "gemm");
            assertTensor(gemm, "weight", 0, 1, 2, 3, 4, 5);
            assertTensor(gemm, "bias", 50, 51);
        }
    }

    /** The snippet of {@code docs/layers.md}, run. */
    @Test
    void aLayerTakesTheWeightsOfANode(@TempDir Path folder) throws IOException {
        OnnxBytes graph = new OnnxBytes()
                .message(1, OnnxBytes.node("/head/Gemm", "Gemm", "y", "x", "m", "b"))
                .message(5, tensor("m", 0, 3, 2))
                .message(5, tensor("b", 50, 2));
        Path file = Files.write(
                folder.resolve("x.onnx"),
                new OnnxBytes().number(1, 8).message(7, graph).array());
        LinearLayer linear = LinearLayer.of(3, 2, true, Initializer.seeded(1));
        try (OnnxFile onnx = OnnxFile.open(file)) {
            linear = linear.withParameters(
                    ParameterSource.of(OnnxParameters.linear(onnx, "/head/Gemm"))); // the node's name
        }
        assertTensor(linear.parameters(), "weight", 0, 2, 4, 1, 3, 5);
        assertTensor(linear.parameters(), "bias", 50, 51);
    }

    /** W, R, B and P by turns with a shape that does not fit the others. */
    @Test
    void recurrentWeightsThatDoNotFitAreRefused() {
        long[][] right = {{1, 8, 3}, {1, 8, 2}, {1, 16}, {1, 6}};
        long[][] wrong = {{1, 7, 3}, {1, 8, 3}, {1, 15}, {1, 2}};
        String[] names = {"W", "R", "B", "P"};
        for (int i = 0; i < names.length; i++) {
            OnnxBytes graph = new OnnxBytes()
                    .message(1, OnnxBytes.node("lstm", "LSTM", "y", "x", "W", "R", "B", "", "", "", "P"));
            for (int j = 0; j < names.length; j++) {
                graph.message(5, tensor(names[j], 0, i == j ? wrong[j] : right[j]));
            }
            try (OnnxFile file = OnnxBytes.open(graph)) {
                ShapeMismatchException refused =
                        assertThrows(ShapeMismatchException.class, () -> OnnxParameters.recurrent(file, "lstm"));
                assertTrue(refused.getMessage().contains("of node 'lstm'"), refused.getMessage());
            }
        }
        OnnxBytes flat = new OnnxBytes()
                .message(1, OnnxBytes.node("rnn", "RNN", "y", "x", "W", "R"))
                .message(5, tensor("W", 0, 2, 3))
                .message(5, tensor("R", 0, 2));
        try (OnnxFile file = OnnxBytes.open(flat)) {
            assertThrows(IllegalArgumentException.class, () -> OnnxParameters.recurrent(file, "rnn"));
        }
        OnnxBytes one = new OnnxBytes()
                .message(
                        1,
                        OnnxBytes.node("rnn", "RNN", "y", "x", "W", "R").message(5, text("direction", "bidirectional")))
                .message(5, tensor("W", 0, 1, 2, 3))
                .message(5, tensor("R", 0, 1, 2, 2));
        try (OnnxFile file = OnnxBytes.open(one)) {
            assertThrows(ShapeMismatchException.class, () -> OnnxParameters.recurrent(file, "rnn"));
        }
    }

    @Test
    void whatAGemmDoesBesidesAProductIsRefused() {
        OnnxBytes half = new OnnxBytes()
                .text(1, "alpha")
                .tag(2, 5)
                .fixed(OnnxBytes.floats(0.5f))
                .number(20, 1);
        OnnxBytes one = new OnnxBytes()
                .text(1, "beta")
                .tag(2, 5)
                .fixed(OnnxBytes.floats(1))
                .number(20, 1);
        OnnxBytes turned = new OnnxBytes().text(1, "transA").number(3, 1).number(20, 2);
        OnnxBytes graph = new OnnxBytes()
                .message(1, OnnxBytes.node("half", "Gemm", "y1", "x", "m").message(5, half))
                .message(1, OnnxBytes.node("turned", "Gemm", "y2", "x", "m").message(5, turned))
                .message(1, OnnxBytes.node("plain", "Gemm", "y3", "x", "m", "b").message(5, one))
                .message(1, OnnxBytes.node("wide", "Gemm", "y4", "x", "m", "m"))
                .message(1, OnnxBytes.node("conv", "Conv", "y5", "x", "k", "b"))
                .message(5, tensor("m", 0, 2, 3))
                .message(5, tensor("k", 0, 2, 1, 3))
                .message(5, tensor("b", 0, 3));
        try (OnnxFile file = OnnxBytes.open(graph)) {
            for (String wrong : List.of("half", "turned")) {
                IllegalArgumentException refused =
                        assertThrows(IllegalArgumentException.class, () -> OnnxParameters.linear(file, wrong));
                assertTrue(refused.getMessage().contains("node '" + wrong + "' has "), refused.getMessage());
            }
            assertEquals(3, OnnxParameters.linear(file, "plain").get("bias").extent(0));
            assertThrows(ShapeMismatchException.class, () -> OnnxParameters.linear(file, "wide"));
            assertThrows(ShapeMismatchException.class, () -> OnnxParameters.convolution(file, "conv"));
        }
    }

    @Test
    void aNodeThatIsNotThereIsAnsweredWithThoseThatAre() {
        OnnxBytes graph = new OnnxBytes()
                .message(1, OnnxBytes.node("lstm", "LSTM", "y", "x", "w", "r"))
                .message(1, OnnxBytes.node("", "Relu", "z", "y"));
        try (OnnxFile file = OnnxBytes.open(graph)) {
            IllegalArgumentException refused =
                    assertThrows(IllegalArgumentException.class, () -> OnnxParameters.recurrent(file, "lstmm"));
            assertTrue(
                    refused.getMessage()
                            .endsWith("has no node of the name 'lstmm'; of its 2 nodes 1 have names: [lstm (LSTM)]"),
                    refused.getMessage());
        }
    }
}
