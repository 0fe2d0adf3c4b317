package org.attention4j.cli.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;

/** Operators of graphs on scores that bring elements along an axis together. */
final class GraphAxes {
    private GraphAxes() {}

    /** Extents less those of the axes that are gone. */
    static int[] without(int[] extents, boolean... gone) {
        int kept = 0;
        int[] shape = new int[extents.length];
        for (int d = 0; d < gone.length; d++) {
            if (!gone[d]) {
                shape[kept++] = extents[d];
            }
        }
        return Arrays.copyOf(shape, kept);
    }

    /**
     * {@code ReduceSum} and its like over axes: by default over all, or, with {@code noop_with_empty_axes}, over none.
     *
     * @throws UnsupportedCaseException if it is not known
     */
    static GraphTensor reduced(String operator, GraphTensor tensor, int[] axes, JsonNode attributes)
            throws UnsupportedCaseException {
        boolean none =
                axes.length == 0 && attributes.path("noop_with_empty_axes").asInt(0) != 0;
        boolean[] gone = new boolean[tensor.rank()];
        Arrays.fill(gone, axes.length == 0 && !none);
        for (int axis : axes) {
            gone[tensor.axis(axis)] = true;
        }
        int[] kept = tensor.extents().clone();
        int count = 1;
        for (int d = 0; d < gone.length; d++) {
            count *= gone[d] ? kept[d] : 1;
            kept[d] = gone[d] ? 1 : kept[d];
        }
        double[] results = new double[GraphTensor.size(kept)];
        Arrays.fill(results, first(operator));
        GraphTensor result = new GraphTensor(kept, results, tensor.whole());
        Broadcast place = result.broadcast(tensor.extents());
        double[] greatest = operator.equals("ReduceLogSumExp") ? greatest(tensor, kept, place) : new double[0];
        for (int n = 0; n < tensor.size(); n++) {
            int at = place.source(n);
            double x = tensor.elements()[n];
            results[at] = switch (operator) {
                case "ReduceSum", "ReduceMean", "ReduceLogSum" -> results[at] + x;
                case "ReduceL1" -> results[at] + Math.abs(x);
                case "ReduceL2", "ReduceSumSquare" -> results[at] + x * x;
                case "ReduceProd" -> results[at] * x;
                case "ReduceMax" -> Math.max(results[at], x);
                case "ReduceMin" -> Math.min(results[at], x);
                default -> results[at] + Math.exp(x - greatest[at]);
            };
        }
        for (int at = 0; at < results.length; at++) {
            results[at] = switch (operator) {
                case "ReduceMean" -> results[at] / count;
                case "ReduceL2" -> Math.sqrt(results[at]);
                case "ReduceLogSum" -> Math.log(results[at]);
                case "ReduceLogSumExp" -> Math.log(results[at]) + greatest[at];
                default -> results[at];
            };
        }
        return attributes.path("keepdims").asInt(1) != 0
                ? result
                : result.reshaped(true, without(tensor.extents(), gone));
    }

    /** What no element comes to. */
    private static double first(String operator) throws UnsupportedCaseException {
        return switch (operator) {
            case "ReduceSum",
                    "ReduceMean",
                    "ReduceLogSum",
                    "ReduceL1",
                    "ReduceL2",
                    "ReduceSumSquare",
                    "ReduceLogSumExp" -> 0;
            case "ReduceProd" -> 1;
            case "ReduceMax" -> Double.NEGATIVE_INFINITY;
            case "ReduceMin" -> Double.POSITIVE_INFINITY;
            default ->
                throw new UnsupportedCaseException("a graph with " + operator + ", an operator that is not known");
        };
    }

    /** The greatest element of each sum, or 0 where it is infinite. */
    private static double[] greatest(GraphTensor tensor, int[] kept, Broadcast place) {
        double[] greatest = new double[GraphTensor.size(kept)];
        Arrays.fill(greatest, Double.NEGATIVE_INFINITY);
        for (int n = 0; n < tensor.size(); n++) {
            int at = place.source(n);
            greatest[at] = Math.max(greatest[at], tensor.elements()[n]);
        }
        Arrays.setAll(greatest, at -> Double.isInfinite(greatest[at]) ? 0 : greatest[at]);
        return greatest;
    }

    /** exp(x − m) / Σ exp(x − m) along an axis, m the greatest x, or its logarithm. */
    static GraphTensor softmax(GraphTensor tensor, int along, boolean logarithm) {
        return eachRow(tensor, along, row -> {
            double max = Arrays.stream(row).max().orElse(0);
            double sum = Arrays.stream(row).map(x -> Math.exp(x - max)).sum();
            Arrays.setAll(row, n -> logarithm ? row[n] - max - Math.log(sum) : Math.exp(row[n] - max) / sum);
        });
    }

    /** Sums of all elements up to each, or, with {@code exclusive}, before it; from the end with {@code reverse}. */
    static GraphTensor cumulated(GraphTensor tensor, int along, boolean exclusive, boolean reverse) {
        return eachRow(tensor, along, row -> {
            double sum = 0;
            for (int n = 0; n < row.length; n++) {
                int at = reverse ? row.length - 1 - n : n;
                double before = sum;
                sum += row[at];
                row[at] = exclusive ? before : sum;
            }
        });
    }

    /** Changes one row in place. */
    @FunctionalInterface
    private interface RowFunction {
        void apply(double[] row);
    }

    private static GraphTensor eachRow(GraphTensor tensor, int along, RowFunction function) {
        int axis = tensor.axis(along);
        int length = tensor.extents()[axis];
        int inner = GraphTensor.size(Arrays.copyOfRange(tensor.extents(), axis + 1, tensor.rank()));
        double[] elements = tensor.elements().clone();
        double[] row = new double[length];
        for (int first = 0; first < elements.length; first++) {
            if (first / inner % length == 0) {
                int from = first;
                Arrays.setAll(row, n -> elements[from + n * inner]);
                function.apply(row);
                for (int n = 0; n < length; n++) {
                    elements[first + n * inner] = row[n];
                }
            }
        }
        return new GraphTensor(tensor.extents(), elements, tensor.whole());
    }

    /** Matrices {@code […, N, K]} · {@code […, K, M]}; the axes before them broadcast. */
    static GraphTensor product(GraphTensor a, GraphTensor b) throws UnsupportedCaseException {
        if (a.rank() < 2 || b.rank() < 2) {
            throw new UnsupportedCaseException(
                    "a graph with MatMul of ranks " + a.rank() + " and " + b.rank() + ": matrices are known");
        }
        int rows = a.extents()[a.rank() - 2];
        int inner = a.extents()[a.rank() - 1];
        int columns = b.extents()[b.rank() - 1];
        if (b.extents()[b.rank() - 2] != inner) {
            throw new IllegalArgumentException(
                    "a graph that multiplies " + Arrays.toString(a.extents()) + " and " + Arrays.toString(b.extents()));
        }
        GraphTensor left = batches(a);
        GraphTensor right = batches(b);
        int[] shape = GraphTensor.broadcast(List.of(left, right));
        Broadcast leftPlace = left.broadcast(shape);
        Broadcast rightPlace = right.broadcast(shape);
        int[] extents = Arrays.copyOf(shape, shape.length + 2);
        extents[shape.length] = rows;
        extents[shape.length + 1] = columns;
        double[] product = new double[GraphTensor.size(extents)];
        for (int at = 0; at < product.length; at++) {
            int batch = at / columns / rows;
            int from = (leftPlace.source(batch) * rows + at / columns % rows) * inner;
            int to = rightPlace.source(batch) * inner * columns + at % columns;
            for (int k = 0; k < inner; k++) {
                product[at] += a.elements()[from + k] * b.elements()[to + k * columns];
            }
        }
        return new GraphTensor(extents, product, a.whole() && b.whole());
    }

    /** The axes before the matrices, for their places alone. */
    private static GraphTensor batches(GraphTensor matrices) {
        return new GraphTensor(Arrays.copyOf(matrices.extents(), matrices.rank() - 2), new double[0], matrices.whole());
    }
}
