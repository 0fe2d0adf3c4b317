package org.attention4j.core;

import java.util.Objects;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Which gradients a typed backward pass is to compute, and the tensors it adds them to; what is absent is not computed. Where the
 * weights are an output too, it also holds their cotangent.
 *
 * <p>Immutable; the tensors are the caller's. Each has the shape of what it is a gradient of.
 */
public final class AttentionGradients {
    private static final AttentionGradients NONE =
            new AttentionGradients(null, null, null, null, null, null, NamedTensors.empty());

    private final @Nullable Tensor query;
    private final @Nullable Tensor key;
    private final @Nullable Tensor value;
    private final @Nullable Tensor bias;
    private final @Nullable Tensor sinks;
    private final @Nullable Tensor weightCotangent;
    private final NamedTensors parameters;

    private AttentionGradients(
            @Nullable Tensor query,
            @Nullable Tensor key,
            @Nullable Tensor value,
            @Nullable Tensor bias,
            @Nullable Tensor sinks,
            @Nullable Tensor weightCotangent,
            NamedTensors parameters) {
        this.query = query;
        this.key = key;
        this.value = value;
        this.bias = bias;
        this.sinks = sinks;
        this.weightCotangent = weightCotangent;
        this.parameters = parameters;
    }

    /**
     * Nothing is wanted yet.
     *
     * @return a start for the {@code with} methods
     */
    public static AttentionGradients none() {
        return NONE;
    }

    /**
     * These and the queries'.
     *
     * @param dQuery added to
     * @return new gradients
     */
    public AttentionGradients withQuery(Tensor dQuery) {
        Objects.requireNonNull(dQuery, "dQuery");
        return new AttentionGradients(dQuery, key, value, bias, sinks, weightCotangent, parameters);
    }

    /**
     * These and the keys'.
     *
     * @param dKey added to
     * @return new gradients
     */
    public AttentionGradients withKey(Tensor dKey) {
        Objects.requireNonNull(dKey, "dKey");
        return new AttentionGradients(query, dKey, value, bias, sinks, weightCotangent, parameters);
    }

    /**
     * These and the values'.
     *
     * @param dValue added to
     * @return new gradients
     */
    public AttentionGradients withValue(Tensor dValue) {
        Objects.requireNonNull(dValue, "dValue");
        return new AttentionGradients(query, key, dValue, bias, sinks, weightCotangent, parameters);
    }

    /**
     * These and the bias's, of {@link ScoreTerms}. All rows may add to the same elements, so this pass uses one thread.
     *
     * @param dBias added to
     * @return new gradients
     */
    public AttentionGradients withBias(Tensor dBias) {
        Objects.requireNonNull(dBias, "dBias");
        return new AttentionGradients(query, key, value, dBias, sinks, weightCotangent, parameters);
    }

    /**
     * These and the sinks', of {@link AttentionInputs#withSinks}.
     *
     * @param dSinks {@code [H]}, added to
     * @return new gradients
     */
    public AttentionGradients withSinks(Tensor dSinks) {
        Objects.requireNonNull(dSinks, "dSinks");
        return new AttentionGradients(query, key, value, bias, dSinks, weightCotangent, parameters);
    }

    /**
     * These and some or all parameters', where the attention has parameters.
     *
     * @param dParameters under the parameters' names, added to
     * @return new gradients
     */
    public AttentionGradients withParameters(NamedTensors dParameters) {
        Objects.requireNonNull(dParameters, "dParameters");
        return new AttentionGradients(query, key, value, bias, sinks, weightCotangent, dParameters);
    }

    /**
     * These, of {@code sum(dOut · out) + sum(dWeights · weights)}.
     *
     * @param dWeights {@code [B, H, T, S]}, the cotangent of the weights; not read at padding
     * @return new gradients
     */
    public AttentionGradients withWeightCotangent(Tensor dWeights) {
        Objects.requireNonNull(dWeights, "dWeights");
        return new AttentionGradients(query, key, value, bias, sinks, dWeights, parameters);
    }

    @Nullable
    Tensor query() {
        return query;
    }

    @Nullable
    Tensor key() {
        return key;
    }

    @Nullable
    Tensor value() {
        return value;
    }

    @Nullable
    Tensor bias() {
        return bias;
    }

    @Nullable
    Tensor sinks() {
        return sinks;
    }

    @Nullable
    Tensor weightCotangent() {
        return weightCotangent;
    }

    NamedTensors parameters() {
        return parameters;
    }
}
