package org.attention4j.cli.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionRow;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionWeighting;
import org.attention4j.core.AttentionInputs;
import org.attention4j.core.ScaledDotProductAttention;
import org.jspecify.annotations.Nullable;

/**
 * ONNX's {@code FlexAttention} (ai.onnx.preview): a graph on the scores is a score modifier, a graph on the probabilities makes a
 * weighting.
 */
final class FlexAttentionOperator implements Operator {
    @Override
    public String name() {
        return "FlexAttention";
    }

    @Override
    public Map<String, Tensor> run(ReferenceCase reference) throws UnsupportedCaseException {
        Tensor query = reference.input("Q");
        Tensor key = reference.input("K");
        Tensor value = reference.input("V");
        int aligned = key.extent(2) - query.extent(2);
        int[] shape = {query.extent(0), query.extent(1), query.extent(2), key.extent(2)};
        ScoreGraph scores = graph(reference, "score_mod", shape);
        ScoreGraph weights = graph(reference, "prob_mod", shape);
        AttentionVariant variant = AttentionVariant.softmax();
        if (weights != null) {
            variant = AttentionVariant.of(new ModifiedSoftmax(scores, weights, aligned));
        } else if (scores != null) {
            variant = variant.withScores((s, b, h, position, j) -> scores.at(s, b, h, position - aligned, j));
        }
        ScaledDotProductAttention attention =
                ScaledDotProductOperator.scaled(reference).withVariant(variant);
        Tensor out = Tensor.zeros(query.extent(0), query.extent(1), query.extent(2), value.extent(3));
        try (Workspace workspace = Workspace.create()) {
            attention.forward(AttentionInputs.of(query, key, value), out, workspace);
        }
        return Map.of("output.Y", out);
    }

    private static @Nullable ScoreGraph graph(ReferenceCase reference, String attribute, int[] shape)
            throws UnsupportedCaseException {
        JsonNode graph = reference.attribute(attribute).path("graph");
        return graph.isObject() ? ScoreGraph.of(graph, shape) : null;
    }

    /** softmax(f(s)), each weight then changed by a graph; the weights of a row in which all scores are −∞ are 0 before that. */
    private record ModifiedSoftmax(@Nullable ScoreGraph scores, ScoreGraph weights, int aligned)
            implements AttentionWeighting {
        @Override
        public void weights(AttentionRow row, float[] target) {
            int i = row.query() - aligned;
            double max = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < row.keys(); j++) {
                float score = row.score(j);
                target[j] = scores == null ? score : scores.at(score, row.batch(), row.head(), i, j);
                max = Math.max(max, target[j]);
            }
            double sum = 0;
            for (int j = 0; j < row.keys(); j++) {
                sum += Math.exp(target[j] - max);
            }
            for (int j = 0; j < row.keys(); j++) {
                float weight = sum > 0 ? (float) (Math.exp(target[j] - max) / sum) : 0;
                target[j] = weights.at(weight, row.batch(), row.head(), i, j);
            }
        }

        @Override
        public void backward(
                AttentionRow row, float[] w, float[] dWeights, float[] dQuery, float[] dKeys, float[] dParameters) {
            throw new UnsupportedOperationException("the operator has no gradient");
        }
    }
}
