package org.attention4j.model.files;

import static org.attention4j.model.files.OnnxBytes.floats;
import static org.attention4j.model.files.OnnxBytes.node;
import static org.attention4j.model.files.OnnxBytes.tensor;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.attention4j.api.CorruptFileException;
import org.attention4j.api.UnknownTensorException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OnnxFileTest {
    private static final int FLOAT = 1;

    private static OnnxBytes graph() {
        return new OnnxBytes();
    }

    private static OnnxBytes weight() {
        return tensor("w", FLOAT, floats(1, 2, 3, 4, 5, 6), 2, 3);
    }

    @Test
    void rawDataAreRead(@TempDir Path folder) throws IOException {
        byte[] model = new OnnxBytes()
                .number(1, 8)
                .text(2, "an exporter")
                .message(7, graph().message(5, weight()).text(2, "a graph"))
                .array();
        Path file = Files.write(folder.resolve("x.onnx"), model);
        try (OnnxFile opened = OnnxFile.open(file)) {
            StoredTensor tensor = opened.initializer("w");
            assertArrayEquals(new long[] {2, 3}, tensor.shape());
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, tensor.floats());
            assertEquals(List.of("w"), List.copyOf(opened.initializers().keySet()));
            assertThrows(UnknownTensorException.class, () -> opened.initializer("v"));
        }
    }

    @Test
    void repeatedFieldsAreReadPackedOrNotAndInPieces() {
        OnnxBytes packed = new OnnxBytes().bytes(1, (byte) 3).number(2, FLOAT).text(8, "packed");
        packed.bytes(4, floats(1, 2)).bytes(4, floats(3));
        byte[] doubles = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putDouble(-1)
                .putDouble(2.5)
                .array();
        OnnxBytes wide =
                new OnnxBytes().number(1, 2).number(2, 11).text(8, "wide").bytes(10, doubles);
        OnnxBytes single = new OnnxBytes().number(1, 1).number(2, FLOAT).text(8, "single");
        single.tag(4, 5).fixed(floats(-4));
        OnnxBytes longs = new OnnxBytes()
                .number(1, 2)
                .number(2, 7)
                .text(8, "longs")
                .number(7, -5)
                .number(7, 1L << 40);
        OnnxBytes halves = new OnnxBytes()
                .number(1, 2)
                .number(2, 10)
                .text(8, "halves")
                .number(5, 0x3C00)
                .number(5, 0xC000);
        OnnxBytes scalar = new OnnxBytes().number(2, 9).text(8, "scalar").number(5, 1);
        try (OnnxFile opened = OnnxBytes.open(graph().message(5, packed)
                .message(5, wide)
                .message(5, single)
                .message(5, longs)
                .message(5, halves)
                .message(5, scalar))) {
            assertArrayEquals(
                    new float[] {1, 2, 3}, opened.initializer("packed").floats());
            assertArrayEquals(new double[] {-1, 2.5}, opened.initializer("wide").doubles());
            assertArrayEquals(new float[] {-4}, opened.initializer("single").floats());
            assertArrayEquals(
                    new long[] {-5, 1L << 40}, opened.initializer("longs").longs());
            assertArrayEquals(new float[] {1, -2}, opened.initializer("halves").floats());
            assertArrayEquals(new boolean[] {true}, opened.initializer("scalar").booleans());
        }
    }

    @Test
    void nodesHaveTheirInputsAndAttributes() {
        OnnxBytes node = node("n", "Op", "y", "x", "")
                .message(
                        5,
                        new OnnxBytes()
                                .text(1, "perm")
                                .number(8, 1)
                                .number(8, 0)
                                .number(20, 7))
                .message(5, new OnnxBytes().text(1, "axis").number(3, -1))
                .message(5, new OnnxBytes().text(1, "alpha").bytes(7, floats(0.5f, 2)))
                .message(5, new OnnxBytes().text(1, "mode").text(4, "linear"))
                .message(5, new OnnxBytes().text(1, "body").bytes(6));
        try (OnnxFile opened = OnnxBytes.open(graph().message(1, node))) {
            OnnxNode read = opened.node("n");
            assertEquals(List.of(read), opened.nodes());
            assertEquals("Op", read.operator());
            assertEquals(List.of("x", ""), read.inputs());
            assertEquals(List.of("y"), read.outputs());
            assertEquals(
                    Map.of(
                            "perm", new OnnxAttribute.Integers(List.of(1L, 0L)),
                            "axis", new OnnxAttribute.Integers(List.of(-1L)),
                            "alpha", new OnnxAttribute.Floats(List.of(0.5f, 2f)),
                            "mode", new OnnxAttribute.Text("linear")),
                    read.attributes());
            assertThrows(IllegalArgumentException.class, () -> opened.node("m"));
        }
    }

    @Test
    void aWeightIsFoundByTheNodeThatUsesIt() {
        OnnxBytes swap = new OnnxBytes().text(1, "perm").number(8, 1).number(8, 0);
        OnnxBytes held = new OnnxBytes().text(1, "value").message(5, tensor("", FLOAT, floats(7)));
        OnnxBytes graph = graph().message(5, weight())
                .message(1, node("direct", "MatMul", "a", "x", "w"))
                .message(1, node("same", "Identity", "w1", "w"))
                .message(1, node("swap", "Transpose", "w2", "w1").message(5, swap))
                .message(1, node("through", "MatMul", "b", "a", "w2"))
                .message(1, node("back", "Transpose", "w3", "w2"))
                .message(1, node("twice", "MatMul", "c", "a", "w3"))
                .message(1, node("constant", "Constant", "k", new String[0]).message(5, held))
                .message(1, node("scaled", "Mul", "d", "c", "k"))
                .message(1, node("none", "Mul", "e", "d", "d"))
                .message(1, node("both", "Mul", "f", "k", "w"))
                .message(1, node("circle", "Identity", "o", "o"))
                .message(1, node("lost", "Mul", "g", "o", "f"));
        try (OnnxFile opened = OnnxBytes.open(graph)) {
            StoredTensor w = opened.initializer("w");
            assertEquals(new OnnxFile.Operand(w, false), opened.weightOf("direct"));
            assertEquals(new OnnxFile.Operand(w, true), opened.weightOf("through"));
            assertEquals(new OnnxFile.Operand(w, false), opened.weightOf("twice"));
            assertArrayEquals(
                    new float[] {7}, opened.weightOf("scaled").tensor().floats());
            for (String name : List.of("none", "both", "lost", "missing")) {
                String message = assertThrows(IllegalArgumentException.class, () -> opened.weightOf(name))
                        .getMessage();
                assertTrue(message.contains("'" + name + "'") && message.contains("test.onnx"), message);
            }
        }
    }

    @Test
    void aTransposedTensorOfThreeDimensionsIsNotFoundAndAVectorIsAsItIs() {
        OnnxBytes graph = graph().message(5, tensor("cube", FLOAT, floats(1, 2), 2, 1, 1))
                .message(5, tensor("vector", FLOAT, floats(1, 2), 2))
                .message(1, node("reverse", "Transpose", "c", "cube"))
                .message(1, node("same", "Transpose", "v", "vector"))
                .message(1, node("sum", "Add", "y", "c", "v"));
        try (OnnxFile opened = OnnxBytes.open(graph)) {
            assertEquals(new OnnxFile.Operand(opened.initializer("vector"), false), opened.weightOf("sum"));
            assertEquals(Optional.empty(), opened.weightOf("sum", 0));
        }
    }

    @Test
    void aLeftOutInputHasNoWeight() {
        OnnxBytes graph = graph().message(5, tensor("", FLOAT, floats(1), 1))
                .message(5, weight())
                .message(1, node("n", "Op", "y", "", "w"));
        try (OnnxFile opened = OnnxBytes.open(graph)) {
            assertEquals(opened.initializer("w"), opened.weightOf("n").tensor());
            assertEquals(Optional.empty(), opened.weightOf("n", 0));
            assertEquals(Optional.empty(), opened.weightOf("n", 2));
        }
    }

    @Test
    void numbersThatTheFileHasInOneByteEachTakeNoMemoryBeforeTheyAreAskedFor() {
        int count = 1 << 20;
        OnnxBytes longs =
                new OnnxBytes().number(1, count).number(2, 7).text(8, "longs").bytes(7, new byte[count]);
        byte[] model = new OnnxBytes().message(7, graph().message(5, longs)).array();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        try (OnnxFile opened = OnnxBytes.open(model)) {
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(allocated < count, allocated + " bytes");
            assertArrayEquals(new long[count], opened.initializer("longs").longs());
        }
    }

    /** A node with two attributes. */
    private static OnnxBytes attributes(OnnxBytes one, OnnxBytes other) {
        return graph().message(1, node("n", "Op", "y", "x").message(5, one).message(5, other));
    }

    static Stream<Arguments> corruptGraphs() {
        OnnxBytes axis = new OnnxBytes().text(1, "axis").number(3, 1);
        OnnxBytes both = new OnnxBytes().text(1, "mode").text(4, "linear").number(3, 1);
        OnnxBytes twice = tensor("w", FLOAT, floats(1), 1).bytes(4, floats(1));
        OnnxBytes external =
                new OnnxBytes().number(1, 1).number(2, FLOAT).text(8, "w").number(14, 1);
        return Stream.of(
                Arguments.of(graph().message(5, weight()).message(5, weight()), "'w' is there twice"),
                Arguments.of(graph().message(5, tensor("w", FLOAT, floats(1), 2)), "F32[2]"),
                Arguments.of(graph().message(5, tensor("w", FLOAT, floats(1), -1, -1)), "F32[-1, -1]"),
                Arguments.of(graph().message(5, tensor("w", FLOAT, floats(1), 1L << 62, 8)), "does not take the 4"),
                Arguments.of(graph().message(5, tensor("w", FLOAT, new byte[3], 1)), "3 bytes"),
                Arguments.of(graph().message(5, tensor("w", 8, new byte[3], 1)), "data type 8"),
                Arguments.of(graph().message(5, tensor("w", 99, new byte[3], 1)), "data type 99"),
                Arguments.of(graph().message(5, twice), "values twice"),
                Arguments.of(graph().message(5, weight().bytes(9)), "raw_data twice"),
                Arguments.of(graph().message(5, new OnnxBytes().number(2, FLOAT).number(7, 1)), "in field 7"),
                Arguments.of(graph().message(5, external), "another file"),
                Arguments.of(graph().tag(5, 2).raw(1000), "1000 bytes"),
                Arguments.of(graph().tag(5, 2).raw(-1), "4294967295 bytes"),
                Arguments.of(graph().number(5, 1), "wire type 0 where 2"),
                Arguments.of(attributes(axis, axis), "attribute 'axis' is there twice"),
                Arguments.of(attributes(axis, both), "attribute 'mode' has values of several kinds"),
                Arguments.of(graph().tag(9, 3), "group"),
                Arguments.of(
                        graph().message(5, new OnnxBytes().number(2, FLOAT).bytes(1, new byte[65])), "64 dimensions"),
                Arguments.of(graph().fixed(emptyNodes((1 << 20) + 1)), "256 MiB"),
                Arguments.of(graph().message(1, new OnnxBytes().bytes(3, (byte) 0xFF)), "UTF-8"));
    }

    /** Two bytes each. */
    private static byte[] emptyNodes(int count) {
        byte[] nodes = new byte[2 * count];
        for (int i = 0; i < nodes.length; i += 2) {
            nodes[i] = 1 << 3 | 2;
        }
        return nodes;
    }

    @ParameterizedTest
    @MethodSource("corruptGraphs")
    void corruptGraphsAreRefusedWithTheReason(OnnxBytes graph, String reason) {
        CorruptFileException refusal = assertThrows(CorruptFileException.class, () -> OnnxBytes.open(graph));
        assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
        assertEquals("test.onnx", refusal.source());
    }

    @Test
    void aModelHasOneGraph() {
        assertThrows(CorruptFileException.class, () -> OnnxBytes.open(new byte[0]));
        assertThrows(
                CorruptFileException.class,
                () -> OnnxBytes.open(new OnnxBytes().number(1, 8).array()));
        byte[] two = new OnnxBytes().message(7, graph()).message(7, graph()).array();
        assertThrows(CorruptFileException.class, () -> OnnxBytes.open(two));
    }

    /** Cut anywhere or with any byte changed, the model is refused, or is another one that can be read as a whole. */
    @Test
    void everyTruncationAndEveryChangedByteIsReadOrRefused() {
        OnnxBytes node = node("n", "Transpose", "y", "w")
                .message(5, new OnnxBytes().text(1, "perm").number(8, 1).number(8, 0));
        OnnxBytes longs = new OnnxBytes()
                .number(1, 2)
                .number(2, 7)
                .text(8, "longs")
                .number(7, -5)
                .number(7, 3);
        byte[] whole = new OnnxBytes()
                .number(1, 8)
                .message(7, graph().message(1, node).message(5, weight()).message(5, longs))
                .array();
        for (int length = 0; length < whole.length; length++) {
            readOrRefused(Arrays.copyOf(whole, length));
        }
        for (int position = 0; position < whole.length; position++) {
            for (int flip = 1; flip < 256; flip++) {
                byte[] changed = whole.clone();
                changed[position] ^= (byte) flip;
                readOrRefused(changed);
            }
        }
    }

    private static void readOrRefused(byte[] model) {
        try (OnnxFile opened = OnnxBytes.open(model)) {
            for (StoredTensor tensor : opened.initializers().values()) {
                switch (tensor.type()) {
                    case F32, F64, F16, BF16 -> tensor.floats();
                    case BOOL -> fail("4 and more bytes of other numbers cannot become " + tensor);
                    case U64, C64, F8_E4M3, F8_E5M2, F8_E8M0 -> tensor.data().byteSize();
                    default -> tensor.longs();
                }
            }
            opened.nodes().forEach(OnnxNode::toString);
        } catch (CorruptFileException refused) {
            assertTrue(refused.offset() >= 0 && refused.offset() <= model.length, refused.getMessage());
        }
    }
}
