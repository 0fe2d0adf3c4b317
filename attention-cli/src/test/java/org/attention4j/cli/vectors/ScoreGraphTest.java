package org.attention4j.cli.vectors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import org.attention4j.model.files.ElementType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Graphs on scores, and rounding to 16 bits. */
class ScoreGraphTest {
    private static JsonNode graph(String initializers, String nodes) throws JsonProcessingException {
        return new ObjectMapper()
                .readTree("{\"inputs\": [\"s\"], \"outputs\": [\"y\"], \"initializers\": {" + initializers
                        + "}, \"nodes\": [" + nodes + "]}");
    }

    private static String node(String operator, String inputs, String output) {
        return "{\"op\": \"" + operator + "\", \"inputs\": [" + inputs + "], \"outputs\": [\"" + output + "\"]}";
    }

    /** What a graph makes of scores that are all alike. */
    private static GraphTensor over(JsonNode graph, double score, int... shape) throws UnsupportedCaseException {
        double[] scores = new double[GraphTensor.size(shape)];
        Arrays.fill(scores, score);
        return ScoreGraph.of(graph).apply(new GraphTensor(shape, scores, false));
    }

    private static double at(GraphTensor tensor, int b, int h, int i, int j) {
        int[] extents = tensor.extents();
        return tensor.elements()[((b * extents[1] + h) * extents[2] + i) * extents[3] + j];
    }

    @Test
    void nodesAreAppliedInOrder() throws Exception {
        String two = "\"two\": {\"dtype\": \"F32\", \"shape\": [], \"data\": [2.0]}";
        String nodes = node("Sub", "\"s\", \"two\"", "a") + ", " + node("Div", "\"a\", \"two\"", "y");
        assertEquals(1.5, at(over(graph(two, nodes), 5, 1, 1, 1, 1), 0, 0, 0, 0));
    }

    @Test
    void constantsBroadcastFromTheRight() throws Exception {
        String heads = "\"c\": {\"dtype\": \"F32\", \"shape\": [2, 1, 3], \"data\": [0, 1, 2, 10, 11, 12]}";
        GraphTensor sums = over(graph(heads, node("Add", "\"s\", \"c\"", "y")), 100, 8, 2, 6, 3);
        assertEquals(112, at(sums, 7, 1, 5, 2));
    }

    private static String numbers(String name, String shape, String data) {
        return "\"" + name + "\": {\"dtype\": \"I64\", \"shape\": " + shape + ", \"data\": " + data + "}";
    }

    /** ONNX's own causal mask and relative positions: ranges over the last axes of the scores, one down, one across. */
    @Test
    void aMaskIsMadeOfTheShapeOfTheScores() throws Exception {
        String initializers = String.join(
                ", ",
                numbers("zero", "[]", "[0]"),
                numbers("one", "[]", "[1]"),
                numbers("two", "[1]", "[2]"),
                numbers("axis", "[]", "[-1]"),
                numbers("row", "[4]", "[1, 1, 1, -1]"),
                numbers("column", "[2]", "[-1, 1]"),
                "\"hidden\": {\"dtype\": \"F32\", \"shape\": [], \"data\": [\"-Infinity\"]}");
        String ranges = String.join(
                ", ",
                node("Shape", "\"s\"", "shape"),
                node("Gather", "\"shape\", \"two\"", "queries1"),
                node("Squeeze", "\"queries1\"", "queries"),
                node("Gather", "\"shape\", \"axis\"", "keys"),
                node("Range", "\"zero\", \"queries\", \"one\"", "i1"),
                node("Reshape", "\"i1\", \"column\"", "i"),
                node("Range", "\"zero\", \"keys\", \"one\"", "j1"),
                node("Reshape", "\"j1\", \"row\"", "j"));
        String causal = node("GreaterOrEqual", "\"i\", \"j\"", "seen") + ", "
                + node("Where", "\"seen\", \"s\", \"hidden\"", "y");
        GraphTensor masked = over(graph(initializers, ranges + ", " + causal), 7, 2, 3, 4, 5);
        assertEquals(7, at(masked, 1, 2, 3, 3));
        assertEquals(Double.NEGATIVE_INFINITY, at(masked, 1, 2, 3, 4));

        String halves = node("Sub", "\"i\", \"j\"", "d") + ", " + node("Div", "\"d\", \"two\"", "h") + ", "
                + node("Add", "\"s\", \"h\"", "y");
        GraphTensor relative = over(graph(initializers, ranges + ", " + halves), 7, 2, 3, 4, 5);
        assertEquals(8, at(relative, 0, 0, 3, 0)); // integers divide to integers
        assertEquals(6, at(relative, 0, 0, 1, 4));
    }

    @Test
    void constantsTakeOtherShapes() throws Exception {
        String initializers = String.join(
                ", ",
                numbers("c", "[2, 3]", "[0, 1, 2, 10, 11, 12]"),
                numbers("four", "[2]", "[4, 4]"),
                numbers("axes", "[2]", "[0, -1]"),
                numbers("shape", "[3]", "[5, 1, 0]"));
        String turned = node("Transpose", "\"c\"", "t") + ", " + node("Unsqueeze", "\"t\", \"axes\"", "u") + ", "
                + node("Expand", "\"u\", \"shape\"", "e") + ", " + node("Add", "\"s\", \"u\"", "y");
        String expected = assertThrows(
                        IllegalArgumentException.class, () -> over(graph(initializers, turned), 0, 1, 3, 2, 1))
                .getMessage();
        assertTrue(expected.contains("do not broadcast"), expected);
        String unsqueezed = node("Transpose", "\"c\"", "t") + ", " + node("Unsqueeze", "\"t\", \"axes\"", "u") + ", "
                + node("Add", "\"s\", \"u\"", "y");
        assertEquals(111, at(over(graph(initializers, unsqueezed), 100, 1, 3, 2, 1), 0, 1, 1, 0));
        String triangle = node("ConstantOfShape", "\"four\"", "f") + ", " + node("Not", "\"f\"", "ones") + ", "
                + node("Trilu", "\"ones\"", "upper") + ", " + node("Mul", "\"s\", \"upper\"", "y");
        GraphTensor upper = over(graph(initializers, triangle), 5, 1, 1, 4, 4);
        assertEquals(5, at(upper, 0, 0, 1, 3));
        assertEquals(0, at(upper, 0, 0, 3, 1));
    }

    @Test
    void whatWouldFillTheMemoryIsRefused() throws Exception {
        String initializers = String.join(
                ", ",
                numbers("zero", "[]", "[0]"),
                numbers("much", "[2]", "[100000, 100000]"),
                numbers("long", "[]", "[2000000000]"),
                numbers("one", "[]", "[1]"),
                numbers("million", "[1]", "[1048576]"));
        String many = "\"m\"" + ", \"m\"".repeat(16);
        for (String nodes : new String[] {
            node("ConstantOfShape", "\"million\"", "m") + ", " + node("Concat", many, "y"),
            node("ConstantOfShape", "\"much\"", "y"),
            node("Expand", "\"one\", \"much\"", "y"),
            node("Range", "\"zero\", \"long\", \"one\"", "y"),
            node("Range", "\"zero\", \"one\", \"zero\"", "y")
        }) {
            JsonNode graph = graph(initializers, nodes);
            assertThrows(IllegalArgumentException.class, () -> over(graph, 0, 1, 1, 1, 1));
        }
    }

    @Test
    void whatIsHeldAtOnceIsRefusedWhereItWouldFillTheMemory() throws Exception {
        StringBuilder nodes = new StringBuilder();
        for (int n = 0; n < 17; n++) {
            nodes.append(node("ConstantOfShape", "\"million\"", "m" + n)).append(", ");
        }
        JsonNode graph = graph(numbers("million", "[1]", "[1048576]"), nodes + node("Identity", "\"s\"", "y"));
        String refused = assertThrows(IllegalArgumentException.class, () -> over(graph, 0, 1, 1, 1, 1))
                .getMessage();
        assertTrue(refused.contains("at once"), refused);
    }

    /** A node that reads another twice does not double the work, and a long chain does not fill the stack. */
    @Test
    @Timeout(60)
    void aScoreTakesAStepForEachNode() throws Exception {
        StringBuilder nodes = new StringBuilder(node("Add", "\"s\", \"s\"", "d0"));
        for (int n = 1; n < 64; n++) {
            nodes.append(", ").append(node("Add", "\"d" + (n - 1) + "\", \"d" + (n - 1) + "\"", "d" + n));
        }
        for (int n = 64; n < 20_000; n++) {
            nodes.append(", ").append(node("Identity", "\"d" + (n - 1) + "\"", "d" + n));
        }
        nodes.append(", ").append(node("Identity", "\"d19999\"", "y"));
        assertEquals(3 * 0x1p64, at(over(graph("", nodes.toString()), 3, 1, 1, 1, 1), 0, 0, 0, 0));
    }

    @Test
    void constantsAreJoinedWhereTheirOtherExtentsAreTheSame() throws Exception {
        String initializers = String.join(
                ", ",
                numbers("a", "[1, 2]", "[1, 2]"),
                numbers("b", "[2, 2]", "[3, 4, 5, 6]"),
                numbers("c", "[2, 1]", "[7, 8]"),
                numbers("d", "[]", "[9]"));
        String joined = node("Concat", "\"a\", \"b\"", "ab") + ", " + node("Add", "\"s\", \"ab\"", "y");
        assertEquals(106, at(over(graph(initializers, joined), 100, 1, 1, 3, 2), 0, 0, 2, 1));
        for (String other : new String[] {"c", "d"}) {
            JsonNode graph = graph(initializers, node("Concat", "\"a\", \"" + other + "\"", "y"));
            String refused = assertThrows(IllegalArgumentException.class, () -> over(graph, 0, 1, 1, 3, 2))
                    .getMessage();
            assertTrue(refused.contains("joins [1, 2] and ["), refused);
        }
    }

    /** Of scores 0, 1, 2, … in the order of {@code [B, H, T, S]}. */
    private static double[] counted(String initializers, String nodes, int... shape) throws Exception {
        double[] scores = new double[GraphTensor.size(shape)];
        Arrays.setAll(scores, n -> n);
        return ScoreGraph.of(graph(initializers, nodes))
                .apply(new GraphTensor(shape, scores, false))
                .elements();
    }

    private static String with(String node, String attributes) {
        return node.substring(0, node.length() - 1) + ", \"attributes\": {" + attributes + "}}";
    }

    /** A score may depend on others: the definition asks for the shape alone. */
    @Test
    void elementsAlongAnAxisComeTogether() throws Exception {
        String axes = numbers("last", "[1]", "[-1]") + ", " + numbers("third", "[]", "[2]");
        String less = ", " + node("Sub", "\"s\", \"m\"", "y");
        assertArrayEquals(
                new double[] {-1, 0, -1, 0},
                counted(axes, node("ReduceMax", "\"s\", \"last\"", "m") + less, 1, 1, 2, 2));
        assertArrayEquals(
                new double[] {-0.5, 0.5, -0.5, 0.5},
                counted(axes, node("ReduceMean", "\"s\", \"last\"", "m") + less, 1, 1, 2, 2));
        assertArrayEquals(
                new double[] {-6, -5, -4, -3}, counted("", node("ReduceSum", "\"s\"", "m") + less, 1, 1, 2, 2));
        assertArrayEquals(
                new double[] {0, 1, 2, 4}, counted(axes, node("CumSum", "\"s\", \"third\"", "y"), 1, 1, 2, 2));
        assertArrayEquals(
                new double[] {2, 3, 0, 0},
                counted(
                        axes,
                        with(node("CumSum", "\"s\", \"third\"", "y"), "\"exclusive\": 1, \"reverse\": 1"),
                        1,
                        1,
                        2,
                        2));
        double e = 1 / (1 + Math.exp(1));
        assertArrayEquals(
                new double[] {e, 1 - e, e, 1 - e}, counted("", node("Softmax", "\"s\"", "y"), 1, 1, 2, 2), 1e-12);
    }

    @Test
    void partsAreTakenTurnedAndMultiplied() throws Exception {
        String initializers = String.join(
                ", ",
                numbers("end", "[1]", "[-1]"),
                numbers("far", "[1]", "[-9223372036854775807]"),
                numbers("axis", "[1]", "[3]"),
                numbers("matrix", "[2, 2]", "[1, 10, 100, 1000]"));
        assertArrayEquals(
                new double[] {1, 0, 3, 2},
                counted(initializers, node("Slice", "\"s\", \"end\", \"far\", \"axis\", \"end\"", "y"), 1, 1, 2, 2));
        assertArrayEquals(
                new double[] {100, 1000, 302, 3020},
                counted(initializers, node("MatMul", "\"s\", \"matrix\"", "y"), 1, 1, 2, 2));
        String halves = node("Slice", "\"s\", \"axis\", \"far\", \"axis\"", "none") + ", "
                + with(node("Concat", "\"s\", \"none\"", "y"), "\"axis\": 3");
        assertArrayEquals(new double[] {0, 1, 2, 3}, counted(initializers, halves, 1, 1, 2, 2));
    }

    @Test
    void aBoundThatIsLeftOutBoundsNothing() throws Exception {
        String one = numbers("one", "[]", "[1]");
        assertArrayEquals(
                new double[] {0, 1, 1, 1}, counted(one, node("Clip", "\"s\", \"\", \"one\"", "y"), 1, 1, 2, 2));
        assertArrayEquals(new double[] {1, 1, 2, 3}, counted(one, node("Clip", "\"s\", \"one\"", "y"), 1, 1, 2, 2));
    }

    @Test
    void aGraphThatDoesNotKeepTheShapeIsTold() throws Exception {
        String nodes = with(node("ReduceSum", "\"s\"", "y"), "\"keepdims\": 0");
        String refused = assertThrows(IllegalArgumentException.class, () -> counted("", nodes, 1, 1, 2, 2))
                .getMessage();
        assertTrue(refused.contains("makes [] of scores [1, 1, 2, 2]"), refused);
    }

    @Test
    void anUnknownOperatorIsUnsupported() throws Exception {
        for (String operator : new String[] {"Einsum", "ReduceSomething"}) {
            JsonNode unknown = graph("", node(operator, "\"s\"", "y"));
            String reason = assertThrows(UnsupportedCaseException.class, () -> over(unknown, 0, 1, 1, 1, 1))
                    .getMessage();
            assertTrue(reason.contains(operator), reason);
        }
    }

    @Test
    void sixteenBitsAreRoundedToNearestAndTiesToEven() {
        assertEquals(1f, ElementType.BF16.round(1 + 0x1p-8f));
        assertEquals(1 + 0x1p-6f, ElementType.BF16.round(1 + 0x1p-7f + 0x1p-8f));
        assertEquals(1 + 0x1p-7f, ElementType.BF16.round(1 + 0x1.1p-8f));
        assertEquals(1f, ElementType.F16.round(1 + 0x1p-11f));
        assertEquals(1 + 0x1p-23f, ElementType.F32.round(1 + 0x1p-23f));
    }
}
