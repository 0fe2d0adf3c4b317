package org.attention4j.cnn;

import java.util.Objects;
import java.util.Optional;
import org.attention4j.api.Scratch;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/** What follows a convolution of a temporal block: y ← f(y), and behind the second one y ← f(y + r(x)). */
final class TemporalFinish implements Finish {
    /** Keeps nothing. */
    static final float[] NOTHING = new float[0];

    private @Nullable Filter filter;
    private Activation activation = Activation.RELU;
    private @Nullable Source source;
    private Optional<Filter> residual = Optional.empty();
    private @Nullable Source carried;
    private float[] sums = NOTHING;
    private float[] totals = NOTHING;

    /**
     * Sets it up for the first convolution of a block.
     *
     * @param filter makes the sums
     * @param activation f
     * @param source what it reads
     * @param sums {@code [B, T, D']}, written with what f is applied to; or of length 0
     * @return this
     */
    TemporalFinish first(Filter filter, Activation activation, Source source, float[] sums) {
        this.filter = filter;
        this.activation = activation;
        this.source = source;
        this.sums = sums;
        carried = null;
        return this;
    }

    /**
     * Sets it up for the second convolution of a block.
     *
     * @param filter makes the sums
     * @param activation f
     * @param source what it reads
     * @param residual r, if it is a convolution
     * @param carried the block's input
     * @param sums as in {@link #first}
     * @param totals the same for the outer f
     * @return this
     */
    TemporalFinish second(
            Filter filter,
            Activation activation,
            Source source,
            Optional<Filter> residual,
            Source carried,
            float[] sums,
            float[] totals) {
        first(filter, activation, source, sums);
        this.residual = residual;
        this.carried = carried;
        this.totals = totals;
        return this;
    }

    /** Lets go of the caller's memory. */
    void forget() {
        source = null;
        carried = null;
        sums = NOTHING;
        totals = NOTHING;
    }

    @Override
    public void run(int b, int from, int to, float[] y, int at, Scratch scratch) {
        Filter filter = Objects.requireNonNull(this.filter);
        Kernels kernels = filter.kernels();
        int width = filter.out();
        int count = (to - from) * width;
        int row = (b * Objects.requireNonNull(source).sequences().time() + from) * width;
        apply(kernels, y, at, sums, row, count);
        Source input = carried;
        if (input == null) {
            return;
        }
        if (residual.isPresent()) {
            float[] wide = scratch.floats(count);
            residual.get().convolve(input, b, from, to, wide, 0);
            kernels.add(wide, 0, y, at, count);
        } else {
            kernels.add(input.x(), input.row(b, width) + from * width, y, at, count);
        }
        apply(kernels, y, at, totals, row, count);
    }

    private void apply(Kernels kernels, float[] y, int at, float[] kept, int row, int count) {
        if (kept.length > 0) {
            System.arraycopy(y, at, kept, row, count);
        }
        kernels.apply(activation, y, at, y, at, count);
    }
}
