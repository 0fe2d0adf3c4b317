package org.attention4j.api;

/**
 * A mixer whose whole-sequence pass starts from a hidden state that the caller may give, and ends in one that the caller may
 * have. Hidden states are named tensors whose second dimension is the batch, as PyTorch's {@code h_0} and {@code c_0}:
 * {@code [layers · directions, B, H]}.
 */
public interface Recurrent extends SequenceMixer {
    /**
     * The hidden state that a plain {@link SequenceMixer#forward} starts from: all zeros.
     *
     * @param batch B
     * @return new tensors, by name
     * @throws BadShapeException if {@code batch} is negative
     */
    NamedTensors newHidden(int batch);

    /**
     * Mixes whole sequences from a given state.
     *
     * @param in {@code [B, T, D]} with true lengths
     * @param initial as {@link #newHidden} has it; not written
     * @param out {@code [B, T, D']}
     * @param last as {@link #newHidden} has it; becomes the state after each sequence's last true position, which is the
     *     initial state where the length is 0. May be {@code initial} itself
     * @param workspace scratch memory and threads; no memory is allocated once it has grown to what such a call needs
     * @throws ShapeMismatchException if a shape does not fit
     * @throws UnknownTensorException if a hidden tensor is missing
     */
    void forward(Sequences in, NamedTensors initial, Tensor out, NamedTensors last, Workspace workspace);

    /**
     * As {@link Differentiable#record}, from a given state.
     *
     * @param in {@code [B, T, D]}
     * @param initial not written; must not change until the last {@code backward}, so it is not {@code last}
     * @param out {@code [B, T, D']}
     * @param last becomes the last state
     * @param workspace scratch memory and threads
     * @return what {@code backward} needs
     * @throws UnsupportedCapabilityException if this mixer is not differentiable
     */
    default Recording record(Sequences in, NamedTensors initial, Tensor out, NamedTensors last, Workspace workspace) {
        throw spec().refusal(Capability.DIFFERENTIABLE);
    }

    /**
     * As {@link Differentiable#backward}, for a loss that also depends on the last state: adds the gradients of {@code
     * sum(dOut · out) + sum(dLast · last)}, to {@link Gradients#initial()} too.
     *
     * @param recording of this mixer
     * @param dOut {@code [B, T, D']}
     * @param dLast the cotangent of the last state, as {@link #newHidden} has it
     * @param gradients what is wanted and where it is added
     * @param workspace scratch memory and threads
     * @throws UnsupportedCapabilityException if this mixer is not differentiable
     */
    default void backward(
            Recording recording, Tensor dOut, NamedTensors dLast, Gradients gradients, Workspace workspace) {
        throw spec().refusal(Capability.DIFFERENTIABLE);
    }

    /**
     * As {@link Incremental#newState}, from a given hidden state.
     *
     * @param initial as {@link #newHidden} has it; copied
     * @param capacity how many positions can be rolled back
     * @return the state
     * @throws UnsupportedCapabilityException if this mixer is not incremental
     */
    default MixerState newState(NamedTensors initial, int capacity) {
        throw spec().refusal(Capability.INCREMENTAL);
    }
}
