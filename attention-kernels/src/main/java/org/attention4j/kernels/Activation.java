package org.attention4j.kernels;

/**
 * An elementwise function y = f(x) with its derivative, as {@link Kernels#apply} and {@link Kernels#gradient} take it.
 *
 * <p>The values and errors are those of {@link ScalarMath}.
 */
public enum Activation {
    /** eˣ. */
    EXP(true),
    /** Hyperbolic tangent. */
    TANH(true),
    /** 1 / (1 + e⁻ˣ). */
    SIGMOID(true),
    /** max(x, 0). */
    RELU(true),
    /** max(x, 0)² (So et al. 2021, "Primer"). */
    SQUARED_RELU(false),
    /** Error function. */
    ERF(false),
    /** x Φ(x) with the distribution function Φ of the standard normal distribution: the form with erf. */
    GELU(false),
    /** ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))). */
    GELU_TANH(false),
    /** x · sigmoid(x). */
    SILU(false),
    /** log(1 + eˣ). */
    SOFTPLUS(false),
    /** Natural logarithm. */
    LOG(false);

    private final boolean gradientFromOutput;

    Activation(boolean gradientFromOutput) {
        this.gradientFromOutput = gradientFromOutput;
    }

    /**
     * Tells from what the gradient is computed: true, from y alone (x may have been overwritten by y); false, from x alone.
     *
     * @return whether {@link Kernels#gradient} reads y, and not x
     */
    public boolean gradientFromOutput() {
        return gradientFromOutput;
    }

    /**
     * Whether it has no kink, so that differences tell its derivative.
     *
     * @return false of {@link #RELU} alone; {@link #SQUARED_RELU} has a kink only in its derivative
     */
    public boolean smooth() {
        return this != RELU;
    }
}
