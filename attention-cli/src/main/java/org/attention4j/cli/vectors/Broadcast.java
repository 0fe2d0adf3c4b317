package org.attention4j.cli.vectors;

import java.util.Arrays;

/**
 * A tensor read element by element in a shape that it broadcasts to, as NumPy and ONNX have it: axes are aligned at the last one, and an
 * element stands for all along the axes that are new or were 1 long.
 *
 * @param shape that it is read in
 * @param strides how far its elements lie apart along the axes of that shape
 */
record Broadcast(int[] shape, int[] strides) {
    /**
     * @param what how the message calls the tensor
     * @param from its shape
     * @param to the shape that it is read in
     * @throws IllegalArgumentException if it does not broadcast to that
     */
    static Broadcast of(String what, int[] from, int[] to) {
        boolean fits = from.length <= to.length;
        for (int d = 1; fits && d <= from.length; d++) {
            int extent = from[from.length - d];
            fits = extent == 1 || extent == to[to.length - d];
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    what + " " + Arrays.toString(from) + " does not broadcast to " + Arrays.toString(to));
        }
        return new Broadcast(to, strides(from, to.length));
    }

    /** How far elements lie apart along the last {@code axes} axes: 0 where there is none or it is 1 long. */
    static int[] strides(int[] extents, int axes) {
        int[] strides = new int[axes];
        int stride = 1;
        for (int d = 1; d <= extents.length; d++) {
            int extent = extents[extents.length - d];
            if (d <= axes) {
                strides[axes - d] = extent == 1 ? 0 : stride;
            }
            stride *= extent;
        }
        return strides;
    }

    /** Where in the tensor the element is that stands at an index of the shape. */
    int source(int index) {
        int rest = index;
        int source = 0;
        for (int d = shape.length - 1; d >= 0; d--) {
            source += rest % shape[d] * strides[d];
            rest /= shape[d];
        }
        return source;
    }
}
