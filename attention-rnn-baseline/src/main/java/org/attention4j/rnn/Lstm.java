package org.attention4j.rnn;

import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.ParameterSource;
import org.attention4j.kernels.Kernels;

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers, Schmidhuber and Cummins
 * 2000), the same as PyTorch's {@code nn.LSTM}.
 *
 * <pre>{@code
 * i = σ(W_i x_t + U_i h_{t−1} + b_i)      f = σ(W_f x_t + U_f h_{t−1} + b_f)
 * g = tanh(W_g x_t + U_g h_{t−1} + b_g)   o = σ(W_o x_t + U_o h_{t−1} + b_o)
 * c_t = f c_{t−1} + i g                   h_t = o tanh(c_t)
 * }</pre>
 *
 * <p>The output is h: {@code [B, T, H]}, or {@code [B, T, 2H]} if bidirectional, the forward direction's h beside
 * that of the reverse one, which begins at each sequence's own last position. Hidden states are {@code h} and {@code
 * c}, {@code [layers · directions, B, H]} as PyTorch's {@code h_0} and {@code c_0}.
 *
 * <p>Parameters, with the gates' rows in the order i, f, g, o: {@code weight_ih_l0 [4H, D]}, {@code weight_hh_l0 [4H,
 * H]}, and with a bias {@code bias_ih_l0 [4H]} and {@code bias_hh_l0 [4H]}, whose sum is b; if bidirectional, the
 * same again with {@code _reverse} behind the name. New ones are uniform in ±1/√H.
 *
 * <p>Layers stand on each other: each but the first reads the outputs of the one below, {@code _l1} and so on instead
 * of {@code _l0} ends its parameters' names, and its D is the width of those outputs. {@link #LAYER_DROPOUT} leaves out
 * a share of them in recordings, not in {@code forward} and {@code step}: recording is training. What it leaves out
 * follows from {@link #DROPOUT_SEED} and the values themselves, so that the same call gives the same bits, and other
 * values lose others. It does nothing where there is one layer.
 *
 * <p>Same bits: a gate is b_ih + b_hh, then the terms of x in order, then those of h. Gradients of parameters are
 * summed over sequences in order, and over positions inside each. Incremental unless bidirectional; an incremental
 * state keeps h and c of each position.
 *
 * <p>Immutable and safe for any number of threads.
 */
public final class Lstm extends RecurrentMixer {
    /** H, the width of one direction's hidden state. */
    public static final Option<Integer> HIDDEN = StackOptions.HIDDEN;

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

    private final Kernels kernels;

    private Lstm(MixerSpec spec, NamedTensors parameters, Kernels kernels) {
        super(spec, parameters, Stack.of(spec, parameters, kernels, LstmCell.INSTANCE));
        this.kernels = kernels;
    }

    /**
     * An LSTM.
     *
     * @param config D and the options of this class
     * @param parameters fills every parameter
     * @return the mixer
     * @throws org.attention4j.api.BadConfigurationException if an option is unknown, ill-typed or out of range
     */
    public static Lstm of(MixerConfig config, ParameterSource parameters) {
        return of(config, parameters, Kernels.preferred());
    }

    static Lstm of(MixerConfig config, ParameterSource parameters, Kernels kernels) {
        MixerSpec spec = LstmProvider.specOf(config);
        return new Lstm(spec, spec.newParameters(parameters), kernels);
    }

    @Override
    public Lstm withParameters(ParameterSource source) {
        return new Lstm(spec(), spec().newParameters(source), kernels);
    }
}
