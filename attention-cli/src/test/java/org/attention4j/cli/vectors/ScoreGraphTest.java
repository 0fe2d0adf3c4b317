package org.attention4j.cli.vectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.attention4j.model.files.ElementType;
import org.junit.jupiter.api.Test;

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
        assertEquals(1.5f, ScoreGraph.of(graph(two, nodes)).at(5, 0, 0, 0, 0));
    }

    @Test
    void constantsBroadcastFromTheRight() throws Exception {
        String heads = "\"c\": {\"dtype\": \"F32\", \"shape\": [2, 1, 3], \"data\": [0, 1, 2, 10, 11, 12]}";
        ScoreGraph graph = ScoreGraph.of(graph(heads, node("Add", "\"s\", \"c\"", "y")));
        assertEquals(112f, graph.at(100, 7, 1, 5, 2));
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
