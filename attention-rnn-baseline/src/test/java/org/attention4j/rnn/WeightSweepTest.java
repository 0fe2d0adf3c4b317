package org.attention4j.rnn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.PackedMatrix;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** From the last columns to the first, every column has its product, with the bits of the plain product. */
class WeightSweepTest {
    private static final int K = 19;

    private static float[] random(int length, int seed) {
        Random random = new Random(seed);
        float[] x = new float[length];
        for (int i = 0; i < length; i++) {
            x[i] = random.nextFloat() - 0.5f;
        }
        return x;
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 127", "1, 128", "1, 129", "1, 300", "3, 300", "7, 256", "8, 300"})
    void theOrderOfColumnsChangesNothing(int rows, int columns) {
        PackedMatrix b = PackedMatrix.of(random(columns * K, 1), 0, 1, K, K, columns);
        float[] a = random(rows * K, 2);
        for (Kernels kernels : new Kernels[] {Kernels.scalar(), Kernels.preferred()}) {
            float[] plain = random(rows * columns, 3);
            float[] swept = plain.clone();
            kernels.multiply(rows, a, 0, K, b, plain, 0, columns, true);
            WeightSweep.multiply(kernels, rows, a, 0, K, b, swept, 0, columns, true, true);
            assertArrayEquals(plain, swept, 0f);
        }
    }
}
