package org.attention4j.cli.vectors;

import org.attention4j.api.Tensor;

/** Turns other libraries' layouts into {@code [batch, time, width]} and back. */
final class Layouts {
    private Layouts() {}

    /** {@code [a, b, c…]} → {@code [b, a, c…]}: time first into batch first, and back. */
    static Tensor swapOuter(Tensor tensor) {
        int[] extents = tensor.shape().extents();
        int a = extents[0];
        int b = extents[1];
        extents[0] = b;
        extents[1] = a;
        int inner = tensor.size() == 0 ? 0 : (int) (tensor.size() / a / b);
        float[] from = tensor.toArray();
        float[] to = new float[from.length];
        for (int i = 0; i < a; i++) {
            for (int j = 0; j < b; j++) {
                System.arraycopy(from, (i * b + j) * inner, to, (j * a + i) * inner, inner);
            }
        }
        return Tensor.of(to, extents);
    }

    /** {@code [a, b, c]} → {@code [a, c, b]}: channels first into time first, and back. */
    static Tensor swapInner(Tensor tensor) {
        int a = tensor.extent(0);
        int b = tensor.extent(1);
        int c = tensor.extent(2);
        float[] from = tensor.toArray();
        float[] to = new float[from.length];
        for (int i = 0; i < a; i++) {
            for (int j = 0; j < b; j++) {
                for (int k = 0; k < c; k++) {
                    to[(i * c + k) * b + j] = from[(i * b + j) * c + k];
                }
            }
        }
        return Tensor.of(to, a, c, b);
    }

    /** How a case lays out a batch of sequences. */
    enum Batching {
        /** {@code [B, T, D]}. */
        BATCH_FIRST,
        /** {@code [T, B, D]}. */
        TIME_FIRST,
        /** {@code [T, D]}. */
        UNBATCHED;

        /** As the attributes {@code batch_first} and {@code unbatched} say. */
        static Batching of(ReferenceCase reference) {
            if (reference.flag("unbatched")) {
                return UNBATCHED;
            }
            return reference.flag("batch_first") ? BATCH_FIRST : TIME_FIRST;
        }

        /** Into {@code [B, T, D]}. */
        Tensor in(Tensor tensor) {
            return switch (this) {
                case BATCH_FIRST -> tensor;
                case TIME_FIRST -> swapOuter(tensor);
                case UNBATCHED -> tensor.reshape(1, tensor.extent(0), tensor.extent(1));
            };
        }

        /** From {@code [B, T, D]}. */
        Tensor out(Tensor tensor) {
            return switch (this) {
                case BATCH_FIRST -> tensor;
                case TIME_FIRST -> swapOuter(tensor);
                case UNBATCHED -> tensor.slice(0);
            };
        }
    }
}
