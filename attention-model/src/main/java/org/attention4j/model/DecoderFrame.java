package org.attention4j.model;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Objects;
import org.attention4j.api.Capability;
import org.attention4j.api.Contextual;
import org.attention4j.api.Differentiable;
import org.attention4j.api.ForeignStateException;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnsupportedCapabilityException;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/** The calls that a decoder layer and a stack of them have in common: each checks its arguments and passes them on. */
abstract class DecoderFrame implements Contextual, Differentiable {
    /** Whole sequences with a memory, or the next positions of those in a state; arguments have been checked. */
    abstract void run(
            Sequences in, @Nullable Sequences memory, @Nullable MixerState state, Tensor out, Workspace workspace);

    abstract LayerRecording keep(Sequences in, Sequences memory, Tensor out, Workspace workspace);

    /** Adds what is wanted; arguments have been checked. */
    abstract void addGradients(LayerRecording recording, Tensor dOut, Gradients gradients, Workspace workspace);

    /**
     * A new state at position 0 of every sequence, over a memory that is read now and not again.
     *
     * @param memory {@code [B, S, C]} with true lengths
     * @param capacity how many positions the state keeps, see {@link Incremental#newState}
     * @param workspace scratch memory and threads
     * @return the state, which belongs to the caller; {@linkplain MixerState#copy copies} share what was read of the memory
     * @throws org.attention4j.api.BadShapeException if the capacity is not positive
     * @throws ShapeMismatchException if the memory has another width
     * @throws UnsupportedCapabilityException if a mixer of the sequence's own is not incremental, or a cross-attention causal
     */
    public abstract MixerState newState(Sequences memory, int capacity, Workspace workspace);

    /**
     * Reads a state that {@link MixerState#save} wrote. The memory is not in the file: it is given again.
     *
     * @param channel read up to the state's end, no further
     * @param memory {@code [B, S, C]} with true lengths
     * @param workspace scratch memory and threads
     * @return the state
     * @throws IOException if reading fails
     * @throws org.attention4j.api.CorruptFileException if it is not a saved state, is cut off or is damaged
     * @throws ForeignStateException if it was saved by a mixer of another configuration
     * @throws ShapeMismatchException if the memory has another width or another number of sequences
     */
    public abstract MixerState loadState(ReadableByteChannel channel, Sequences memory, Workspace workspace)
            throws IOException;

    /** With the sequences as their own memory. */
    @Override
    public final void forward(Sequences in, Tensor out, Workspace workspace) {
        forward(in, in, out, workspace);
    }

    @Override
    public final void forward(Sequences in, Sequences memory, Tensor out, Workspace workspace) {
        spec().check(in, memory, out);
        run(in, memory, null, out, workspace);
    }

    /** With the sequences as their own memory. */
    @Override
    public final Recording record(Sequences in, Tensor out, Workspace workspace) {
        return record(in, in, out, workspace);
    }

    @Override
    public final Recording record(Sequences in, Sequences memory, Tensor out, Workspace workspace) {
        spec().require(Capability.DIFFERENTIABLE);
        spec().check(in, memory, out);
        return keep(in, memory, out, workspace);
    }

    @Override
    public final void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        spec().require(Capability.DIFFERENTIABLE);
        LayerRecording own = recording.require(this, LayerRecording.class);
        spec().check(this, recording, own.in(), dOut, gradients);
        Sequences memory = Objects.requireNonNull(own.memory());
        if (gradients.context().isPresent()) {
            Shape shape = memory.tensor().shape();
            MixerSpec.check("gradient of the memory", gradients.context().get(), shape);
        }
        Gradients wanted = gradients;
        if (memory == own.in() && gradients.input().isPresent()) {
            wanted = gradients.withContext(gradients.input().get());
        }
        addGradients(own, dOut, wanted, workspace);
    }

    /**
     * Takes the next positions of every sequence, with the same outputs, bit for bit, as the whole sequence at once.
     *
     * @param chunk {@code [B, T, D]}, any T, with how many positions each sequence takes
     * @param state of this decoder, for B sequences; it advances
     * @param out {@code [B, T, D]}; 0 at padding
     * @param workspace scratch memory and threads; nothing is allocated once it has grown
     * @throws ForeignStateException if the state was made by a decoder of another configuration
     * @throws ShapeMismatchException if a shape does not fit
     * @throws org.attention4j.api.StateExhaustedException if the state has no room for so many; it is then as it was
     * @throws org.attention4j.api.CancelledException if the calling thread is interrupted; the state is then as it was
     */
    public final void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
        spec().check(chunk, out);
        spec().checkState(chunk, state);
        run(chunk, null, state, out, workspace);
    }

    /**
     * As {@link #step(Sequences, MixerState, Tensor, Workspace)} with the state's own workspace.
     *
     * @param chunk {@code [B, T, D]}
     * @param state of this decoder
     * @param out {@code [B, T, D]}
     */
    public final void step(Sequences chunk, MixerState state, Tensor out) {
        step(chunk, state, out, state.workspace());
    }
}
