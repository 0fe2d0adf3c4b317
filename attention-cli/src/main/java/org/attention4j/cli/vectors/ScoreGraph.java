package org.attention4j.cli.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A graph of ONNX operators on the scores {@code [B, H, T, S]}, as FlexAttention's attributes have it: elementwise ones, and constants that
 * broadcast. A truth value is 1 or 0.
 */
final class ScoreGraph {
    /** One element of a value in the graph, from the score it belongs to. */
    @FunctionalInterface
    private interface Element {
        double of(float score, int batch, int head, int query, int key);
    }

    /** What an operator does with the elements of its inputs. */
    @FunctionalInterface
    private interface Function {
        double of(double[] inputs);
    }

    private static final Map<String, Function> FUNCTIONS = Map.ofEntries(
            Map.entry("Add", x -> x[0] + x[1]),
            Map.entry("Sub", x -> x[0] - x[1]),
            Map.entry("Mul", x -> x[0] * x[1]),
            Map.entry("Div", x -> x[0] / x[1]),
            Map.entry("Pow", x -> Math.pow(x[0], x[1])),
            Map.entry("Neg", x -> -x[0]),
            Map.entry("Abs", x -> Math.abs(x[0])),
            Map.entry("Exp", x -> Math.exp(x[0])),
            Map.entry("Log", x -> Math.log(x[0])),
            Map.entry("Sqrt", x -> Math.sqrt(x[0])),
            Map.entry("Reciprocal", x -> 1 / x[0]),
            Map.entry("Tanh", x -> Math.tanh(x[0])),
            Map.entry("Sigmoid", x -> 1 / (1 + Math.exp(-x[0]))),
            Map.entry("Relu", x -> Math.max(0, x[0])),
            Map.entry("Softplus", x -> Math.log1p(Math.exp(x[0]))),
            Map.entry("Sin", x -> Math.sin(x[0])),
            Map.entry("Cos", x -> Math.cos(x[0])),
            Map.entry("Floor", x -> Math.floor(x[0])),
            Map.entry("Ceil", x -> Math.ceil(x[0])),
            Map.entry("Identity", x -> x[0]),
            Map.entry("Cast", x -> x[0]),
            Map.entry("Max", ScoreGraph::max),
            Map.entry("Min", ScoreGraph::min),
            Map.entry("Clip", ScoreGraph::clip),
            Map.entry("Where", x -> x[0] != 0 ? x[1] : x[2]),
            Map.entry("Greater", x -> truth(x[0] > x[1])),
            Map.entry("GreaterOrEqual", x -> truth(x[0] >= x[1])),
            Map.entry("Less", x -> truth(x[0] < x[1])),
            Map.entry("LessOrEqual", x -> truth(x[0] <= x[1])),
            Map.entry("Equal", x -> truth(x[0] == x[1])),
            Map.entry("And", x -> truth(x[0] != 0 && x[1] != 0)),
            Map.entry("Or", x -> truth(x[0] != 0 || x[1] != 0)),
            Map.entry("Xor", x -> truth(x[0] != 0 ^ x[1] != 0)),
            Map.entry("Not", x -> truth(x[0] == 0)));

    private final Element output;

    private ScoreGraph(Element output) {
        this.output = output;
    }

    /**
     * Reads a graph of one input and one output.
     *
     * @throws UnsupportedCaseException if it has an operator that is not elementwise
     */
    static ScoreGraph of(JsonNode graph) throws UnsupportedCaseException {
        Map<String, Element> values = new HashMap<>();
        JsonNode initializers = graph.path("initializers");
        for (String name : (Iterable<String>) initializers::fieldNames) {
            values.put(name, constant(name, initializers.path(name)));
        }
        values.put(graph.path("inputs").path(0).asText(), (score, b, h, i, j) -> score);
        for (JsonNode node : graph.path("nodes")) {
            values.put(node.path("outputs").path(0).asText(), node(node, values));
        }
        return new ScoreGraph(value(values, graph.path("outputs").path(0).asText()));
    }

    /** The number that the graph makes of a score. */
    float at(float score, int batch, int head, int query, int key) {
        return (float) output.of(score, batch, head, query, key);
    }

    private static Element node(JsonNode node, Map<String, Element> values) throws UnsupportedCaseException {
        String operator = node.path("op").asText();
        if (operator.equals("Constant")) {
            return constant("a Constant", node.path("attributes").path("value"));
        }
        Function function = FUNCTIONS.get(operator);
        if (function == null) {
            throw new UnsupportedCaseException("a graph with " + operator + ", which is not elementwise");
        }
        List<Element> inputs = new ArrayList<>();
        for (JsonNode input : node.path("inputs")) {
            inputs.add(value(values, input.asText()));
        }
        return (score, b, h, i, j) -> {
            double[] elements = new double[inputs.size()];
            for (int n = 0; n < elements.length; n++) {
                elements[n] = inputs.get(n).of(score, b, h, i, j);
            }
            return function.of(elements);
        };
    }

    private static Element value(Map<String, Element> values, String name) throws UnsupportedCaseException {
        Element value = values.get(name);
        if (value == null) {
            throw new UnsupportedCaseException("a graph without the value '" + name + "'");
        }
        return value;
    }

    /** A constant tensor of up to four dimensions; those of 1 and those that are not there broadcast. */
    private static Element constant(String name, JsonNode tensor) throws UnsupportedCaseException {
        int rank = tensor.path("shape").size();
        if (!tensor.path("data").isArray() || rank > 4) {
            throw new UnsupportedCaseException(
                    "a graph with " + name + " of " + tensor + ", not a tensor of rank 0 to 4");
        }
        double[] data = new double[tensor.path("data").size()];
        for (int n = 0; n < data.length; n++) {
            data[n] = number(tensor.path("data").path(n));
        }
        int[] strides = new int[4];
        int stride = 1;
        for (int d = rank - 1; d >= 0; d--) {
            int extent = tensor.path("shape").path(d).asInt();
            strides[4 - rank + d] = extent == 1 ? 0 : stride;
            stride *= extent;
        }
        return (score, b, h, i, j) -> data[b * strides[0] + h * strides[1] + i * strides[2] + j * strides[3]];
    }

    private static double number(JsonNode node) {
        return node.isBoolean()
                ? truth(node.asBoolean())
                : node.isTextual() ? Double.parseDouble(node.asText()) : node.asDouble();
    }

    private static double truth(boolean yes) {
        return yes ? 1 : 0;
    }

    private static double max(double[] x) {
        double max = x[0];
        for (double element : x) {
            max = Math.max(max, element);
        }
        return max;
    }

    private static double min(double[] x) {
        double min = x[0];
        for (double element : x) {
            min = Math.min(min, element);
        }
        return min;
    }

    private static double clip(double[] x) {
        double above = x.length > 1 ? Math.max(x[0], x[1]) : x[0];
        return x.length > 2 ? Math.min(above, x[2]) : above;
    }
}
