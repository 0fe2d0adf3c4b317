package org.attention4j.rnn;

import java.util.List;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSource;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;

/**
 * The simple recurrence (Elman 1990), the same as PyTorch's {@code nn.RNN}:
 *
 * <pre>{@code h_t = f(W x_t + U h_{t−1} + b),  f = tanh, max(·, 0) or another}</pre>
 *
 * <p>The output is h: {@code [B, T, H]}, or {@code [B, T, 2H]} if bidirectional, the forward direction's h beside
 * that of the reverse one, which begins at each sequence's own last position. The hidden state is {@code h}, {@code
 * [layers · directions, B, H]} as PyTorch's {@code h_0}.
 *
 * <p>Parameters: {@code weight_ih_l0 [H, D]}, {@code weight_hh_l0 [H, H]}, and with a bias {@code bias_ih_l0 [H]} and
 * {@code bias_hh_l0 [H]}, whose sum is b; if bidirectional, the same again with {@code _reverse} behind the name. New
 * ones are uniform in ±1/√H.
 *
 * <p>{@link #ACTIVATION} chooses f among ONNX's functions, {@link #CLIP} cuts its arguments off at ± that.
 *
 * <p>Layers stand on each other: each but the first reads the outputs of the one below, {@code _l1} and so on instead
 * of {@code _l0} ends its parameters' names, and its D is the width of those outputs. {@link #LAYER_DROPOUT} leaves out
 * a share of them in recordings, not in {@code forward} and {@code step}: recording is training. What it leaves out
 * follows from {@link #DROPOUT_SEED} and the values themselves, so that the same call gives the same bits, and other
 * values lose others. It does nothing where there is one layer.
 *
 * <p>Same bits: the argument of f is b_ih + b_hh, then the terms of x in order, then those of h. Gradients of
 * parameters are summed over sequences in order, and over positions inside each. Incremental unless bidirectional; an
 * incremental state keeps h of each position.
 *
 * <p>Immutable and safe for any number of threads.
 */
public final class Rnn extends RecurrentMixer {
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

    private static final ActivationOptions F = ActivationOptions.of(
            "", List.of("tanh", "relu"), CellActivation.Function.TANH, "What is applied to each step's sum.");

    /** f: {@code tanh}, {@code relu} or another; {@code alpha} and {@code beta} are its parameters. */
    public static final Option<String> ACTIVATION = F.function();

    /** Cuts the arguments of f off; 0 does not. */
    public static final Option<Double> CLIP = ActivationOptions.CLIP;

    static final OptionSchema SCHEMA =
            StackOptions.SCHEMA.and(OptionSchema.of(CLIP)).and(F.schema());

    private final Kernels kernels;

    private Rnn(MixerSpec spec, NamedTensors parameters, Kernels kernels) {
        super(spec, parameters, Stack.of(spec, parameters, kernels, cell(spec.config())));
        this.kernels = kernels;
    }

    /** The cell of PyTorch, unless an option asks for more. */
    static Cell cell(MixerConfig config) {
        CellActivation f = F.in(config);
        if (f.is(CellActivation.Function.TANH)) {
            return new RnnCell(Activation.TANH);
        }
        return f.is(CellActivation.Function.RELU) ? new RnnCell(Activation.RELU) : new RnnVariantCell(f);
    }

    /**
     * A simple recurrence.
     *
     * @param config D and the options of this class
     * @param parameters fills every parameter
     * @return the mixer
     * @throws org.attention4j.api.BadConfigurationException if an option is unknown, ill-typed or out of range
     */
    public static Rnn of(MixerConfig config, ParameterSource parameters) {
        return of(config, parameters, Kernels.preferred());
    }

    static Rnn of(MixerConfig config, ParameterSource parameters, Kernels kernels) {
        MixerSpec spec = RnnProvider.specOf(config);
        return new Rnn(spec, spec.newParameters(parameters), kernels);
    }

    @Override
    public Rnn withParameters(ParameterSource source) {
        return new Rnn(spec(), spec().newParameters(source), kernels);
    }
}
