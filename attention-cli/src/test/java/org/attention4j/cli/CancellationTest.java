package org.attention4j.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.attention4j.api.CancelledException;
import org.attention4j.api.Incremental;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerState;
import org.attention4j.api.Mixers;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** A call ends soon after its thread is interrupted, and thread, workspace and state are then as good as before. */
@Timeout(120)
class CancellationTest {
    private static final int WIDTH = 32;
    private static final int BATCH = 3;

    private final Mixers mixers = Mixers.load();

    private SequenceMixer mixer(String id) {
        MixerConfig config = MixerConfig.width(WIDTH);
        return mixers.create(
                id, id.endsWith("attention") ? config.with("causal", true) : config, Initializer.seeded(7));
    }

    private static Tensor random(int batch, int time, int width) {
        Random random = new Random(batch + time);
        float[] array = new float[batch * time * width];
        for (int i = 0; i < array.length; i++) {
            array[i] = random.nextFloat() - 0.5f;
        }
        return Tensor.of(array, batch, time, width);
    }

    /** Runs it on this thread, interrupted after some time; whether it was cancelled. */
    private static boolean cancelled(long afterNanos, Runnable call) throws InterruptedException {
        Thread caller = Thread.currentThread();
        AtomicBoolean ready = new AtomicBoolean();
        Thread interrupter = new Thread(() -> {
            long end = System.nanoTime() + afterNanos;
            ready.set(true);
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            caller.interrupt();
        });
        interrupter.start();
        boolean cancelled = false;
        while (!ready.get()) {
            Thread.onSpinWait();
        }
        try {
            call.run();
        } catch (CancelledException expected) {
            cancelled = true;
            assertTrue(caller.isInterrupted(), "the flag stays set");
        }
        while (interrupter.isAlive()) {
            Thread.onSpinWait();
        }
        assertTrue(Thread.interrupted());
        return cancelled;
    }

    @TestFactory
    Stream<DynamicTest> aLongCallEndsSoon() {
        return Stream.of("multi-head-attention", "lstm")
                .flatMap(id -> Stream.of(1, 2).map(threads -> {
                    int time = id.equals("lstm") ? 400_000 : 30_000;
                    return DynamicTest.dynamicTest(
                            id + ", threads " + threads, () -> endsSoon(mixer(id), time, threads));
                }));
    }

    private static void endsSoon(SequenceMixer mixer, int time, int threads) throws InterruptedException {
        Tensor in = random(BATCH, time, WIDTH);
        Tensor out = Tensor.zeros(BATCH, time, mixer.spec().outputWidth());
        float[] results = out.array();
        out.fill(Float.NaN);
        Sequences small = Sequences.of(random(BATCH, 100, WIDTH));
        Tensor expected = Tensor.zeros(BATCH, 100, mixer.spec().outputWidth());
        mixer.forward(small, expected);
        try (Workspace workspace = Workspace.threads(threads)) {
            assertTrue(cancelled(50_000_000, () -> mixer.forward(Sequences.of(in), out, workspace)));
            assertTrue(Float.isNaN(results[results.length - 1]), "the last output has been computed all the same");
            Tensor again = Tensor.zeros(BATCH, 100, mixer.spec().outputWidth());
            mixer.forward(small, again, workspace);
            assertArrayEquals(expected.array(), again.array());
        }
    }

    @TestFactory
    Stream<DynamicTest> aStepLeavesItsStateAsItWas() {
        return Stream.of("convolution", "lstm", "multi-head-attention").flatMap(id -> Stream.of(1, 2)
                .map(threads -> DynamicTest.dynamicTest(
                        id + ", threads " + threads,
                        () -> leavesState(mixer(id).require(Incremental.class), BATCH, threads))));
    }

    /** Few sequences and many hidden units: threads share the units. */
    @Test
    void aStepSharedByUnitsLeavesItsStateAsItWas() throws InterruptedException {
        SequenceMixer wide = mixers.create("lstm", MixerConfig.width(256), Initializer.seeded(8));
        leavesState(wide.require(Incremental.class), 1, 2);
    }

    private static void leavesState(Incremental mixer, int batch, int threads) throws InterruptedException {
        int time = mixer.spec().kind().id().equals("convolution") ? 100_000 : 3_000; // tens of milliseconds
        int capacity = mixer.spec().boundedState() ? 1000 : 2 * time; // a step overwrites rows that a rollback needs
        Sequences first = Sequences.of(random(batch, 7, mixer.spec().inputWidth()));
        Sequences large = Sequences.of(random(batch, time, mixer.spec().inputWidth()));
        Sequences last = Sequences.of(random(batch, 11, mixer.spec().inputWidth()));
        int width = mixer.spec().outputWidth();
        Tensor out = Tensor.zeros(batch, time, width);
        try (Workspace workspace = Workspace.threads(threads)) {
            MixerState state = mixer.newState(batch, capacity);
            mixer.step(large, mixer.newState(batch, capacity), out, workspace); // warm
            mixer.step(first, state, Tensor.zeros(batch, 7, width), workspace);
            List<float[]> expected = outputs(mixer, state, last, workspace);
            long start = System.nanoTime();
            mixer.step(large, mixer.newState(batch, capacity), out, workspace);
            long whole = System.nanoTime() - start;
            int cancelled = 0;
            for (int tenth = 0; tenth < 10; tenth++) {
                MixerState used = state.copy();
                if (cancelled(whole * tenth / 10, () -> mixer.step(large, used, out, workspace))) {
                    cancelled++;
                    for (int b = 0; b < batch; b++) {
                        assertEquals(7, used.position(b));
                    }
                    List<float[]> after = outputs(mixer, used, last, workspace);
                    for (int i = 0; i < after.size(); i++) {
                        assertArrayEquals(expected.get(i), after.get(i), "rolled back by " + 5 * i);
                    }
                }
            }
            assertTrue(cancelled > 0, "no step was cancelled");
        }
    }

    /** What the state gives next, and after it has been rolled back by 5. */
    private static List<float[]> outputs(Incremental mixer, MixerState state, Sequences next, Workspace workspace) {
        List<float[]> outputs = new ArrayList<>();
        for (int back : new int[] {0, 5}) {
            MixerState used = state.copy();
            used.rollback(back);
            Tensor out = Tensor.zeros(next.batch(), next.time(), mixer.spec().outputWidth());
            mixer.step(next, used, out, workspace);
            outputs.add(out.array());
        }
        return outputs;
    }
}
