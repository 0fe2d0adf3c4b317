package org.attention4j.cli.vectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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

    @Test
    void nodesAreAppliedInOrder() throws Exception {
        String two = "\"two\": {\"dtype\": \"F32\", \"shape\": [], \"data\": [2.0]}";
        String nodes = node("Sub", "\"s\", \"two\"", "a") + ", " + node("Div", "\"a\", \"two\"", "y");
        assertEquals(1.5f, ScoreGraph.of(graph(two, nodes), 1, 1, 1, 1).at(5, 0, 0, 0, 0));
    }

    @Test
    void constantsBroadcastFromTheRight() throws Exception {
        String heads = "\"c\": {\"dtype\": \"F32\", \"shape\": [2, 1, 3], \"data\": [0, 1, 2, 10, 11, 12]}";
        ScoreGraph graph = ScoreGraph.of(graph(heads, node("Add", "\"s\", \"c\"", "y")), 8, 2, 6, 3);
        assertEquals(112f, graph.at(100, 7, 1, 5, 2));
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
        ScoreGraph mask = ScoreGraph.of(graph(initializers, ranges + ", " + causal), 2, 3, 4, 5);
        assertEquals(7f, mask.at(7, 1, 2, 3, 3));
        assertEquals(Float.NEGATIVE_INFINITY, mask.at(7, 1, 2, 3, 4));

        String halves = node("Sub", "\"i\", \"j\"", "d") + ", " + node("Div", "\"d\", \"two\"", "h") + ", "
                + node("Add", "\"s\", \"h\"", "y");
        ScoreGraph relative = ScoreGraph.of(graph(initializers, ranges + ", " + halves), 2, 3, 4, 5);
        assertEquals(8f, relative.at(7, 0, 0, 3, 0)); // integers divide to integers
        assertEquals(6f, relative.at(7, 0, 0, 1, 4));
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
                        IllegalArgumentException.class, () -> ScoreGraph.of(graph(initializers, turned), 1, 3, 2, 1))
                .getMessage();
        assertTrue(expected.contains("do not broadcast"), expected);
        String unsqueezed = node("Transpose", "\"c\"", "t") + ", " + node("Unsqueeze", "\"t\", \"axes\"", "u") + ", "
                + node("Add", "\"s\", \"u\"", "y");
        ScoreGraph graph = ScoreGraph.of(graph(initializers, unsqueezed), 1, 3, 2, 1);
        assertEquals(111f, graph.at(100, 0, 1, 1, 0));
        String triangle = node("ConstantOfShape", "\"four\"", "f") + ", " + node("Not", "\"f\"", "ones") + ", "
                + node("Trilu", "\"ones\"", "upper") + ", " + node("Mul", "\"s\", \"upper\"", "y");
        ScoreGraph upper = ScoreGraph.of(graph(initializers, triangle), 1, 1, 4, 4);
        assertEquals(5f, upper.at(5, 0, 0, 1, 3));
        assertEquals(0f, upper.at(5, 0, 0, 3, 1));
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
            assertThrows(IllegalArgumentException.class, () -> ScoreGraph.of(graph, 1, 1, 1, 1));
        }
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
        assertEquals(3 * 0x1p64f, ScoreGraph.of(graph("", nodes.toString())).at(3, 0, 0, 0, 0));
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
        assertEquals(
                106f, ScoreGraph.of(graph(initializers, joined), 1, 1, 3, 2).at(100, 0, 0, 2, 1));
        for (String other : new String[] {"c", "d"}) {
            JsonNode graph = graph(initializers, node("Concat", "\"a\", \"" + other + "\"", "y"));
            String refused = assertThrows(IllegalArgumentException.class, () -> ScoreGraph.of(graph, 1, 1, 3, 2))
                    .getMessage();
            assertTrue(refused.contains("joins [1, 2] and ["), refused);
        }
    }

    @Test
    void whatIsNotElementwiseIsUnsupported() throws Exception {
        JsonNode sums = graph("", node("ReduceSum", "\"s\"", "y"));
        String reason = assertThrows(UnsupportedCaseException.class, () -> ScoreGraph.of(sums))
                .getMessage();
        assertTrue(reason.contains("ReduceSum"), reason);
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
