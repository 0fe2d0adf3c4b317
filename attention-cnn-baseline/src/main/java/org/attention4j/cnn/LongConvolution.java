package org.attention4j.cnn;

import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.ParameterSource;
import org.attention4j.kernels.Kernels;

/**
 * A causal depthwise convolution with a kernel as long as the sequences, as Hyena and S4 in its convolution form use it.
 *
 * <pre>{@code
 * y[t, c] = bias[c] + Σ_k weight[c, 0, k] · x[t + k − (K − 1), c]
 * }</pre>
 *
 * <p>That is {@link Convolution} with {@code groups=D}: the last tap reads the position itself, an input before a sequence's first
 * position counts as 0. The direct form costs K multiplications an output. With a {@code block} of N positions the inputs of a
 * position's own block, N / 2 on average, go through the direct form, those of earlier blocks through Fourier transforms of N
 * points: about N / 2 + 4 K / N + 10 log₂ N multiplications an output. An incremental state keeps the last inputs and the
 * transforms of the blocks they make up, about 2 K + N numbers a channel; a step that begins a block costs one transform and K / N
 * products of transforms, others the near part alone.
 *
 * <p>Shapes: input and output {@code [B, T, D]}. Parameters: {@code weight [D, 1, K]} and, with a bias, {@code bias [D]}; new ones
 * are uniform in ±1/√K.
 *
 * <p>Exactness: blocks are counted from a sequence's first position, so whole or in chunks, alone or in a batch, on any number of
 * threads, on either kernels the bits are the same, and no output depends on a later input. But the same inputs further along are
 * cut otherwise, and transforms round: translated, or against the direct form, outputs differ by about 10⁻⁷ of the largest that the
 * filter could make of the inputs. Declared is 10⁻⁵ of the largest output of the sequence; with {@code block=0}, bits.
 *
 * <p>Immutable and safe for any number of threads.
 *
 * <p>Sources: Poli and others, "Hyena Hierarchy: Towards Larger Convolutional Language Models", 2023; Stockham, "High-speed
 * convolution and correlation", 1966 (blocks); for products modulo x^N − i: Nussbaumer, "Fast Fourier Transform and Convolution
 * Algorithms", 1982.
 */
public final class LongConvolution extends ConvolutionMixer {
    /** The largest difference that is declared, of the largest output of the sequence. */
    static final double BOUND = 1e-5;

    /** Shorter kernels take the direct form unless told otherwise; about where transforms begin to pay. */
    private static final int SHORT = 64;

    /** K, how long the filter is. */
    public static final Option<Integer> KERNEL = Option.integer(
            "kernel", 1, 1 << 20, 1024, "How long the filter is, in positions: as long as the sequences.");

    /** N, the positions that a Fourier transform takes together. */
    public static final Option<Integer> BLOCK = Option.integer(
            "block",
            0,
            1 << 15,
            LongConvolution::block,
            "4 √kernel",
            "Positions of a block of Fourier transforms, a power of two; 0: the direct form.");

    private LongConvolution(MixerSpec spec, NamedTensors parameters, Kernels kernels) {
        super(spec, parameters, kernels, form(kernels, spec.config(), parameters));
    }

    private static ConvolutionForm form(Kernels kernels, MixerConfig config, NamedTensors parameters) {
        int width = config.width();
        int kernel = config.get(KERNEL);
        int block = config.get(BLOCK);
        if (block == 0) {
            Reach reach = Reach.of(kernel, 1, true);
            return new DirectForm(Filter.of(kernels, reach, parameters, "", width, width, width));
        }
        float[] bias = parameters.contains("bias") ? parameters.get("bias").toArray() : new float[width];
        return new BlockForm(new LongFilter(kernels, parameters.get("weight").toArray(), bias, kernel, block));
    }

    /** The power of two below 4 √K: products of transforms are read from memory, so blocks longer than their count asks for pay. */
    private static int block(MixerConfig config) {
        int kernel = config.get(KERNEL);
        return kernel < SHORT ? 0 : Integer.highestOneBit((int) (4 * Math.sqrt(kernel)));
    }

    /**
     * A long convolution.
     *
     * @param config D and the options {@link #KERNEL}, {@link #BLOCK}, {@link Convolution#BIAS}
     * @param parameters fills every parameter
     * @return the mixer
     * @throws org.attention4j.api.BadConfigurationException if an option is unknown, ill-typed or out of range, or the block
     *     is no power of two
     */
    public static LongConvolution of(MixerConfig config, ParameterSource parameters) {
        return of(config, parameters, Kernels.preferred());
    }

    static LongConvolution of(MixerConfig config, ParameterSource parameters, Kernels kernels) {
        MixerSpec spec = LongConvolutionProvider.specOf(config);
        return new LongConvolution(spec, spec.newParameters(parameters), kernels);
    }

    @Override
    public LongConvolution withParameters(ParameterSource source) {
        return new LongConvolution(spec, spec.newParameters(source), kernels);
    }
}
