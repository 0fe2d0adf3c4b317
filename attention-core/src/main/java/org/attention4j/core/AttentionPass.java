package org.attention4j.core;

import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.jspecify.annotations.Nullable;

/**
 * One pass through an attention and the layers around it: the call, and the rows that queries, keys and values are made of. One that is kept, by
 * a recording or a prepared context, has arrays of its own; those of others are scratch memory.
 */
abstract class AttentionPass {
    AttentionCall call = new AttentionCall();
    TrueRows queryRows = new TrueRows();
    TrueRows keyRows = queryRows;
    /** None where weights alone are wanted. */
    @Nullable
    TrueRows valueRows;
    /** Where arrays come from, see {@link Memory}; none where the pass is kept. */
    @Nullable
    Scratch memory;

    /** Makes this one, which has been used before, one in scratch memory. */
    final void borrow(Scratch scratch) {
        memory = scratch;
        call = AttentionCall.borrow(scratch);
    }

    final boolean kept() {
        return memory == null;
    }

    /** Takes the rows of whole sequences, each of which may be the one before it. */
    final void rows(Sequences queries, Sequences keys, Sequences values) {
        queryRows = TrueRows.of(memory, queries);
        keyRows = keys == queries ? queryRows : TrueRows.of(memory, keys);
        valueRows = values == keys ? keyRows : TrueRows.of(memory, values);
    }

    /** Memory of a pass that is kept. */
    abstract long bytes();
}
