package org.attention4j.rnn;

import org.attention4j.api.Sequences;
import org.attention4j.kernels.Linear;

/** Projects the inputs of some positions of some sequences to gate rows: W x + b. */
final class InputProjection {
    private InputProjection() {}

    /** One product for all: the inputs are copied side by side, position by position. */
    static void together(
            Layer layer,
            Sequences in,
            float[] x,
            int xAt,
            int d,
            int from,
            int to,
            int first,
            int end,
            float[] together,
            float[] gates,
            int stride) {
        int width = layer.width();
        int rows = 0;
        for (int t = first; t < end; t++) {
            for (int b = from; b < to; b++, rows++) {
                System.arraycopy(x, xAt + (b * in.time() + t) * width, together, rows * (width + Layer.APART), width);
            }
        }
        Linear input = layer.directions().get(d).input();
        input.forward(layer.kernels(), 0, rows, together, 0, width + Layer.APART, gates, 0, stride);
    }

    /** One product a sequence, over its own positions. */
    static void each(
            Layer layer,
            Sequences in,
            float[] x,
            int xAt,
            int d,
            int from,
            int to,
            int first,
            int end,
            float[] gates,
            int gatesAt,
            int stride,
            int timeStride) {
        Direction weights = layer.directions().get(d);
        for (int b = from; b < to; b++) {
            int count = Math.min(in.length(b), end) - first;
            if (count > 0) {
                int row = xAt + (b * in.time() + first) * layer.width();
                int gate = gatesAt + (b - from) * stride;
                weights.input().forward(layer.kernels(), 0, count, x, row, layer.width(), gates, gate, timeStride);
            }
        }
    }
}
