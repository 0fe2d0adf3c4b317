package org.attention4j.rnn;

import java.util.List;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSource;
import org.attention4j.kernels.Kernels;

/**
 * Gated recurrent unit (Cho et al. 2014), the same as PyTorch's {@code nn.GRU}: the reset gate r is
 * applied after the product with U_n, unless {@link #RESET} says otherwise.
 *
 * <pre>{@code
 * r = σ(W_r x_t + b_ir + b_hr + U_r h_{t−1})   z = σ(W_z x_t + b_iz + b_hz + U_z h_{t−1})
 * n = tanh(W_n x_t + b_in + r (U_n h_{t−1} + b_hn))
 * h_t = (1 − z) n + z h_{t−1}
 * }</pre>
 *
 * <p>The output is h: {@code [B, T, H]}, or {@code [B, T, 2H]} if bidirectional, the forward direction's h beside
 * that of the reverse one, which begins at each sequence's own last position. The hidden state is {@code h}, {@code
 * [layers · directions, B, H]} as PyTorch's {@code h_0}.
 *
 * <p>Parameters, with the gates' rows in the order r, z, n: {@code weight_ih_l0 [3H, D]}, {@code weight_hh_l0 [3H,
 * H]}, and with a bias {@code bias_ih_l0 [3H]} and {@code bias_hh_l0 [3H]}; if bidirectional, the same again with
 * {@code _reverse} behind the name. New ones are uniform in ±1/√H.
 *
 * <p>With {@link #RESET} {@code before}, as in the paper and ONNX's default, n = tanh(W_n x_t + b_in + b_hn + U_n (r ∘
 * h_{t−1})). {@link #CLIP} cuts the arguments of r, z and n off at ± that; {@link #GATE_ACTIVATION} and {@link
 * #CANDIDATE_ACTIVATION} replace σ and tanh by others of ONNX's.
 *
 * <p>Layers stand on each other: each but the first reads the outputs of the one below, {@code _l1} and so on instead
 * of {@code _l0} ends its parameters' names, and its D is the width of those outputs. {@link #LAYER_DROPOUT} leaves out
 * a share of them in recordings, not in {@code forward} and {@code step}: recording is training. What it leaves out
 * follows from {@link #DROPOUT_SEED} and the values themselves, so that the same call gives the same bits, and other
 * values lose others. It does nothing where there is one layer.
 *
 * <p>Same bits: the argument of r and z is the sum of both biases, then the terms of x in order, then those of h;
 * that of n is fma(r, q, p) with p = b_in, then the terms of x, and q = b_hn, then the terms of h; h is fma(z, h,
 * fma(−z, n, n)). Gradients of parameters are summed over sequences in order, and over positions inside each.
 * Incremental unless bidirectional; an incremental state keeps h of each position.
 *
 * <p>Immutable and safe for any number of threads.
 */
public final class Gru extends RecurrentMixer {
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

    /**
     * Whether the reset gate comes {@code after} the product with U_n, as in PyTorch and in ONNX with {@code
     * linear_before_reset}, or {@code before} it, as in the paper.
     */
    public static final Option<String> RESET = Option.choice(
            "reset",
            List.of("after", "before"),
            "after",
            "Whether the reset gate is applied after the product with the recurrent weights, or to the state before it.");

    /** Cuts arguments of gates and candidate off; 0 does not. */
    public static final Option<Double> CLIP = ActivationOptions.CLIP;

    private static final ActivationOptions GATE = ActivationOptions.of(
            "gate", List.of("sigmoid"), CellActivation.Function.SIGMOID, "What is applied to the gates r and z.");

    private static final ActivationOptions CANDIDATE = ActivationOptions.of(
            "candidate", List.of("tanh"), CellActivation.Function.TANH, "What is applied to the candidate n.");

    /** The function of r and z; {@code gate-alpha} and {@code gate-beta} are its parameters. */
    public static final Option<String> GATE_ACTIVATION = GATE.function();

    /** The function of n; {@code candidate-alpha} and {@code candidate-beta} are its parameters. */
    public static final Option<String> CANDIDATE_ACTIVATION = CANDIDATE.function();

    static final OptionSchema SCHEMA = StackOptions.SCHEMA
            .and(OptionSchema.of(RESET, CLIP))
            .and(GATE.schema())
            .and(CANDIDATE.schema());

    private final Kernels kernels;

    private Gru(MixerSpec spec, NamedTensors parameters, Kernels kernels) {
        super(spec, parameters, Stack.of(spec, parameters, kernels, cell(spec.config())));
        this.kernels = kernels;
    }

    /** The cell of PyTorch, unless an option asks for more. */
    static Cell cell(MixerConfig config) {
        CellActivation gate = GATE.in(config);
        CellActivation candidate = CANDIDATE.in(config);
        boolean before = config.get(RESET).equals("before");
        boolean plain =
                gate.is(CellActivation.Function.SIGMOID) && candidate.is(CellActivation.Function.TANH) && !before;
        return plain ? GruCell.INSTANCE : new GruVariantCell(gate, candidate, before);
    }

    /**
     * A GRU.
     *
     * @param config D and the options of this class
     * @param parameters fills every parameter
     * @return the mixer
     * @throws org.attention4j.api.BadConfigurationException if an option is unknown, ill-typed or out of range
     */
    public static Gru of(MixerConfig config, ParameterSource parameters) {
        return of(config, parameters, Kernels.preferred());
    }

    static Gru of(MixerConfig config, ParameterSource parameters, Kernels kernels) {
        MixerSpec spec = GruProvider.specOf(config);
        return new Gru(spec, spec.newParameters(parameters), kernels);
    }

    @Override
    public Gru withParameters(ParameterSource source) {
        return new Gru(spec(), spec().newParameters(source), kernels);
    }
}
