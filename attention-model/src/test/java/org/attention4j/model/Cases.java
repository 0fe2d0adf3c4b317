package org.attention4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;

/** Inputs and measures that the tests of this package share. */
final class Cases {
    private Cases() {}

    static Tensor random(long seed, int... extents) {
        Random random = new Random(seed);
        Tensor tensor = Tensor.zeros(extents);
        float[] values = tensor.array();
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return tensor;
    }

    /** Random at true positions, NaN at padding. */
    static Sequences ragged(long seed, int width, int... lengths) {
        int time = 0;
        for (int length : lengths) {
            time = Math.max(time, length);
        }
        Tensor tensor = random(seed, lengths.length, time, width);
        for (int b = 0; b < lengths.length; b++) {
            tensor.slice(b).range(lengths[b], time).fill(Float.NaN);
        }
        return Sequences.of(tensor, lengths);
    }

    /** One sequence of a batch, without its padding. */
    static Sequences alone(Sequences batch, int sequence) {
        return Sequences.of(alone(batch, batch.tensor(), sequence));
    }

    /** One sequence's part of a tensor with the extents of a batch, without padding. */
    static Tensor alone(Sequences batch, Tensor tensor, int sequence) {
        Tensor part = tensor.slice(sequence).range(0, batch.length(sequence));
        return part.reshape(1, part.extent(0), part.extent(1));
    }

    static Tensor outside(Arena arena, Tensor tensor) {
        MemorySegment segment = arena.allocate(Math.max(4, 4 * tensor.size()), 4);
        Tensor copy = Tensor.of(segment, tensor.shape());
        copy.copyFrom(tensor);
        return copy;
    }

    static double[] doubles(Tensor tensor) {
        float[] values = tensor.toArray();
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    static void assertBits(Tensor expected, Tensor actual, String what) {
        assertArrayEquals(bits(expected), bits(actual), what);
    }

    static void assertBits(NamedTensors expected, NamedTensors actual, String what) {
        expected.forEach((name, tensor) -> assertBits(tensor, actual.get(name), what + ", " + name));
    }

    private static int[] bits(Tensor tensor) {
        float[] values = tensor.toArray();
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }

    static void assertClose(double[] expected, Tensor actual, double tolerance, String what) {
        float[] values = actual.toArray();
        for (int i = 0; i < values.length; i++) {
            if (!(Math.abs(values[i] - expected[i]) <= tolerance)) {
                fail(what + ": element " + i + " is " + values[i] + ", expected " + expected[i]);
            }
        }
    }

    /** The gradient of a function by central differences, in double. */
    static double[] differences(double[] at, ToDoubleFunction<double[]> function) {
        double h = 1e-5;
        double[] gradient = new double[at.length];
        double[] moved = at.clone();
        for (int i = 0; i < at.length; i++) {
            moved[i] = at[i] + h;
            double above = function.applyAsDouble(moved);
            moved[i] = at[i] - h;
            gradient[i] = (above - function.applyAsDouble(moved)) / (2 * h);
            moved[i] = at[i];
        }
        return gradient;
    }

    /**
     * Bytes that this thread allocates in ten calls: the least of many measurements, because a worker may be born in one and
     * vectors are boxed until the kernels are compiled. Ends with the first measurement of 0, after five seconds otherwise.
     */
    static long allocated(Runnable call) {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().threadId();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        long least = Long.MAX_VALUE;
        while (least > 0 && System.nanoTime() < end) {
            long before = threads.getThreadAllocatedBytes(id);
            for (int i = 0; i < 10; i++) {
                call.run();
            }
            least = Math.min(least, threads.getThreadAllocatedBytes(id) - before);
        }
        return least;
    }
}
