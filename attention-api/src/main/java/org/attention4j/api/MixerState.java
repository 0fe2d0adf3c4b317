package org.attention4j.api;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/**
 * Where a batch of sequences stands: an attention's keys and values, a recurrence's hidden state, a convolution's last
 * inputs. It belongs to the caller, who may copy it, go back, measure it and store it. Not safe for two threads at once.
 */
public interface MixerState {
    /**
     * The mixer that this state was made for.
     *
     * @return its specification
     */
    MixerSpec spec();

    /**
     * B, the number of sequences.
     *
     * @return at least 0
     */
    int batch();

    /**
     * How many positions are kept, see {@link Incremental#newState}.
     *
     * @return at least 1
     */
    int capacity();

    /**
     * How many positions a sequence has taken.
     *
     * @param sequence 0 to B − 1
     * @return at least 0
     */
    long position(int sequence);

    /**
     * Takes back the last positions of one sequence, as if they had never been given.
     *
     * @param sequence 0 to B − 1
     * @param positions how many
     * @throws StateExhaustedException if it is negative or more than the position, or if the sequence would then stand more
     *     than {@link #capacity()} positions behind the furthest that it has stood; the state is then as it was
     */
    void rollback(int sequence, int positions);

    /**
     * Takes back the last positions of every sequence: of all or, on an error, of none. By default all are checked against
     * capacity and position alone; a state that can be rolled back by less overrides this.
     *
     * @param positions how many
     * @throws StateExhaustedException if that is too many for one of the sequences
     */
    default void rollback(int positions) {
        for (int b = 0; b < batch(); b++) {
            long most = Math.min(capacity(), position(b));
            if (positions < 0 || positions > most) {
                throw new StateExhaustedException("rollback of sequence " + b, positions, most);
            }
        }
        for (int b = 0; b < batch(); b++) {
            rollback(b, positions);
        }
    }

    /** Back to position 0 of every sequence, for new ones. */
    void reset();

    /**
     * An independent state that stands where this one does.
     *
     * @return a new state with a workspace of its own
     */
    MixerState copy();

    /**
     * The memory of the sequences' data, without the few objects around it.
     *
     * @return bytes
     */
    long bytes();

    /**
     * Writes the state, with the configuration of its mixer; {@link Incremental#loadState} reads it.
     *
     * @param channel where to
     * @throws IOException if writing fails
     */
    void save(WritableByteChannel channel) throws IOException;

    /**
     * Scratch memory that {@link Incremental#step(Sequences, MixerState, Tensor)} uses.
     *
     * @return this state's own
     */
    Workspace workspace();
}
