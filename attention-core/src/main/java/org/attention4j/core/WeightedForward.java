package org.attention4j.core;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.variant.AttentionWeighting;

/** Weights × values for one block of queries of one head, row by row, where a weighting replaces the softmax. */
final class WeightedForward extends QueryTask {
    @Override
    void run(int b, int h, int from, int to, Scratch scratch) {
        AttentionCall c = call;
        AttentionWeighting weighting = Objects.requireNonNull(c.weighting);
        KeyBlock tile = c.keyValues.block(scratch);
        KeyRow row = scratch.object(KeyRow.class, KeyRow::new);
        VisibleKeys seen = VisibleKeys.borrow(scratch, c, 1);
        float[] weights = scratch.floats(c.keyValues.capacity());
        c.clear(b, h, from, to);
        for (int i = from; i < Math.min(to, c.queryLengths[b]); i++) {
            int keys = row.set(c, seen, b, h, i);
            weights(weighting, row, keys, weights);
            if (c.dropout != null) {
                int first = row.firstKey();
                c.dropout.apply(c, b, h, i, first, weights, first, keys - first);
            }
            values(c, tile, seen, b, h, i, weights, c.out.at(b, h, i));
        }
    }

    /** The weights of a row; 0 for keys that it cannot see, whatever the weighting wrote. */
    static void weights(AttentionWeighting weighting, KeyRow row, int keys, float[] weights) {
        Arrays.fill(weights, row.firstKey(), keys, 0f);
        weighting.weights(row, weights);
        for (int j = row.firstKey(); j < keys; j++) {
            if (!row.sees(j)) {
                weights[j] = 0f;
            }
        }
    }

    private static void values(
            AttentionCall c, KeyBlock tile, VisibleKeys seen, int b, int h, int i, float[] weights, int at) {
        for (int key = seen.next(0); key < seen.end(); key = seen.next(key + KeyValues.BLOCK)) {
            int width = seen.width();
            Arrays.fill(weights, key, key + seen.begin(i), 0f);
            c.keyValues.values(tile, b, c.keyHead(h), key, width);
            Panels.multiplyAdd(
                    c.kernels,
                    1,
                    c.valueWidth,
                    width,
                    weights,
                    key,
                    0,
                    1,
                    tile.values,
                    tile.valuesAt,
                    tile.valueStride,
                    c.out.array,
                    at,
                    0,
                    false);
        }
    }
}
