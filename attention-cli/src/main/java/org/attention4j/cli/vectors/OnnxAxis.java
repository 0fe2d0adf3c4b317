package org.attention4j.cli.vectors;

import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;

/** A tensor seen along one or more of its axes: {@code [outer, length, inner]}, rows of {@code length} elements that lie {@code inner} apart. */
record OnnxAxis(int outer, int length, int inner) {
    /**
     * Along an axis and, with {@code flattened}, all that follow it.
     *
     * @param axis −rank to rank − 1; negative ones count from the end
     */
    static OnnxAxis of(Shape shape, int axis, boolean flattened) throws UnsupportedCaseException {
        int rank = shape.rank();
        int from = index(shape, axis);
        int outer = 1;
        int length = 1;
        int inner = 1;
        for (int d = 0; d < rank; d++) {
            if (d < from) {
                outer *= shape.extent(d);
            } else if (d == from || flattened) {
                length *= shape.extent(d);
            } else {
                inner *= shape.extent(d);
            }
        }
        return new OnnxAxis(outer, length, inner);
    }

    /** The axis counted from the front. */
    static int index(Shape shape, int axis) throws UnsupportedCaseException {
        int from = axis < 0 ? axis + shape.rank() : axis;
        if (from < 0 || from >= shape.rank()) {
            throw new UnsupportedCaseException("axis " + axis + " of a tensor " + shape + ": there is no such axis");
        }
        return from;
    }

    /** How many rows there are. */
    int rows() {
        return outer * inner;
    }

    /** The rows one after the other. */
    float[] rows(Tensor tensor) {
        return moved(tensor.toArray(), true);
    }

    /** From {@link #rows(Tensor)} back to a tensor. */
    Tensor tensor(float[] rows, Shape shape) {
        return Tensor.of(moved(rows, false), shape.extents());
    }

    private float[] moved(float[] from, boolean toRows) {
        float[] to = new float[from.length];
        for (int o = 0; o < outer; o++) {
            for (int k = 0; k < length; k++) {
                for (int i = 0; i < inner; i++) {
                    int inTensor = (o * length + k) * inner + i;
                    int inRows = (o * inner + i) * length + k;
                    to[toRows ? inRows : inTensor] = from[toRows ? inTensor : inRows];
                }
            }
        }
        return to;
    }
}
