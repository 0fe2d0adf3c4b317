package org.attention4j.cli.vectors;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.core.AttentionGradients;
import org.attention4j.core.AttentionInputs;
import org.attention4j.core.OperatorRecording;
import org.attention4j.core.ScaledDotProductAttention;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch's {@code F.scaled_dot_product_attention}: query {@code [B, H, T, E]}, masks that say who may attend. Before T and E there may be
 * any number of axes: the last of them is that of the heads, the others count as one.
 */
final class ScaledDotProductOperator implements Operator {
    @Override
    public String name() {
        return "sdpa";
    }

    @Override
    public Map<String, Tensor> run(ReferenceCase reference) throws UnsupportedCaseException {
        if (reference.number("dropout_p", 0) != 0) {
            throw new UnsupportedCaseException("dropout: its random numbers are another library's");
        }
        Tensor query = heads(reference.input("query"));
        Tensor key = heads(reference.input("key"));
        Tensor value = heads(reference.input("value"));
        ScoreMasks masks = masks(reference);
        ScaledDotProductAttention attention = scaled(reference);
        AttentionInputs in = AttentionInputs.of(query, key, value).withTerms(masks.terms());
        Tensor out = Tensor.zeros(query.extent(0), query.extent(1), query.extent(2), value.extent(3));
        Map<String, Tensor> results = new LinkedHashMap<>();
        try (Workspace workspace = Workspace.create()) {
            OperatorRecording recording = attention.record(in, out, workspace);
            results.put("output.output", likeQuery(reference, out));
            if (reference.hasGradients()) {
                Tensor dQuery = Tensor.zeros(query.shape());
                Tensor dKey = Tensor.zeros(key.shape());
                Tensor dValue = Tensor.zeros(value.shape());
                Tensor dBias = masks.zeroBias();
                AttentionGradients gradients = AttentionGradients.none()
                        .withQuery(dQuery)
                        .withKey(dKey)
                        .withValue(dValue);
                attention.backward(
                        recording, heads(reference.cotangent("output")), withBias(gradients, dBias), workspace);
                results.put("grad.input.query", likeInput(reference, "query", dQuery));
                results.put("grad.input.key", likeInput(reference, "key", dKey));
                results.put("grad.input.value", likeInput(reference, "value", dValue));
                masks.putGradient(results, reference, "attn_mask", dBias, maskShape(reference));
            }
        }
        return results;
    }

    /** Plain attention by the case's scale, or 1/√E where it has none. */
    static ScaledDotProductAttention scaled(ReferenceCase reference) {
        double scale = reference.number("scale", Double.NaN);
        ScaledDotProductAttention plain = ScaledDotProductAttention.plain();
        return Double.isNaN(scale) ? plain : plain.withScale((float) scale);
    }

    static AttentionGradients withBias(AttentionGradients gradients, @Nullable Tensor dBias) {
        return dBias == null ? gradients : gradients.withBias(dBias);
    }

    /** {@code […, H, T, E]} → {@code [B, H, T, E]}, with axes of 1 where there are fewer. */
    private static Tensor heads(Tensor tensor) {
        int rank = tensor.shape().rank();
        if (rank < 2) {
            throw new IllegalArgumentException("a tensor " + tensor.shape() + " is not […, T, E]");
        }
        int heads = rank > 2 ? tensor.extent(rank - 3) : 1;
        int batch = 1;
        for (int d = 0; d < rank - 3; d++) {
            batch *= tensor.extent(d);
        }
        return tensor.reshape(batch, heads, tensor.extent(rank - 2), tensor.extent(rank - 1));
    }

    private static Tensor likeInput(ReferenceCase reference, String name, Tensor heads) {
        return heads.reshape(reference.input(name).shape().extents());
    }

    private static Tensor likeQuery(ReferenceCase reference, Tensor out) {
        int[] extents = reference.input("query").shape().extents();
        extents[extents.length - 1] = out.extent(3);
        return out.reshape(extents);
    }

    private static int[] maskShape(ReferenceCase reference) {
        return reference.hasInput("attn_mask")
                ? Arrays.stream(reference.storedInput("attn_mask").shape())
                        .mapToInt(Math::toIntExact)
                        .toArray()
                : new int[0];
    }

    private static ScoreMasks masks(ReferenceCase reference) {
        Tensor query = heads(reference.input("query"));
        int keys = heads(reference.input("key")).extent(2);
        int[] axes = reference.input("query").shape().extents();
        axes[axes.length - 1] = keys;
        ScoreMasks masks = new ScoreMasks(axes, query.extent(0), query.extent(1), query.extent(2), keys);
        masks.put(reference, "attn_mask", false, maskShape(reference));
        if (reference.flag("is_causal")) {
            masks.putUpperLeftCausal();
        }
        return masks;
    }

    /**
     * Keys and values that no query may see are never read, so results are numbers if all others are.
     */
    @Override
    public boolean promisesNumbers(ReferenceCase reference) throws UnsupportedCaseException {
        if (Operator.super.promisesNumbers(reference)) {
            return true;
        }
        Tensor key = heads(reference.input("key"));
        Tensor value = heads(reference.input("value"));
        clearUnseen(reference, key);
        clearUnseen(reference, value);
        return reference.isFinite("query") && isFinite(key) && isFinite(value);
    }

    private static void clearUnseen(ReferenceCase reference, Tensor keys) {
        ScoreMasks masks = masks(reference);
        int heads = heads(reference.input("query")).extent(1);
        int group = heads / Math.max(1, keys.extent(1));
        for (int b = 0; b < keys.extent(0); b++) {
            for (int k = 0; k < keys.extent(1); k++) {
                for (int s = 0; s < keys.extent(2); s++) {
                    boolean seen = false;
                    for (int h = k * group; h < (k + 1) * group; h++) {
                        seen |= masks.seen(b, h, s);
                    }
                    if (!seen) {
                        keys.slice(b).slice(k).slice(s).fill(0);
                    }
                }
            }
        }
    }

    private static boolean isFinite(Tensor tensor) {
        for (float element : tensor.toArray()) {
            if (!Float.isFinite(element)) {
                return false;
            }
        }
        return true;
    }
}
