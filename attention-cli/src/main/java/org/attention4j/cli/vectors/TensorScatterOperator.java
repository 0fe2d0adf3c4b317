package org.attention4j.cli.vectors;

import java.util.Map;
import java.util.Set;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.attention4j.model.files.ElementType;

/**
 * ONNX's {@code TensorScatter}: rows written into a cache that the caller owns, from an index of its own for each sequence, around the end
 * where the cache is circular. Copying alone; a mixer's own cache does this in its step.
 */
final class TensorScatterOperator implements Operator {
    private static final Set<ElementType> FLOATS =
            Set.of(ElementType.F64, ElementType.F32, ElementType.F16, ElementType.BF16);

    @Override
    public String name() {
        return "TensorScatter";
    }

    @Override
    public Map<String, Tensor> run(ReferenceCase reference) throws UnsupportedCaseException {
        ElementType type = reference.storedInput("past_cache").type();
        if (!FLOATS.contains(type)) {
            throw new UnsupportedCaseException("a cache of " + type + ": the library's hold floating-point numbers");
        }
        Tensor past = reference.input("past_cache");
        Tensor update = reference.input("update");
        int axis = OnnxAxis.index(past.shape(), reference.integer("axis", -2));
        String mode = reference.text("mode", "linear");
        boolean circular = mode.equals("circular");
        if (!circular && !mode.equals("linear")) {
            throw new UnsupportedCaseException("mode " + mode + " is none of ONNX's");
        }
        if (axis == 0) {
            throw new UnsupportedCaseException("axis 0 of " + past.shape() + ": it is that of the sequences");
        }
        int[] extents = past.shape().extents();
        extents[axis] = update.extent(axis);
        MixerSpec.check("update", update, Shape.of(extents));
        OnnxAxis cache = OnnxAxis.of(past.shape(), axis, false);
        int count = update.extent(axis);
        float[] rows = update.toArray();
        int[] starts = reference.hasInput("write_indices")
                ? reference.integers("write_indices", past.extent(0))
                : new int[past.extent(0)];
        Tensor present = Tensor.of(past.toArray().clone(), past.shape().extents());
        for (int outer = 0; outer < cache.outer(); outer++) {
            int start = starts[outer / (cache.outer() / past.extent(0))];
            for (int t = 0; t < count; t++) {
                long row = (long) start + t;
                long to = circular && cache.length() > 0 ? Math.floorMod(row, cache.length()) : row;
                if (to < 0 || to >= cache.length()) {
                    throw new UnsupportedCaseException("row " + to + " of a cache of " + cache.length());
                }
                int at = (outer * cache.length() + (int) to) * cache.inner();
                System.arraycopy(rows, (outer * count + t) * cache.inner(), present.array(), at, cache.inner());
            }
        }
        return Map.of("output.present_cache", present);
    }
}
