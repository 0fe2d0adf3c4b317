package org.attention4j.api;

import java.util.Objects;

/**
 * How exactly different ways to the same result agree: alone or in a batch, whole or in chunks, on any number of threads.
 *
 * @param bound 0 where they agree bit for bit; otherwise the largest difference, relative to what {@code measure} says
 * @param measure what differs, and what the difference is relative to
 */
public record Exactness(double bound, Measure measure) {
    /** What differs, and what the difference is relative to. */
    public enum Measure {
        /** An output, relative to the largest magnitude of its row. */
        ROW,
        /** An output, relative to the largest magnitude of all outputs of its sequence. */
        SEQUENCE,
        /** A number that a state keeps, relative to the largest magnitude of the row that it is in. */
        STATE
    }

    /** Refuses a bound that is not one. */
    public Exactness {
        Objects.requireNonNull(measure, "measure");
        if (!(bound >= 0 && bound < 1)) {
            throw new IllegalArgumentException("bound " + bound + " is not in [0, 1)");
        }
    }

    /**
     * Equal within a bound relative to the output row.
     *
     * @param bound 0 for bits
     */
    public Exactness(double bound) {
        this(bound, Measure.ROW);
    }

    /**
     * The same bits.
     *
     * @return exactness of bound 0
     */
    public static Exactness bits() {
        return new Exactness(0);
    }

    /**
     * Equal within a relative bound; only for algorithms that cannot keep the bits (a parallel scan).
     *
     * @param bound relative to the largest magnitude of the output row
     * @return exactness of that bound
     */
    public static Exactness within(double bound) {
        return new Exactness(bound);
    }

    /**
     * Equal within a bound that is relative to the whole sequence; only for algorithms that mix its positions and take them apart
     * again (an FFT), so that a small output carries the rounding of the large ones.
     *
     * @param bound relative to the largest magnitude of the sequence's outputs
     * @return exactness of that bound
     */
    public static Exactness withinSequence(double bound) {
        return new Exactness(bound, Measure.SEQUENCE);
    }

    /**
     * States round what they keep. Whole sequences agree bit for bit, steps of any sizes do so among each other, and a step gives what the
     * whole sequence would if every number that it takes from the state were off by no more than the bound.
     *
     * <p>No bound on the outputs follows that holds for all sequences, as they may cancel. Of softmax(scale · q Kᵀ) V with rows of keys and
     * values that are off by ε of their largest number: a score moves by at most Δ = ε · scale · Σ|q| · max|k|, so that weights, which
     * sum to 1, move by no more than 2 tanh(Δ / 2) together, and an output by at most (ε + 2 tanh(Δ / 2)) max|v|: much where that is
     * compared with values that cancel, little otherwise.
     *
     * @param bound relative to the largest magnitude of what is rounded together, such as a key of a head
     * @return exactness of that bound
     */
    public static Exactness ofStates(double bound) {
        return new Exactness(bound, Measure.STATE);
    }

    /**
     * What can be said of a mixer that is made of two: the weaker of what is said of each. Where states of one round and outputs of the other
     * differ, neither says anything of both, and what is left is that outputs differ by less than the largest of their sequence.
     *
     * @param other of another part
     * @return exactness of both together
     */
    public Exactness and(Exactness other) {
        if (isBits() || other.isBits()) {
            return isBits() ? other : this;
        }
        double larger = Math.max(bound, other.bound);
        if (measure == other.measure) {
            return new Exactness(larger, measure);
        }
        return new Exactness(isOfStates() || other.isOfStates() ? Math.nextDown(1.0) : larger, Measure.SEQUENCE);
    }

    /**
     * Whether bits are kept.
     *
     * @return true if the bound is 0
     */
    public boolean isBits() {
        return bound == 0;
    }

    /**
     * Whether states round what they keep, and nothing else differs.
     *
     * @return true for {@link #ofStates} with a bound above 0
     */
    public boolean isOfStates() {
        return measure == Measure.STATE && bound > 0;
    }

    /**
     * How exactly results without a state agree, and those of steps with each other.
     *
     * @return bits if only what states keep is rounded; otherwise this
     */
    public Exactness amongEqualWays() {
        return isOfStates() ? bits() : this;
    }
}
