package org.attention4j.cnn;

import java.util.Optional;
import org.attention4j.api.Scratch;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;

/**
 * Lets sums through their gates: y ← y · σ(g) or tanh(y) · σ(g), g being the sums of a second filter, or y ← silu(y).
 *
 * @param gate makes the sums of the gate, of what the first filter reads; none if sums are their own gates
 * @param tanh whether sums are made hyperbolic tangents before a gate of its own
 * @param kept is written to
 */
record GateFinish(Optional<Filter> gate, boolean tanh, Kept kept) implements Finish {
    /**
     * What a gradient needs, {@code [B, T, D']} each.
     *
     * @param sums before the gate, or their hyperbolic tangents; of length 0 if nothing is kept
     * @param opening σ(g) of a separate gate, or of length 0
     */
    record Kept(float[] sums, float[] opening) {
        private boolean any() {
            return sums.length > 0;
        }
    }

    private static final Kept NOTHING = new Kept(new float[0], new float[0]);

    /** Keeps nothing. */
    GateFinish(Optional<Filter> gate, boolean tanh) {
        this(gate, tanh, NOTHING);
    }

    /** The same, and keeps what a gradient needs of so many outputs. */
    GateFinish keeping(long size) {
        int floats = Math.toIntExact(size);
        return new GateFinish(gate, tanh, new Kept(new float[floats], new float[gate.isPresent() ? floats : 0]));
    }

    @Override
    public void run(Filter filter, Source source, int b, int from, int to, float[] y, int at, Scratch scratch) {
        Kernels kernels = filter.kernels();
        int count = (to - from) * filter.out();
        int row = (b * source.sequences().time() + from) * filter.out();
        if (tanh) {
            kernels.apply(Activation.TANH, y, at, y, at, count);
        }
        if (kept.any()) {
            System.arraycopy(y, at, kept.sums(), row, count);
        }
        if (gate.isEmpty()) {
            kernels.apply(Activation.SILU, y, at, y, at, count);
            return;
        }
        float[] opening = scratch.floats(count);
        gate.get().convolve(source, b, from, to, opening, 0);
        kernels.apply(Activation.SIGMOID, opening, 0, opening, 0, count);
        if (kept.any()) {
            System.arraycopy(opening, 0, kept.opening(), row, count);
        }
        kernels.multiplyElementwise(y, at, opening, 0, y, at, count);
    }
}
