package org.attention4j.rnn;

import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSource;
import org.attention4j.kernels.Kernels;

/**
 * The real-gated linear recurrent unit of Griffin and RecurrentGemma (De et al. 2024, "Griffin: Mixing Gated Linear Recurrences with Local
 * Attention for Efficient Language Models", section 2.4), the same as Transformers' {@code RecurrentGemmaRglru}:
 *
 * <pre>{@code
 * r_t = σ(W_r x_t + b_r)      i_t = σ(W_i x_t + b_i)
 * a_t = exp(−8 softplus(Λ) r_t)
 * h_t = a_t h_{t−1} + √(1 − a_t²) (i_t x_t)
 * }</pre>
 *
 * <p>At the first position of a sequence, the last one of a reverse direction, the root is left out: h = i x, as the published code
 * has it. The root keeps the variance of h where that of h_{t−1} is that of the inputs; before the first position it is 0. So the hidden state says
 * which it is: it is {@code h}, and {@code v}, both {@code [layers · directions, B, D]}, and the root is √(1 − a_t² v_{t−1}). v is 0 at first
 * and 1 after every position; where h is given from elsewhere, give a v of ones with it.
 *
 * <p>The output is h: {@code [B, T, D]}, or {@code [B, T, 2D]} if bidirectional.
 *
 * <p>Parameters, with rows in the order r, i: {@code weight_ih_l0 [2D, D / K]}, with a bias {@code bias_ih_l0 [2D]}, and Λ, {@code
 * recurrent_param_l0 [D]}; {@code _reverse} and {@code _l1} as those of {@link Gru}. With K {@link #BLOCKS}, W_r and W_i are block-diagonal: unit j
 * reads the D / K inputs of its own block, whose weights are its row. New weights are uniform in ±1/√(D / K), and Λ
 * so that a is between 0.9⁸ and 0.999⁸ where r is 1.
 *
 * <p>The gradient of the root is bounded by 1,000, as the published code bounds it.
 *
 * <p>Layers and {@link #LAYER_DROPOUT} are those of {@link Gru}; more than one need one direction, as outputs are as wide as inputs.
 *
 * <p>Same bits: a gate is its bias, then the terms of x in order; h is fma(a, h, (x · i) · √fma(−a, a · v, 1)). What remains after the projections of all
 * positions is done in order, as that of {@link MinGru}. Incremental unless bidirectional; an incremental state keeps h and v of each position.
 *
 * <p>Immutable and safe for any number of threads.
 */
public final class RgLru extends RecurrentMixer {
    /** K, the blocks on the diagonals of W_r and W_i: RecurrentGemma has one for each attention head. */
    public static final Option<Integer> BLOCKS = Option.integer(
            "blocks",
            1,
            65_536,
            1,
            "Blocks on the diagonal of each gate's weights, which has nothing else; divides the width.");

    /** Whether there is a bias. */
    public static final Option<Boolean> BIAS = StackOptions.BIAS;

    /** Whether a second direction reads each sequence from its end. */
    public static final Option<Boolean> BIDIRECTIONAL = StackOptions.BIDIRECTIONAL;

    /** How many layers stand on each other. */
    public static final Option<Integer> LAYERS = StackOptions.LAYERS;

    /** The share of the outputs of every layer but the last that a recording leaves out. */
    public static final Option<Double> LAYER_DROPOUT = StackOptions.LAYER_DROPOUT;

    /** Decides, with the values of a row, what {@link #LAYER_DROPOUT} leaves out. */
    public static final Option<Integer> DROPOUT_SEED = StackOptions.DROPOUT_SEED;

    static final OptionSchema SCHEMA = OptionSchema.of(BLOCKS).and(StackOptions.SIZED_BY_INPUT);

    private final Kernels kernels;

    private RgLru(MixerSpec spec, NamedTensors parameters, Kernels kernels) {
        super(spec, parameters, Stack.of(spec, parameters, kernels, cell(spec.config())));
        this.kernels = kernels;
    }

    static Cell cell(MixerConfig config) {
        int blocks = config.get(BLOCKS);
        if (config.width() % blocks != 0) {
            throw new BadConfigurationException(
                    BLOCKS.name(), Integer.toString(blocks), "must divide width " + config.width());
        }
        StackOptions.requireEqualWidths(config);
        return new RgLruCell(blocks);
    }

    /**
     * A real-gated linear recurrent unit.
     *
     * @param config D and the options of this class
     * @param parameters fills every parameter
     * @return the mixer
     * @throws BadConfigurationException if an option is unknown, ill-typed or out of range, the blocks do not divide the width, or there are two
     *     directions and more than one layer
     */
    public static RgLru of(MixerConfig config, ParameterSource parameters) {
        return of(config, parameters, Kernels.preferred());
    }

    static RgLru of(MixerConfig config, ParameterSource parameters, Kernels kernels) {
        MixerSpec spec = RgLruProvider.specOf(config);
        return new RgLru(spec, spec.newParameters(parameters), kernels);
    }

    @Override
    public RgLru withParameters(ParameterSource source) {
        return new RgLru(spec(), spec().newParameters(source), kernels);
    }
}
