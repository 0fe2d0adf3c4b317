package org.attention4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;

/**
 * Runs something on the scalar kernels, on vector kernels of every width, and on cold ones, which rehearse in their first call, and compares all
 * bits; any NaN is NaN.
 */
final class Agreement {
    static final List<Kernels> VECTORS =
            List.of(Kernels.vector(), Kernels.vector(128), Kernels.vector(256), Kernels.vector(512));

    private Agreement() {}

    /** One use of kernels over arrays that it reads and writes. */
    interface Use {
        float on(Kernels kernels, float[][] arrays);
    }

    static void check(float[][] arrays, Use use) {
        float[][] expected = copy(arrays);
        float result = use.on(Kernels.scalar(), expected);
        for (int v = 0; v <= VECTORS.size(); v++) {
            Kernels vector = v < VECTORS.size() ? VECTORS.get(v) : VectorKernels.cold();
            float[][] actual = copy(arrays);
            assertEquals(bits(result), bits(use.on(vector, actual)), vector::name);
            for (int a = 0; a < arrays.length; a++) {
                for (int i = 0; i < arrays[a].length; i++) {
                    int array = a;
                    int at = i;
                    float before = arrays[a][i];
                    float scalar = expected[a][i];
                    float other = actual[a][i];
                    assertEquals(
                            bits(scalar),
                            bits(other),
                            () -> vector.name() + ": array " + array + "[" + at + "] was " + before + ", scalar "
                                    + scalar + ", vector " + other);
                }
            }
        }
    }

    private static int bits(float x) {
        return Float.floatToIntBits(x);
    }

    private static float[][] copy(float[][] arrays) {
        float[][] copy = new float[arrays.length][];
        for (int a = 0; a < arrays.length; a++) {
            copy[a] = arrays[a].clone();
        }
        return copy;
    }

    /** Arrays of ordinary numbers; with {@code wild}, one in eight is a zero, an extreme, a subnormal, an infinity or NaN. */
    static float[][] arrays(Random random, boolean wild, int... lengths) {
        float[][] arrays = new float[lengths.length][];
        for (int a = 0; a < lengths.length; a++) {
            arrays[a] = new float[lengths[a]];
            for (int i = 0; i < lengths[a]; i++) {
                arrays[a][i] = wild && random.nextInt(8) == 0 ? wild(random) : 3 * (float) random.nextGaussian();
            }
        }
        return arrays;
    }

    private static float wild(Random random) {
        float sign = random.nextBoolean() ? 1f : -1f;
        return sign
                * switch (random.nextInt(9)) {
                    case 0, 1 -> 0f;
                    case 2 -> Float.POSITIVE_INFINITY;
                    case 3 -> Float.NaN;
                    case 4 -> Float.MIN_VALUE * (1 + random.nextInt(1000));
                    case 5 -> Float.MAX_VALUE;
                    case 6 -> 1e-25f * random.nextFloat();
                    case 7 -> 120f * random.nextFloat();
                    default -> Float.intBitsToFloat(random.nextInt());
                };
    }
}
