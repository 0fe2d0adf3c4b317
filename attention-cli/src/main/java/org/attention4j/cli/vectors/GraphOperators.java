package org.attention4j.cli.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attention4j.model.files.ElementType;

/** ONNX's operators in graphs on scores: elementwise ones, those along axes, and those that make and shape tensors. */
final class GraphOperators {
    /** What an elementwise operator does with the elements of its inputs; a truth value is 1 or 0. */
    @FunctionalInterface
    private interface Function {
        double of(double[] inputs);
    }

    /** ONNX's numbers of types that {@code Cast} is asked for. */
    private static final List<Integer> WHOLE_TYPES = List.of(2, 3, 4, 5, 6, 7, 12, 13);

    private static final int TRUTH_TYPE = 9;

    private static final Map<Integer, ElementType> ROUNDED_TYPES =
            Map.of(1, ElementType.F32, 10, ElementType.F16, 16, ElementType.BF16);

    /** Operators that answer yes or no, whatever they compare. */
    private static final Set<String> QUESTIONS = Set.of(
            "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal", "And", "Or", "Xor", "Not", "IsNaN", "IsInf");

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
            Map.entry("PRelu", x -> x[0] < 0 ? x[1] * x[0] : x[0]),
            Map.entry("Softplus", x -> Math.log1p(Math.exp(-Math.abs(x[0]))) + Math.max(0, x[0])),
            Map.entry("Softsign", x -> x[0] / (1 + Math.abs(x[0]))),
            Map.entry("HardSwish", x -> x[0] * Math.max(0, Math.min(1, x[0] / 6 + 0.5))),
            Map.entry("Sin", x -> Math.sin(x[0])),
            Map.entry("Cos", x -> Math.cos(x[0])),
            Map.entry("Tan", x -> Math.tan(x[0])),
            Map.entry("Asin", x -> Math.asin(x[0])),
            Map.entry("Acos", x -> Math.acos(x[0])),
            Map.entry("Atan", x -> Math.atan(x[0])),
            Map.entry("Sinh", x -> Math.sinh(x[0])),
            Map.entry("Cosh", x -> Math.cosh(x[0])),
            Map.entry("Floor", x -> Math.floor(x[0])),
            Map.entry("Ceil", x -> Math.ceil(x[0])),
            Map.entry("Round", x -> Math.rint(x[0])),
            Map.entry("Identity", x -> x[0]),
            Map.entry("Max", x -> Arrays.stream(x).reduce(x[0], Math::max)),
            Map.entry("Min", x -> Arrays.stream(x).reduce(x[0], Math::min)),
            Map.entry("Sum", x -> Arrays.stream(x).sum()),
            Map.entry("Mean", x -> Arrays.stream(x).sum() / x.length),
            Map.entry("Where", x -> x[0] != 0 ? x[1] : x[2]),
            Map.entry("Greater", x -> truth(x[0] > x[1])),
            Map.entry("GreaterOrEqual", x -> truth(x[0] >= x[1])),
            Map.entry("Less", x -> truth(x[0] < x[1])),
            Map.entry("LessOrEqual", x -> truth(x[0] <= x[1])),
            Map.entry("Equal", x -> truth(x[0] == x[1])),
            Map.entry("And", x -> truth(x[0] != 0 && x[1] != 0)),
            Map.entry("Or", x -> truth(x[0] != 0 || x[1] != 0)),
            Map.entry("Xor", x -> truth(x[0] != 0 ^ x[1] != 0)),
            Map.entry("Not", x -> truth(x[0] == 0)),
            Map.entry("IsNaN", x -> truth(Double.isNaN(x[0]))),
            Map.entry("IsInf", x -> truth(Double.isInfinite(x[0]))));

    private GraphOperators() {}

    /**
     * What an operator makes of its inputs.
     *
     * @param in its inputs; {@link GraphTensor#absent()} stands for one that is left out
     * @throws UnsupportedCaseException if it is none of those above
     * @throws IllegalArgumentException if it takes more inputs, or they do not fit each other
     */
    static GraphTensor apply(String operator, List<GraphTensor> in, JsonNode attributes)
            throws UnsupportedCaseException {
        try {
            return of(operator, in, attributes);
        } catch (IndexOutOfBoundsException missing) {
            throw new IllegalArgumentException(
                    "a graph with " + operator + " of " + in.size() + " inputs: " + missing.getMessage());
        }
    }

    private static GraphTensor of(String operator, List<GraphTensor> in, JsonNode attributes)
            throws UnsupportedCaseException {
        int axis = attributes.path("axis").asInt(0);
        return switch (operator) {
            case "Constant" -> constant(attributes);
            case "ConstantOfShape" -> filled(in.get(0).integers(), attributes.path("value"));
            case "Shape" -> shape(in.get(0), attributes);
            case "Size" -> GraphTensor.scalar(in.get(0).size(), true);
            case "Gather" -> in.get(0).gathered(in.get(1), axis);
            case "Range" -> range(in.get(0), in.get(1), in.get(2));
            case "Reshape" ->
                in.get(0)
                        .reshaped(
                                attributes.path("allowzero").asInt(0) != 0,
                                in.get(1).integers());
            case "Unsqueeze" -> unsqueezed(in.get(0), axes(in, attributes));
            case "Squeeze" -> squeezed(in.get(0), axes(in, attributes));
            case "Expand" -> in.get(0).expanded(in.get(1).integers());
            case "Transpose" -> in.get(0).transposed(list(attributes.path("perm")));
            case "Concat" -> GraphTensor.joined(in, axis);
            case "Slice" -> sliced(in);
            case "Trilu" -> triangle(in, attributes.path("upper").asInt(1) != 0);
            case "CumSum" ->
                GraphAxes.cumulated(
                        in.get(0),
                        in.get(1).integer(0),
                        attributes.path("exclusive").asInt(0) != 0,
                        attributes.path("reverse").asInt(0) != 0);
            case "Softmax" ->
                GraphAxes.softmax(in.get(0), attributes.path("axis").asInt(-1), false);
            case "LogSoftmax" ->
                GraphAxes.softmax(in.get(0), attributes.path("axis").asInt(-1), true);
            case "MatMul" -> GraphAxes.product(in.get(0), in.get(1));
            default ->
                operator.startsWith("Reduce")
                        ? GraphAxes.reduced(operator, in.get(0), axes(in, attributes), attributes)
                        : elementwise(operator, in, attributes);
        };
    }

    private static Function function(String operator, JsonNode attributes, boolean whole)
            throws UnsupportedCaseException {
        double alpha = attributes.path("alpha").asDouble(alpha(operator));
        switch (operator) {
            case "Cast" -> {
                return cast(attributes.path("to").asInt());
            }
            case "Div" -> {
                return whole ? x -> (long) (x[0] / x[1]) : x -> x[0] / x[1];
            }
            case "Mod" -> { // fmod has the sign of the dividend, the other that of the divisor
                boolean dividend = attributes.path("fmod").asInt(0) != 0;
                return x -> dividend ? x[0] % x[1] : x[0] - Math.floor(x[0] / x[1]) * x[1];
            }
            case "LeakyRelu" -> {
                return x -> x[0] < 0 ? alpha * x[0] : x[0];
            }
            case "ThresholdedRelu" -> {
                return x -> x[0] > alpha ? x[0] : 0;
            }
            case "Elu" -> {
                return x -> x[0] < 0 ? alpha * Math.expm1(x[0]) : x[0];
            }
            case "Celu" -> {
                return x -> Math.max(0, x[0]) + Math.min(0, alpha * Math.expm1(x[0] / alpha));
            }
            case "HardSigmoid" -> {
                double beta = attributes.path("beta").asDouble(0.5);
                return x -> Math.max(0, Math.min(1, alpha * x[0] + beta));
            }
            case "Swish" -> {
                return x -> x[0] / (1 + Math.exp(-alpha * x[0]));
            }
            default -> {
                Function function = FUNCTIONS.get(operator);
                if (function == null) {
                    throw new UnsupportedCaseException("a graph with " + operator + ", an operator that is not known");
                }
                return function;
            }
        }
    }

    /** An activation's α where it is not given. */
    private static double alpha(String operator) {
        return switch (operator) {
            case "LeakyRelu" -> 0.01;
            case "HardSigmoid" -> 0.2;
            default -> 1;
        };
    }

    private static Function cast(int type) {
        if (type == TRUTH_TYPE) {
            return x -> truth(x[0] != 0);
        }
        if (WHOLE_TYPES.contains(type)) {
            return x -> (long) x[0];
        }
        ElementType rounded = ROUNDED_TYPES.get(type);
        return rounded == null ? x -> x[0] : x -> rounded.round((float) x[0]);
    }

    private static GraphTensor elementwise(String operator, List<GraphTensor> given, JsonNode attributes)
            throws UnsupportedCaseException {
        List<GraphTensor> in = given;
        String name = operator;
        if (operator.equals("Clip")) { // the smaller of the larger; a bound that is left out bounds nothing
            in = List.of(
                    given.get(0), bound(given, 1, Double.NEGATIVE_INFINITY), bound(given, 2, Double.POSITIVE_INFINITY));
        }
        boolean whole = in.stream().skip(name.equals("Where") ? 1 : 0).allMatch(GraphTensor::whole);
        Function function = operator.equals("Clip")
                ? x -> Math.min(Math.max(x[0], x[1]), x[2])
                : function(operator, attributes, whole);
        int[] shape = GraphTensor.broadcast(in);
        Broadcast[] places = in.stream().map(tensor -> tensor.broadcast(shape)).toArray(Broadcast[]::new);
        double[] elements = new double[GraphTensor.size(shape)];
        double[] values = new double[places.length];
        for (int n = 0; n < elements.length; n++) {
            for (int k = 0; k < values.length; k++) {
                values[k] = in.get(k).at(places[k], n);
            }
            elements[n] = function.of(values);
        }
        boolean toWhole = operator.equals("Cast")
                ? WHOLE_TYPES.contains(attributes.path("to").asInt())
                : whole || QUESTIONS.contains(operator);
        return new GraphTensor(shape, elements, toWhole);
    }

    private static GraphTensor bound(List<GraphTensor> in, int n, double otherwise) {
        return in.size() > n && in.get(n).size() > 0
                ? in.get(n)
                : GraphTensor.scalar(otherwise, in.get(0).whole());
    }

    /** A tensor, or the numbers of {@code value_float}, {@code value_ints} and their like. */
    private static GraphTensor constant(JsonNode attributes) throws UnsupportedCaseException {
        for (String name : List.of("value_int", "value_float", "value_ints", "value_floats")) {
            JsonNode given = attributes.path(name);
            if (!given.isMissingNode()) {
                return GraphTensor.numbers(given, name.startsWith("value_int"));
            }
        }
        return GraphTensor.of("a Constant", attributes.path("value"));
    }

    private static GraphTensor shape(GraphTensor tensor, JsonNode attributes) {
        int rank = tensor.rank();
        int start = counted(attributes.path("start").asInt(0), rank);
        int end = counted(attributes.path("end").asInt(rank), rank);
        return GraphTensor.list(Arrays.copyOfRange(tensor.extents(), start, Math.max(start, end)));
    }

    private static int counted(int axis, int rank) {
        return Math.max(0, Math.min(rank, axis < 0 ? axis + rank : axis));
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

    /** Axes are an input since opset 13 (of the reductions, 18), and were an attribute before. */
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
        return tensor.reshaped(true, shape);
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
        return tensor.reshaped(true, GraphAxes.without(tensor.extents(), gone));
    }

    /** Starts, ends, axes (by default the first ones) and steps (by default 1). */
    private static GraphTensor sliced(List<GraphTensor> in) {
        int[] starts = in.get(1).integers();
        int[] ends = in.get(2).integers();
        int[] axes = in.size() > 3 ? in.get(3).integers() : new int[0];
        int[] steps = in.size() > 4 ? in.get(4).integers() : new int[0];
        GraphTensor part = in.get(0);
        for (int n = 0; n < starts.length; n++) {
            int axis = part.axis(axes.length == 0 ? n : axes[n]);
            int step = steps.length == 0 ? 1 : steps[n];
            part = part.gathered(steps(part.extents()[axis], starts[n], ends[n], step), axis);
        }
        return part;
    }

    /** The indexes from a start to before an end, both cut to what there is. */
    private static GraphTensor steps(int extent, int start, int end, int step) {
        if (step == 0) {
            throw new IllegalArgumentException("a graph with a Slice in steps of 0");
        }
        int last = step < 0 ? extent - 1 : extent;
        int least = step < 0 ? -1 : 0;
        int from = Math.max(Math.max(least, 0), Math.min(last, start < 0 ? start + extent : start));
        int to = Math.max(least, Math.min(extent, end < 0 ? end + extent : end));
        int count = Math.max(0, Math.ceilDiv(to - from, step));
        int[] indexes = new int[extent == 0 ? 0 : count];
        Arrays.setAll(indexes, n -> from + n * step);
        return GraphTensor.list(indexes);
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
}
