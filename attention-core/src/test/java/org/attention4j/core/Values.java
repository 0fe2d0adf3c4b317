package org.attention4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.attention4j.api.Tensor;

/** Random tensors and their comparison. */
final class Values {
    private Values() {}

    static Tensor random(long seed, int... extents) {
        Random random = new Random(seed);
        Tensor tensor = Tensor.zeros(extents);
        for (int i = 0; i < tensor.size(); i++) {
            tensor.array()[i] = (float) random.nextGaussian();
        }
        return tensor;
    }

    static double[] doubles(Tensor tensor) {
        double[] copy = new double[(int) tensor.size()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = tensor.array()[tensor.offset() + i];
        }
        return copy;
    }

    /** Equal within a tolerance relative to the largest magnitude, or to 1. */
    static void assertClose(String what, double[] expected, Tensor actual, double tolerance) {
        float[] given = actual.toArray();
        assertEquals(expected.length, given.length, what);
        double scale = 1;
        for (double x : expected) {
            scale = Math.max(scale, Math.abs(x));
        }
        for (int i = 0; i < given.length; i++) {
            double difference = Math.abs(given[i] - expected[i]);
            if (!(difference <= tolerance * scale)) {
                throw new AssertionError(what + " [" + i + "]: " + given[i] + " instead of " + expected[i]);
            }
        }
    }

    static void assertSame(String what, Tensor expected, Tensor actual) {
        assertTrue(expected.sameBits(actual), () -> what + ": " + expected + " and " + actual);
    }
}
