package org.attention4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Products: scalar = vector of 128, 256 and 512 bits, and a product in parts = the product at once. */
class ProductAgreementTest {
    /** Which numbers of A are neighbours: those of a row, those of a column, none. */
    private enum Layout {
        ROWS,
        TURNED,
        SPREAD
    }

    @Property(tries = 60)
    void anyShapeAndStrides(
            @ForAll @IntRange(max = 20) int m,
            @ForAll @IntRange(max = 150) int n,
            @ForAll @IntRange(max = 30) int k,
            @ForAll Layout layout,
            @ForAll boolean accumulate,
            @ForAll boolean wild,
            @ForAll long seed) {
        Random random = new Random(seed);
        int gap = random.nextInt(3);
        int o = random.nextInt(4);
        int columnStride = layout == Layout.ROWS ? 1 : layout == Layout.TURNED ? m + gap : 2;
        int rowStride = layout == Layout.TURNED ? 1 : k * columnStride + gap;
        int panelStride = 16 * (k + random.nextInt(2));
        int panels = (n + 15) / 16 * panelStride;
        float[][] arrays = Agreement.arrays(
                random, wild, o + Math.max(k * columnStride, m * rowStride), o + panels, o + m * (n + gap));
        Agreement.check(arrays, (kernels, a) -> {
            kernels.multiply(
                    m, n, k, a[0], o, rowStride, columnStride, a[1], o, panelStride, a[2], o, n + gap, accumulate);
            return 0f;
        });
        boolean dense = random.nextBoolean();
        for (int i = 0; i < arrays[0].length; i++) {
            if (random.nextInt(dense ? 40 : 2) == 0) {
                arrays[0][i] = random.nextBoolean() ? 0f : -0f;
            }
        }
        Agreement.check(arrays, (kernels, a) -> {
            kernels.multiplySkippingZeros(
                    m, n, k, a[0], o, rowStride, columnStride, a[1], o, panelStride, a[2], o, n + gap, accumulate);
            return 0f;
        });
        int used = random.nextInt(k + 1);
        Agreement.check(arrays, (kernels, a) -> {
            kernels.multiplySkippingZeros(
                    m, n, used, a[0], o, rowStride, columnStride, a[1], o, 16 * k, a[2], o, n + gap, accumulate);
            return 0f;
        });
    }

    /** So many columns that rows are packed first, a block after another. */
    @Property(tries = 30)
    void manyColumns(
            @ForAll @IntRange(min = 4, max = 150) int m,
            @ForAll @IntRange(min = 120, max = 200) int n,
            @ForAll @IntRange(min = 1, max = 1100) int k,
            @ForAll Layout layout,
            @ForAll boolean accumulate,
            @ForAll long seed) {
        Random random = new Random(seed);
        int columnStride = layout == Layout.ROWS ? 1 : layout == Layout.TURNED ? m : 16;
        int rowStride = layout == Layout.TURNED ? 1 : k * columnStride;
        float[][] arrays = Agreement.arrays(
                random, false, layout == Layout.SPREAD ? m * k * 16 : m * k, (n + 15) / 16 * 16 * k, m * n);
        Agreement.check(arrays, (kernels, a) -> {
            kernels.multiply(m, n, k, a[0], 0, rowStride, columnStride, a[1], 0, 16 * k, a[2], 0, n, accumulate);
            return 0f;
        });
    }

    /** As masks leave them: each row is 0 before and after what its query sees, in steps of one or of a few rows. */
    @Property(tries = 60)
    void bands(
            @ForAll @IntRange(min = 1, max = 40) int m,
            @ForAll @IntRange(min = 1, max = 70) int n,
            @ForAll @IntRange(min = 1, max = 80) int k,
            @ForAll boolean turned,
            @ForAll boolean wild,
            @ForAll long seed) {
        Random random = new Random(seed);
        int rowStride = turned ? 1 : k;
        int columnStride = turned ? m : 1;
        float[][] arrays = Agreement.arrays(random, wild, m * k, (n + 15) / 16 * 16 * k, m * n);
        int before = random.nextInt(2 * k) - k;
        int width = random.nextInt(k + 1);
        int step = 1 + random.nextInt(9);
        for (int i = 0; i < m; i++) {
            int first = before + i / step * step;
            for (int p = 0; p < k; p++) {
                if (p < first || p >= first + width) {
                    arrays[0][i * rowStride + p * columnStride] = 0f;
                }
            }
        }
        Agreement.check(arrays, (kernels, a) -> {
            kernels.multiplySkippingZeros(m, n, k, a[0], 0, rowStride, columnStride, a[1], 0, 16 * k, a[2], 0, n, true);
            return 0f;
        });
    }

    /** Terms that underflow to −0 in chains with zeros: whichever of them are multiplied, no result is −0. */
    @Property(tries = 60)
    void underflowsBesideZeros(
            @ForAll @IntRange(min = 1, max = 40) int m,
            @ForAll @IntRange(min = 1, max = 70) int n,
            @ForAll @IntRange(max = 40) int k,
            @ForAll boolean turned,
            @ForAll boolean accumulate,
            @ForAll long seed) {
        Random random = new Random(seed);
        float[][] arrays = Agreement.arrays(random, false, m * k, (n + 15) / 16 * 16 * k, m * n);
        for (int i = 0; i < m * k; i++) {
            arrays[0][i] = random.nextInt(3) == 0 ? 0f : 1e-30f * arrays[0][i];
        }
        for (int i = 0; i < arrays[1].length; i++) {
            arrays[1][i] *= 1e-30f;
        }
        for (int i = 0; i < m * n; i++) {
            arrays[2][i] = random.nextBoolean() ? 0f : -0f;
        }
        Agreement.check(arrays, (kernels, a) -> {
            kernels.multiplySkippingZeros(
                    m, n, k, a[0], 0, turned ? 1 : k, turned ? m : 1, a[1], 0, 16 * k, a[2], 0, n, accumulate);
            for (float c : a[2]) {
                assertEquals(0, Float.floatToRawIntBits(c));
            }
            return 0f;
        });
    }

    /** Sixteen rows side by side, as scores lie in panels: dense, or 0 before and after what a query sees. */
    @Property(tries = 60)
    void leftInPanels(
            @ForAll @IntRange(min = 1, max = 16) int m,
            @ForAll @IntRange(min = 1, max = 70) int n,
            @ForAll @IntRange(max = 80) int k,
            @ForAll boolean accumulate,
            @ForAll boolean wild,
            @ForAll long seed) {
        Random random = new Random(seed);
        int o = random.nextInt(4);
        float[][] arrays = Agreement.arrays(random, wild, o + 16 * k, o + (n + 15) / 16 * 16 * k, o + m * (n + 1));
        Agreement.check(arrays, (kernels, a) -> {
            kernels.multiply(m, n, k, a[0], o, 1, 16, a[1], o, a[2], o, n + 1, accumulate);
            return 0f;
        });
        int before = random.nextInt(2 * k + 1) - k;
        int width = random.nextInt(k + 1);
        for (int i = 0; i < 16 * k; i++) {
            int first = before + i % 16;
            arrays[0][o + i] = i / 16 < first || i / 16 >= first + width ? 0f : arrays[0][o + i];
        }
        Agreement.check(arrays, (kernels, a) -> {
            kernels.multiplySkippingZeros(m, n, k, a[0], o, 1, 16, a[1], o, a[2], o, n + 1, accumulate);
            return 0f;
        });
    }

    /** Of operands that both lie in panels, into panels or rows, and against the product that has only one of them so. */
    @Property(tries = 60)
    void panels(
            @ForAll @IntRange(max = 50) int m,
            @ForAll @IntRange(max = 70) int n,
            @ForAll @IntRange(max = 40) int k,
            @ForAll boolean rowMajor,
            @ForAll boolean wild,
            @ForAll long seed) {
        Random random = new Random(seed);
        int o = random.nextInt(4);
        int rows16 = (m + 15) / 16 * 16;
        int gap = random.nextInt(3);
        int rowStride = rowMajor ? (n + 15) / 16 * 16 + gap : 16;
        int stride = rowMajor ? 16 : 16 * (rows16 + gap);
        float[][] arrays = Agreement.arrays(
                random,
                wild,
                o + PackedMatrix.panelsLength(k, m),
                o + PackedMatrix.panelsLength(k, n),
                o + (rowMajor ? rows16 * rowStride : (n + 15) / 16 * stride));
        Agreement.check(arrays, (kernels, a) -> {
            kernels.multiplyPanels(m, n, k, a[0], o, a[1], o, a[2], o, stride, rowStride);
            return 0f;
        });
        float[] a = new float[m * k];
        for (int i = 0; i < m * k; i++) {
            a[i] = arrays[0][o + i / k / 16 * 16 * k + i % k * 16 + i / k % 16];
        }
        float[] rows = new float[m * n];
        Kernels.scalar().multiply(m, n, k, a, 0, k, 1, arrays[1], o, rows, 0, n, false);
        Kernels.scalar().multiplyPanels(m, n, k, arrays[0], o, arrays[1], o, arrays[2], o, stride, rowStride);
        for (int i = 0; i < m * n; i++) {
            assertEquals(rows[i], arrays[2][o + i % n / 16 * stride + i / n * rowStride + i % n % 16]); // compares bits
        }
    }

    @Property(tries = 60)
    void packing(
            @ForAll @IntRange(max = 70) int n,
            @ForAll @IntRange(max = 40) int k,
            @ForAll boolean turned,
            @ForAll long seed) {
        Random random = new Random(seed);
        int gap = random.nextInt(3);
        int step = 1 + random.nextInt(8) / 7; // no stride is 1, now and then
        int o = random.nextInt(4);
        int rowStride = turned ? step : n * step + gap;
        int columnStride = turned ? k * step + gap : step;
        int source = o + (turned ? n * columnStride : k * rowStride);
        float[][] arrays = Agreement.arrays(random, true, source, o + PackedMatrix.panelsLength(k, n) + 1);
        Agreement.check(arrays, (kernels, a) -> {
            kernels.pack(a[0], o, rowStride, columnStride, k, n, a[1], o);
            return 0f;
        });
    }

    /** More rows and steps than a block has. */
    @Property(tries = 4)
    void severalBlocks(
            @ForAll @IntRange(min = 129, max = 135) int m,
            @ForAll @IntRange(min = 255, max = 530) int k,
            @ForAll long seed) {
        int n = 20;
        float[][] arrays = Agreement.arrays(new Random(seed), false, m * k, PackedMatrix.panelsLength(k, n), m * n);
        Agreement.check(arrays, (kernels, a) -> {
            kernels.multiply(m, n, k, a[0], 0, k, 1, a[1], 0, a[2], 0, n, false);
            return 0f;
        });
    }

    /** Whole or in parts, on any kernels: the bits are those of the scalar kernels at once. */
    @Property(tries = 40)
    void inParts(
            @ForAll @IntRange(max = 20) int m,
            @ForAll @IntRange(max = 70) int n,
            @ForAll @IntRange(max = 30) int k,
            @ForAll long seed) {
        Random random = new Random(seed);
        int rows = random.nextInt(m + 1);
        int columns = random.nextInt(n / 16 + 1) * 16;
        int steps = random.nextInt(k + 1);
        float[][] arrays = Agreement.arrays(random, false, m * k, k * n, m * n);
        Agreement.check(arrays, (kernels, a) -> {
            if (kernels == Kernels.scalar()) {
                kernels.multiply(m, a[0], 0, k, PackedMatrix.of(a[1], 0, n, 1, k, n), a[2], 0, n, true);
                return 0f;
            }
            for (int[] step : new int[][] {{0, steps}, {steps, k}}) {
                int from = step[0];
                int size = step[1] - from;
                PackedMatrix left = PackedMatrix.of(a[1], from * n, n, 1, size, columns);
                PackedMatrix right = PackedMatrix.of(a[1], from * n + columns, n, 1, size, n - columns);
                for (int[] row : new int[][] {{0, rows}, {rows, m}}) {
                    int ao = row[0] * k + from;
                    kernels.multiply(row[1] - row[0], a[0], ao, k, left, a[2], row[0] * n, n, true);
                    kernels.multiply(row[1] - row[0], a[0], ao, k, right, a[2], row[0] * n + columns, n, true);
                }
            }
            return 0f;
        });
    }

    /** A matrix that is also in cache lines, or too small to be: the bits are those of its panels. */
    @Property(tries = 60)
    void inLines(
            @ForAll @IntRange(max = 5) int m,
            @ForAll @IntRange(max = 400) int n,
            @ForAll @IntRange(max = 60) int k,
            @ForAll boolean accumulate,
            @ForAll boolean wild,
            @ForAll long seed) {
        Random random = new Random(seed);
        int gap = random.nextInt(3);
        int from = random.nextInt(n / 16 + 1) * 16;
        int columns = random.nextInt(n - from + 1);
        float[][] arrays = Agreement.arrays(random, wild, m * (k + gap), k * n, m * (columns + gap));
        PackedMatrix lines = PackedMatrix.of(arrays[1], 0, n, 1, k, n).inLines();
        ProductTest.often(lines);
        Agreement.check(arrays, (kernels, a) -> {
            int stride = columns + gap;
            kernels.multiplyColumns(m, a[0], 0, k + gap, lines, from, columns, a[2], 0, stride, accumulate);
            return 0f;
        });
    }
}
