package org.attention4j.cli.vectors;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionMask;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.core.AttentionInputs;
import org.attention4j.core.ScaledDotProductAttention;
import org.attention4j.core.ScoreTerms;

/**
 * ONNX's {@code Attention} (since opset 23; windows since 25): heads split or side by side, a past that comes before the keys or a
 * number of keys that are true, and the scores on request.
 *
 * <p>Query i stands at position offset + i of the keys: the offset is the length of the past, or the number of true keys less the
 * number of queries, or 0.
 */
final class OnnxAttentionOperator implements Operator {
    private static final String SCORES = "output.qk_matmul_output";

    @Override
    public String name() {
        return "Attention";
    }

    @Override
    public Map<String, Tensor> run(ReferenceCase reference) throws UnsupportedCaseException {
        Call call = new Call(reference);
        Map<String, Tensor> results = new LinkedHashMap<>();
        Tensor out = call.out();
        boolean split = reference.input("Q").shape().rank() == 4;
        results.put("output.Y", split ? out : Layouts.joinHeads(out));
        results.put("output.present_key", call.key);
        results.put("output.present_value", call.value);
        if (reference.expected().contains(SCORES)) {
            results.put(SCORES, call.scores());
        }
        return results;
    }

    /** One case. */
    private static final class Call {
        private final ReferenceCase reference;
        private final Tensor query;
        private final Tensor key;
        private final Tensor value;
        private final AttentionInputs in;

        Call(ReferenceCase reference) throws UnsupportedCaseException {
            this.reference = reference;
            query = heads("Q", "q_num_heads");
            key = afterPast("past_key", heads("K", "kv_num_heads"));
            value = afterPast("past_value", heads("V", "kv_num_heads"));
            in = AttentionInputs.of(query, key, value);
        }

        private Tensor heads(String name, String count) throws UnsupportedCaseException {
            Tensor given = reference.input(name);
            if (given.shape().rank() == 4) {
                return given;
            }
            int heads = reference.integer(count, 0);
            if (given.shape().rank() != 3 || heads < 1 || given.extent(2) % heads != 0) {
                throw new UnsupportedCaseException(
                        name + " " + given.shape() + " with " + count + " " + heads + ": no whole number of heads");
            }
            return Layouts.splitHeads(given, heads);
        }

        private Tensor afterPast(String past, Tensor rows) {
            if (!reference.hasInput(past)) {
                return rows;
            }
            Tensor before = reference.input(past);
            int[] extents = rows.shape().extents();
            extents[2] = before.extent(2);
            MixerSpec.check(past, before, Shape.of(extents));
            return Layouts.joinTimes(before, rows);
        }

        Tensor out() throws UnsupportedCaseException {
            Tensor out = Tensor.zeros(query.extent(0), query.extent(1), query.extent(2), value.extent(3));
            try (Workspace workspace = Workspace.create()) {
                masked().forward(maskedInputs(), out, workspace);
            }
            return out;
        }

        /** 0: the scaled products, 1: capped, 2: with bias and masks, 3: the weights. */
        Tensor scores() throws UnsupportedCaseException {
            Tensor scores = Tensor.zeros(query.extent(0), query.extent(1), query.extent(2), key.extent(2));
            int mode = reference.integer("qk_matmul_output_mode", 0);
            try (Workspace workspace = Workspace.create()) {
                switch (mode) {
                    case 0 -> scaled().scores(in, scores, workspace);
                    case 1 -> capped().scores(in, scores, workspace);
                    case 2 -> masked().scores(maskedInputs(), scores, workspace);
                    case 3 -> masked().weights(maskedInputs(), scores, workspace);
                    default ->
                        throw new UnsupportedCaseException("qk_matmul_output_mode " + mode + " is not 0, 1, 2 or 3");
                }
            }
            return scores;
        }

        private ScaledDotProductAttention scaled() {
            return ScaledDotProductOperator.scaled(reference);
        }

        private ScaledDotProductAttention capped() {
            double cap = reference.number("softcap", 0);
            return cap == 0 ? scaled() : scaled().withSoftCap((float) cap);
        }

        private ScaledDotProductAttention masked() {
            return capped().withVariant(AttentionVariant.softmax().withMask(sight()));
        }

        private AttentionInputs maskedInputs() throws UnsupportedCaseException {
            int[] queries = new int[query.extent(0)];
            Arrays.fill(queries, query.extent(2));
            return in.withTerms(terms()).withLengths(queries, trueKeys());
        }

        private int[] trueKeys() {
            if (reference.hasInput("nonpad_kv_seqlen")) {
                return reference.integers("nonpad_kv_seqlen", key.extent(0));
            }
            int[] lengths = new int[key.extent(0)];
            Arrays.fill(lengths, key.extent(2));
            return lengths;
        }

        /** Causality and windows; positions of queries come in aligned with the end of the true keys. */
        private AttentionMask sight() {
            boolean causal = reference.flag("is_causal");
            int left = reference.integer("left_window_size", -1);
            int right = reference.integer("right_window_size", -1);
            int[] lengths = trueKeys();
            int queries = query.extent(2);
            boolean counted = reference.hasInput("nonpad_kv_seqlen");
            int past =
                    reference.hasInput("past_key") ? reference.input("past_key").extent(2) : 0;
            return (b, h, aligned, k) -> {
                int position = counted ? aligned : aligned - (lengths[b] - queries) + past;
                return (!causal || k <= position)
                        && (left < 0 || position - k <= left)
                        && (right < 0 || k - position <= right);
            };
        }

        /** The mask; keys past its end are hidden. */
        private ScoreTerms terms() throws UnsupportedCaseException {
            ScoreMasks masks = new ScoreMasks(query.extent(0), query.extent(1), query.extent(2), key.extent(2));
            if (reference.hasInput("attn_mask")) {
                int[] shape = ScoreMasks.fourDimensions(reference, "attn_mask");
                int given = shape[3];
                int rows = shape[0] * shape[1] * shape[2];
                shape[3] = Math.max(given, key.extent(2));
                int size = Math.multiplyExact(rows, shape[3]);
                if (reference.isBoolean("attn_mask")) {
                    boolean[] mask = reference.storedInput("attn_mask").booleans();
                    boolean[] padded = new boolean[size];
                    copyRows(mask, given, padded, shape[3], rows);
                    masks.hide(padded, false, shape);
                } else {
                    float[] padded = new float[size];
                    Arrays.fill(padded, Float.NEGATIVE_INFINITY);
                    copyRows(reference.input("attn_mask").toArray(), given, padded, shape[3], rows);
                    masks.add(padded, shape);
                }
            }
            return masks.terms();
        }

        /** Copies rows into longer ones; {@code from} and {@code to} are arrays of one type. */
        private static void copyRows(Object from, int given, Object to, int longer, int rows) {
            for (int row = 0; row < rows; row++) {
                System.arraycopy(from, row * given, to, row * longer, given);
            }
        }
    }
}
