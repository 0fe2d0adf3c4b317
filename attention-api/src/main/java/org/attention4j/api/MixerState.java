package org.attention4j.api;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;
import java.util.function.BiConsumer;

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
     * This state as what a mixer makes, for those who write one. That it was made for the mixer's configuration, {@link MixerSpec#check(Sequences,
     * MixerState, Tensor)} has found.
     *
     * @param type the class of the mixer's states
     * @param <T> the class of the mixer's states
     * @return this
     * @throws ForeignStateException if it is of another class
     */
    default <T extends MixerState> T require(Class<T> type) {
        if (!type.isInstance(this)) {
            throw new ForeignStateException(spec().fingerprint(), getClass().getName());
        }
        return type.cast(this);
    }

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
     * Demands room for more positions, before anything is written. By default that is capacity − position of every sequence, or any where
     * states are bounded; a state that has other room overrides this.
     *
     * @param chunk how many positions each sequence is to take
     * @throws StateExhaustedException if a sequence has less room; the state is as it was
     */
    default void room(Sequences chunk) {
        for (int b = 0; b < batch(); b++) {
            long room = spec().boundedState() ? Long.MAX_VALUE : capacity() - position(b);
            if (chunk.length(b) > room) {
                throw new StateExhaustedException("a step of sequence " + b, chunk.length(b), room);
            }
        }
    }

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

    /**
     * Lets every sequence go on from where another one, or it itself, stands: sequence b from where {@code sources[b]} stood before the
     * call, with its position and with what can be rolled back. For beam search, and for a prompt that several sequences begin with.
     *
     * @param sources B numbers from 0 to B − 1
     * @throws BadShapeException if there are not B of them, or one is out of range; the state is then as it was
     */
    void reorder(int[] sources);

    /**
     * Reorders what a state keeps of each sequence, for those who write one: what one sequence goes on from is moved, what several do is
     * copied to what none does.
     *
     * @param kept what is kept of each sequence, changed
     * @param sources as for {@link #reorder(int[])}
     * @param copy copies its first argument's contents to its second
     * @param <T> what is kept
     * @throws BadShapeException if there are not B sources, or one is out of range; nothing is changed then
     */
    static <T> void reorder(T[] kept, int[] sources, BiConsumer<T, T> copy) {
        checkSources(kept.length, sources);
        boolean[] wanted = new boolean[kept.length];
        for (int source : sources) {
            wanted[source] = true;
        }
        T[] before = kept.clone();
        boolean[] moved = new boolean[kept.length];
        for (int b = 0, unwanted = 0; b < kept.length; b++) {
            if (!moved[sources[b]]) { // the first who asks gets it itself
                moved[sources[b]] = true;
                kept[b] = before[sources[b]];
                continue;
            }
            while (wanted[unwanted]) {
                unwanted++;
            }
            kept[b] = before[unwanted++];
            copy.accept(before[sources[b]], kept[b]);
        }
    }

    /**
     * Checks the argument of {@link #reorder(int[])}, for those who write a state.
     *
     * @param batch B
     * @param sources what was given
     * @throws BadShapeException if there are not B of them, or one is out of range
     */
    static void checkSources(int batch, int[] sources) {
        if (Objects.requireNonNull(sources, "sources").length != batch) {
            throw new BadShapeException(sources.length + " sources for a state of " + batch + " sequences");
        }
        for (int b = 0; b < batch; b++) {
            if (sources[b] < 0 || sources[b] >= batch) {
                throw new BadShapeException(
                        "source " + sources[b] + " of sequence " + b + " is not in 0 to " + (batch - 1));
            }
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
