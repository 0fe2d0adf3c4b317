package org.attention4j.api;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Objects;

/**
 * A mixer that can take a sequence piece by piece: one position, a chunk or a whole prompt at a time, with the same
 * outputs, bit for bit, and the same final state, as the whole sequence at once. So it is {@linkplain MixerSpec#causal causal}.
 */
public interface Incremental extends SequenceMixer {
    /**
     * A new state at position 0 of every sequence.
     *
     * @param batch B, how many sequences
     * @param capacity how many positions it keeps: a state that grows with the sequence holds so many, one of fixed size
     *     goes on without end; either can be rolled back by up to this many
     * @return the state, which belongs to the caller
     * @throws BadShapeException if {@code batch} is negative, {@code capacity} is not positive, or the state is larger than
     *     Java's arrays
     * @throws UnsupportedCapabilityException if this mixer is not incremental as configured
     */
    MixerState newState(int batch, int capacity);

    /**
     * The memory of such a state.
     *
     * @param batch B
     * @param capacity as for {@link #newState}
     * @return bytes, the same as {@link MixerState#bytes()} of the state
     */
    long stateBytes(int batch, int capacity);

    /**
     * Takes the next positions of every sequence: as many as each one's length in {@code chunk}, which may be none.
     *
     * @param chunk {@code [B, T, D]}, any T, with how many positions each sequence takes
     * @param state of this mixer, for B sequences; it advances
     * @param out {@code [B, T, D']}; 0 at padding
     * @param workspace scratch memory and threads
     * @throws ShapeMismatchException if a shape does not fit
     * @throws StateExhaustedException if the state has no room for so many; it is then as it was
     * @throws ForeignStateException if the state was made by a mixer of another configuration
     * @throws CancelledException if the calling thread is interrupted; the state is then as it was, and {@code out} holds
     *     some of the results
     */
    void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace);

    /**
     * As {@link #step(Sequences, MixerState, Tensor, Workspace)} with the state's own workspace.
     *
     * @param chunk {@code [B, T, D]}
     * @param state of this mixer
     * @param out {@code [B, T, D']}
     */
    default void step(Sequences chunk, MixerState state, Tensor out) {
        step(chunk, state, out, Objects.requireNonNull(state, "state").workspace());
    }

    /**
     * Reads a state that {@link MixerState#save} wrote.
     *
     * @param channel read up to the state's end, no further
     * @return the state
     * @throws IOException if reading fails
     * @throws CorruptFileException if it is not a saved state, is cut off or is damaged
     * @throws ForeignStateException if it was saved by a mixer of another configuration
     */
    MixerState loadState(ReadableByteChannel channel) throws IOException;
}
