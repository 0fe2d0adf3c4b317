package org.attention4j.cnn;

import java.util.Optional;
import org.attention4j.api.Scratch;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/** What follows a convolution of a temporal block: y ← f(y), and behind the second one y ← f(y + r(x)). */
final class TemporalFinish implements Finish {
    private static final float[] NOTHING = new float[0];

    private Activation activation = Activation.RELU;
    private Optional<Filter> residual = Optional.empty();
    private @Nullable Source carried;
    private float[] sums = NOTHING;
    private float[] totals = NOTHING;

    /**
     * Sets it up for the first convolution of a block.
     *
     * @param activation f
     * @param sums {@code [B, T, D']}, written with what f is applied to; or of length 0
     * @return this
     */
    TemporalFinish first(Activation activation, float[] sums) {
        this.activation = activation;
        this.sums = sums;
        carried = null;
        return this;
    }

    /**
     * Sets it up for the second convolution of a block.
     *
     * @param activation f
     * @param residual r, if it is a convolution
     * @param carried the block's input
     * @param sums as in {@link #first}
     * @param totals the same for the outer f
     * @return this
     */
    TemporalFinish second(
            Activation activation, Optional<Filter> residual, Source carried, float[] sums, float[] totals) {
        first(activation, sums);
        this.residual = residual;
        this.carried = carried;
        this.totals = totals;
        return this;
    }

    /** Lets go of the caller's memory. */
    void forget() {
        carried = null;
        sums = NOTHING;
        totals = NOTHING;
    }

    @Override
    public void run(Filter filter, Source source, int b, int from, int to, float[] y, int at, Scratch scratch) {
        Kernels kernels = filter.kernels();
        int width = filter.out();
        int count = (to - from) * width;
        int row = (b * source.sequences().time() + from) * width;
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
