package org.attention4j.model;

import java.util.Arrays;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.jspecify.annotations.Nullable;

/** Sequences in scratch memory, with the lengths of others. Kept from call to call: the same shapes allocate nothing. */
final class Intermediate {
    /** Parts of a model that differ in width take turns with the same memory. */
    private static final int SHAPES = 8;

    private final @Nullable Sequences[] kept = new Sequences[SHAPES];
    private int oldest;
    /** Its own, not {@link Scratch}'s, which may hand out another one next time. */
    private float[] array = {};

    private Intermediate() {}

    /** {@code [B, T, width]} with arbitrary contents and the lengths of {@code in}. */
    static Sequences like(Sequences in, int width, Scratch scratch) {
        return scratch.object(Intermediate.class, Intermediate::new).like(in, width);
    }

    private Sequences like(Sequences in, int width) {
        for (Sequences known : kept) {
            if (known != null && same(known, in, width)) {
                return known;
            }
        }
        Shape shape = Shape.of(in.batch(), in.time(), width);
        if (array.length < shape.size()) {
            array = Tensor.zeros(shape).array(); // refuses what no array holds
            Arrays.fill(kept, null);
        }
        Sequences made = over(Tensor.of(array, 0, shape), in);
        kept[oldest] = made;
        oldest = (oldest + 1) % SHAPES;
        return made;
    }

    /** Zeros {@code [B, T, width]} with the lengths of {@code in}. */
    static Sequences zeros(Sequences in, int width, Scratch scratch) {
        Sequences zeros = like(in, width, scratch);
        zeros.tensor().fill(0);
        return zeros;
    }

    /** New memory that outlives the call. */
    static Sequences kept(Sequences in, int width) {
        return over(Tensor.zeros(in.batch(), in.time(), width), in);
    }

    private static Sequences over(Tensor tensor, Sequences in) {
        return Sequences.of(tensor, in.lengths());
    }

    private static boolean same(Sequences known, Sequences in, int width) {
        if (known.batch() != in.batch() || known.time() != in.time() || known.width() != width) {
            return false;
        }
        for (int b = 0; b < in.batch(); b++) {
            if (known.length(b) != in.length(b)) {
                return false;
            }
        }
        return true;
    }
}
