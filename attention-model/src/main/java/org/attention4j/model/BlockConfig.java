package org.attention4j.model;

import java.util.Objects;
import org.attention4j.kernels.Activation;

/**
 * What a {@link Block} is, beside its mixer.
 *
 * @param hidden F, the hidden width of the MLP; at least 1
 * @param activation of the MLP
 * @param normFirst whether norms come before mixer and MLP (pre-norm) or after the sums (post-norm, as BERT and PyTorch's
 *     default)
 * @param epsilon ε of both norms
 */
public record BlockConfig(int hidden, Activation activation, boolean normFirst, double epsilon) {
    /** Refuses null; sizes are checked by the layers. */
    public BlockConfig {
        Objects.requireNonNull(activation, "activation");
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
}
