package org.attention4j.cnn;

import java.util.List;
import java.util.Optional;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.ParameterSource;
import org.attention4j.kernels.Kernels;

/**
 * A convolution over time whose outputs are let through by gates.
 *
 * <pre>{@code
 * gate=separate:   y = (x ∗ W + b) ⊙ σ(x ∗ V + c)        the gated linear unit
 * activation=tanh: y = tanh(x ∗ W + b) ⊙ σ(x ∗ V + c)  WaveNet's and PixelCNN's
 * gate=self:       y = z ⊙ σ(z),  z = x ∗ W + b          SiLU, also called swish
 * }</pre>
 *
 * <p>∗ is the convolution of {@link Convolution}, with the same options: causal or centred, dense, grouped or depthwise. The
 * short causal depthwise convolution that Mamba and Gated DeltaNet put before their recurrence, with carried state, is {@code
 * gate=self groups=D kernel=4}; ONNX has it as {@code CausalConvWithState}.
 *
 * <p>Shapes: input {@code [B, T, D]}, output {@code [B, T, D']}. Parameters: {@code weight [D', D / groups, K]}, {@code bias
 * [D']} and, where the gate is separate, {@code gate.weight} and {@code gate.bias} of the same shapes. New ones are uniform
 * in ±1/√(K · D / groups).
 *
 * <p>Same bits: sums as in {@link Convolution}, then σ and a product for each of them. Incremental if causal; an incremental
 * state keeps the last inputs.
 *
 * <p>Immutable and safe for any number of threads.
 *
 * <p>Sources: Dauphin, Fan, Auli, Grangier, "Language Modeling with Gated Convolutional Networks", 2017, equation 1; van
 * den Oord et al., "WaveNet: A Generative Model for Raw Audio", 2016, equation 2; Gu,
 * Dao, "Mamba: Linear-Time Sequence Modeling with Selective State Spaces", 2023, figure 3.
 */
public final class GatedConvolution extends ConvolutionMixer {
    /** The gate is a convolution of its own. */
    static final String SEPARATE = "separate";

    /** The sum is its own gate. */
    static final String SELF = "self";

    /** Prefix of the gate's parameters. */
    static final String GATE_PREFIX = "gate.";

    /** What opens the gate. */
    public static final Option<String> GATE = Option.choice(
            "gate",
            List.of(SEPARATE, SELF),
            SEPARATE,
            "What opens the gate of an output: a convolution of its own (GLU), or the output itself (SiLU).");

    /** Sums go through their gates as they are. */
    static final String LINEAR = "linear";

    /** What is applied to sums that a gate of its own lets through. */
    public static final Option<String> ACTIVATION = Option.choice(
            "activation",
            List.of(LINEAR, "tanh"),
            LINEAR,
            "What is applied to sums before a separate gate: nothing (GLU), or tanh (van den Oord et al. 2016).");

    private GatedConvolution(MixerSpec spec, NamedTensors parameters, Kernels kernels) {
        super(spec, parameters, kernels, form(kernels, spec.config(), parameters));
    }

    private static GatedForm form(Kernels kernels, MixerConfig config, NamedTensors parameters) {
        Optional<Filter> gate = config.get(GATE).equals(SEPARATE)
                ? Optional.of(Filter.of(kernels, config, parameters, GATE_PREFIX))
                : Optional.empty();
        boolean tanh = !config.get(ACTIVATION).equals(LINEAR);
        return new GatedForm(Filter.of(kernels, config, parameters, ""), new GateFinish(gate, tanh));
    }

    /**
     * A gated convolution.
     *
     * @param config D and the options {@link #GATE}, {@link #ACTIVATION}, {@link Convolution#KERNEL}, {@link Convolution#DILATION}, {@link
     *     Convolution#GROUPS}, {@link Convolution#OUTPUT_WIDTH}, {@link Convolution#CAUSAL}, {@link Convolution#BIAS}
     * @param parameters fills every parameter
     * @return the mixer
     * @throws org.attention4j.api.BadConfigurationException if an option is unknown, ill-typed or out of range, or the
     *     groups do not divide both widths, or tanh is wanted of sums that are their own gates
     */
    public static GatedConvolution of(MixerConfig config, ParameterSource parameters) {
        return of(config, parameters, Kernels.preferred());
    }

    static GatedConvolution of(MixerConfig config, ParameterSource parameters, Kernels kernels) {
        MixerSpec spec = GatedConvolutionProvider.specOf(config);
        return new GatedConvolution(spec, spec.newParameters(parameters), kernels);
    }

    @Override
    public GatedConvolution withParameters(ParameterSource source) {
        return new GatedConvolution(spec, spec.newParameters(source), kernels);
    }
}
