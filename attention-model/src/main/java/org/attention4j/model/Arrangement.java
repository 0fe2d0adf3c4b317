package org.attention4j.model;

/**
 * Where a block has its norms and its residual sums. With f the mixer, g the MLP, n₁ and n₂ the norms {@code norm1} and {@code norm2}; a
 * decoder layer has a third part, the cross-attention, between them.
 */
public enum Arrangement {
    /** s = x + f(n₁ x); y = s + g(n₂ s): GPT-2 and Llama (Xiong et al. 2020). */
    PRE_NORM,
    /** s = n₁(x + f(x)); y = n₂(s + g(s)): the first Transformer (Vaswani et al. 2017) and BERT. */
    POST_NORM,
    /** s = x + n₁(f(x)); y = s + n₂(g(s)): OLMo 2 (Team OLMo 2024), Swin v2 (Liu et al. 2022). */
    OUTPUT_NORM,
    /**
     * s = x + m₁(f(n₁ x)); y = s + m₂(g(n₂ s)) with the norms {@code post_norm1} and {@code post_norm2} for m₁ and m₂: Gemma 2 (Gemma Team
     * 2024); first Ding et al. 2021, "Sandwich-LN".
     */
    SANDWICH,
    /**
     * y = x + f(n₁ x) + g(n₂ x): GPT-NeoX (Black et al. 2022). Models with one norm for both (GPT-J, Phi, Falcon, Cohere) are this one with
     * n₁ = n₂.
     */
    PARALLEL;

    /** Whether parts read a norm's output. */
    boolean normFirst() {
        return this == PRE_NORM || this == SANDWICH || this == PARALLEL;
    }
}
