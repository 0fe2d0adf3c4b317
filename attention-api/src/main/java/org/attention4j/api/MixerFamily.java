package org.attention4j.api;

/**
 * What a mixer says it is, mathematically. Each family promises what its definition implies, and the conformance kit
 * checks that with the family's option and parameter names. A mixer that promises none of it is {@link #OTHER}.
 */
public enum MixerFamily {
    /**
     * y = Concat(head_1 … head_H) W_O with head = softmax(QKᵀ/√E) V. Projections are named as in PyTorch's
     * MultiheadAttention: {@code in_proj_weight [3D, D]} and {@code in_proj_bias}, or {@code q_proj_weight}, {@code
     * k_proj_weight}, {@code v_proj_weight}; {@code out_proj.weight} and {@code out_proj.bias} where there is an output
     * projection. No positions are built in.
     */
    SOFTMAX_ATTENTION,
    /**
     * A gated or plain recurrence whose hidden values stay within [−1, 1], unless an option {@code activation} or
     * {@code …-activation} chooses a function that does not, or an option {@code projection} is not 0. Parameters are named as in PyTorch's LSTM:
     * {@code weight_ih_l0}, {@code weight_hh_l0}, {@code bias_ih_l0}, {@code bias_hh_l0}.
     */
    BOUNDED_RECURRENCE,
    /**
     * y_t = bias + Σ_k W_k x_{t + (k − left) · dilation}: linear, the same at every position. Parameters are named as in
     * PyTorch's Conv1d: {@code weight [D', D / groups, K]}, {@code bias [D']}; options {@code kernel} and {@code dilation}.
     */
    CONVOLUTION,
    /**
     * The same function of a window of inputs at every position, not linear: convolutions with gates or activations between or
     * behind them. The receptive field is declared, and with positive weights and all else 0 both its ends matter.
     */
    LOCAL,
    /** Anything else. */
    OTHER
}
