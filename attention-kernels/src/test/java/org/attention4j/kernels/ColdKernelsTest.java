package org.attention4j.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Random;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;

/** That kernels come to be used, each in a way of its own; {@link Agreement} holds what they compute until then to its bits. */
class ColdKernelsTest {
    private static final String DONE = "all are used";

    @Test
    void everyKernelTakesOver() throws IOException, InterruptedException, URISyntaxException {
        OtherJvm.Run run = OtherJvm.withVectors(Program.class);
        assertEquals(0, run.status(), run.output());
        assertTrue(run.output().contains(DONE), run.output());
    }

    @Test
    void vectorKernelsThatAreAskedForAreUsedAtOnce() {
        ColdKernels none = ColdKernels.none(Width.of(128));
        assertTrue(none.product(64, 512, 512, 512, 1).over(1 << 20));
        assertTrue(none.panels.over(1 << 20));
    }

    /** Of products as narrow as they come: a rehearsal with the tile of a wide one would read past the panels. */
    @Test
    void rehearsalsReadWhatTheCallMayRead() {
        for (int bits = 128; bits <= 32 * VectorKernels.preferredLanes(); bits *= 2) {
            for (int n : new int[] {1, 16, 17, 63, 64, 100, 130}) {
                for (int k : new int[] {64, 600}) {
                    check(bits, n, k);
                }
            }
        }
    }

    private static void check(int bits, int n, int k) {
        Random random = new Random(31L * n + k);
        float[] a = random(random, k);
        float[] rows = random(random, k * n);
        float[] panels = new float[PackedMatrix.panelsLength(k, n)];
        Kernels.scalar().pack(rows, 0, n, 1, k, n, panels, 0);
        float[] expected = new float[n];
        Kernels.scalar().multiply(1, n, k, a, 0, k, 1, panels, 0, expected, 0, n, false);
        Width width = Width.of(bits);
        Kernels cold = new VectorKernels(width, ColdKernels.of(width));
        float[] c = new float[n];
        cold.multiply(1, n, k, a, 0, k, 1, panels, 0, c, 0, n, false);
        assertArrayEquals(expected, c, bits + " bits, " + n + " columns, " + k + " steps");
        PackedMatrix inLines = PackedMatrix.of(rows, 0, n, 1, k, n).inLines();
        for (int i = 0; i < 10_000 && inLines.lines().isEmpty(); i++) {
            // from so many products on the panels lie at cache lines, if they are large enough
        }
        new VectorKernels(width, ColdKernels.of(width)).multiply(1, a, 0, k, inLines, c, 0, n, false);
        assertArrayEquals(expected, c, bits + " bits, " + n + " columns, " + k + " steps, from cache lines");
    }

    private static float[] random(Random random, int size) {
        float[] numbers = new float[size];
        for (int i = 0; i < size; i++) {
            numbers[i] = random.nextFloat() - 0.5f;
        }
        return numbers;
    }

    /** What the other JVM runs: one with vectors of one width. */
    static final class Program {
        private static final long PATIENCE_NANOS = 30_000_000_000L;
        private static final int MANY = 1 << 20;

        private final Width width = Width.of(Math.max(128, 32 * VectorKernels.preferredLanes()));
        private final ColdKernels cold = ColdKernels.of(width);
        private final Kernels kernels = new VectorKernels(width, cold);
        private final float[] a = new float[64 * 256];
        private final float[] b = new float[512 * 256];
        private final float[] c = new float[64 * 256];

        private Program() {}

        public static void main(String[] args) {
            new Program().run();
            System.out.println(DONE);
        }

        private void run() {
            Arrays.fill(a, 0.5f);
            until(cold.product(1, 256, 256, 256, 1)::over, () -> product(1, 256, 256, 1));
            until(cold.product(2, 256, 256, 256, 1)::over, () -> product(2, 256, 256, 1));
            until(cold.product(3, 256, 256, 256, 1)::over, () -> product(3, 256, 256, 1));
            Rehearsal longRow = cold.product(1, 512, 256, 256, 1);
            if (longRow != cold.product(1, 256, 256, 256, 1)) { // vectors of 512 bits
                until(longRow::over, () -> product(1, 512, 256, 1));
            }
            until(cold.product(64, 256, 256, 256, 1)::over, () -> product(64, 256, 256, 1));
            until(cold.product(64, 64, 256, 256, 1)::over, () -> product(64, 64, 256, 1));
            until(cold.product(16, 64, 256, 1, 16)::over, () -> product(16, 64, 1, 16));
            until(
                    cold.withoutZeros::over,
                    () -> kernels.multiplySkippingZeros(64, 256, 256, a, 0, 256, 1, b, 0, c, 0, 256, true));
            until(cold.panels::over, () -> kernels.multiplyPanels(64, 64, 64, a, 0, b, 0, c, 0, 64 * 16, 16));
            until(cold.packing::over, () -> kernels.pack(a, 0, 1, 256, 256, 64, c, 0));
            until(cold.columnMaxima::over, () -> kernels.columnMaxima(4, 128, a, 0, 16 * 128, 1f, c, 0));
            until(cold.columnSums::over, () -> kernels.addColumnExpSums(4, 128, a, 0, 16 * 128, 1f, b, 0, c, 0));
            PackedMatrix inLines = PackedMatrix.of(b, 0, 256, 1, 256, 256).inLines();
            until(cold.lines::over, () -> kernels.multiply(1, a, 0, 256, inLines, c, 0, 256, false));
            for (Activation f : Activation.values()) {
                until(cold.activation(f)::over, () -> kernels.apply(f, a, 0, c, 0, 1024));
                until(cold.gradient(f)::over, () -> kernels.gradient(f, a, 0, a, 0, a, 0, c, 0, 1024));
            }
            until(cold.lstmCell::over, () -> kernels.lstmCell(a, 0, b, 0, c, 0, c, 256, 256));
            until(
                    cold.lstmCellBackward::over,
                    () -> kernels.lstmCellBackward(a, 0, b, 0, b, 0, b, 256, c, 0, c, 256, 256));
        }

        private void product(int m, int n, int aRowStride, int aColumnStride) {
            kernels.multiply(m, n, 256, a, 0, aRowStride, aColumnStride, b, 0, c, 0, n, false);
        }

        private static void until(LongPredicate over, Runnable call) {
            long start = System.nanoTime();
            if (over.test(MANY)) {
                throw new IllegalStateException("used before the first call");
            }
            while (!over.test(MANY)) {
                call.run();
                if (System.nanoTime() - start > PATIENCE_NANOS) {
                    throw new IllegalStateException("not used after half a minute");
                }
            }
        }
    }
}
