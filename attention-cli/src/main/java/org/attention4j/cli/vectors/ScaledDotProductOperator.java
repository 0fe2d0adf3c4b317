package org.attention4j.cli.vectors;

import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.core.AttentionGradients;
import org.attention4j.core.AttentionInputs;
import org.attention4j.core.OperatorRecording;
import org.attention4j.core.ScaledDotProductAttention;
import org.jspecify.annotations.Nullable;

/** PyTorch's {@code F.scaled_dot_product_attention}: query {@code [B, H, T, E]}, masks that say who may attend. */
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
        Tensor query = reference.input("query");
        Tensor key = reference.input("key");
        Tensor value = reference.input("value");
        ScoreMasks masks = masks(reference);
        ScaledDotProductAttention attention = scaled(reference);
        AttentionInputs in = AttentionInputs.of(query, key, value).withTerms(masks.terms());
        Tensor out = Tensor.zeros(query.extent(0), query.extent(1), query.extent(2), value.extent(3));
        Map<String, Tensor> results = new LinkedHashMap<>();
        try (Workspace workspace = Workspace.create()) {
            OperatorRecording recording = attention.record(in, out, workspace);
            results.put("output.output", out);
            if (reference.hasGradients()) {
                Tensor dQuery = Tensor.zeros(query.shape());
                Tensor dKey = Tensor.zeros(key.shape());
                Tensor dValue = Tensor.zeros(value.shape());
                Tensor dBias = masks.zeroBias();
                AttentionGradients gradients = AttentionGradients.none()
                        .withQuery(dQuery)
                        .withKey(dKey)
                        .withValue(dValue);
                attention.backward(recording, reference.cotangent("output"), withBias(gradients, dBias), workspace);
                results.put("grad.input.query", dQuery);
                results.put("grad.input.key", dKey);
                results.put("grad.input.value", dValue);
                masks.putGradient(
                        results, reference, "attn_mask", dBias, ScoreMasks.fourDimensions(reference, "attn_mask"));
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

    private static ScoreMasks masks(ReferenceCase reference) throws UnsupportedCaseException {
        Shape query = reference.input("query").shape();
        ScoreMasks masks = new ScoreMasks(
                query.extent(0),
                query.extent(1),
                query.extent(2),
                reference.input("key").extent(2));
        masks.put(reference, "attn_mask", false, ScoreMasks.fourDimensions(reference, "attn_mask"));
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
        Tensor key = reference.input("key");
        Tensor value = reference.input("value");
        clearUnseen(reference, key);
        clearUnseen(reference, value);
        return reference.isFinite("query") && isFinite(key) && isFinite(value);
    }

    private static void clearUnseen(ReferenceCase reference, Tensor keys) throws UnsupportedCaseException {
        ScoreMasks masks = masks(reference);
        int heads = reference.input("query").extent(1);
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
