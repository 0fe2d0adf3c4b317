package org.attention4j.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Narrow numbers as floats: scalar = vector of 128, 256 and 512 bits. */
class NarrowTest {
    private static final Kernels[] VECTORS = {Kernels.vector(128), Kernels.vector(256), Kernels.vector(512)};

    @Property(tries = 40)
    void sameBits(@ForAll @IntRange(max = 70) int n, @ForAll @IntRange(max = 9) int offset, @ForAll long seed) {
        Random random = new Random(seed);
        short[] shorts = new short[offset + n + 3];
        for (int i = 0; i < shorts.length; i++) {
            shorts[i] = (short) random.nextInt();
        }
        byte[] bytes = new byte[offset + 16 * n + 3];
        random.nextBytes(bytes);
        float[] scales = new float[offset + Math.max(16, n)];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = (float) random.nextGaussian();
        }
        for (Kernels kernels : VECTORS) {
            float[][] expected = new float[3][offset + 16 * n + 5];
            float[][] given = new float[3][offset + 16 * n + 5];
            for (float[][] to : new float[][][] {expected, given}) {
                Kernels used = to == expected ? Kernels.scalar() : kernels;
                used.widenBfloat16(shorts, offset, to[0], 2, n);
                used.widenRows(n, bytes, offset, scales, offset, to[1], 2);
                used.widenColumns(n, bytes, offset, scales, offset, to[2], 2);
            }
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(expected[i], given[i], kernels.name() + " " + i);
            }
        }
    }

    @Test
    void aBfloat16IsTheUpperHalfOfAFloat() {
        float[] y = new float[3];
        Kernels.scalar().widenBfloat16(new short[] {0x3f80, (short) 0xc040, 0x7f80}, 0, y, 0, 3);
        assertEquals(1f, y[0]);
        assertEquals(-3f, y[1]);
        assertEquals(Float.POSITIVE_INFINITY, y[2]);
    }
}
