package org.attention4j.core;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.variant.AttentionWeighting;

/** Gradients for one key head of one sequence where a weighting replaces the softmax: row by row, in order. */
final class WeightedBackward extends BackwardTask {
    @Override
    void run(int b, int keyHead, float[] dParameters, Scratch scratch) {
        AttentionCall c = call;
        int capacity = c.keyValues.capacity();
        float[] values = scratch.floats(capacity * c.valueWidth);
        float[] weights = scratch.floats(capacity);
        float[] dWeights = scratch.floats(capacity);
        float[] dQuery = scratch.floats(c.keyWidth);
        float[] dKeys = scratch.floats(capacity * c.keyWidth);
        KeyRow row = scratch.object(KeyRow.class, KeyRow::new);
        VisibleKeys seen = VisibleKeys.borrow(scratch, c, 1);
        c.keyValues.valueRows(b, keyHead, 0, c.keys(b), values);
        Arrays.fill(dKeys, 0, c.keys(b) * c.keyWidth, 0f);
        for (int h = 0; h < c.heads; h++) {
            for (int i = 0; i < c.queryLengths[b] && c.keyHead(h) == keyHead; i++) {
                row(b, h, i, row, seen, values, weights, dWeights, dQuery, dKeys, dParameters);
            }
        }
        HeadRows dKey = arrays.dKey;
        for (int j = 0; j < c.keys(b) && dKey != null; j++) {
            c.kernels.add(dKeys, j * c.keyWidth, dKey.array, dKey.at(b, keyHead, j), c.keyWidth);
        }
    }

    private void row(
            int b,
            int h,
            int i,
            KeyRow row,
            VisibleKeys seen,
            float[] values,
            float[] weights,
            float[] dWeights,
            float[] dQuery,
            float[] dKeys,
            float[] dParameters) {
        AttentionCall c = call;
        AttentionWeighting weighting = Objects.requireNonNull(c.weighting);
        HeadRows dOut = arrays.dOut;
        int keys = row.set(c, seen, b, h, i);
        int at = dOut.at(b, h, i);
        int width = c.valueWidth;
        WeightedForward.weights(weighting, row, keys, weights);
        Arrays.fill(weights, 0, row.firstKey(), 0f);
        Arrays.fill(dWeights, 0, row.firstKey(), 0f);
        int first = row.firstKey();
        for (int j = first; j < keys; j++) {
            dWeights[j] = c.kernels.dot(dOut.array, at, values, j * width, width);
        }
        if (c.dropout != null) {
            c.dropout.apply(c, b, h, i, first, dWeights, first, keys - first);
        }
        for (int j = first; j < keys; j++) {
            dWeights[j] = row.sees(j) ? dWeights[j] + arrays.dWeight(c, b, h, i, j) : 0f;
        }
        Arrays.fill(dQuery, 0, c.keyWidth, 0f);
        weighting.backward(row, weights, dWeights, dQuery, dKeys, dParameters);
        if (c.dropout != null) {
            c.dropout.apply(c, b, h, i, first, weights, first, keys - first);
        }
        HeadRows dValue = arrays.dValue;
        for (int j = first; j < keys && dValue != null; j++) {
            if (weights[j] != 0) {
                int to = dValue.at(b, c.keyHead(h), j);
                c.kernels.multiplyAdd(weights[j], dOut.array, at, dValue.array, to, width);
            }
        }
        HeadRows target = arrays.dQuery;
        if (target != null) {
            c.kernels.add(dQuery, 0, target.array, target.at(b, h, i), c.keyWidth);
        }
    }
}
