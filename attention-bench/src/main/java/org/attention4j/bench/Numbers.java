package org.attention4j.bench;

import java.nio.charset.StandardCharsets;

/**
 * Inputs and parameters that the peer script makes too, bit for bit: element i of the tensor of a name is a hash of i plus a hash
 * of the name, as a multiple of 2⁻²³ in [−1, 1), times a power of two.
 */
final class Numbers {
    private Numbers() {}

    /** The elements of a tensor. */
    static float[] of(String name, int size, float scale) {
        int stream = stream(name);
        float[] numbers = new float[size];
        for (int i = 0; i < size; i++) {
            numbers[i] = ((mix(i + stream) >>> 8) * 0x1p-23f - 1) * scale;
        }
        return numbers;
    }

    /** A power of two near 1 / √fan. */
    static float scale(int fan) {
        return Math.scalb(1f, -((32 - Integer.numberOfLeadingZeros(fan)) / 2));
    }

    /** The index of the j-th element of a sample, for output tensors of a size. */
    static int sampleIndex(int j, int size) {
        return Integer.remainderUnsigned(mix(j), size);
    }

    private static int mix(int x) {
        int z = x;
        for (int round = 0; round < 2; round++) {
            z = (z ^ (z >>> 16)) * 0x045D9F3B;
        }
        return z ^ (z >>> 16);
    }

    /** FNV-1a. */
    private static int stream(String name) {
        int value = 0x811C9DC5;
        for (byte letter : name.getBytes(StandardCharsets.UTF_8)) {
            value = (value ^ (letter & 0xFF)) * 0x01000193;
        }
        return value;
    }
}
