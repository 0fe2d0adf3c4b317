package org.attention4j.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.attention4j.api.Capability;
import org.attention4j.api.Incremental;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerState;
import org.attention4j.api.Mixers;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What is reachable does not grow over a million steps. Steps that allocate nothing at all are a law of the kit. */
class SteadyHeapTest {
    private static final int STEPS = 1_000_000;
    private static final int WARM = 50_000;
    private static final int WIDTH = 8;
    private static final int CAPACITY = 64;
    /** A quarter of a byte a step. */
    private static final long MOST = 256 << 10;

    @TestFactory
    Stream<DynamicTest> ofEveryIncrementalMixer() {
        Mixers mixers = Mixers.load();
        List<String> ids = mixers.ids().stream()
                .filter(id -> mixers.provider(id).kind().capabilities().contains(Capability.INCREMENTAL))
                .toList();
        assertFalse(ids.isEmpty());
        return ids.stream()
                .map(id -> DynamicTest.dynamicTest(id, () -> {
                    boolean option = mixers.provider(id).kind().options().options().stream()
                            .anyMatch(known -> known.name().equals("causal"));
                    MixerConfig config = MixerConfig.width(WIDTH);
                    stays(mixers.create(id, option ? config.with("causal", true) : config, Initializer.seeded(5))
                            .require(Incremental.class));
                }));
    }

    private static void stays(Incremental mixer) {
        Sequences in = Sequences.of(Tensor.zeros(1, 1, WIDTH));
        Tensor out = Tensor.zeros(1, 1, mixer.spec().outputWidth());
        try (Workspace workspace = Workspace.threads(1)) {
            MixerState state = mixer.newState(1, CAPACITY);
            run(mixer, in, state, out, workspace, WARM);
            long before = used();
            run(mixer, in, state, out, workspace, STEPS);
            long more = used() - before;
            assertTrue(more <= MOST, () -> more + " bytes more are in use after " + STEPS + " steps");
        }
    }

    private static void run(
            Incremental mixer, Sequences in, MixerState state, Tensor out, Workspace workspace, int steps) {
        boolean bounded = mixer.spec().boundedState();
        for (int i = 0; i < steps; i++) {
            if (!bounded && state.position(0) == CAPACITY) {
                state.reset();
            }
            mixer.step(in, state, out, workspace);
        }
    }

    /** After the garbage is gone: the least of some collections, since the JVM itself allocates in between. */
    private static long used() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
