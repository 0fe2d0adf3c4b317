package org.attention4j.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Packed products and the linear layer against loops over plain matrices, bit for bit. */
class ProductTest {
    @Property(tries = 200)
    void multiplyIsAChainAlongK(
            @ForAll @IntRange(max = 9) int m,
            @ForAll @IntRange(max = 70) int n,
            @ForAll @IntRange(max = 40) int k,
            @ForAll boolean accumulate,
            @ForAll long seed) {
        Random random = new Random(seed);
        float[] a = floats(random, m * k);
        float[] b = floats(random, k * n);
        float[] expected = floats(random, m * n);
        float[] actual = expected.clone();
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                float acc = accumulate ? expected[i * n + j] : 0f;
                for (int p = 0; p < k; p++) {
                    acc = Math.fma(a[i * k + p], b[p * n + j], acc);
                }
                expected[i * n + j] = acc;
            }
        }
        Kernels.scalar().multiply(m, a, 0, k, PackedMatrix.of(b, 0, n, 1, k, n), actual, 0, n, accumulate);
        assertArrayEquals(bits(expected), bits(actual));
    }

    @Property(tries = 100)
    void someColumnsAreThoseOfTheProduct(
            @ForAll @IntRange(max = 9) int m,
            @ForAll @IntRange(max = 70) int n,
            @ForAll @IntRange(max = 40) int k,
            @ForAll long seed) {
        Random random = new Random(seed);
        float[] a = floats(random, m * k);
        PackedMatrix b = PackedMatrix.of(floats(random, k * n), 0, n, 1, k, n);
        float[] whole = floats(random, m * n);
        float[] parts = whole.clone();
        Kernels.preferred().multiply(m, a, 0, k, b, whole, 0, n, true);
        int cut = 16 * random.nextInt(n / 16 + 1);
        Kernels.preferred().multiplyColumns(m, a, 0, k, b, 0, cut, parts, 0, n, true);
        Kernels.preferred().multiplyColumns(m, a, 0, k, b, cut, n - cut, parts, cut, n, true);
        assertArrayEquals(bits(whole), bits(parts));
        assertThrows(IllegalArgumentException.class, () -> Kernels.preferred()
                .multiplyColumns(m, a, 0, k, b, 8, 0, parts, 0, n, true));
        assertThrows(IndexOutOfBoundsException.class, () -> Kernels.preferred()
                .multiplyColumns(m, a, 0, k, b, cut, n - cut + 1, parts, 0, n, true));
    }

    /** Copies in cache lines are for weights of a recurrence, not for what every cache or none holds, nor for who did not ask. */
    @Test
    void linesStartAtCacheLines() {
        PackedMatrix weights = PackedMatrix.of(new float[128 * 96], 0, 128, 1, 96, 128);
        assertTrue(weights.inLines().lines().isEmpty(), "the first time");
        assertTrue(often(weights).isEmpty());
        assertEquals(0, often(weights.inLines()).orElseThrow().address() % 64);
        assertTrue(often(weights.inLines().transpose()).isPresent());
        assertTrue(often(PackedMatrix.of(new float[128], 0, 128, 1, 1, 128).inLines())
                .isEmpty());
        assertTrue(often(PackedMatrix.of(new float[1 << 21], 0, 1 << 11, 1, 1 << 10, 1 << 11)
                        .inLines())
                .isEmpty());
    }

    /** What products get when the matrix has been multiplied often. */
    static Optional<MemorySegment> often(PackedMatrix matrix) {
        for (int i = 0; i < 10_000; i++) {
            matrix.lines();
        }
        return matrix.lines();
    }

    @Property(tries = 100)
    void zerosAreSkippedWithWhatTheyMeet(
            @ForAll @IntRange(min = 1, max = 9) int m,
            @ForAll @IntRange(min = 1, max = 40) int n,
            @ForAll @IntRange(min = 1, max = 40) int k,
            @ForAll long seed) {
        Random random = new Random(seed);
        float[] a = floats(random, m * k);
        float[] b = floats(random, k * n);
        int hole = random.nextInt(k);
        for (int i = 0; i < m; i++) {
            a[i * k + hole] = random.nextBoolean() ? 0f : -0f;
        }
        float[] without = new float[m * n];
        Kernels.scalar().multiplySkippingZeros(m, n, k, a, 0, k, 1, panels(b, k, n), 0, without, 0, n, false);
        Arrays.fill(b, hole * n, hole * n + n, Float.NaN);
        float[] with = new float[m * n];
        Kernels.scalar().multiplySkippingZeros(m, n, k, a, 0, k, 1, panels(b, k, n), 0, with, 0, n, false);
        assertArrayEquals(bits(without), bits(with));
        for (float c : with) {
            assertEquals(c, c, "NaN leaked");
        }
    }

    @Property(tries = 100)
    void packedElementsAreWhereTheyAreSaidToBe(
            @ForAll @IntRange(max = 40) int k,
            @ForAll @IntRange(max = 40) int n,
            @ForAll @IntRange(max = 3) int gap,
            @ForAll boolean turned,
            @ForAll long seed) {
        int rowStride = turned ? 1 : n + gap;
        int columnStride = turned ? k + gap : 1;
        float[] source = floats(new Random(seed), 5 + k * rowStride + n * columnStride);
        PackedMatrix packed = PackedMatrix.of(source, 5, rowStride, columnStride, k, n);
        PackedMatrix transpose = packed.transpose();
        for (int p = 0; p < k; p++) {
            for (int j = 0; j < n; j++) {
                assertEquals(source[5 + p * rowStride + j * columnStride], packed.get(p, j));
                assertEquals(packed.get(p, j), transpose.get(j, p));
            }
        }
        float[] again = new float[7 + PackedMatrix.panelsLength(k, n)];
        Arrays.fill(again, Float.NaN);
        PackedMatrix.packPanels(source, 5, rowStride, columnStride, k, n, again, 7);
        float[] panels = packed.panels();
        assertArrayEquals(
                bits(Arrays.copyOfRange(panels, PackedMatrix.START, panels.length)),
                bits(Arrays.copyOfRange(again, 7, again.length)));
    }

    @Property(tries = 100)
    void linearAndItsGradientsAreChains(
            @ForAll @IntRange(max = 7) int rows,
            @ForAll @IntRange(max = 20) int in,
            @ForAll @IntRange(max = 20) int out,
            @ForAll boolean biased,
            @ForAll long seed) {
        Random random = new Random(seed);
        float[] w = floats(random, out * in);
        float[] b = floats(random, out);
        float[] x = floats(random, rows * in);
        float[] dY = floats(random, rows * out);
        float[] dX = floats(random, rows * in);
        float[] dW = floats(random, out * in);
        float[] db = floats(random, out);
        float[] y = new float[rows * out];
        float[] expectedDX = dX.clone();
        float[] expectedDW = dW.clone();
        float[] expectedDb = db.clone();
        float[] expectedY = new float[rows * out];
        for (int i = 0; i < rows; i++) {
            for (int o = 0; o < out; o++) {
                float acc = biased ? b[o] : 0f;
                float g = dY[i * out + o];
                for (int p = 0; p < in; p++) {
                    acc = Math.fma(x[i * in + p], w[o * in + p], acc);
                    expectedDX[i * in + p] = Math.fma(g, w[o * in + p], expectedDX[i * in + p]);
                    expectedDW[o * in + p] = Math.fma(g, x[i * in + p], expectedDW[o * in + p]);
                }
                expectedY[i * out + o] = acc;
                expectedDb[o] += g;
            }
        }
        Linear linear = biased ? Linear.of(w, 0, b, 0, out, in) : Linear.of(w, 0, out, in);
        Kernels kernels = Kernels.scalar();
        int split = random.nextInt(rows + 1);
        int outSplit = random.nextInt(out + 1);
        float[] panels = panels(x, rows, in);
        for (int[] range : new int[][] {{0, split}, {split, rows}}) {
            linear.forward(kernels, range[0], range[1], x, 0, in, y, 0, out);
            linear.inputGradient(kernels, range[0], range[1], dY, 0, out, dX, 0, in);
        }
        for (int[] range : new int[][] {{0, outSplit}, {outSplit, out}}) {
            linear.weightGradient(kernels, range[0], range[1], rows, dY, 0, out, panels, 0, dW, 0);
            linear.biasGradient(kernels, range[0], range[1], rows, dY, 0, out, db, 0);
        }
        assertArrayEquals(bits(expectedY), bits(y));
        assertArrayEquals(bits(expectedDX), bits(dX));
        assertArrayEquals(bits(expectedDW), bits(dW));
        assertArrayEquals(bits(expectedDb), bits(db));
    }

    @Test
    void badSizesAreRefusedWithValues() {
        float[] none = {};
        String message = assertThrows(IllegalArgumentException.class, () -> Kernels.scalar()
                        .multiply(1, -2, 3, none, 0, 0, 1, none, 0, none, 0, 0, false))
                .getMessage();
        assertEquals("a product [m, k] × [k, n] with m = 1, n = -2, k = 3 has a negative size", message);
        assertThrows(IllegalArgumentException.class, () -> PackedMatrix.panelsLength(1 << 20, 1 << 20));
        assertThrows(IndexOutOfBoundsException.class, () -> PackedMatrix.of(new float[5], 0, 3, 1, 2, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> PackedMatrix.packPanels(none, 0, 0, 0, 0, 0, none, 1));
    }

    private static float[] panels(float[] b, int k, int n) {
        float[] panels = new float[PackedMatrix.panelsLength(k, n)];
        PackedMatrix.packPanels(b, 0, n, 1, k, n, panels, 0);
        return panels;
    }

    private static float[] floats(Random random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    private static int[] bits(float[] x) {
        int[] bits = new int[x.length];
        for (int i = 0; i < x.length; i++) {
            bits[i] = Float.floatToRawIntBits(x[i]);
        }
        return bits;
    }
}
