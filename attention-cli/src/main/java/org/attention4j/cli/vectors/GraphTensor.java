package org.attention4j.cli.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import org.attention4j.api.Tensor;

/**
 * A tensor in a graph that no score goes into: a constant, or what is made of constants and of the shape of the scores.
 *
 * @param extents its shape
 * @param elements row by row; a truth value is 1 or 0
 * @param whole whether it holds integers, which divide to integers
 */
record GraphTensor(int[] extents, double[] elements, boolean whole) {
    /** A graph is a file's: what it makes of a few numbers is no more than this. */
    private static final int MOST = 1 << 24;

    static GraphTensor scalar(double value, boolean whole) {
        return new GraphTensor(new int[0], new double[] {value}, whole);
    }

    /** Whole numbers, one after the other. */
    static GraphTensor list(int... values) {
        return new GraphTensor(
                new int[] {values.length},
                Arrays.stream(values).asDoubleStream().toArray(),
                true);
    }

    /** What stands for an input that is left out: a list of no numbers. */
    static GraphTensor absent() {
        return list();
    }

    /** The same elements as a tensor of floats. */
    static GraphTensor of(Tensor tensor) {
        float[] from = tensor.toArray();
        double[] elements = new double[from.length];
        Arrays.setAll(elements, n -> from[n]);
        return new GraphTensor(tensor.shape().extents(), elements, false);
    }

    /** One JSON number, or a list of them. */
    static GraphTensor numbers(JsonNode given, boolean whole) {
        if (!given.isArray()) {
            return scalar(number(given), whole);
        }
        double[] elements = new double[given.size()];
        Arrays.setAll(elements, n -> number(given.path(n)));
        return new GraphTensor(new int[] {elements.length}, elements, whole);
    }

    /** A tensor as a case's JSON has it: {@code dtype}, {@code shape} and {@code data}. */
    static GraphTensor of(String name, JsonNode tensor) throws UnsupportedCaseException {
        JsonNode data = tensor.path("data");
        int[] extents = new int[tensor.path("shape").size()];
        Arrays.setAll(extents, d -> tensor.path("shape").path(d).asInt());
        if (!data.isArray()) {
            throw new UnsupportedCaseException("a graph with " + name + " of " + tensor + ", not a tensor");
        }
        if (data.size() != size(extents)) {
            throw new IllegalArgumentException(
                    name + " " + Arrays.toString(extents) + " of " + data.size() + " elements");
        }
        double[] elements = new double[data.size()];
        Arrays.setAll(elements, n -> number(data.path(n)));
        return new GraphTensor(extents, elements, tensor.path("dtype").asText().startsWith("I"));
    }

    private static double number(JsonNode node) {
        return node.isBoolean()
                ? node.asBoolean() ? 1 : 0
                : node.isTextual() ? Double.parseDouble(node.asText()) : node.asDouble();
    }

    /** How many elements a shape has, refused where they are more than a graph is let make. */
    static int size(int... extents) {
        long size = 1;
        for (int extent : extents) {
            size *= extent;
            if (extent < 0 || size > MOST) {
                throw new IllegalArgumentException(
                        "a graph with a tensor " + Arrays.toString(extents) + ", of more than " + MOST + " elements");
            }
        }
        return (int) size;
    }

    /** Refuses what a graph would hold at once of more elements than it is let. */
    static void requireHeld(long elements) {
        if (elements > MOST) {
            throw new IllegalArgumentException(
                    "a graph that holds " + elements + " elements at once, of more than " + MOST);
        }
    }

    int rank() {
        return extents.length;
    }

    int size() {
        return elements.length;
    }

    int integer(int n) {
        return (int) elements[n];
    }

    /** All elements as integers. */
    int[] integers() {
        return Arrays.stream(elements).mapToInt(element -> (int) element).toArray();
    }

    /** The shape that tensors broadcast to. */
    static int[] broadcast(List<GraphTensor> tensors) {
        int rank = tensors.stream().mapToInt(GraphTensor::rank).max().orElse(0);
        int[] extents = new int[rank];
        Arrays.fill(extents, 1);
        for (GraphTensor tensor : tensors) {
            for (int d = 0; d < tensor.rank(); d++) {
                int axis = rank - tensor.rank() + d;
                if (extents[axis] != tensor.extents[d] && extents[axis] != 1 && tensor.extents[d] != 1) {
                    throw new IllegalArgumentException("a graph of shapes that do not broadcast: "
                            + Arrays.toString(extents) + " and " + Arrays.toString(tensor.extents));
                }
                extents[axis] = extents[axis] == 1 ? tensor.extents[d] : extents[axis];
            }
        }
        return extents;
    }

    /** How this is read in a shape that it broadcasts to. */
    Broadcast broadcast(int... shape) {
        return Broadcast.of("a graph's tensor", extents, shape);
    }

    /** What stands at an index of a shape that this broadcasts to. */
    double at(Broadcast place, int index) {
        return elements[place.source(index)];
    }

    /**
     * The same elements in another shape, in which −1 is what is left.
     *
     * @param zeros whether 0 stands for itself, not for what was there
     */
    GraphTensor reshaped(boolean zeros, int... shape) {
        int[] reshaped = shape.clone();
        int open = -1;
        int known = 1;
        for (int d = 0; d < shape.length; d++) {
            reshaped[d] = shape[d] == 0 && !zeros && d < rank() ? extents[d] : shape[d];
            if (reshaped[d] == -1) {
                open = d;
            } else {
                known *= reshaped[d];
            }
        }
        if (open >= 0 && known > 0) {
            reshaped[open] = elements.length / known;
        }
        if (Arrays.stream(reshaped).anyMatch(extent -> extent < 0) || size(reshaped) != elements.length) {
            throw new IllegalArgumentException(
                    "a graph that reshapes " + Arrays.toString(extents) + " to " + Arrays.toString(shape));
        }
        return new GraphTensor(reshaped, elements, whole);
    }

    /** The same for each index along the axes that are new or were 1 long. */
    GraphTensor expanded(int... shape) {
        GraphTensor target = new GraphTensor(shape, new double[0], whole);
        int[] to = broadcast(List.of(this, target));
        Broadcast place = broadcast(to);
        double[] expanded = new double[size(to)];
        Arrays.setAll(expanded, n -> at(place, n));
        return new GraphTensor(to, expanded, whole);
    }

    /** With its axes in another order; by default the opposite. */
    GraphTensor transposed(int... order) {
        int[] to = new int[rank()];
        int[] strides = new int[rank()];
        int[] own = Broadcast.strides(extents, rank());
        for (int d = 0; d < rank(); d++) {
            int from = order.length == rank() ? axis(order[d]) : rank() - 1 - d;
            to[d] = extents[from];
            strides[d] = own[from];
        }
        Broadcast place = new Broadcast(to, strides);
        double[] transposed = new double[elements.length];
        Arrays.setAll(transposed, n -> at(place, n));
        return new GraphTensor(to, transposed, whole);
    }

    /** The parts along an axis that indices name, in their shape. */
    GraphTensor gathered(GraphTensor indices, int along) {
        int axis = axis(along);
        int inner = size(Arrays.copyOfRange(extents, axis + 1, rank()));
        int outer = size(Arrays.copyOf(extents, axis));
        int count = indices.elements.length;
        double[] gathered = new double[size(outer, count, inner)];
        for (int n = 0; n < gathered.length; n++) {
            int index = indices.integer(n / inner % count);
            int row = n / inner / count * extents[axis] + (index < 0 ? index + extents[axis] : index);
            gathered[n] = elements[row * inner + n % inner];
        }
        int[] to = new int[rank() - 1 + indices.rank()];
        System.arraycopy(extents, 0, to, 0, axis);
        System.arraycopy(indices.extents, 0, to, axis, indices.rank());
        System.arraycopy(extents, axis + 1, to, axis + indices.rank(), rank() - axis - 1);
        return new GraphTensor(to, gathered, whole);
    }

    /** One behind the other along an axis; all other extents are the same. */
    static GraphTensor joined(List<GraphTensor> parts, int along) {
        GraphTensor first = parts.get(0);
        int axis = first.axis(along);
        int[] to = first.extents.clone();
        to[axis] = 0;
        for (GraphTensor part : parts) {
            int[] own = part.extents.clone();
            if (own.length > axis) {
                own[axis] = to[axis];
            }
            if (!Arrays.equals(own, to)) {
                throw new IllegalArgumentException("a graph that joins " + Arrays.toString(first.extents) + " and "
                        + Arrays.toString(part.extents));
            }
            to[axis] = Math.addExact(to[axis], part.extents[axis]);
        }
        double[] joined = new double[size(to)];
        int outer = size(Arrays.copyOf(to, axis));
        int at = 0;
        for (int row = 0; row < outer; row++) {
            for (GraphTensor part : parts) {
                int length = part.elements.length / outer;
                System.arraycopy(part.elements, row * length, joined, at, length);
                at += length;
            }
        }
        return new GraphTensor(to, joined, first.whole);
    }

    /** An axis counted from the front. */
    int axis(int axis) {
        int from = axis < 0 ? axis + rank() : axis;
        if (from < 0 || from >= rank()) {
            throw new IllegalArgumentException(
                    "a graph with axis " + axis + " of " + Arrays.toString(extents) + ": there is no such axis");
        }
        return from;
    }
}
