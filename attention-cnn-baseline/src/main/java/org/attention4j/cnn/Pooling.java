package org.attention4j.cnn;

import java.util.List;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.ParameterSource;
import org.attention4j.kernels.Kernels;

/**
 * The maximum or the mean of each channel over a window of positions, with stride 1.
 *
 * <pre>{@code
 * y[t, c] = max over s of x[s, c], or Σ_s x[s, c] / count, s from max(0, t − left) to min(T − 1, t + K − 1 − left)
 * }</pre>
 *
 * <p>Positions before a sequence's first one or past its last true one are in no window and are not read.
 *
 * <ul>
 *   <li>Causal: left = K − 1, the window ends with the position itself.
 *   <li>Centred: left = (K − 1) / 2, rounded down: PyTorch's {@code MaxPool1d(K, stride=1, padding=(K - 1) // 2)} for an odd K.
 *   <li>K = 0: all positions of the sequence, or, causal, all up to the position itself: the last output is then that of the whole sequence.
 *   <li>The count of a mean is that of the positions in the window, PyTorch's {@code count_include_pad=False}; or K, where {@code count-padding} is
 *       true, as PyTorch has it unless told otherwise.
 *   <li>A stride of s: every s-th output.
 * </ul>
 *
 * <p>Shapes: input and output {@code [B, T, D]}. No parameters.
 *
 * <p>Same bits: sums are chains from the window's first position to its last, divided by the count. The gradient of a maximum goes to the first position that
 * has it; a NaN is the maximum of its window. Incremental if causal; a state keeps the last K − 1 inputs or, for K = 0, the maximum or the sum so far.
 *
 * <p>Immutable and safe for any number of threads.
 *
 * <p>Sources: Yamaguchi et al. 1990 (the maximum over time); Yu et al. 2022 (PoolFormer: the mean as the mixer of a block).
 */
public final class Pooling extends ConvolutionMixer {
    /** K, how many positions a window has. */
    public static final Option<Integer> KERNEL = Option.integer(
            "kernel",
            0,
            65_536,
            3,
            "Positions of a window; 0: all of the sequence, or with causal=true all up to the position itself.");

    /** What becomes of a window. */
    public static final Option<String> POOL =
            Option.choice("pool", List.of("max", "mean"), "max", "What is taken of a window, for each channel.");

    /** What a mean is divided by. */
    public static final Option<Boolean> COUNT_PADDING = Option.flag(
            "count-padding",
            false,
            "Whether a mean is divided by kernel at the ends of a sequence, too; else by the positions that there are.");

    Pooling(MixerSpec spec) {
        super(spec, NamedTensors.empty(), Kernels.preferred(), PoolingForm.of(spec.config()));
    }

    /**
     * A pooling.
     *
     * @param config D and the options {@link #KERNEL}, {@link #POOL}, {@link #COUNT_PADDING}, {@link Convolution#CAUSAL}
     * @return the mixer
     * @throws org.attention4j.api.BadConfigurationException if an option is unknown, ill-typed or out of range, or padding is to be counted of a maximum
     *     or of all positions
     */
    public static Pooling of(MixerConfig config) {
        return new Pooling(PoolingProvider.specOf(config));
    }

    @Override
    public Pooling withParameters(ParameterSource source) {
        return this;
    }
}
