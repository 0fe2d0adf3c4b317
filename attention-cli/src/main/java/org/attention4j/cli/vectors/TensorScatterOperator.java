package org.attention4j.cli.vectors;

import java.util.Map;
import org.attention4j.api.Tensor;

/**
 * ONNX's {@code TensorScatter}: rows written into a cache that the caller owns, from an index of its own for each sequence, around the end
 * where the cache is circular. Copying alone; a mixer's own cache does this in its step.
 */
final class TensorScatterOperator implements Operator {
    @Override
    public String name() {
        return "TensorScatter";
    }

    @Override
    public Map<String, Tensor> run(ReferenceCase reference) throws UnsupportedCaseException {
        Tensor past = reference.input("past_cache");
        Tensor update = reference.input("update");
        int rank = past.shape().rank();
        int axis = reference.integer("axis", -2);
        axis = axis < 0 ? axis + rank : axis;
        boolean circular = reference.attribute("mode").asText("linear").equals("circular");
        if (axis < 1 || axis >= rank) {
            throw new UnsupportedCaseException("axis " + axis + " of " + past.shape());
        }
        int most = past.extent(axis);
        int count = update.extent(axis);
        int inner = 1;
        for (int d = axis + 1; d < rank; d++) {
            inner *= past.extent(d);
        }
        int outer = 1;
        for (int d = 0; d < axis; d++) {
            outer *= past.extent(d);
        }
        long[] starts = reference.hasInput("write_indices")
                ? reference.stored("input.write_indices").longs()
                : new long[past.extent(0)];
        Tensor present = Tensor.of(past.toArray().clone(), past.shape().extents());
        for (int row = 0; row < outer; row++) {
            long start = starts[row / Math.max(1, outer / past.extent(0))];
            for (int t = 0; t < count; t++) {
                long to = circular ? Math.floorMod(start + t, (long) most) : start + t;
                if (to < 0 || to >= most) {
                    throw new UnsupportedCaseException("row " + to + " of a cache of " + most);
                }
                int at = (row * most + (int) to) * inner;
                System.arraycopy(update.toArray(), (row * count + t) * inner, present.array(), at, inner);
            }
        }
        return Map.of("output.present_cache", present);
    }
}
