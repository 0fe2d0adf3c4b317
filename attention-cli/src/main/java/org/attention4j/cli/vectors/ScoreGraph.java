package org.attention4j.cli.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A graph of ONNX operators that makes of the scores {@code [B, H, T, S]} others of that shape, as FlexAttention's attributes have it. It is
 * computed node by node over all scores in float64; a value is dropped behind the last node that reads it.
 */
final class ScoreGraph {
    /** A node: what it reads, under their names ("" where an optional input is left out), and what it makes. */
    private record Node(String operator, List<String> inputs, String output, JsonNode attributes) {}

    private final Map<String, GraphTensor> initializers = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final String input;
    private final String output;

    private ScoreGraph(JsonNode graph) throws UnsupportedCaseException {
        JsonNode given = graph.path("initializers");
        for (String name : (Iterable<String>) given::fieldNames) {
            initializers.put(name, GraphTensor.of(name, given.path(name)));
        }
        for (JsonNode node : graph.path("nodes")) {
            List<String> inputs = new ArrayList<>();
            node.path("inputs").forEach(name -> inputs.add(name.asText()));
            String operator = node.path("op").asText();
            if (node.path("outputs").size() != 1) {
                throw new UnsupportedCaseException("a graph with " + operator + " of "
                        + node.path("outputs").size() + " outputs: one is known");
            }
            nodes.add(new Node(operator, inputs, node.path("outputs").path(0).asText(), node.path("attributes")));
        }
        input = graph.path("inputs").path(0).asText();
        output = graph.path("outputs").path(0).asText();
    }

    /**
     * Reads a graph of one input and one output.
     *
     * @throws UnsupportedCaseException if a node has more outputs than one, or a constant is no tensor
     */
    static ScoreGraph of(JsonNode graph) throws UnsupportedCaseException {
        return new ScoreGraph(graph);
    }

    /**
     * What the graph makes of scores.
     *
     * @throws UnsupportedCaseException if an operator is not known, or reads a value that is not there
     * @throws IllegalArgumentException if values do not fit each other, fill the memory, or the last has not the scores' shape
     */
    GraphTensor apply(GraphTensor scores) throws UnsupportedCaseException {
        Map<String, Integer> readers = readers();
        Map<String, GraphTensor> values = new HashMap<>(initializers);
        values.put(input, scores);
        long held = values.values().stream().mapToLong(GraphTensor::size).sum();
        for (Node node : nodes) {
            List<GraphTensor> in = new ArrayList<>();
            for (String name : node.inputs()) {
                in.add(name.isEmpty() ? GraphTensor.absent() : value(values, name));
            }
            GraphTensor made = GraphOperators.apply(node.operator(), in, node.attributes());
            held += made.size();
            for (String name : node.inputs()) {
                if (readers.merge(name, -1, Integer::sum) == 0) {
                    GraphTensor dropped = values.remove(name);
                    held -= dropped == null ? 0 : dropped.size();
                }
            }
            values.put(node.output(), made);
            GraphTensor.requireHeld(held);
        }
        GraphTensor result = value(values, output);
        if (!Arrays.equals(result.extents(), scores.extents())) {
            throw new IllegalArgumentException("a graph that makes " + Arrays.toString(result.extents()) + " of scores "
                    + Arrays.toString(scores.extents()));
        }
        return result;
    }

    /** How often each value is read; the result once more. */
    private Map<String, Integer> readers() {
        Map<String, Integer> readers = new HashMap<>();
        nodes.forEach(node -> node.inputs().forEach(name -> readers.merge(name, 1, Integer::sum)));
        readers.merge(output, 1, Integer::sum);
        return readers;
    }

    private static GraphTensor value(Map<String, GraphTensor> values, String name) throws UnsupportedCaseException {
        GraphTensor value = values.get(name);
        if (value == null) {
            throw new UnsupportedCaseException("a graph without the value '" + name + "'");
        }
        return value;
    }
}
