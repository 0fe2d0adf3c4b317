package org.attention4j.model;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;

/**
 * A batch of token sequences {@code [B, T]} with the true length of each: what an {@link Embedding} reads.
 *
 * <p>A view of the caller's array, which may be refilled between calls; the lengths are fixed. Padding is never read.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class Tokens {
    private final int[] ids;
    /** Sequences without width: only for their extents and lengths. */
    private final Sequences extents;

    private Tokens(int[] ids, Sequences extents) {
        this.ids = ids;
        this.extents = extents;
    }

    /**
     * The given sequences, padded to the longest.
     *
     * @param sequences copied
     * @return the tokens, B of them with T the greatest length
     * @throws BadShapeException if B · T ids are more than an array holds
     */
    public static Tokens of(int[]... sequences) {
        int time = 0;
        for (int[] sequence : sequences) {
            time = Math.max(time, Objects.requireNonNull(sequence, "sequence").length);
        }
        Shape shape = Shape.of(sequences.length, time);
        if (shape.size() > Integer.MAX_VALUE - 8) {
            throw new BadShapeException("token ids " + shape + " are more than an array holds");
        }
        int[] lengths = new int[sequences.length];
        int[] ids = new int[(int) shape.size()];
        for (int b = 0; b < sequences.length; b++) {
            lengths[b] = sequences[b].length;
            System.arraycopy(sequences[b], 0, ids, b * time, lengths[b]);
        }
        return view(ids, sequences.length, time).shortened(lengths);
    }

    /**
     * A view of a caller's array; every sequence has the full length T.
     *
     * @param ids {@code [B, T]}, row-major, not copied
     * @param batch B
     * @param time T
     * @return the tokens
     * @throws BadShapeException if there are not B · T ids
     */
    public static Tokens view(int[] ids, int batch, int time) {
        if (batch < 0 || time < 0 || (long) batch * time != ids.length) {
            throw new BadShapeException(ids.length + " token ids are not [" + batch + ", " + time + "]");
        }
        return new Tokens(ids, Sequences.of(Tensor.zeros(batch, time, 0)));
    }

    /**
     * The same ids with other lengths.
     *
     * @param lengths the true length of each of the B sequences, 0 to T
     * @return a view of the same ids
     * @throws BadShapeException if there are not B lengths of 0 to T
     */
    public Tokens shortened(int... lengths) {
        return new Tokens(ids, Sequences.of(extents.tensor(), lengths));
    }

    /**
     * What follows each token: id t of a sequence is here id t + 1, and its last token has no follower, so that lengths are
     * one less. The targets of a language model, for {@link CrossEntropy}.
     *
     * @return a copy
     */
    public Tokens next() {
        int[] lengths = extents.lengths();
        int[] following = new int[ids.length];
        for (int b = 0; b < batch(); b++) {
            lengths[b] = Math.max(0, lengths[b] - 1);
            System.arraycopy(ids, b * time() + (lengths[b] == 0 ? 0 : 1), following, b * time(), lengths[b]);
        }
        return new Tokens(following, extents).shortened(lengths);
    }

    /**
     * The position of each token, to be embedded like a token: 0, 1, 2, …
     *
     * @return new tokens of the same shape and lengths
     */
    public Tokens positions() {
        return positions(new long[batch()]);
    }

    /**
     * The position of each token where sequences go on.
     *
     * @param first the position of each sequence's first token, as {@link org.attention4j.api.MixerState#position} says
     * @return new tokens of the same shape and lengths
     * @throws BadShapeException if there are not B positions, or a sequence has a negative one or goes past 2³¹ − 1
     */
    public Tokens positions(long... first) {
        if (first.length != batch()) {
            throw new BadShapeException(first.length + " positions for " + batch() + " sequences");
        }
        int[] positions = new int[ids.length];
        for (int b = 0; b < batch(); b++) {
            if (first[b] < 0 || first[b] > Integer.MAX_VALUE - length(b)) {
                throw new BadShapeException("sequence " + b + " has " + length(b) + " positions from " + first[b]
                        + " on; ids of positions are 0 to " + Integer.MAX_VALUE);
            }
            for (int t = 0; t < length(b); t++) {
                positions[b * time() + t] = (int) first[b] + t;
            }
        }
        return new Tokens(positions, extents);
    }

    /**
     * Tokens of one id everywhere, as the segments of a single text are.
     *
     * @param id the id
     * @return new tokens of the same shape and lengths
     */
    public Tokens filled(int id) {
        int[] all = new int[ids.length];
        Arrays.fill(all, id);
        return new Tokens(all, extents);
    }

    /**
     * B.
     *
     * @return at least 0
     */
    public int batch() {
        return extents.batch();
    }

    /**
     * T.
     *
     * @return at least 0
     */
    public int time() {
        return extents.time();
    }

    /**
     * The true length of one sequence.
     *
     * @param sequence 0 to B − 1
     * @return 0 to T
     */
    public int length(int sequence) {
        return extents.length(sequence);
    }

    /**
     * One id.
     *
     * @param sequence 0 to B − 1
     * @param position 0 to T − 1
     * @return the id, arbitrary at padding
     */
    public int id(int sequence, int position) {
        Objects.checkIndex(sequence, batch());
        Objects.checkIndex(position, time());
        return ids[sequence * time() + position];
    }

    /**
     * Vectors for these tokens, with these lengths.
     *
     * @param tensor {@code [B, T, D]}, not copied
     * @return the sequences
     * @throws BadShapeException if the tensor has not B sequences, or too little time
     */
    public Sequences sequences(Tensor tensor) {
        return Sequences.of(tensor, extents.lengths());
    }

    /** The ids themselves, [B · T]. */
    int[] ids() {
        return ids;
    }

    /** Sequences of these extents and lengths, of width 0. */
    Sequences extents() {
        return extents;
    }

    /**
     * Demands that every id at a true position is in range.
     *
     * @throws UnknownTokenException for the first that is not
     */
    void check(int vocabulary) {
        for (int b = 0; b < batch(); b++) {
            for (int t = 0; t < length(b); t++) {
                int id = ids[b * time() + t];
                if (id < 0 || id >= vocabulary) {
                    throw new UnknownTokenException(id, b, t, vocabulary);
                }
            }
        }
    }

    /** Extents and lengths. */
    @Override
    public String toString() {
        return "Tokens [" + batch() + ", " + time() + "] of lengths " + Arrays.toString(extents.lengths());
    }
}
