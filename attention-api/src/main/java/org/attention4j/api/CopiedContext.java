package org.attention4j.api;

/**
 * The context itself, for a mixer that has nothing to prepare.
 *
 * @param mixer that was asked
 * @param context a copy
 */
record CopiedContext(Contextual mixer, Sequences context) implements PreparedContext {
    /** Padding is not copied: it may hold anything. */
    static CopiedContext of(Contextual mixer, Sequences context) {
        Tensor copy = Tensor.zeros(context.tensor().shape());
        for (int b = 0; b < context.batch(); b++) {
            int length = context.length(b);
            copy.slice(b).range(0, length).copyFrom(context.tensor().slice(b).range(0, length));
        }
        return new CopiedContext(mixer, Sequences.of(copy, context.lengths()));
    }

    @Override
    public CopiedContext select(int... sequences) {
        int time = context.time();
        int[] lengths = new int[sequences.length];
        Tensor selected = Tensor.zeros(sequences.length, time, context.width());
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = context.length(sequences[i]);
            selected.slice(i).copyFrom(context.tensor().slice(sequences[i]));
        }
        return new CopiedContext(mixer, Sequences.of(selected, lengths));
    }

    @Override
    public int batch() {
        return context.batch();
    }

    @Override
    public long bytes() {
        return Float.BYTES * context.tensor().size();
    }
}
