package org.attention4j.core;

import org.attention4j.api.Scratch;
import org.attention4j.kernels.Kernels;

/** Some keys [keys, E] and values [keys, E'] of one head, as the kernels read them. */
final class KeyBlock {
    /** Which of the stored keys of its sequence comes first. */
    int first;
    /** Keys in panels of 16, each [E, 16]. */
    float[] keys = {};

    int keysAt;
    /** Values in panels of 16 columns, each [keys, 16]. */
    float[] values = {};

    int valuesAt;
    /** How far apart the panels of the values are. */
    int valueStride;

    /** These keys with some queries, for score functions. */
    final PairBlock pairs = new PairBlock();

    /** Memory of this block, for sources that cannot be read in place. */
    float[] ownKeys = {};

    float[] ownValues = {};

    /** For use again, in scratch memory. */
    static KeyBlock borrow(Scratch scratch) {
        KeyBlock block = scratch.object(KeyBlock.class, KeyBlock::new);
        block.pairs.take(scratch);
        return block;
    }

    /** Whether all of some values, from the first key on, are finite. */
    boolean finite(Kernels kernels, int width, int columns) {
        return kernels.finite(
                Work.blocks(columns, Kernels.LANES), values, valuesAt, valueStride, Kernels.LANES * width);
    }

    void own(Scratch scratch, int keyFloats, int valueFloats) {
        ownKeys = scratch.floats(keyFloats);
        ownValues = scratch.floats(valueFloats);
    }
}
