package org.attention4j.cnn;

import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.ParameterSource;
import org.attention4j.kernels.Kernels;

/**
 * Convolution over time with stride 1, the same as PyTorch's {@code nn.Conv1d}: a cross-correlation, the kernel is
 * not flipped.
 *
 * <pre>{@code
 * y[t, o] = bias[o] + Σ_k Σ_c weight[o, c, k] · x[t + k · dilation − left, first(o) + c]
 * }</pre>
 *
 * <p>k runs over K taps and c over the D / groups channels of the output's group, which begin at first(o). An input
 * before a sequence's first position or past its last true one counts as 0 and is not read.
 *
 * <ul>
 *   <li>Causal: left = dilation · (K − 1), the last tap reads the position itself. PyTorch's with that many zeros
 *       padded in front.
 *   <li>Centred: left is half of that, rounded down. PyTorch's {@code padding="same"}.
 *   <li>PyTorch's without padding: the causal outputs from position dilation · (K − 1) on.
 * </ul>
 *
 * <p>Shapes: input {@code [B, T, D]}, output {@code [B, T, D']}. Parameters: {@code weight [D', D / groups, K]} and,
 * with a bias, {@code bias [D']}. New ones are uniform in ±1/√(K · D / groups). With groups = D = D' the convolution
 * is depthwise.
 *
 * <p>Same bits: an output is its bias, then tap by tap, the channels of each in order. Gradients of parameters are
 * summed over sequences in order, and over positions inside each. Incremental if causal; an incremental state keeps
 * the last inputs.
 *
 * <p>Immutable and safe for any number of threads.
 */
public final class Convolution extends ConvolutionMixer {
    /** K, how many taps there are. */
    public static final Option<Integer> KERNEL = Option.integer("kernel", 1, 4096, 3, "How many taps there are.");

    /** Positions from one tap to the next. */
    public static final Option<Integer> DILATION =
            Option.integer("dilation", 1, 65_536, 1, "How many positions it is from one tap to the next.");

    /** Independent parts of the channels. */
    public static final Option<Integer> GROUPS = Option.integer(
            "groups",
            1,
            65_536,
            1,
            "Independent parts of the channels; divides width and output-width. As many as the width: depthwise.");

    /** D', the width of the output. */
    public static final Option<Integer> OUTPUT_WIDTH =
            Option.integer("output-width", 1, 65_536, MixerConfig::width, "width", "Width of the output.");

    /** Whether outputs see no later input. */
    public static final Option<Boolean> CAUSAL = Option.flag(
            "causal", true, "Whether the last tap reads the position itself; else the taps are centred on it.");

    /** Whether outputs have a bias. */
    public static final Option<Boolean> BIAS = Option.flag("bias", true, "Whether outputs have a bias.");

    private Convolution(MixerSpec spec, NamedTensors parameters, Kernels kernels) {
        super(spec, parameters, kernels, new DirectForm(Filter.of(kernels, spec.config(), parameters, "")));
    }

    /**
     * A convolution.
     *
     * @param config D and the options {@link #KERNEL}, {@link #DILATION}, {@link #GROUPS}, {@link #OUTPUT_WIDTH}, {@link
     *     #CAUSAL}, {@link #BIAS}
     * @param parameters fills every parameter
     * @return the mixer
     * @throws org.attention4j.api.BadConfigurationException if an option is unknown, ill-typed or out of range, or the
     *     groups do not divide both widths
     */
    public static Convolution of(MixerConfig config, ParameterSource parameters) {
        return of(config, parameters, Kernels.preferred());
    }

    static Convolution of(MixerConfig config, ParameterSource parameters, Kernels kernels) {
        MixerSpec spec = ConvolutionProvider.specOf(config);
        return new Convolution(spec, spec.newParameters(parameters), kernels);
    }

    @Override
    public Convolution withParameters(ParameterSource source) {
        return new Convolution(spec, spec.newParameters(source), kernels);
    }
}
