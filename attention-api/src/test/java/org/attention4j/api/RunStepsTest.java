package org.attention4j.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Steps in order, with everything that they are allowed to rely on. */
@Timeout(60)
class RunStepsTest {
    /**
     * Each part reads what all parts of the step before have left in plain memory, so a part that is left out, run twice,
     * early or on stale memory shows in the sums.
     */
    private static void checkedSteps(Workspace workspace, int steps, int parts) {
        long[][] rows = new long[2][Math.max(1, parts)];
        Arrays.fill(rows[0], 1);
        workspace.runSteps(steps, parts, (step, part, scratch) -> {
            float[] mine = scratch.floats(4);
            mine[3] = part;
            long sum = 3L * step + part;
            for (long value : rows[step % 2]) {
                sum = 31 * sum + value;
            }
            rows[(step + 1) % 2][part] = sum;
            assertEquals(part, mine[3], "scratch memory is shared");
        });
        long[] expected = new long[rows[0].length];
        Arrays.fill(expected, 1);
        for (int step = 0; step < steps && parts > 0; step++) {
            long[] before = expected.clone();
            for (int part = 0; part < parts; part++) {
                long sum = 3L * step + part;
                for (long value : before) {
                    sum = 31 * sum + value;
                }
                expected[part] = sum;
            }
        }
        for (int part = 0; part < parts && steps > 0; part++) {
            assertEquals(expected[part], rows[steps % 2][part], "part " + part + " of " + parts);
        }
    }

    @Test
    void stepsFollowOneAnotherOnAnyNumberOfThreads() {
        for (int threads : new int[] {1, 2, 3, 7}) {
            try (Workspace workspace = Workspace.threads(threads)) {
                for (int repetition = 0; repetition < 60; repetition++) {
                    checkedSteps(workspace, repetition % 50, repetition % 9);
                }
                workspace.run(3, (index, scratch) -> assertTrue(index < 3)); // other work in between
                checkedSteps(workspace, 2_000, 2);
                checkedSteps(workspace, 200, 40);
            }
        }
    }

    @Test
    void everyPartOfEveryStepRunsOnce() {
        int[][] ran = new int[100][5];
        try (Workspace workspace = Workspace.threads(3)) {
            workspace.runSteps(100, 5, (step, part, scratch) -> ran[step][part]++);
        }
        for (int[] step : ran) {
            assertEquals("[1, 1, 1, 1, 1]", Arrays.toString(step));
        }
    }

    @Test
    void insideAPartStepsStayOnItsThread() {
        try (Workspace workspace = Workspace.threads(3)) {
            workspace.runSteps(20, 3, (step, part, scratch) -> {
                Thread thread = Thread.currentThread();
                List<Integer> order = new ArrayList<>();
                workspace.runSteps(4, 3, (innerStep, innerPart, nested) -> {
                    assertEquals(thread, Thread.currentThread());
                    order.add(3 * innerStep + innerPart);
                });
                assertEquals(IntStream.range(0, 12).boxed().toList(), order);
            });
        }
    }

    @Test
    void theFirstFailureIsThrownAndNoLaterStepBegins() {
        for (int threads : new int[] {1, 2, 4}) {
            try (Workspace workspace = Workspace.threads(threads)) {
                for (int repetition = 0; repetition < 100; repetition++) {
                    int bad = repetition;
                    AtomicBoolean late = new AtomicBoolean();
                    assertEquals(
                            "step " + bad,
                            assertThrows(
                                            IllegalArgumentException.class,
                                            () -> workspace.runSteps(100, 4, (step, part, scratch) -> {
                                                scratch.floats(10);
                                                late.compareAndSet(false, step > bad);
                                                if (step == bad && part == bad % 4) {
                                                    throw new IllegalArgumentException("step " + step);
                                                }
                                            }))
                                    .getMessage());
                    assertFalse(late.get());
                    checkedSteps(workspace, 10, 4);
                }
                assertEquals(0, workspace.scratch().mark());
            }
        }
    }

    @Test
    void aHelperThatDoesNotComeIsNotWaitedFor() throws InterruptedException {
        try (ExecutorService busy = Executors.newFixedThreadPool(1)) {
            CountDownLatch release = new CountDownLatch(1);
            busy.execute(() -> await(release));
            Workspace workspace = Workspace.on(busy, 4);
            checkedSteps(workspace, 50, 4);
            release.countDown(); // now the late ones come, while other runs go on
            for (int repetition = 0; repetition < 300; repetition++) {
                checkedSteps(workspace, 20, 3);
            }
            busy.shutdown();
            assertTrue(busy.awaitTermination(10, TimeUnit.SECONDS));
            checkedSteps(workspace, 50, 4); // refused: the pool is shut down
        }
        checkedSteps(Workspace.on(Runnable::run, 4), 50, 4); // runs its helpers on the calling thread
    }

    @Test
    void aHelperMayComeInTheMiddle() {
        List<Runnable> asked = new ArrayList<>();
        Workspace workspace = Workspace.on(asked::add, 2);
        int[][] ran = new int[6][2];
        workspace.runSteps(6, 2, (step, part, scratch) -> {
            ran[step][part]++;
            if (step == 3 && part == 0) {
                Thread helper = new Thread(asked.get(0));
                helper.start();
                while (ran[3][1] == 0) { // only the helper can do it: this part does not end before
                    Thread.yield();
                }
            }
        });
        for (int[] step : ran) {
            assertEquals("[1, 1]", Arrays.toString(step));
        }
    }

    @Test
    void tenCallersOnOneExecutor() throws Exception {
        try (ExecutorService lent = Executors.newFixedThreadPool(2);
                ExecutorService callers = Executors.newFixedThreadPool(10)) {
            List<Future<?>> calls = IntStream.range(0, 10)
                    .<Future<?>>mapToObj(caller -> callers.submit(() -> {
                        Workspace workspace = Workspace.on(lent, 3);
                        for (int repetition = 0; repetition < 30; repetition++) {
                            checkedSteps(workspace, 40, 3);
                        }
                    }))
                    .toList();
            for (Future<?> call : calls) {
                call.get();
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS), "waited in vain");
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void stepsAllocateNothing() {
        float[] sums = new float[2];
        Workspace.StepTask task = (step, part, scratch) -> {
            float[] block = scratch.floats(64);
            block[0] = step;
            sums[part] = block[0];
        };
        try (Workspace workspace = Workspace.threads(2)) {
            assertEquals(0, Allocation.bytes(() -> workspace.runSteps(8, 2, task)));
        }
    }
}
