package org.attention4j.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkspaceTest {
    /** Every part once; each part's scratch is its own while it runs. */
    private static void checkedRun(Workspace workspace, int parts) {
        AtomicIntegerArray ran = new AtomicIntegerArray(Math.max(1, parts));
        workspace.run(parts, (index, scratch) -> {
            float[] mine = scratch.floats(16);
            Arrays.fill(mine, 0, 16, index);
            Thread.onSpinWait();
            for (int i = 0; i < 16; i++) {
                assertEquals(index, mine[i], "scratch memory is shared");
            }
            ran.incrementAndGet(index);
        });
        for (int i = 0; i < parts; i++) {
            assertEquals(1, ran.get(i), "part " + i + " of " + parts);
        }
    }

    @Test
    void everyPartRunsOnceOnAnyNumberOfThreads() {
        for (int threads : new int[] {1, 2, 3, 8, 33}) {
            try (Workspace workspace = Workspace.threads(threads)) {
                for (int repetition = 0; repetition < 300; repetition++) {
                    checkedRun(workspace, repetition % 40);
                }
            }
        }
    }

    @Test
    void whatIsNotWorthSharingRunsInOrderOnTheCallingThread() {
        try (Workspace workspace = Workspace.threads(4)) {
            Thread caller = Thread.currentThread();
            List<Integer> order = new ArrayList<>();
            int mark = workspace.scratch().mark();
            workspace.run(100, false, (index, scratch) -> {
                assertEquals(caller, Thread.currentThread());
                assertEquals(mark, scratch.mark(), "what the part before took is given back");
                scratch.floats(3);
                order.add(index);
            });
            assertEquals(IntStream.range(0, 100).boxed().toList(), order);
            assertEquals(mark, workspace.scratch().mark());
        }
    }

    @Test
    void runsInsideRunsKeepTheirScratchApart() {
        try (Workspace workspace = Workspace.threads(4)) {
            for (int repetition = 0; repetition < 200; repetition++) {
                AtomicIntegerArray ran = new AtomicIntegerArray(64);
                workspace.run(8, (outer, scratch) -> {
                    float[] mine = scratch.floats(8);
                    Arrays.fill(mine, 0, 8, outer);
                    workspace.run(8, (inner, nested) -> {
                        float[] more = nested.floats(8);
                        assertNotSame(mine, more);
                        Arrays.fill(more, 0, 8, -1);
                        ran.incrementAndGet(8 * outer + inner);
                        workspace.run(1, (one, deepest) -> Arrays.fill(deepest.floats(8), 0, 8, -2));
                        assertEquals(-1, more[7]);
                    });
                    for (int i = 0; i < 8; i++) {
                        assertEquals(outer, mine[i]);
                    }
                });
                for (int i = 0; i < 64; i++) {
                    assertEquals(1, ran.get(i));
                }
            }
        }
    }

    @Test
    void scratchIsTheCallingThreads() {
        try (Workspace workspace = Workspace.threads(3)) {
            workspace.run(64, (index, scratch) -> assertSame(scratch, workspace.scratch()));
            int mark = workspace.begin();
            workspace.run(64, (index, scratch) -> assertSame(scratch, workspace.scratch()));
            workspace.end(mark);
        }
    }

    @Test
    void theFirstFailureIsThrownAndLeavesTheWorkspaceUsable() {
        try (Workspace workspace = Workspace.threads(4)) {
            for (int repetition = 0; repetition < 100; repetition++) {
                int bad = repetition % 30;
                assertEquals(
                        "part " + bad,
                        assertThrows(
                                        IllegalArgumentException.class,
                                        () -> workspace.run(30, (index, scratch) -> {
                                            scratch.floats(10);
                                            if (index == bad) {
                                                throw new IllegalArgumentException("part " + index);
                                            }
                                        }))
                                .getMessage());
                checkedRun(workspace, 30);
            }
            assertThrows(
                    StackOverflowError.class,
                    () -> workspace.run(4, (index, scratch) -> {
                        throw new StackOverflowError();
                    }));
            checkedRun(workspace, 30);
            assertEquals(0, workspace.scratch().mark());
        }
    }

    @Test
    void anInterruptLeavesOutThePartsNotBegun() {
        for (int threads : new int[] {1, 2, 5}) {
            try (Workspace workspace = Workspace.threads(threads)) {
                for (int repetition = 0; repetition < 50; repetition++) {
                    AtomicIntegerArray ran = new AtomicIntegerArray(1000);
                    Thread caller = Thread.currentThread();
                    CancelledException cancelled = assertThrows(
                            CancelledException.class,
                            () -> workspace.run(1000, (index, scratch) -> {
                                scratch.floats(10);
                                ran.incrementAndGet(index);
                                if (index == 20) {
                                    caller.interrupt();
                                }
                                while (index > 20 && !caller.isInterrupted()) {
                                    Thread.onSpinWait();
                                }
                            }));
                    assertEquals(caller.getName(), cancelled.thread());
                    int begun = IntStream.range(0, 1000).map(ran::get).sum();
                    assertEquals(1, ran.get(20));
                    assertTrue(begun <= 20 + threads, begun + " parts on " + threads + " threads");
                    assertThrows(CancelledException.class, () -> workspace.run(2, (index, scratch) -> {}));
                    assertTrue(Thread.interrupted(), "the flag stays set");
                    checkedRun(workspace, 30);
                }
                assertEquals(0, workspace.scratch().mark());
            }
        }
    }

    @Test
    void anInterruptLeavesOutTheStepsNotBegun() {
        for (int threads : new int[] {1, 2, 5}) {
            try (Workspace workspace = Workspace.threads(threads)) {
                Thread caller = Thread.currentThread();
                AtomicIntegerArray ran = new AtomicIntegerArray(1000);
                assertThrows(
                        CancelledException.class,
                        () -> workspace.runSteps(1000, 5, (step, part, scratch) -> {
                            ran.incrementAndGet(step);
                            if (step == 20) {
                                caller.interrupt();
                            }
                        }));
                assertTrue(Thread.interrupted());
                assertEquals(5, ran.get(19));
                assertEquals(0, ran.get(21));
                checkedRun(workspace, 30);
            }
        }
    }

    @Test
    void aLongPartAsksInItsTurnOnAnyThread() {
        for (int threads : new int[] {1, 3}) {
            try (Workspace workspace = Workspace.threads(threads)) {
                Thread caller = Thread.currentThread();
                CountDownLatch all = new CountDownLatch(threads);
                assertThrows(
                        CancelledException.class,
                        () -> workspace.run(threads, (index, scratch) -> {
                            all.countDown();
                            WorkspaceTest.await(all);
                            if (Thread.currentThread() == caller) {
                                caller.interrupt();
                            }
                            while (true) { // ends only by the question
                                workspace.checkInterrupted();
                            }
                        }));
                assertTrue(Thread.interrupted());
                workspace.checkInterrupted();
                checkedRun(workspace, 30);
            }
        }
    }

    @Test
    void theInterruptOfAHelperIsItsOwnAffair() {
        Thread caller = Thread.currentThread();
        Workspace workspace = Workspace.on(
                helper -> new Thread(() -> {
                            Thread.currentThread().interrupt();
                            helper.run();
                        })
                        .start(),
                3);
        CountDownLatch all = new CountDownLatch(3);
        workspace.run(3, (index, scratch) -> {
            all.countDown();
            if (Thread.currentThread() == caller) {
                WorkspaceTest.await(all);
            }
            workspace.checkInterrupted();
        });
    }

    @Test
    void aCallThatMustFinishIsNotCancelled() {
        try (Workspace workspace = Workspace.threads(2)) {
            int outer = workspace.begin();
            int inner = workspace.begin();
            workspace.mustFinish();
            Thread.currentThread().interrupt();
            checkedRun(workspace, 20);
            int innermost = workspace.begin();
            workspace.mustFinish();
            workspace.end(innermost);
            checkedRun(workspace, 20);
            workspace.end(inner);
            assertThrows(CancelledException.class, () -> checkedRun(workspace, 20), "the outer call has not said so");
            assertTrue(Thread.interrupted());
            workspace.end(outer);
        }
    }

    @Test
    void aBusyExecutorMakesACallSlowerAndNothingElse() throws InterruptedException {
        try (ExecutorService busy = Executors.newFixedThreadPool(1)) {
            CountDownLatch release = new CountDownLatch(1);
            busy.execute(() -> await(release));
            Workspace workspace = Workspace.on(busy, 4);
            checkedRun(workspace, 50); // no helper ever comes, and none is waited for
            release.countDown(); // now the late ones come, while other runs go on
            for (int repetition = 0; repetition < 500; repetition++) {
                checkedRun(workspace, 20);
            }
            busy.shutdown();
            assertTrue(busy.awaitTermination(10, TimeUnit.SECONDS));
            checkedRun(workspace, 50); // refused: the pool is shut down
        }
    }

    @Test
    void lateHelpersDoNothing() {
        List<Runnable> late = new ArrayList<>();
        Workspace workspace = Workspace.on(late::add, 3);
        checkedRun(workspace, 10);
        assertEquals(2, late.size());
        late.forEach(Runnable::run);
        late.forEach(Runnable::run);
        checkedRun(workspace, 10);
    }

    @Test
    void anExecutorThatRunsOnTheCallingThreadWorks() {
        checkedRun(Workspace.on(Runnable::run, 4), 10);
        Workspace refusing = Workspace.on(
                work -> {
                    throw new RejectedExecutionException();
                },
                4);
        checkedRun(refusing, 10);
    }

    /** Otherwise a helper that did start would go on writing after the call has ended. */
    @Test
    void anExecutorThatFailsEndsTheCallAndNotTheWorkspace() {
        boolean[] broken = {true};
        List<Runnable> late = new ArrayList<>();
        Executor executor = work -> {
            late.add(work);
            if (broken[0]) {
                throw new IllegalStateException("no thread to be had");
            }
        };
        Workspace workspace = Workspace.on(executor, 2);
        assertThrows(IllegalStateException.class, () -> workspace.run(10, (index, scratch) -> {}));
        late.forEach(Runnable::run);
        broken[0] = false;
        checkedRun(workspace, 10);
    }

    @Test
    void tenCallersEachWithAWorkspace() throws Exception {
        try (ExecutorService callers = Executors.newFixedThreadPool(10)) {
            List<Future<?>> calls = IntStream.range(0, 10)
                    .<Future<?>>mapToObj(caller -> callers.submit(() -> {
                        try (Workspace workspace = Workspace.threads(3)) {
                            for (int repetition = 0; repetition < 200; repetition++) {
                                checkedRun(workspace, 12);
                            }
                        }
                    }))
                    .toList();
            for (Future<?> call : calls) {
                call.get();
            }
        }
    }

    @Test
    void tenCallersOnOneExecutor() throws Exception {
        try (ExecutorService lent = Executors.newFixedThreadPool(2);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> calls = IntStream.range(0, 10)
                    .<Future<?>>mapToObj(caller -> callers.submit(() -> {
                        Workspace workspace = Workspace.on(lent, 4);
                        for (int repetition = 0; repetition < 200; repetition++) {
                            checkedRun(workspace, 12);
                        }
                    }))
                    .toList();
            for (Future<?> call : calls) {
                call.get();
            }
        }
    }

    @Test
    void thereAreNeverMoreThreadsThanAskedFor() {
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        try (Workspace workspace = Workspace.threads(3)) {
            for (int repetition = 0; repetition < 20_000; repetition++) {
                workspace.run(3, (index, scratch) -> seen.add(Thread.currentThread()));
            }
        }
        assertTrue(seen.size() <= 3, seen.size() + " threads");
    }

    @Test
    void noThreadIsLeftBehind() throws InterruptedException {
        Workspace closed = Workspace.threads(4);
        List<Thread> workers = workersOf(closed);
        closed.close();
        for (Thread worker : workers) {
            worker.join(1_000);
            assertTrue(!worker.isAlive(), "alive after close");
        }
        assertTrue(!workersOf(closed).isEmpty(), "works again, with new threads");

        List<Thread> idle = workersOf(Workspace.threads(4));
        for (Thread worker : idle) {
            worker.join(10_000);
            assertTrue(!worker.isAlive(), "alive after ten idle seconds");
        }
    }

    /** The threads that help, all of them: each part waits until all are there. */
    private static List<Thread> workersOf(Workspace workspace) {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        CountDownLatch all = new CountDownLatch(workspace.threads());
        workspace.run(workspace.threads(), (index, scratch) -> {
            threads.add(Thread.currentThread());
            all.countDown();
            await(all);
        });
        threads.remove(Thread.currentThread());
        threads.forEach(thread -> assertTrue(thread.isDaemon()));
        assertEquals(workspace.threads() - 1, threads.size());
        return List.copyOf(threads);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS), "waited in vain");
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void runsAllocateNothing() {
        float[] sums = new float[8];
        Workspace.Task task = (index, scratch) -> {
            float[] block = scratch.floats(64);
            block[0] = index;
            sums[index] = block[0];
        };
        try (Workspace workspace = Workspace.threads(2)) {
            assertEquals(0, Allocation.bytes(() -> {
                int mark = workspace.begin();
                workspace.scratch().floats(100);
                workspace.run(8, task);
                workspace.end(mark);
            }));
            assertTrue(workspace.bytes() >= 4 * 100);
        }
    }

    @Test
    void anotherThreadIsRefusedWhileACallGoesOn() throws InterruptedException {
        Workspace workspace = Workspace.threads(1);
        int outer = workspace.begin();
        int inner = workspace.begin(); // nothing has been taken yet: both marks are the same
        workspace.end(inner);
        assertEquals(IllegalStateException.class, beginElsewhere(workspace), "the outer call still goes on");
        workspace.end(outer);
        assertEquals(Object.class, beginElsewhere(workspace), "free again");
        int again = workspace.begin();
        workspace.end(again);
        assertThrows(IllegalStateException.class, () -> workspace.end(again));
    }

    /** The class of what another thread's call throws, or Object. */
    private static Class<?> beginElsewhere(Workspace workspace) throws InterruptedException {
        Class<?>[] thrown = {Object.class};
        Thread other = new Thread(() -> {
            try {
                workspace.end(workspace.begin());
            } catch (IllegalStateException refused) {
                thrown[0] = refused.getClass();
            }
        });
        other.start();
        other.join();
        return thrown[0];
    }

    @Test
    void senselessNumbersOfThreadsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Workspace.threads(0));
        assertThrows(IllegalArgumentException.class, () -> Workspace.on(Runnable::run, 1025));
        assertTrue(Workspace.create().threads() >= 1);
    }
}
