package org.attention4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.junit.jupiter.api.Test;

/** What the guide for model authors shows of the operator, run. */
class OperatorGuideTest {
    private final Workspace workspace = Workspace.threads(1);
    private final Tensor query = Values.random(1, 2, 4, 5, 8);
    private final Tensor key = Values.random(2, 2, 2, 9, 8);
    private final Tensor value = Values.random(3, 2, 2, 9, 3);

    private static double sum(Tensor a, Tensor b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            sum += (double) a.array()[i] * b.array()[i];
        }
        return sum;
    }

    @Test
    void termsOfACallHaveGradients() {
        Tensor bias = Values.random(4, 4, 1, 9);
        Tensor sinks = Values.random(5, 4);
        Tensor out = Tensor.zeros(2, 4, 5, 3);
        Tensor dOut = Values.random(6, 2, 4, 5, 3);
        Tensor dQuery = Tensor.zeros(2, 4, 5, 8);
        Tensor dBias = Tensor.zeros(4, 1, 9);
        Tensor dSinks = Tensor.zeros(4);
        boolean[] mayAttend = new boolean[9];
        Arrays.fill(mayAttend, true);
        mayAttend[1] = false;

        ScaledDotProductAttention operator =
                ScaledDotProductAttention.plain().withSoftCap(50).withDropout(0.1, 42);
        AttentionInputs inputs = AttentionInputs.of(query, key, value) // [B, H, T, E], [B, K, S, E] and [B, K, S, E']
                .withLengths(new int[] {5, 3}, new int[] {9, 4})
                .withTerms(ScoreTerms.none()
                        .withBias(bias)
                        .withMask(mayAttend, 1, 9)) // here [H, 1, S], and one row for all
                .withSinks(sinks); // a logit for each head that takes part in the softmax and has no value
        OperatorRecording recording = operator.record(inputs, out, workspace);
        AttentionGradients gradients = AttentionGradients.none()
                .withQuery(dQuery) // those that you want
                .withBias(dBias)
                .withSinks(dSinks);
        operator.backward(recording, dOut, gradients, workspace); // adds to them

        float step = 1e-2f; // a sink is not left out: the difference is of the same dropout
        double[] sums = new double[2];
        for (int side = 0; side < 2; side++) {
            sinks.set(sinks.get(2) + (side == 0 ? step : -2 * step), 2);
            operator.record(inputs, out, workspace);
            sums[side] = sum(out, dOut);
        }
        assertEquals((sums[0] - sums[1]) / (2 * step), dSinks.get(2), 1e-3);
        assertEquals(0, dBias.get(0, 0, 1), "of a key that is hidden");
        assertTrue(dBias.get(0, 0, 2) != 0);
    }

    @Test
    void partsAreMergedAndHeadsTurned() {
        ScaledDotProductAttention plain = ScaledDotProductAttention.plain();
        Tensor moreKeys = Values.random(7, 2, 2, 6, 8);
        Tensor moreValues = Values.random(8, 2, 2, 6, 3);
        PartialAttention all = new PartialAttention(Tensor.zeros(2, 4, 5, 3), Tensor.zeros(2, 4, 5));
        PartialAttention part = new PartialAttention(Tensor.zeros(2, 4, 5, 3), Tensor.zeros(2, 4, 5));
        plain.forward(AttentionInputs.of(query, key, value), all.out(), all.logSumExp(), workspace);
        plain.forward(AttentionInputs.of(query, moreKeys, moreValues), part.out(), part.logSumExp(), workspace);
        all.merge(part, all, workspace); // attention to the keys of both

        Tensor whole = Tensor.zeros(2, 4, 5, 3);
        plain.forward(AttentionInputs.of(query, joined(key, moreKeys), joined(value, moreValues)), whole, workspace);
        for (int i = 0; i < whole.size(); i++) {
            assertEquals(whole.array()[i], all.out().array()[i], 1e-5);
        }

        int[] positions = {0, 1, 2, 3, 4, 7, 8, 9, 10, 11};
        Tensor turned = Tensor.zeros(2, 4, 5, 8);
        RotaryEmbedding rotary = RotaryEmbedding.of(8).withInterleaved(true).withScaling(new RotaryScaling.Linear(4));
        rotary.forward(query, positions, turned, workspace); // B · T positions
        assertTrue(
                query.slice(0)
                        .slice(3)
                        .slice(0)
                        .sameBits(turned.slice(0).slice(3).slice(0)),
                "position 0");
        double angle = 11 / 4.0; // of the first pair of the last position
        double expected = query.get(1, 3, 4, 0) * Math.cos(angle) - query.get(1, 3, 4, 1) * Math.sin(angle);
        assertEquals(expected, turned.get(1, 3, 4, 0), 1e-5);
    }

    private static Tensor joined(Tensor first, Tensor second) {
        int keys = first.extent(2);
        Tensor joined = Tensor.zeros(2, 2, keys + second.extent(2), first.extent(3));
        for (int b = 0; b < 2; b++) {
            for (int h = 0; h < 2; h++) {
                Tensor rows = joined.slice(b).slice(h);
                rows.range(0, keys).copyFrom(first.slice(b).slice(h));
                rows.range(keys, rows.extent(0)).copyFrom(second.slice(b).slice(h));
            }
        }
        return joined;
    }
}
