package org.attention4j.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.Mixers;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** Ten callers of one mixer at once, each with threads of its own: right bits, no deadlock, and no thread left behind. */
class ManyCallersTest {
    private static final int CALLERS = 10;
    private static final int WIDTH = 256; // an LSTM of one sequence shares its hidden units, too
    private static final int TIME = 60;

    @TestFactory
    @Timeout(120)
    Stream<DynamicTest> tenCallersAtOnce() {
        Mixers mixers = Mixers.load();
        return mixers.ids().stream()
                .map(id -> DynamicTest.dynamicTest(
                        id, () -> callAtOnce(mixers.create(id, MixerConfig.width(WIDTH), Initializer.seeded(3)))));
    }

    private static void callAtOnce(SequenceMixer mixer) throws Exception {
        CyclicBarrier together = new CyclicBarrier(CALLERS);
        Set<Thread> workers = ConcurrentHashMap.newKeySet();
        List<Callable<Void>> calls = IntStream.range(0, CALLERS)
                .<Callable<Void>>mapToObj(caller -> () -> {
                    Sequences in = input(1 + caller % 3, caller);
                    float[] alone = forward(mixer, in, Workspace.threads(1));
                    try (Workspace workspace = Workspace.threads(2 + caller % 3)) {
                        together.await(60, TimeUnit.SECONDS);
                        for (int again = 0; again < 5; again++) {
                            assertArrayEquals(alone, forward(mixer, in, workspace), "caller " + caller);
                        }
                        workspace.run(100, (part, scratch) -> workers.add(Thread.currentThread()));
                        workers.remove(Thread.currentThread());
                    }
                    return null;
                })
                .toList();
        try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
            for (Future<Void> call : callers.invokeAll(calls, 100, TimeUnit.SECONDS)) {
                assertFalse(call.isCancelled(), "a caller is stuck");
                call.get();
            }
        }
        for (Thread worker : workers) {
            assertTrue(worker.join(java.time.Duration.ofSeconds(1)), () -> worker + " is left behind");
        }
    }

    private static Sequences input(int batch, int seed) {
        Random random = new Random(seed);
        float[] array = new float[batch * TIME * WIDTH];
        for (int i = 0; i < array.length; i++) {
            array[i] = random.nextFloat() - 0.5f;
        }
        return Sequences.of(Tensor.of(array, batch, TIME, WIDTH));
    }

    private static float[] forward(SequenceMixer mixer, Sequences in, Workspace workspace) {
        Tensor out = Tensor.zeros(in.batch(), TIME, mixer.spec().outputWidth());
        mixer.forward(in, out, workspace);
        return out.array();
    }
}
