package org.attention4j.core;

import org.attention4j.api.BadShapeException;
import org.attention4j.api.Scratch;
import org.attention4j.api.Tensor;
import org.jspecify.annotations.Nullable;

/** Arrays of a call: in scratch memory, or new ones that a recording keeps, where there is no scratch. */
final class Memory {
    private Memory() {}

    static float[] floats(@Nullable Scratch scratch, int count) {
        return scratch == null ? new float[count] : scratch.floats(count);
    }

    static int[] ints(@Nullable Scratch scratch, int count) {
        return scratch == null ? new int[count] : scratch.ints(count);
    }

    /** The elements of a tensor, the first at its offset: its own array, or a copy. */
    static float[] read(@Nullable Scratch scratch, Tensor tensor) {
        if (scratch != null) {
            return tensor.readable(scratch);
        }
        return tensor.hasArray() ? tensor.array() : tensor.toArray();
    }

    /** A length that fits an array. */
    static int length(long floats, String what) {
        if (floats > Integer.MAX_VALUE - 8) {
            throw new BadShapeException(
                    what + " of " + floats + " floats do not fit a Java array of at most " + (Integer.MAX_VALUE - 8));
        }
        return (int) floats;
    }
}
