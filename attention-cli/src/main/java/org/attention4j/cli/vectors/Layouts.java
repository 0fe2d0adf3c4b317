package org.attention4j.cli.vectors;

import org.attention4j.api.Tensor;

/** Turns other libraries' layouts into {@code [batch, time, width]} and back. */
final class Layouts {
    private Layouts() {}

    /** {@code [a, b, c…]} → {@code [b, a, c…]}: time first into batch first, and back. */
    static Tensor swapOuter(Tensor tensor) {
        int a = tensor.extent(0);
        int b = tensor.extent(1);
        int[] extents = tensor.shape().extents();
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

    /** {@code [B, T, H · E]} → {@code [B, H, T, E]}. */
    static Tensor splitHeads(Tensor tensor, int heads) {
        int time = tensor.extent(1);
        int width = tensor.extent(2) / heads;
        Tensor split = Tensor.zeros(tensor.extent(0), heads, time, width);
        float[] from = tensor.toArray();
        float[] to = split.array();
        for (int at = 0; at < to.length; at++) {
            int e = at % width;
            int t = at / width % time;
            int h = at / width / time % heads;
            int b = at / width / time / heads;
            to[at] = from[((b * time + t) * heads + h) * width + e];
        }
        return split;
    }

    /** {@code [B, H, T, E]} → {@code [B, T, H · E]}. */
    static Tensor joinHeads(Tensor tensor) {
        int heads = tensor.extent(1);
        int time = tensor.extent(2);
        int width = tensor.extent(3);
        Tensor joined = Tensor.zeros(tensor.extent(0), time, heads * width);
        float[] from = tensor.toArray();
        float[] to = joined.array();
        for (int at = 0; at < to.length; at++) {
            int e = at % width;
            int h = at / width % heads;
            int t = at / width / heads % time;
            int b = at / width / heads / time;
            to[at] = from[((b * heads + h) * time + t) * width + e];
        }
        return joined;
    }

    /**
     * {@code [B, T, H, E]} → {@code [B, H, T, E]}.
     *
     * @throws IllegalArgumentException if it has not four dimensions
     */
    static Tensor headsFirst(Tensor tensor) {
        if (tensor.shape().rank() != 4) {
            throw new IllegalArgumentException("a tensor " + tensor.shape() + " is not [B, T, H, E]");
        }
        int heads = tensor.extent(2);
        return splitHeads(tensor.reshape(tensor.extent(0), tensor.extent(1), heads * tensor.extent(3)), heads);
    }

    /** {@code [B, H, T, E]} → {@code [B, T, H, E]}. */
    static Tensor headsLast(Tensor tensor) {
        return joinHeads(tensor).reshape(tensor.extent(0), tensor.extent(2), tensor.extent(1), tensor.extent(3));
    }

    /** {@code [B, H, P, E]} and {@code [B, H, T, E]} → {@code [B, H, P + T, E]}. */
    static Tensor joinTimes(Tensor first, Tensor second) {
        int rows = first.extent(0) * first.extent(1);
        int before = first.extent(2) * first.extent(3);
        int after = second.extent(2) * second.extent(3);
        Tensor joined =
                Tensor.zeros(first.extent(0), first.extent(1), first.extent(2) + second.extent(2), first.extent(3));
        float[] past = first.toArray();
        float[] next = second.toArray();
        for (int row = 0; row < rows; row++) {
            System.arraycopy(past, row * before, joined.array(), row * (before + after), before);
            System.arraycopy(next, row * after, joined.array(), row * (before + after) + before, after);
        }
        return joined;
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
