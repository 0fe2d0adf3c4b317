package org.attention4j.cli.vectors;

import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.core.AttentionGradients;
import org.attention4j.core.MultiHeadAttention;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch's {@code nn.MultiheadAttention}: attn_output and attn_output_weights of query, key, value, key_padding_mask and
 * attn_mask. Boolean masks say who is hidden; without key and value the query stands for all three.
 */
final class MultiHeadOperator implements Operator {
    @Override
    public String name() {
        return "multihead_attention";
    }

    @Override
    public Map<String, Tensor> run(ReferenceCase reference) {
        return new Call(reference).run();
    }

    /** One call; its tensors are [B, T, D]. */
    private static final class Call {
        private final ReferenceCase reference;
        private final Layouts.Batching batching;
        private final MultiHeadAttention attention;
        private final Tensor query;
        private final Tensor key;
        private final Tensor value;
        private final int heads;
        private final ScoreMasks masks;
        private final Map<String, Tensor> results = new LinkedHashMap<>();

        Call(ReferenceCase reference) {
            this.reference = reference;
            batching = Layouts.Batching.of(reference);
            query = batching.in(reference.input("query"));
            key = reference.hasInput("key") ? batching.in(reference.input("key")) : query;
            value = reference.hasInput("value") ? batching.in(reference.input("value")) : key;
            heads = reference.integer("num_heads", 1);
            attention = MultiHeadAttention.of(
                    MixerConfig.width(reference.integer("embed_dim", 0))
                            .with(MultiHeadAttention.HEADS, heads)
                            .with(MultiHeadAttention.BIAS, reference.flag("bias"))
                            .with(MultiHeadAttention.BIAS_KEY_VALUE, reference.flag("add_bias_kv"))
                            .with(MultiHeadAttention.ZERO_ATTENTION, reference.flag("add_zero_attn"))
                            .with(MultiHeadAttention.CONTEXT_WIDTH, key.extent(2))
                            .with(MultiHeadAttention.VALUE_WIDTH, value.extent(2)),
                    ParameterSource.of(reference.parameters()));
            masks = new ScoreMasks(query.extent(0), heads, query.extent(1), key.extent(1));
            if (isCausalAlone()) {
                masks.putUpperLeftCausal();
            } else {
                masks.put(reference, "attn_mask", true, maskShape());
            }
            masks.put(reference, "key_padding_mask", true, query.extent(0), 1, 1, key.extent(1));
        }

        /** PyTorch then takes {@code is_causal} for the mask and never reads the one that is given, so that its gradient is 0. */
        private boolean isCausalAlone() {
            return reference.flag("is_causal")
                    && !reference.flag("need_weights")
                    && !reference.hasInput("key_padding_mask");
        }

        private int[] maskShape() {
            boolean perHead = reference.hasInput("attn_mask")
                    && reference.storedInput("attn_mask").shape().length == 3;
            return perHead
                    ? new int[] {query.extent(0), heads, query.extent(1), key.extent(1)}
                    : new int[] {1, 1, query.extent(1), key.extent(1)};
        }

        Map<String, Tensor> run() {
            Tensor out = Tensor.zeros(query.shape());
            try (Workspace workspace = Workspace.create()) {
                Recording recording = attention.record(
                        Sequences.of(query), Sequences.of(key), Sequences.of(value), masks.terms(), out, workspace);
                results.put("output.attn_output", batching.out(out));
                if (reference.flag("need_weights")) {
                    weights(workspace);
                }
                if (reference.hasGradients()) {
                    backward(recording, workspace);
                }
            }
            return results;
        }

        private Tensor zeroWeights() {
            int added = (reference.flag("add_bias_kv") ? 1 : 0) + (reference.flag("add_zero_attn") ? 1 : 0);
            return Tensor.zeros(query.extent(0), heads, query.extent(1), key.extent(1) + added);
        }

        private void weights(Workspace workspace) {
            Tensor weights = zeroWeights();
            attention.weights(Sequences.of(query), Sequences.of(key), masks.terms(), weights, workspace);
            Tensor shown = reference.flag("average_attn_weights") ? meanOfHeads(weights) : weights;
            results.put("output.attn_output_weights", batching == Layouts.Batching.UNBATCHED ? shown.slice(0) : shown);
        }

        /** [B, H, T, S] → [B, T, S]. */
        private Tensor meanOfHeads(Tensor weights) {
            Tensor mean = Tensor.zeros(weights.extent(0), weights.extent(2), weights.extent(3));
            int map = weights.extent(2) * weights.extent(3);
            for (int i = 0; i < weights.size(); i++) {
                mean.array()[i / map / heads * map + i % map] += weights.array()[i] / heads;
            }
            return mean;
        }

        /** The cotangent of each head's weights; nothing where the case has none. */
        private @Nullable Tensor weightCotangent() {
            if (!reference.hasCotangent("attn_output_weights")) {
                return null;
            }
            Tensor spread = zeroWeights();
            int[] extents = spread.shape().extents();
            Tensor cotangent = reference.cotangent("attn_output_weights");
            if (!reference.flag("average_attn_weights")) {
                return cotangent.reshape(extents);
            }
            float[] given =
                    cotangent.reshape(extents[0], extents[2], extents[3]).array();
            int map = spread.extent(2) * spread.extent(3);
            for (int i = 0; i < spread.size(); i++) {
                spread.array()[i] = given[i / map / heads * map + i % map] / heads;
            }
            return spread;
        }

        private void backward(Recording recording, Workspace workspace) {
            Tensor dQuery = Tensor.zeros(query.shape());
            Tensor dKey = Tensor.zeros(key.shape());
            Tensor dValue = Tensor.zeros(value.shape());
            Tensor dBias = masks.zeroBias();
            NamedTensors dParameters = reference.parameters().zerosLike();
            AttentionGradients gradients = AttentionGradients.none()
                    .withQuery(dQuery)
                    .withKey(dKey)
                    .withValue(dValue)
                    .withParameters(dParameters);
            gradients = ScaledDotProductOperator.withBias(gradients, dBias);
            Tensor dWeights = weightCotangent();
            gradients = dWeights == null ? gradients : gradients.withWeightCotangent(dWeights);
            attention.backward(recording, batching.in(reference.cotangent("attn_output")), gradients, workspace);
            if (value == key) {
                add(dKey, dValue);
            }
            if (key == query) {
                add(dQuery, dKey);
            }
            results.put("grad.input.query", batching.out(dQuery));
            results.put("grad.input.key", batching.out(dKey));
            results.put("grad.input.value", batching.out(dValue));
            if (isCausalAlone()) {
                putZeroMaskGradient();
            } else {
                masks.putGradient(results, reference, "attn_mask", dBias, maskShape());
            }
            masks.putGradient(results, reference, "key_padding_mask", dBias, query.extent(0), 1, 1, key.extent(1));
            dParameters.forEach((name, tensor) -> results.put("grad.param." + name, tensor));
        }

        private void putZeroMaskGradient() {
            if (reference.hasInput("attn_mask") && !reference.isBoolean("attn_mask")) {
                results.put(
                        "grad.input.attn_mask",
                        Tensor.zeros(reference.input("attn_mask").shape()));
            }
        }

        private static void add(Tensor sum, Tensor more) {
            for (int i = 0; i < sum.size(); i++) {
                sum.array()[i] += more.array()[i];
            }
        }
    }
}
