package org.attention4j.api;

/** A mixer whose positions attend to each other with weights that can be shown. */
public interface Attentive extends SequenceMixer {
    /**
     * Who looked at whom: {@code weights[b, h, i, j]} is how much query i takes from the value of key j in head h. Rows
     * are at least 0 and sum to 1; to 0 where there is nothing to attend to, and for padding; to less than 1 where the
     * mixer has a sink.
     *
     * @param in {@code [B, T, D]}
     * @param weights {@code [B, H, T, S]} with H = {@link MixerSpec#heads()} and S = T; every element is written
     * @param workspace scratch memory and threads
     * @throws ShapeMismatchException if a shape does not fit
     */
    void weights(Sequences in, Tensor weights, Workspace workspace);

    /**
     * As {@link #weights(Sequences, Tensor, Workspace)} with a workspace for this call alone.
     *
     * @param in {@code [B, T, D]}
     * @param weights {@code [B, H, T, S]}
     */
    default void weights(Sequences in, Tensor weights) {
        try (Workspace workspace = Workspace.create()) {
            weights(in, weights, workspace);
        }
    }
}
