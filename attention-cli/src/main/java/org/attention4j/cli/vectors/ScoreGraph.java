package org.attention4j.cli.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A graph of ONNX operators on the scores {@code [B, H, T, S]}, as FlexAttention's attributes have it: elementwise ones, and constants that
 * broadcast. What no score goes into, such as a mask made of the scores' shape, is computed once, when the graph is read.
 */
final class ScoreGraph {
    private static final int AXES = 4;

    /** One number that a node makes, at the place of one score, of the numbers before it. */
    @FunctionalInterface
    private interface Step {
        double of(double[] before, int batch, int head, int query, int key);
    }

    private final int[] shape;
    private final Map<String, GraphTensor> constants = new HashMap<>();
    /** Where the number of a value with scores in it stands: the score at 0, behind it one for each step. */
    private final Map<String, Integer> places = new HashMap<>();

    private final List<Step> steps = new ArrayList<>();
    private final int output;

    private ScoreGraph(JsonNode graph, int[] shape) throws UnsupportedCaseException {
        this.shape = shape.clone();
        JsonNode initializers = graph.path("initializers");
        for (String name : (Iterable<String>) initializers::fieldNames) {
            constants.put(name, GraphTensor.of(name, initializers.path(name)));
        }
        places.put(graph.path("inputs").path(0).asText(), 0);
        for (JsonNode node : graph.path("nodes")) {
            put(node);
        }
        output = place(graph.path("outputs").path(0).asText());
    }

    /**
     * Reads a graph of one input and one output.
     *
     * @param shape of the scores
     * @throws UnsupportedCaseException if it does with the scores what is not elementwise
     */
    static ScoreGraph of(JsonNode graph, int... shape) throws UnsupportedCaseException {
        return new ScoreGraph(graph, shape);
    }

    /** The number that the graph makes of a score. */
    float at(float score, int batch, int head, int query, int key) {
        double[] numbers = new double[steps.size() + 1];
        numbers[0] = score;
        for (int n = 0; n < steps.size(); n++) {
            numbers[n + 1] = steps.get(n).of(numbers, batch, head, query, key);
        }
        return (float) numbers[output];
    }

    private void put(JsonNode node) throws UnsupportedCaseException {
        String operator = node.path("op").asText();
        JsonNode attributes = node.path("attributes");
        List<String> inputs = new ArrayList<>();
        for (JsonNode input : node.path("inputs")) {
            if (!input.asText().isEmpty()) {
                demand(input.asText());
                inputs.add(input.asText());
            }
        }
        String name = node.path("outputs").path(0).asText();
        if (operator.equals("Shape") || operator.equals("Size")) {
            constants.put(name, extents(operator, inputs.get(0), attributes));
        } else if (constants.keySet().containsAll(inputs)) {
            constants.put(
                    name,
                    GraphOperators.apply(
                            operator, inputs.stream().map(constants::get).toList(), attributes));
        } else {
            GraphOperators.Function function = GraphOperators.function(operator, inputs.size(), attributes, false);
            int[] arguments = new int[inputs.size()];
            for (int n = 0; n < arguments.length; n++) {
                arguments[n] = place(inputs.get(n));
            }
            places.put(name, add((before, b, h, i, j) -> {
                double[] values = new double[arguments.length];
                for (int n = 0; n < values.length; n++) {
                    values[n] = before[arguments[n]];
                }
                return function.of(values);
            }));
        }
    }

    /** Where the number of a step will stand. */
    private int add(Step step) {
        steps.add(step);
        return steps.size();
    }

    private void demand(String name) throws UnsupportedCaseException {
        if (!constants.containsKey(name) && !places.containsKey(name)) {
            throw new UnsupportedCaseException("a graph without the value '" + name + "'");
        }
    }

    /** What has scores in it has their shape. */
    private GraphTensor extents(String operator, String name, JsonNode attributes) {
        int[] extents = constants.containsKey(name) ? constants.get(name).extents() : shape;
        if (operator.equals("Size")) {
            return GraphTensor.scalar(GraphTensor.size(extents), true);
        }
        int rank = extents.length;
        int start = counted(attributes.path("start").asInt(0), rank);
        int end = counted(attributes.path("end").asInt(rank), rank);
        return GraphTensor.list(Arrays.copyOfRange(extents, start, Math.max(start, end)));
    }

    private static int counted(int axis, int rank) {
        return Math.max(0, Math.min(rank, axis < 0 ? axis + rank : axis));
    }

    /** Where the number of a value stands; a constant gets a step that reads it. */
    private int place(String name) throws UnsupportedCaseException {
        demand(name);
        GraphTensor constant = constants.get(name);
        if (constant == null) {
            return Objects.requireNonNull(places.get(name));
        }
        if (constant.rank() > AXES) {
            throw new UnsupportedCaseException(
                    "a graph with " + name + " of rank " + constant.rank() + ", more than the scores have");
        }
        double[] data = constant.elements();
        int[] strides = constant.broadcast(shape).strides();
        return add((before, b, h, i, j) -> data[b * strides[0] + h * strides[1] + i * strides[2] + j * strides[3]]);
    }
}
