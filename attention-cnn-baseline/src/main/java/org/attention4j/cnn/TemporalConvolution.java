package org.attention4j.cnn;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.ParameterSource;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;

/**
 * A temporal convolutional network (TCN): blocks of two dilated causal convolutions around which the input is carried, one behind
 * the other, each block with taps further apart.
 *
 * <pre>{@code
 * x_0 = x
 * h_l = f(x_{l−1} ∗ W_l1 + b_l1)                      dilation d_l = base^(l − 1), l = 1 … L
 * x_l = f(f(h_l ∗ W_l2 + b_l2) + r(x_{l−1}))          the same dilation
 * y   = x_L
 * }</pre>
 *
 * <p>∗ is the causal convolution of {@link Convolution} with K taps; r is the identity, and in the first block, where D ≠ D', a
 * convolution with one tap. Before a sequence's first position every layer reads zeros. Nothing is normalised or dropped: a
 * weight norm is folded into the weights.
 *
 * <p>Shapes: input {@code [B, T, D]}, output {@code [B, T, D']} with D' the option {@code hidden}. Parameters, for block i = 0 …
 * L − 1, named as in the authors' program: {@code network.i.conv1.weight [D', D or D', K]}, {@code network.i.conv1.bias [D']},
 * {@code network.i.conv2.weight [D', D', K]}, {@code network.i.conv2.bias [D']}, and where D ≠ D' {@code
 * network.0.downsample.weight [D', D, 1]}, {@code network.0.downsample.bias [D']}.
 *
 * <p>Receptive field: 2 (K − 1) (1 + base + … + base^(L − 1)) positions back, exactly. An incremental state keeps the inputs of
 * every convolution for (K − 1) base^(L − 1) positions.
 *
 * <p>Same bits: each convolution as {@link Convolution}, each elementwise step once.
 *
 * <p>Immutable and safe for any number of threads.
 *
 * <p>Source: Bai, Kolter, Koltun, "An Empirical Evaluation of Generic Convolutional and Recurrent Networks for Sequence
 * Modeling", 2018, section 3 and figure 1.
 */
public final class TemporalConvolution extends ConvolutionMixer {
    /** K, how many taps each convolution has. */
    public static final Option<Integer> KERNEL =
            Option.integer("kernel", 1, 4096, 3, "How many taps each convolution has.");

    /** L, how many blocks there are. */
    public static final Option<Integer> LEVELS =
            Option.integer("levels", 1, 16, 4, "How many blocks of two convolutions there are.");

    /** D', the width of all blocks and of the output. */
    public static final Option<Integer> HIDDEN =
            Option.integer("hidden", 1, 65_536, MixerConfig::width, "width", "Width of every block and of the output.");

    /** How many times further apart the taps of a block are than those of the block before. */
    public static final Option<Integer> DILATION_BASE = Option.integer(
            "dilation-base", 1, 4, 2, "How many times further apart the taps are from one block to the next.");

    /** f. */
    public static final Option<String> ACTIVATION = Option.choice(
            "activation",
            List.of("relu", "gelu", "silu"),
            "relu",
            "The function behind every convolution and every sum.");

    private TemporalConvolution(MixerSpec spec, NamedTensors parameters, Kernels kernels) {
        super(spec, parameters, kernels, form(kernels, spec.config(), parameters));
    }

    private static TemporalForm form(Kernels kernels, MixerConfig config, NamedTensors parameters) {
        List<TemporalBlocks.Block> all = new ArrayList<>();
        for (int level = 0; level < config.get(LEVELS); level++) {
            all.add(TemporalBlocks.Block.of(kernels, config, parameters, level));
        }
        Activation activation =
                switch (config.get(ACTIVATION)) {
                    case "gelu" -> Activation.GELU;
                    case "silu" -> Activation.SILU;
                    default -> Activation.RELU;
                };
        return new TemporalForm(new TemporalBlocks(List.copyOf(all), activation));
    }

    /**
     * A temporal convolutional network.
     *
     * @param config D and the options {@link #KERNEL}, {@link #LEVELS}, {@link #HIDDEN}, {@link #DILATION_BASE}, {@link
     *     #ACTIVATION}
     * @param parameters fills every parameter
     * @return the mixer
     * @throws org.attention4j.api.BadConfigurationException if an option is unknown, ill-typed or out of range, or the
     *     receptive field is longer than Java's arrays
     */
    public static TemporalConvolution of(MixerConfig config, ParameterSource parameters) {
        return of(config, parameters, Kernels.preferred());
    }

    static TemporalConvolution of(MixerConfig config, ParameterSource parameters, Kernels kernels) {
        MixerSpec spec = TemporalConvolutionProvider.specOf(config);
        return new TemporalConvolution(spec, spec.newParameters(parameters), kernels);
    }

    @Override
    public TemporalConvolution withParameters(ParameterSource source) {
        return new TemporalConvolution(spec, spec.newParameters(source), kernels);
    }
}
