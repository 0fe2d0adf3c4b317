package org.attention4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/**
 * Rows of lengths that few calls have make no garbage: of what few calls reach the compiler takes only the smallest methods into a kernel, and vectors
 * that cross a call are objects.
 */
class RareLengthsTest {
    @Test
    void whatFewCallsReachAllocatesNothing() throws IOException, InterruptedException, URISyntaxException {
        OtherJvm.Run run = OtherJvm.withVectors(Program.class);
        assertEquals(0, run.status(), run.output());
        assertEquals(
                "",
                String.join(
                        "\n", run.output().lines().filter(Program::isFinding).toList()));
    }

    /** What the other JVM runs: each kernel mostly with whole vectors and then a row with a tail, or mostly with less than one. */
    static final class Program {
        private static final String BYTES = " bytes: ";
        private static final long PATIENCE_NANOS = 10_000_000_000L;
        private static final int CALLS = 100_000;
        private static final int RARE = 16;
        private static final int MEASURED = 200;

        private static final com.sun.management.ThreadMXBean THREADS =
                (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

        private final float[] x = numbers();
        private final float[] y = numbers();
        private final float[] z = numbers();
        private final float[] out = numbers();

        private Program() {}

        static boolean isFinding(String line) {
            return line.contains(BYTES);
        }

        public static void main(String[] args) {
            Program program = new Program();
            program.rows().forEach((name, kernel) -> program.check(name, kernel, 32, 37));
            program.functions().forEach((name, kernel) -> program.check(name, kernel, 3, 37));
        }

        private static float[] numbers() {
            float[] numbers = new float[64];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = 0.01f * i - 0.3f;
            }
            return numbers;
        }

        private Map<String, IntConsumer> rows() {
            Kernels kernels = Kernels.vector();
            Map<String, IntConsumer> rows = new LinkedHashMap<>();
            rows.put("sum", n -> out[0] = kernels.sum(x, 0, n));
            rows.put("dot", n -> out[0] = kernels.dot(x, 0, y, 0, n));
            rows.put("max", n -> out[0] = kernels.max(x, 0, n));
            rows.put("sumExcess", n -> out[0] = kernels.sumExcess(x, 0, n, 0.1f, 0.1f));
            rows.put("sumSquaredExcess", n -> out[0] = kernels.sumSquaredExcess(x, 0, n, 0.1f, 0.1f));
            rows.put("rmsNorm", n -> kernels.rmsNorm(x, 0, out, 0, y, 0, n, 1e-5f));
            rows.put("rmsNormInputGradient", n -> kernels.rmsNormInputGradient(x, 0, y, 0, z, 0, out, 0, n, 1e-5f));
            rows.put("layerNorm", n -> kernels.layerNorm(x, 0, out, 0, y, 0, z, 0, n, 1e-5f));
            rows.put("layerNormInputGradient", n -> kernels.layerNormInputGradient(x, 0, y, 0, z, 0, out, 0, n, 1e-5f));
            return rows;
        }

        private Map<String, IntConsumer> functions() {
            Kernels kernels = Kernels.vector();
            Map<String, IntConsumer> functions = new LinkedHashMap<>();
            for (Activation f : Activation.values()) {
                functions.put(f.name(), n -> kernels.apply(f, x, 0, out, 0, n));
                functions.put(f + " gradient", n -> kernels.gradient(f, x, 0, y, 0, z, 0, out, 0, n));
            }
            functions.put("shrink", n -> kernels.shrink(n, x, 0, y, 0, z, 0));
            return functions;
        }

        /** Until the compiler is done with it, at most for a while. */
        private void check(String name, IntConsumer kernel, int usual, int rare) {
            long start = System.nanoTime();
            long bytes = Long.MAX_VALUE;
            while (bytes > 0 && System.nanoTime() - start < PATIENCE_NANOS) {
                for (int i = 0; i < CALLS; i++) {
                    kernel.accept(i % RARE == 0 ? rare : usual);
                }
                long before = THREADS.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < MEASURED; i++) {
                    kernel.accept(rare);
                }
                bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
            }
            if (bytes > 0) {
                System.out.println(name + BYTES + bytes);
            }
        }
    }
}
