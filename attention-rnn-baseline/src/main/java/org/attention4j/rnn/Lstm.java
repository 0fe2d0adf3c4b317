package org.attention4j.rnn;

import java.util.List;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
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
 * <p>Options beyond PyTorch's are those of ONNX's operator. {@link #PEEPHOLES} (Gers and Schmidhuber 2000): p_i ∘ c_{t−1},
 * p_f ∘ c_{t−1} and p_o ∘ c_t are added to the arguments of i, f and o; p {@code [3H]} is {@code weight_peephole_l0}, in the
 * order i, f, o. {@link #COUPLED}: f = 1 − i; the rows of f are then not read. {@link #CLIP}: arguments of i, f, g and o
 * are cut off at ± that. {@link #CELL_CLIP} and {@link #OUTPUT_CLIP} cut off c_t and h_t, as ELMo (Peters et al. 2018) does. {@link
 * #GATE_ACTIVATION}, {@link #CANDIDATE_ACTIVATION} and {@link #OUTPUT_ACTIVATION} replace
 * σ, the tanh of g and that of c. {@link #PROJECTION} (Sak, Senior and Beaufays 2014): h_t = W_hr (o tanh(c_t)), with W_hr
 * {@code [R, H]} the parameter {@code weight_hr_l0}; h is then R wide, also as an output, and U is {@code [4H, R]}.
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

    /** R, the width of the output as a projection of o · tanh(c), as PyTorch's {@code proj_size}; 0 for none. */
    public static final Option<Integer> PROJECTION = Option.integer(
            "projection", 0, 65_536, 0, "Width of the output as a projection of what the gates give; 0 for none.");

    /** Whether the gates see the cell. */
    public static final Option<Boolean> PEEPHOLES =
            Option.flag("peepholes", false, "Whether i and f see the cell before the step, and o that after it.");

    /** Whether f is 1 − i. */
    public static final Option<Boolean> COUPLED =
            Option.flag("coupled", false, "Whether what is taken in is what is forgotten: f = 1 − i.");

    /** Cuts arguments of gates and candidate off; 0 does not. */
    public static final Option<Double> CLIP = ActivationOptions.CLIP;

    /** Cuts c_t off; 0 does not. */
    public static final Option<Double> CELL_CLIP = Option.decimal(
            "cell-clip", 0, 1e6, 0, "Cuts the cell off at this and at minus this after each step; 0 does not.");

    /** Cuts h_t off; 0 does not. */
    public static final Option<Double> OUTPUT_CLIP = Option.decimal(
            "output-clip", 0, 1e6, 0, "Cuts the output, projected or not, off at this and at minus this; 0 does not.");

    private static final ActivationOptions GATE = ActivationOptions.of(
            "gate", List.of("sigmoid"), CellActivation.Function.SIGMOID, "What is applied to the gates i, f and o.");

    private static final ActivationOptions CANDIDATE = ActivationOptions.of(
            "candidate", List.of("tanh"), CellActivation.Function.TANH, "What is applied to the candidate g.");

    private static final ActivationOptions OUTPUT = ActivationOptions.of(
            "output", List.of("tanh"), CellActivation.Function.TANH, "What is applied to the cell c for the output.");

    /** The function of i, f and o; {@code gate-alpha} and {@code gate-beta} are its parameters. */
    public static final Option<String> GATE_ACTIVATION = GATE.function();

    /** The function of g; {@code candidate-alpha} and {@code candidate-beta} are its parameters. */
    public static final Option<String> CANDIDATE_ACTIVATION = CANDIDATE.function();

    /** The function of c; {@code output-alpha} and {@code output-beta} are its parameters. */
    public static final Option<String> OUTPUT_ACTIVATION = OUTPUT.function();

    static final OptionSchema SCHEMA = StackOptions.SCHEMA
            .and(OptionSchema.of(PROJECTION, PEEPHOLES, COUPLED, CLIP, CELL_CLIP, OUTPUT_CLIP))
            .and(GATE.schema())
            .and(CANDIDATE.schema())
            .and(OUTPUT.schema());

    private final Kernels kernels;

    private Lstm(MixerSpec spec, NamedTensors parameters, Kernels kernels) {
        super(spec, parameters, Stack.of(spec, parameters, kernels, cell(spec.config())));
        this.kernels = kernels;
    }

    /** The fused cell, unless an option asks for more. */
    static Cell cell(MixerConfig config) {
        CellActivation gate = GATE.in(config);
        CellActivation candidate = CANDIDATE.in(config);
        CellActivation output = OUTPUT.in(config).unclipped();
        int projection = config.get(PROJECTION);
        boolean plain = gate.is(CellActivation.Function.SIGMOID)
                && candidate.is(CellActivation.Function.TANH)
                && output.is(CellActivation.Function.TANH);
        if (projection > 0 && projection >= config.get(HIDDEN)) {
            throw new BadConfigurationException(
                    PROJECTION.name(),
                    Integer.toString(projection),
                    "must be less than hidden, which is " + config.get(HIDDEN) + ", or 0 for none");
        }
        float cellClip = config.get(CELL_CLIP).floatValue();
        float outputClip = config.get(OUTPUT_CLIP).floatValue();
        boolean clipped = cellClip > 0 || outputClip > 0;
        boolean coupled = config.get(COUPLED);
        boolean peepholes = config.get(PEEPHOLES);
        return plain && projection == 0 && !peepholes && !coupled && !clipped
                ? LstmCell.INSTANCE
                : new LstmVariantCell(gate, candidate, output, coupled, peepholes, projection, cellClip, outputClip);
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
