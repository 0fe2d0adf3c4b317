package org.attention4j.cli.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** ONNX's operators in graphs on scores: elementwise ones, and those that make and shape constants. */
final class GraphOperators {
    /** What an elementwise operator does with the elements of its inputs; a truth value is 1 or 0. */
    @FunctionalInterface
    interface Function {
        double of(double[] inputs);
    }

    /** ONNX's numbers of types that {@code Cast} is asked for. */
    private static final List<Integer> WHOLE_TYPES = List.of(2, 3, 4, 5, 6, 7, 12, 13);

    private static final int TRUTH_TYPE = 9;

    private static final Map<String, Function> FUNCTIONS = Map.ofEntries(
            Map.entry("Add", x -> x[0] + x[1]),
            Map.entry("Sub", x -> x[0] - x[1]),
            Map.entry("Mul", x -> x[0] * x[1]),
            Map.entry("Div", x -> x[0] / x[1]),
            Map.entry("Pow", x -> Math.pow(x[0], x[1])),
            Map.entry("Neg", x -> -x[0]),
            Map.entry("Abs", x -> Math.abs(x[0])),
            Map.entry("Sign", x -> Math.signum(x[0])),
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
            Map.entry("Round", x -> Math.rint(x[0])),
            Map.entry("Identity", x -> x[0]),
            Map.entry("Max", x -> Arrays.stream(x).reduce(x[0], Math::max)),
            Map.entry("Min", x -> Arrays.stream(x).reduce(x[0], Math::min)),
            Map.entry("Sum", x -> Arrays.stream(x).sum()),
            Map.entry("Clip", GraphOperators::clip),
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

    private GraphOperators() {}

    /**
     * An elementwise operator.
     *
     * @param inputs how many it is given
     * @param whole whether they are integers, which divide to integers
     * @throws UnsupportedCaseException if it is none
     * @throws IllegalArgumentException if it takes more inputs
     */
    static Function function(String operator, int inputs, JsonNode attributes, boolean whole)
            throws UnsupportedCaseException {
        Function function = function(operator, attributes, whole);
        try {
            function.of(new double[inputs]);
        } catch (ArrayIndexOutOfBoundsException missing) {
            throw new IllegalArgumentException("a graph with " + operator + " of " + inputs + " inputs");
        }
        return function;
    }

    private static Function function(String operator, JsonNode attributes, boolean whole)
            throws UnsupportedCaseException {
        if (operator.equals("Cast")) {
            int type = attributes.path("to").asInt();
            return WHOLE_TYPES.contains(type)
                    ? x -> (long) x[0]
                    : type == TRUTH_TYPE ? x -> truth(x[0] != 0) : x -> x[0];
        }
        if (operator.equals("Div") && whole) {
            return x -> (long) (x[0] / x[1]);
        }
        if (operator.equals("Mod")) { // fmod has the sign of the dividend, the other that of the divisor
            boolean dividend = attributes.path("fmod").asInt(0) != 0;
            return x -> dividend ? x[0] % x[1] : x[0] - Math.floor(x[0] / x[1]) * x[1];
        }
        Function function = FUNCTIONS.get(operator);
        if (function == null) {
            throw new UnsupportedCaseException("a graph with " + operator + ", which is not elementwise");
        }
        return function;
    }

    /** An operator on constants. */
    static GraphTensor apply(String operator, List<GraphTensor> in, JsonNode attributes)
            throws UnsupportedCaseException {
        int axis = attributes.path("axis").asInt(0);
        return switch (operator) {
            case "Constant" -> GraphTensor.of("a Constant", attributes.path("value"));
            case "ConstantOfShape" -> filled(in.get(0).integers(), attributes.path("value"));
            case "Gather" -> in.get(0).gathered(in.get(1), axis);
            case "Range" -> range(in.get(0), in.get(1), in.get(2));
            case "Reshape" -> in.get(0).reshaped(in.get(1).integers());
            case "Unsqueeze" -> unsqueezed(in.get(0), axes(in, attributes));
            case "Squeeze" -> squeezed(in.get(0), axes(in, attributes));
            case "Expand" -> in.get(0).expanded(in.get(1).integers());
            case "Transpose" -> in.get(0).transposed(list(attributes.path("perm")));
            case "Concat" -> concatenated(in, axis);
            case "Trilu" -> triangle(in, attributes.path("upper").asInt(1) != 0);
            default -> elementwise(operator, in, attributes);
        };
    }

    private static GraphTensor elementwise(String operator, List<GraphTensor> in, JsonNode attributes)
            throws UnsupportedCaseException {
        boolean whole = in.stream().allMatch(GraphTensor::whole);
        Function function = function(operator, in.size(), attributes, whole);
        int[] shape = GraphTensor.broadcast(in);
        List<Broadcast> places =
                in.stream().map(tensor -> tensor.broadcast(shape)).toList();
        double[] elements = new double[GraphTensor.size(shape)];
        for (int n = 0; n < elements.length; n++) {
            double[] values = new double[in.size()];
            for (int k = 0; k < values.length; k++) {
                values[k] = in.get(k).at(places.get(k), n);
            }
            elements[n] = function.of(values);
        }
        boolean toWhole = operator.equals("Cast")
                ? WHOLE_TYPES.contains(attributes.path("to").asInt())
                : whole;
        return new GraphTensor(shape, elements, toWhole);
    }

    private static GraphTensor filled(int[] shape, JsonNode value) throws UnsupportedCaseException {
        GraphTensor one = value.isMissingNode() ? GraphTensor.scalar(0, false) : GraphTensor.of("a value", value);
        double[] elements = new double[GraphTensor.size(shape)];
        Arrays.fill(elements, one.elements()[0]);
        return new GraphTensor(shape, elements, one.whole());
    }

    private static GraphTensor range(GraphTensor start, GraphTensor limit, GraphTensor delta) {
        double first = start.elements()[0];
        double step = delta.elements()[0];
        double count = Math.ceil((limit.elements()[0] - first) / step);
        if (Double.isNaN(count)) {
            throw new IllegalArgumentException("a graph with a Range in steps of " + step);
        }
        double[] elements = new double[GraphTensor.size((int) Math.max(0, count))];
        Arrays.setAll(elements, n -> first + n * step);
        return new GraphTensor(new int[] {elements.length}, elements, start.whole() && delta.whole());
    }

    /** Axes are an input since opset 13, and were an attribute before. */
    private static int[] axes(List<GraphTensor> in, JsonNode attributes) {
        return in.size() > 1 ? in.get(1).integers() : list(attributes.path("axes"));
    }

    private static int[] list(JsonNode numbers) {
        int[] list = new int[numbers.size()];
        Arrays.setAll(list, n -> numbers.path(n).asInt());
        return list;
    }

    private static GraphTensor unsqueezed(GraphTensor tensor, int[] axes) {
        int[] shape = new int[tensor.rank() + axes.length];
        GraphTensor counted = new GraphTensor(shape, new double[0], true);
        Arrays.fill(shape, -1);
        for (int axis : axes) {
            shape[counted.axis(axis)] = 1;
        }
        int next = 0;
        for (int d = 0; d < shape.length; d++) {
            if (shape[d] == -1 && next < tensor.rank()) {
                shape[d] = tensor.extents()[next++];
            }
        }
        return tensor.reshaped(shape);
    }

    /** Without the axes that are named, or without all that are 1 long. */
    private static GraphTensor squeezed(GraphTensor tensor, int[] axes) {
        boolean[] gone = new boolean[tensor.rank()];
        for (int d = 0; d < gone.length; d++) {
            gone[d] = axes.length == 0 && tensor.extents()[d] == 1;
        }
        for (int axis : axes) {
            gone[tensor.axis(axis)] = true;
        }
        int kept = 0;
        int[] shape = new int[tensor.rank()];
        for (int d = 0; d < gone.length; d++) {
            if (!gone[d]) {
                shape[kept++] = tensor.extents()[d];
            }
        }
        return tensor.reshaped(Arrays.copyOf(shape, kept));
    }

    private static GraphTensor concatenated(List<GraphTensor> in, int axis) throws UnsupportedCaseException {
        if (in.get(0).axis(axis) != 0) {
            throw new UnsupportedCaseException("a graph with Concat along axis " + axis + ", not the first");
        }
        return GraphTensor.joined(in);
    }

    /** The elements on and above a diagonal, or on and below it. */
    private static GraphTensor triangle(List<GraphTensor> in, boolean upper) {
        GraphTensor tensor = in.get(0);
        int columns = tensor.extents()[tensor.axis(-1)];
        int rows = tensor.extents()[tensor.axis(-2)];
        int diagonal = in.size() > 1 ? in.get(1).integer(0) : 0;
        double[] elements = tensor.elements().clone();
        for (int n = 0; n < elements.length; n++) {
            int ahead = n % columns - n / columns % rows - diagonal;
            elements[n] = (upper ? ahead >= 0 : ahead <= 0) ? elements[n] : 0;
        }
        return new GraphTensor(tensor.extents(), elements, tensor.whole());
    }

    private static double truth(boolean yes) {
        return yes ? 1 : 0;
    }

    private static double clip(double[] x) {
        double above = x.length > 1 ? Math.max(x[0], x[1]) : x[0];
        return x.length > 2 ? Math.min(above, x[2]) : above;
    }
}
