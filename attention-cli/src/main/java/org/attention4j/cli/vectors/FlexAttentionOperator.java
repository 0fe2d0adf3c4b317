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

/**
 * ONNX's {@code FlexAttention} (ai.onnx.preview): a graph on the scores makes a score modifier, a graph on the probabilities a
 * weighting. A graph may be any that keeps the shape, also one in which a score depends on others; so it is given all of them.
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
        AttentionInputs in = AttentionInputs.of(query, key, value);
        int ahead = key.extent(2) - query.extent(2);
        Tensor all = Tensor.zeros(query.extent(0), query.extent(1), query.extent(2), key.extent(2));
        ScaledDotProductAttention attention = ScaledDotProductOperator.scaled(reference);
        JsonNode scores = reference.attribute("score_mod").path("graph");
        JsonNode weights = reference.attribute("prob_mod").path("graph");
        Tensor out = Tensor.zeros(query.extent(0), query.extent(1), query.extent(2), value.extent(3));
        try (Workspace workspace = Workspace.create()) {
            if (scores.isObject()) {
                attention.scores(in, all, workspace);
                Modified modified = Modified.by(scores, all, ahead);
                attention = attention.withVariant(AttentionVariant.softmax()
                        .withScores((s, b, h, position, j) -> modified.at(b, h, position, j)));
            }
            if (weights.isObject()) {
                attention.weights(in, all, workspace);
                attention = attention.withVariant(
                        AttentionVariant.of(new ModifiedWeights(Modified.by(weights, all, ahead))));
            }
            attention.forward(in, out, workspace);
        }
        return Map.of("output.Y", out);
    }

    /** A graph may make NaN of numbers, as −∞ − (−∞) is. */
    @Override
    public boolean promisesNumbers(ReferenceCase reference) throws UnsupportedCaseException {
        return Operator.super.promisesNumbers(reference)
                && !reference.attribute("score_mod").isObject()
                && !reference.attribute("prob_mod").isObject();
    }

    /** What a graph made of scores or weights {@code [B, H, T, S]}. */
    private record Modified(GraphTensor tensor, int ahead) {
        static Modified by(JsonNode graph, Tensor all, int ahead) throws UnsupportedCaseException {
            return new Modified(ScoreGraph.of(graph).apply(GraphTensor.of(all)), ahead);
        }

        /**
         * One of them.
         *
         * @param position of the query, as the ends of queries and keys are aligned
         */
        float at(int batch, int head, int position, int key) {
            int[] extents = tensor.extents();
            int row = (batch * extents[1] + head) * extents[2] + position - ahead;
            return (float) tensor.elements()[row * extents[3] + key];
        }
    }

    /** Weights that are there already. */
    private record ModifiedWeights(Modified weights) implements AttentionWeighting {
        @Override
        public void weights(AttentionRow row, float[] target) {
            for (int j = 0; j < row.keys(); j++) {
                target[j] = weights.at(row.batch(), row.head(), row.query(), j);
            }
        }

        @Override
        public void backward(
                AttentionRow row, float[] w, float[] dWeights, float[] dQuery, float[] dKeys, float[] dParameters) {
            throw new UnsupportedOperationException("the operator has no gradient");
        }
    }
}
