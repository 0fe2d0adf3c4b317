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
 * The simple recurrent unit (Lei, Zhang, Wang, Dai and Artzi 2018, "Simple Recurrent Units for Highly Parallelizable Recurrence", equations 1 to 4), the same as
 * the {@code sru} package's:
 *
 * <pre>{@code
 * v_t = W x_t      f_t = σ(W_f x_t + p_f ∘ c_{t−1} + b_f)      r_t = σ(W_r x_t + p_r ∘ c_{t−1} + b_r)
 * c_t = f_t c_{t−1} + (1 − f_t) v_t
 * h_t = r_t g(c_t) + (1 − r_t) α x'_t
 * }</pre>
 *
 * <p>x' is x itself, or, with {@link #HIGHWAY_PROJECTION}, W' x, as where H is not D. α is {@link #HIGHWAY_SCALE}. g is the identity, or tanh, as {@link #OUTPUT_ACTIVATION} says; without {@link #PEEPHOLES}, p is 0, as in
 * the first version of the paper (2017).
 *
 * <p>The output is h: {@code [B, T, H]}, or {@code [B, T, 2H]} if bidirectional. The hidden state is {@code h} and {@code c}, {@code [layers · directions, B, H]}; h
 * is not read.
 *
 * <p>Parameters, with rows in the order v, f, r, x': {@code weight_ih_l0 [3H, D]}, or {@code [4H, D]}; with a bias {@code bias_ih_l0 [3H]}, or {@code [4H]}; and {@code
 * weight_peephole_l0 [2H]} in the order f, r; {@code _reverse} and {@code _l1} as those of {@link Gru}. New ones are uniform in ±1/√H.
 *
 * <p>Layers and {@link #LAYER_DROPOUT} are those of {@link Gru}.
 *
 * <p>Same bits: an argument is its bias, then the terms of x in order, then fma(c, p, ·); c is fma(f, c, fma(−f, v, v)), h likewise. What remains after the
 * projections of all positions is done in order, unit by unit, as that of {@link MinGru}. Incremental unless bidirectional; an incremental state keeps h and c of each position.
 *
 * <p>Immutable and safe for any number of threads.
 */
public final class Sru extends RecurrentMixer {
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

    /** Whether f and r see c. */
    public static final Option<Boolean> PEEPHOLES = Option.flag(
            "peepholes", true, "Whether the gates f and r see the cell before the step, each its own unit.");

    /** Whether x' is a projection of x. */
    public static final Option<Boolean> HIGHWAY_PROJECTION = Option.flag(
            "highway-projection",
            false,
            "Whether a projection of the input is mixed in where r is not 1; if not, the input itself is, which must be as wide as hidden.");

    /** α; published ones are √(1 + 2 eᵇ) of a bias b of r, √3 with 0. */
    public static final Option<Double> HIGHWAY_SCALE =
            Option.decimal("highway-scale", 0, 8, 1, "What is mixed in is multiplied by this.");

    /** g. */
    public static final Option<String> OUTPUT_ACTIVATION = Option.choice(
            "output-activation",
            List.of("linear", "tanh"),
            "linear",
            "Whether the output takes the cell as it is, or its hyperbolic tangent.");

    static final OptionSchema SCHEMA =
            StackOptions.SCHEMA.and(OptionSchema.of(PEEPHOLES, HIGHWAY_PROJECTION, HIGHWAY_SCALE, OUTPUT_ACTIVATION));

    private final Kernels kernels;

    private Sru(MixerSpec spec, NamedTensors parameters, Kernels kernels) {
        super(spec, parameters, Stack.of(spec, parameters, kernels, cell(spec.config())));
        this.kernels = kernels;
    }

    static Cell cell(MixerConfig config) {
        boolean projected = config.get(HIGHWAY_PROJECTION);
        if (!projected && config.get(HIDDEN) != config.width()) {
            throw new BadConfigurationException(
                    HIDDEN.name(),
                    Integer.toString(config.get(HIDDEN)),
                    "must be the width, " + config.width() + ", or highway-projection=true");
        }
        if (!projected) {
            StackOptions.requireEqualWidths(config);
        }
        return new SruCell(
                projected,
                config.get(PEEPHOLES),
                config.get(OUTPUT_ACTIVATION).equals("tanh"),
                config.get(HIGHWAY_SCALE).floatValue());
    }

    /**
     * A simple recurrent unit.
     *
     * @param config D and the options of this class
     * @param parameters fills every parameter
     * @return the mixer
     * @throws BadConfigurationException if an option is unknown, ill-typed or out of range, or the input is to be mixed in and not as wide as H
     */
    public static Sru of(MixerConfig config, ParameterSource parameters) {
        return of(config, parameters, Kernels.preferred());
    }

    static Sru of(MixerConfig config, ParameterSource parameters, Kernels kernels) {
        MixerSpec spec = SruProvider.specOf(config);
        return new Sru(spec, spec.newParameters(parameters), kernels);
    }

    @Override
    public Sru withParameters(ParameterSource source) {
        return new Sru(spec(), spec().newParameters(source), kernels);
    }
}
