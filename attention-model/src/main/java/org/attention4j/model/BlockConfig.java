package org.attention4j.model;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.ParameterSource;
import org.attention4j.kernels.Activation;

/**
 * What a {@link Block} or a {@link TransformerDecoderLayer} is, beside its mixers.
 *
 * @param hidden F, the hidden width of the MLP; at least 1
 * @param activation of the MLP
 * @param gated whether the MLP is {@linkplain Mlp#gated gated}
 * @param norm which norms
 * @param arrangement where norms and sums are: post-norm is PyTorch's default
 * @param epsilon ε of the norms
 * @param bias whether MLP and layer norms have biases
 * @param mixerName what the parameters of a block's own mixer begin with, before a dot: {@code mixer}, or PyTorch's {@code self_attn}
 */
public record BlockConfig(
        int hidden,
        Activation activation,
        boolean gated,
        Norm norm,
        Arrangement arrangement,
        double epsilon,
        boolean bias,
        String mixerName) {
    /** PyTorch's name of the self-attention in its transformer layers. */
    public static final String SELF_ATTENTION = "self_attn";

    private static final String MIXER = "mixer";

    private static final Pattern NAME = Pattern.compile("\\w+(\\.\\w+)*");

    /** Names of the other parts of blocks. */
    private static final List<String> OWN =
            List.of("linear1", "linear2", "linear3", "norm1", "norm2", "norm3", "multihead_attn");

    /** Checks the name and refuses null; sizes are checked by the layers. */
    public BlockConfig {
        Objects.requireNonNull(activation, "activation");
        Objects.requireNonNull(norm, "norm");
        Objects.requireNonNull(arrangement, "arrangement");
        if (!NAME.matcher(mixerName).matches() || OWN.contains(mixerName)) {
            throw new IllegalArgumentException("mixer name '" + mixerName
                    + "' must be letters, digits and '_', in parts joined by '.', and none of " + OWN);
        }
    }

    /**
     * With a plain MLP, layer norms, biases, and the mixer's parameters under {@code mixer}.
     *
     * @param hidden F
     * @param activation of the MLP
     * @param normFirst whether pre-norm
     * @param epsilon ε
     */
    public BlockConfig(int hidden, Activation activation, boolean normFirst, double epsilon) {
        this(hidden, activation, false, Norm.LAYER, placed(normFirst), epsilon, true, MIXER);
    }

    /**
     * Norms before mixer and MLP, as models that are trained from scratch mostly have them; GELU, PyTorch's ε.
     *
     * @param hidden F
     * @return the configuration
     */
    public static BlockConfig preNorm(int hidden) {
        return new BlockConfig(hidden, Activation.GELU, true, LayerNorm.DEFAULT_EPSILON);
    }

    /**
     * Norms after the sums, as BERT has them; GELU, PyTorch's ε.
     *
     * @param hidden F
     * @return the configuration
     */
    public static BlockConfig postNorm(int hidden) {
        return new BlockConfig(hidden, Activation.GELU, false, LayerNorm.DEFAULT_EPSILON);
    }

    /**
     * The defaults and the names of PyTorch's {@code TransformerEncoderLayer} and {@code TransformerDecoderLayer}: norms after the sums,
     * ReLU, biases, the mixer's parameters under {@link #SELF_ATTENTION}.
     *
     * @param hidden F, {@code dim_feedforward}
     * @return the configuration
     */
    public static BlockConfig transformer(int hidden) {
        return postNorm(hidden).withActivation(Activation.RELU).withMixerName(SELF_ATTENTION);
    }

    /**
     * The same with another activation.
     *
     * @param other of the MLP
     * @return a new configuration
     */
    public BlockConfig withActivation(Activation other) {
        return new BlockConfig(hidden, other, gated, norm, arrangement, epsilon, bias, mixerName);
    }

    /**
     * The same with a gated MLP: with SiLU it is SwiGLU.
     *
     * @return a new configuration
     */
    public BlockConfig withGate() {
        return new BlockConfig(hidden, activation, true, norm, arrangement, epsilon, bias, mixerName);
    }

    /**
     * The same with other norms.
     *
     * @param other which
     * @return a new configuration
     */
    public BlockConfig withNorm(Norm other) {
        return new BlockConfig(hidden, activation, gated, other, arrangement, epsilon, bias, mixerName);
    }

    /**
     * The same with norms before or after.
     *
     * @param first whether pre-norm
     * @return a new configuration
     */
    public BlockConfig withNormFirst(boolean first) {
        return withArrangement(placed(first));
    }

    /**
     * The same with norms and sums elsewhere.
     *
     * @param other where
     * @return a new configuration
     */
    public BlockConfig withArrangement(Arrangement other) {
        return new BlockConfig(hidden, activation, gated, norm, other, epsilon, bias, mixerName);
    }

    /**
     * The same with another ε.
     *
     * @param other ε of the norms
     * @return a new configuration
     */
    public BlockConfig withEpsilon(double other) {
        return new BlockConfig(hidden, activation, gated, norm, arrangement, other, bias, mixerName);
    }

    /**
     * The same without biases in MLP and norms.
     *
     * @return a new configuration
     */
    public BlockConfig withoutBias() {
        return new BlockConfig(hidden, activation, gated, norm, arrangement, epsilon, false, mixerName);
    }

    /**
     * The same with the mixer's parameters under another name.
     *
     * @param name what comes before the dot
     * @return a new configuration
     */
    public BlockConfig withMixerName(String name) {
        return new BlockConfig(hidden, activation, gated, norm, arrangement, epsilon, bias, name);
    }

    /**
     * Whether mixers and MLP read normalised values.
     *
     * @return true with pre-norm and what derives from it
     */
    public boolean normFirst() {
        return arrangement.normFirst();
    }

    private static Arrangement placed(boolean normFirst) {
        return normFirst ? Arrangement.PRE_NORM : Arrangement.POST_NORM;
    }

    Mlp mlp(int width, ParameterSource source) {
        return gated
                ? Mlp.gated(width, hidden, activation, bias, source)
                : Mlp.of(width, hidden, activation, bias, source);
    }

    Layer norm(int width, ParameterSource source) {
        return norm.of(width, epsilon, bias, source);
    }

    /** What follows the last layer of a stack. */
    Optional<Layer> lastNorm(boolean wanted, int width, ParameterSource source) {
        if (wanted && norm == Norm.NONE) {
            throw new BadConfigurationException(
                    "norm", "none", "a norm behind the last layer needs norm=layer or rms, or lastNorm=false");
        }
        return wanted ? Optional.of(norm(width, Stack.ofNorm(source))) : Optional.empty();
    }
}
