package org.attention4j.cli.vectors;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionMask;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.ScoreModifier;
import org.attention4j.core.AttentionGradients;
import org.attention4j.core.AttentionInputs;
import org.attention4j.core.OperatorRecording;
import org.attention4j.core.ScaledDotProductAttention;
import org.attention4j.core.ScoreTerms;

/**
 * PyTorch's {@code flex_attention} with the modifications that a case names: soft-cap, ALiBi, tables of relative positions, windows,
 * documents, prefixes. Query i is at position i + {@code query_offset} of the keys.
 */
final class ScoreModOperator implements Operator {
    @Override
    public String name() {
        return "score_mod";
    }

    @Override
    public Map<String, Tensor> run(ReferenceCase reference) throws UnsupportedCaseException {
        Call call = new Call(reference);
        for (String mod : call.mods()) {
            call.put(mod);
        }
        return call.run();
    }

    /** One case. */
    private static final class Call {
        private final ReferenceCase reference;
        private final Tensor query;
        private final Tensor key;
        private final Tensor value;
        /** From the position that a mask or modifier is told to that of the case. */
        private final int shift;

        private ScaledDotProductAttention attention;
        private AttentionVariant variant = AttentionVariant.softmax();
        private ScoreChain chain = new ScoreChain(List.of());
        /** Where {@code rel_table} is added: for each of {@code [H, T, S]} an index of it, or nothing. */
        private int[] tableIndexes = {};
        /** The step of the chain that adds it. */
        private int tableStep;

        Call(ReferenceCase reference) {
            this.reference = reference;
            query = reference.input("query");
            key = reference.input("key");
            value = reference.input("value");
            shift = reference.integer("query_offset", 0) - (key.extent(2) - query.extent(2));
            attention = ScaledDotProductOperator.scaled(reference);
        }

        List<String> mods() {
            List<String> mods = new ArrayList<>();
            reference.attribute("mods").forEach(mod -> mods.add(mod.asText()));
            return mods;
        }

        void put(String mod) throws UnsupportedCaseException {
            switch (mod) {
                case "softcap" -> softCap();
                case "alibi" -> alibi();
                case "relbias" -> relativeTable();
                case "t5" -> bucketTable();
                case "causal" -> see((b, h, i, j) -> j <= i);
                case "window_causal" -> windowCausal(reference.integer("window", 0));
                case "window_sym" -> windowBoth(reference.integer("window", 0));
                case "dilated" -> dilated(reference.integer("dilated", 1));
                case "doc" -> documents(reference.integers("document_id", query.extent(0) * key.extent(2)));
                case "prefix" -> prefix(reference.integers("prefix_len", query.extent(0)));
                default -> seeAllowed(mod);
            }
        }

        private void softCap() {
            double cap = reference.number("softcap", 0);
            if (chain.steps().isEmpty()) {
                attention = attention.withSoftCap((float) cap);
            } else {
                chain = chain.and(ScoreChain.softCap(cap));
            }
        }

        private void alibi() throws UnsupportedCaseException {
            Tensor given = reference.input("slopes");
            MixerSpec.check("slopes", given, Shape.of(query.extent(1)));
            float[] slopes = given.toArray();
            String rule = reference.text("alibi", "");
            boolean both = rule.contains("|");
            if (!both && !rule.contains("slope[h] * (k_pos - q_pos)")) {
                throw new UnsupportedCaseException("ALiBi by the rule " + rule);
            }
            chain = chain.and(ScoreModifier.bias((b, h, position, j) -> {
                int distance = j - (position + shift);
                return slopes[h] * (both ? -Math.abs(distance) : distance);
            }));
        }

        private void relativeTable() {
            int reach = reference.integer("R", 0);
            int columns = 2 * reach + 1;
            table((h, i, j) -> h * columns + Math.max(-reach, Math.min(reach, j - i)) + reach);
        }

        private void bucketTable() {
            int heads = query.extent(1);
            int keys = key.extent(2);
            int[] buckets = reference.integers("bucket", query.extent(2) * keys);
            int offset = reference.integer("query_offset", 0);
            table((h, i, j) -> buckets[(i - offset) * keys + j] * heads + h);
        }

        /** Index in a table by head, position of the query and position of the key. */
        @FunctionalInterface
        private interface TableIndex {
            int of(int head, int query, int key);
        }

        private void table(TableIndex index) {
            int queries = query.extent(2);
            int keys = key.extent(2);
            int offset = reference.integer("query_offset", 0);
            tableIndexes = new int[query.extent(1) * queries * keys];
            for (int at = 0; at < tableIndexes.length; at++) {
                tableIndexes[at] = index.of(at / keys / queries, at / keys % queries + offset, at % keys);
            }
            float[] table = reference.input("rel_table").toArray();
            for (int at = 0; at < tableIndexes.length; at++) {
                if (tableIndexes[at] < 0 || tableIndexes[at] >= table.length) {
                    throw new IllegalArgumentException(
                            "rel_table " + reference.input("rel_table").shape() + " has no element " + tableIndexes[at]
                                    + ", which key " + at % keys + " has for query " + at / keys % queries);
                }
            }
            tableStep = chain.steps().size();
            chain = chain.and(ScoreModifier.bias(
                    (b, h, position, j) -> table[tableIndexes[(h * queries + row(position)) * keys + j]]));
        }

        /** The index of the query that a modifier is told the position of. */
        private int row(int position) {
            return position - (key.extent(2) - query.extent(2));
        }

        private void windowCausal(int window) {
            see((b, h, i, j) -> i - j >= 0 && i - j < window);
        }

        private void windowBoth(int window) {
            see((b, h, i, j) -> Math.abs(i - j) <= window);
        }

        private void dilated(int step) {
            if (step < 1) {
                throw new IllegalArgumentException("attribute dilated is " + step + ", must be at least 1");
            }
            see((b, h, i, j) -> j <= i && (i - j) % step == 0);
        }

        private void documents(int[] ids) {
            int time = key.extent(2);
            see((b, h, i, j) -> ids[b * time + i] == ids[b * time + j]);
        }

        private void prefix(int[] lengths) {
            see((b, h, i, j) -> j <= i || j < lengths[b]);
        }

        /** A mask by a rule that is told in words: {@code allowed [B, H, T, S]} is what all masks of the case let through. */
        private void seeAllowed(String mod) throws UnsupportedCaseException {
            boolean mask = reference.attribute(mod + "_rule").isTextual()
                    || reference.attribute(mod).asText().startsWith("allowed iff");
            if (!mask || !reference.hasInput("allowed")) {
                throw new UnsupportedCaseException("the modification " + mod + " is not known");
            }
            boolean[] allowed = reference.storedInput("allowed").booleans();
            if (allowed.length != zeroScores().size()) {
                throw new IllegalArgumentException("allowed has " + allowed.length + " elements, the scores "
                        + zeroScores().shape());
            }
            int heads = query.extent(1);
            int offset = reference.integer("query_offset", 0);
            see((b, h, i, j) -> allowed[((b * heads + h) * query.extent(2) + i - offset) * key.extent(2) + j]);
        }

        private void see(AttentionMask rule) {
            variant = variant.withMask((b, h, position, j) -> rule.allows(b, h, position + shift, j));
        }

        Map<String, Tensor> run() {
            AttentionInputs in = AttentionInputs.of(query, key, value);
            boolean hasTable = tableIndexes.length > 0;
            if (hasTable) { // zeros, whose gradient is that of the scores behind the chain
                in = in.withTerms(ScoreTerms.none().withBias(zeroScores()));
            }
            Tensor out = Tensor.zeros(query.extent(0), query.extent(1), query.extent(2), value.extent(3));
            Map<String, Tensor> results = new LinkedHashMap<>();
            try (Workspace workspace = Workspace.create()) {
                ScaledDotProductAttention modified =
                        attention.withVariant(chain.steps().isEmpty() ? variant : variant.withScores(chain));
                OperatorRecording recording = modified.record(in, out, workspace);
                results.put("output.output", out);
                if (reference.hasGradients()) {
                    results.put("grad.input.query", Tensor.zeros(query.shape()));
                    results.put("grad.input.key", Tensor.zeros(key.shape()));
                    results.put("grad.input.value", Tensor.zeros(value.shape()));
                    AttentionGradients gradients = AttentionGradients.none()
                            .withQuery(results.get("grad.input.query"))
                            .withKey(results.get("grad.input.key"))
                            .withValue(results.get("grad.input.value"));
                    Tensor dScores = zeroScores();
                    gradients = hasTable ? gradients.withBias(dScores) : gradients;
                    modified.backward(recording, reference.cotangent("output"), gradients, workspace);
                    if (hasTable) {
                        results.put("grad.input.rel_table", tableGradient(dScores, workspace));
                    }
                }
            }
            return results;
        }

        private Tensor zeroScores() {
            return Tensor.zeros(query.extent(0), query.extent(1), query.extent(2), key.extent(2));
        }

        private Tensor tableGradient(Tensor dScores, Workspace workspace) {
            Tensor scores = zeroScores();
            attention.scores(AttentionInputs.of(query, key, value), scores, workspace);
            Tensor table = reference.input("rel_table");
            double[] sums = new double[(int) table.size()];
            int keys = key.extent(2);
            int queries = query.extent(2);
            int heads = query.extent(1);
            for (int at = 0; at < dScores.size(); at++) {
                int position = at / keys % queries + keys - queries;
                int head = at / keys / queries % heads;
                float slope = chain.derivativeFrom(
                        tableStep, scores.array()[at], at / keys / queries / heads, head, position, at % keys);
                sums[tableIndexes[at % tableIndexes.length]] += dScores.array()[at] * slope;
            }
            Tensor gradient = Tensor.zeros(table.shape());
            for (int n = 0; n < sums.length; n++) {
                gradient.array()[n] = (float) sums[n];
            }
            return gradient;
        }
    }
}
