package org.attention4j.api;

/**
 * A mixer that lets every position of one sequence take from a second sequence, as cross-attention does: queries come from
 * the first, keys and values from the second. Causal mixers align the two at their ends: query i of T sees the context's
 * positions j ≤ i + (S − T), by true lengths.
 */
public interface Contextual extends SequenceMixer {
    /**
     * Mixes {@code context} into {@code in}.
     *
     * @param in {@code [B, T, D]} with true lengths
     * @param context {@code [B, S, C]} with true lengths of its own; C is {@link MixerSpec#contextWidth()}
     * @param out {@code [B, T, D']}
     * @param workspace scratch memory and threads; no memory is allocated once it has grown to what such a call needs
     * @throws ShapeMismatchException if a shape does not fit
     * @throws UnsupportedCapabilityException if this mixer is not contextual as configured
     */
    void forward(Sequences in, Sequences context, Tensor out, Workspace workspace);

    /**
     * As {@link #forward(Sequences, Sequences, Tensor, Workspace)} with a workspace for this call alone.
     *
     * @param in {@code [B, T, D]}
     * @param context {@code [B, S, C]}
     * @param out {@code [B, T, D']}
     */
    default void forward(Sequences in, Sequences context, Tensor out) {
        try (Workspace workspace = Workspace.create()) {
            forward(in, context, out, workspace);
        }
    }

    /**
     * Reads a context once for many calls, as a decoder does that generates step by step.
     *
     * @param context {@code [B, S, C]} with true lengths
     * @param workspace scratch memory and threads
     * @return what {@link #forward(Sequences, PreparedContext, Tensor, Workspace)} reads instead of it, in new memory
     * @throws ShapeMismatchException if the context has another width
     * @throws UnsupportedCapabilityException if this mixer is not contextual as configured
     */
    default PreparedContext prepare(Sequences context, Workspace workspace) {
        spec().checkContext(context);
        return CopiedContext.of(this, context);
    }

    /**
     * As {@link #forward(Sequences, Sequences, Tensor, Workspace)}, with the same bits, of a context that has been read. A mixer that
     * overrides {@link #prepare} overrides this, too.
     *
     * @param in {@code [B, T, D]} with true lengths
     * @param context from {@link #prepare}, of B sequences
     * @param out {@code [B, T, D']}
     * @param workspace scratch memory and threads; no memory is allocated once it has grown to what such a call needs
     * @throws ForeignStateException if another mixer prepared the context
     * @throws ShapeMismatchException if a shape does not fit
     */
    default void forward(Sequences in, PreparedContext context, Tensor out, Workspace workspace) {
        if (!(context instanceof CopiedContext own) || own.mixer() != this) {
            throw new ForeignStateException(
                    spec().fingerprint(), context.mixer().spec().fingerprint());
        }
        forward(in, own.context(), out, workspace);
    }

    /**
     * As {@link Differentiable#record}, for two sequences; {@link Differentiable#backward} then adds to {@link
     * Gradients#context()} too.
     *
     * @param in {@code [B, T, D]}
     * @param context {@code [B, S, C]}
     * @param out {@code [B, T, D']}
     * @param workspace scratch memory and threads
     * @return what {@code backward} needs
     * @throws UnsupportedCapabilityException if this mixer is not differentiable
     */
    default Recording record(Sequences in, Sequences context, Tensor out, Workspace workspace) {
        throw spec().refusal(Capability.DIFFERENTIABLE);
    }

    /**
     * As {@link Attentive#weights}, of the first sequence's positions over the second's.
     *
     * @param in {@code [B, T, D]}
     * @param context {@code [B, S, C]}
     * @param weights {@code [B, H, T, S]}
     * @param workspace scratch memory and threads
     * @throws UnsupportedCapabilityException if this mixer is not attentive
     */
    default void weights(Sequences in, Sequences context, Tensor weights, Workspace workspace) {
        throw spec().refusal(Capability.ATTENTIVE);
    }
}
