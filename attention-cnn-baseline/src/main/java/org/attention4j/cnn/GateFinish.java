package org.attention4j.cnn;

import java.util.Objects;
import java.util.Optional;
import org.attention4j.api.Scratch;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/** Lets sums through their gates: y ← y · σ(g) or tanh(y) · σ(g), g being the sums of a second filter, or y ← silu(y). */
final class GateFinish implements Finish {
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

    /** Keeps nothing. */
    static final Kept NOTHING = new Kept(new float[0], new float[0]);

    private @Nullable Filter filter;
    private Optional<Filter> gate = Optional.empty();
    private boolean tanh;
    private @Nullable Source source;
    private Kept kept = NOTHING;

    /**
     * Sets it up for one pass.
     *
     * @param filter makes the sums
     * @param gate makes the sums of the gate; none if sums are their own gates
     * @param tanh whether sums are made hyperbolic tangents before a gate of its own
     * @param source what both read
     * @param kept is written to
     * @return this
     */
    GateFinish set(Filter filter, Optional<Filter> gate, boolean tanh, Source source, Kept kept) {
        this.filter = filter;
        this.gate = gate;
        this.tanh = tanh;
        this.source = source;
        this.kept = kept;
        return this;
    }

    /** Lets go of the caller's memory. */
    void forget() {
        source = null;
        kept = NOTHING;
    }

    @Override
    public void run(int b, int from, int to, float[] y, int at, Scratch scratch) {
        Filter filter = Objects.requireNonNull(this.filter);
        Source source = Objects.requireNonNull(this.source);
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
