package org.attention4j.tests.laws;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;

/** Cuts, shuffles and pads batches of sequences; every result is new memory. */
final class Batches {
    private Batches() {}

    static Sequences copy(Sequences in) {
        return Sequences.of(in.tensor().copy(), in.lengths());
    }

    /** One sequence by itself, without padding. */
    static Sequences alone(Sequences in, int b) {
        return part(in, b, 0, in.length(b));
    }

    /** Positions {@code from} to {@code to} of one sequence, by themselves. */
    static Sequences part(Sequences in, int b, int from, int to) {
        Tensor tensor = Tensor.zeros(1, to - from, in.width());
        copyPositions(in.tensor(), b, from, tensor, 0, 0, to - from);
        return Sequences.of(tensor);
    }

    /** The sequences in another order. */
    static Sequences ordered(Sequences in, int[] order) {
        Tensor tensor = Tensor.zeros(in.tensor().shape());
        int[] lengths = new int[in.batch()];
        for (int b = 0; b < order.length; b++) {
            tensor.slice(b).copyFrom(in.tensor().slice(order[b]));
            lengths[b] = in.length(order[b]);
        }
        return Sequences.of(tensor, lengths);
    }

    static int[] shuffled(int count, SplittableRandom random) {
        int[] order = new int[count];
        Arrays.setAll(order, i -> i);
        for (int i = count - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        return order;
    }

    /** The same true positions with this value at padding, padded to a longer time. */
    static Sequences padded(Sequences in, int time, float value) {
        Tensor tensor = Tensor.zeros(in.batch(), time, in.width());
        tensor.fill(value);
        for (int b = 0; b < in.batch(); b++) {
            copyPositions(in.tensor(), b, 0, tensor, b, 0, in.length(b));
        }
        return Sequences.of(tensor, in.lengths());
    }

    /** From each sequence, {@code counts[b]} positions from {@code from[b]} on; NaN at padding. */
    static Sequences cut(Sequences in, int[] from, int[] counts) {
        int time = Arrays.stream(counts).max().orElse(0);
        Tensor tensor = Tensor.zeros(in.batch(), time, in.width());
        tensor.fill(Float.NaN);
        for (int b = 0; b < in.batch(); b++) {
            copyPositions(in.tensor(), b, from[b], tensor, b, 0, counts[b]);
        }
        return Sequences.of(tensor, counts);
    }

    static void copyPositions(Tensor source, int sb, int st, Tensor target, int tb, int tt, int count) {
        int width = source.extent(2);
        float[] values = new float[count * width];
        source.read(((long) sb * source.extent(1) + st) * width, values, 0, values.length);
        target.write(((long) tb * target.extent(1) + tt) * width, values, 0, values.length);
    }

    /** Overwrites positions {@code from} to {@code to} of one sequence with one value. */
    static void fill(Tensor tensor, int b, int from, int to, float value) {
        int width = tensor.extent(2);
        float[] values = new float[(to - from) * width];
        Arrays.fill(values, value);
        tensor.write(((long) b * tensor.extent(1) + from) * width, values, 0, values.length);
    }
}
