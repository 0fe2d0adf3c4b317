package org.attention4j.api;

/**
 * A mixer with gradients: for outputs y = f(x; θ) and a cotangent dL/dy it adds dL/dx and dL/dθ to the caller's.
 *
 * <p>Gradients are accumulated: what {@link #backward} computes is added to what is there, with the same bits on any number
 * of threads. A recording is new memory each time, and going back may make objects, too: that training is free of garbage, as forward and steps
 * are, is not promised.
 */
public interface Differentiable extends SequenceMixer {
    /**
     * As {@link SequenceMixer#forward}, with the same bits, and remembers what the gradient needs.
     *
     * @param in {@code [B, T, D]}; must not change until the last {@code backward} with the recording
     * @param out {@code [B, T, D']}; the recording keeps what it needs of it
     * @param workspace scratch memory and threads
     * @return what {@code backward} needs; it belongs to the caller
     * @throws UnsupportedCapabilityException if this mixer is not differentiable as configured
     */
    Recording record(Sequences in, Tensor out, Workspace workspace);

    /**
     * As {@link #record(Sequences, Tensor, Workspace)} with a workspace for this call alone.
     *
     * @param in {@code [B, T, D]}
     * @param out {@code [B, T, D']}
     * @return what {@code backward} needs
     */
    default Recording record(Sequences in, Tensor out) {
        try (Workspace workspace = Workspace.create()) {
            return record(in, out, workspace);
        }
    }

    /**
     * Adds the gradients of {@code sum(dOut · out)} to the caller's. The same recording may be used again.
     *
     * @param recording of this mixer
     * @param dOut {@code [B, T, D']}, the cotangent of the output; not read at padding
     * @param gradients what is wanted and where it is added; 0 is added at padding
     * @param workspace scratch memory and threads
     * @throws ForeignStateException if the recording was made by another mixer
     * @throws ShapeMismatchException if a shape does not fit
     * @throws OverlapException if a gradient shares memory with the cotangent, or that of the input with the input
     */
    void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace);

    /**
     * As {@link #backward(Recording, Tensor, Gradients, Workspace)} with a workspace for this call alone.
     *
     * @param recording of this mixer
     * @param dOut {@code [B, T, D']}
     * @param gradients what is wanted and where it is added
     */
    default void backward(Recording recording, Tensor dOut, Gradients gradients) {
        try (Workspace workspace = Workspace.create()) {
            backward(recording, dOut, gradients, workspace);
        }
    }
}
