package org.attention4j.api;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A batch of sequences {@code [B, T, D]} with the true length of each.
 *
 * <p>Positions at or past a sequence's length are padding: a mixer never reads them (they may hold NaN), and its outputs
 * there are zero. The tensor is a view of the caller's memory and may be refilled between calls; the lengths are fixed.
 */
public final class Sequences {
    private final Tensor tensor;
    private final int @Nullable [] lengths;

    private Sequences(Tensor tensor, int @Nullable [] lengths) {
        this.tensor = tensor;
        this.lengths = lengths;
    }

    /**
     * Sequences that all have the full length T.
     *
     * @param tensor {@code [B, T, D]}, not copied
     * @return the sequences
     * @throws BadShapeException if the tensor has not three dimensions
     */
    public static Sequences of(Tensor tensor) {
        return new Sequences(threeDimensional(tensor), null);
    }

    /**
     * Sequences of different lengths, padded to T.
     *
     * @param tensor {@code [B, T, D]}, not copied
     * @param lengths the true length of each of the B sequences, 0 to T; copied
     * @return the sequences
     * @throws BadShapeException if the tensor has not three dimensions, or there are not B lengths of 0 to T
     */
    public static Sequences of(Tensor tensor, int... lengths) {
        int time = threeDimensional(tensor).extent(1);
        if (lengths.length != tensor.extent(0)) {
            throw new BadShapeException(
                    lengths.length + " lengths for the " + tensor.extent(0) + " sequences of " + tensor.shape());
        }
        for (int b = 0; b < lengths.length; b++) {
            if (lengths[b] < 0 || lengths[b] > time) {
                throw new BadShapeException("length " + lengths[b] + " of sequence " + b + " is not in 0 to " + time
                        + ", the time of " + tensor.shape());
            }
        }
        return new Sequences(tensor, lengths.clone());
    }

    private static Tensor threeDimensional(Tensor tensor) {
        Objects.requireNonNull(tensor, "tensor");
        if (tensor.shape().rank() != 3) {
            throw new BadShapeException("sequences need a tensor [batch, time, width], given " + tensor.shape());
        }
        return tensor;
    }

    /**
     * The elements, padding included.
     *
     * @return {@code [B, T, D]}
     */
    public Tensor tensor() {
        return tensor;
    }

    /**
     * B, the number of sequences.
     *
     * @return at least 0
     */
    public int batch() {
        return tensor.extent(0);
    }

    /**
     * T, the padded length.
     *
     * @return at least 0
     */
    public int time() {
        return tensor.extent(1);
    }

    /**
     * D, the width of a position.
     *
     * @return at least 0
     */
    public int width() {
        return tensor.extent(2);
    }

    /**
     * The true length of one sequence.
     *
     * @param sequence 0 to B − 1
     * @return 0 to T
     */
    public int length(int sequence) {
        Objects.checkIndex(sequence, batch());
        return lengths == null ? time() : lengths[sequence];
    }

    /**
     * The true length of every sequence.
     *
     * @return a new array
     */
    public int[] lengths() {
        if (lengths != null) {
            return lengths.clone();
        }
        int[] all = new int[batch()];
        Arrays.fill(all, time());
        return all;
    }

    /** Shape and lengths. */
    @Override
    public String toString() {
        return "Sequences " + tensor.shape() + (lengths == null ? "" : " of lengths " + Arrays.toString(lengths));
    }
}
