package org.attention4j.rnn;

import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSource;
import org.attention4j.kernels.Kernels;

/**
 * The minimal GRU (Feng, Tung, Ahmed, Bengio and Hajimirsadeghi 2024, "Were RNNs All We Needed?", section 3.1): gates and
 * candidate see the input alone.
 *
 * <pre>{@code
 * z_t = σ(W_z x_t + b_z)      v_t = W_v x_t + b_v
 * h_t = (1 − z_t) h_{t−1} + z_t v_t
 * }</pre>
 *
 * <p>With {@link #CANDIDATE_ACTIVATION} {@code positive}, v is made so as the paper's log-space form has it: v + ½ where v
 * is at least 0, else σ(v); with {@code tanh}, v_t = tanh(W_v x_t + b_v), the f-pooling of a QRNN (Bradbury et al. 2017, equation 3) with f = 1 − z. The output is h: {@code [B, T, H]}, or {@code [B, T, 2H]} if bidirectional. The hidden state is
 * {@code h}, {@code [layers · directions, B, H]}.
 *
 * <p>Parameters, with rows in the order z, v: {@code weight_ih_l0 [2H, D]}, and with a
 * bias {@code bias_ih_l0 [2H]}; {@code _reverse} and {@code _l1} as those of {@link Gru}. New ones are uniform in ±1/√H.
 *
 * <p>Layers and {@link #LAYER_DROPOUT} are those of {@link Gru}.
 *
 * <p>Whole sequences need no loop over time where it is costly: the projections of all positions are one product. What
 * remains is one multiply-add a position and unit, done in order by every thread for units of its own. The paper's
 * parallel scan would add in another order, so that whole sequences and steps would differ; this way they have the same
 * bits: a gate is its bias, then the terms of x in order; h is fma(z, v, fma(−z, h, h)). Incremental
 * unless bidirectional; an incremental state keeps h of each position.
 *
 * <p>Immutable and safe for any number of threads.
 */
public final class MinGru extends RecurrentMixer {
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

    /** Whether v is taken as it is, {@code linear}, or made {@code positive}, or its {@code tanh} is. */
    public static final Option<String> CANDIDATE_ACTIVATION = StackOptions.SCAN_CANDIDATE;

    static final OptionSchema SCHEMA = StackOptions.SCHEMA.and(OptionSchema.of(CANDIDATE_ACTIVATION));

    private final Kernels kernels;

    private MinGru(MixerSpec spec, NamedTensors parameters, Kernels kernels) {
        super(spec, parameters, Stack.of(spec, parameters, kernels, cell(spec.config())));
        this.kernels = kernels;
    }

    static Cell cell(MixerConfig config) {
        return new MinGruCell(ScanCandidate.of(config));
    }

    /**
     * A minimal GRU.
     *
     * @param config D and the options of this class
     * @param parameters fills every parameter
     * @return the mixer
     * @throws org.attention4j.api.BadConfigurationException if an option is unknown, ill-typed or out of range
     */
    public static MinGru of(MixerConfig config, ParameterSource parameters) {
        return of(config, parameters, Kernels.preferred());
    }

    static MinGru of(MixerConfig config, ParameterSource parameters, Kernels kernels) {
        MixerSpec spec = MinGruProvider.specOf(config);
        return new MinGru(spec, spec.newParameters(parameters), kernels);
    }

    @Override
    public MinGru withParameters(ParameterSource source) {
        return new MinGru(spec(), spec().newParameters(source), kernels);
    }
}
