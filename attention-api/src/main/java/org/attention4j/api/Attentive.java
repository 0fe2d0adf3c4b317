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

    /**
     * Who looked at whom in the step that a state has just taken, for a mixer that is {@link Incremental} too. Where a sequence stands at n,
     * column j is position max(0, n − S) + j: with S of n or more every position has its column, with less the last ones have, and
     * columns past the position are 0. The state is not changed, and keeps nothing for this.
     *
     * @param chunk {@code [B, T, D]}, what the last step took
     * @param state of this mixer
     * @param weights {@code [B, H, T, S]} with any S; every element is written
     * @param workspace scratch memory and threads
     * @throws UnsupportedCapabilityException if this mixer has no states, or does not show their weights
     * @throws ShapeMismatchException if a shape does not fit
     * @throws ForeignStateException if the state was made by a mixer of another configuration
     * @throws StateExhaustedException if the state has not taken, or does not remember, so many positions
     */
    default void weights(Sequences chunk, MixerState state, Tensor weights, Workspace workspace) {
        spec().require(Capability.INCREMENTAL);
        throw new UnsupportedCapabilityException(
                spec().kind().id(), Capability.ATTENTIVE, "it shows the weights of whole sequences, not of steps");
    }
}
