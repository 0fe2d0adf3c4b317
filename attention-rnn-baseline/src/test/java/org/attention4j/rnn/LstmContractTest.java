package org.attention4j.rnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.ForeignStateException;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerState;
import org.attention4j.api.Mixers;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnsupportedCapabilityException;
import org.attention4j.api.Workspace;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How the LSTM is found, what it declares and refuses, and what a call costs. */
class LstmContractTest {
    private static final Initializer SEED = Initializer.seeded(42);

    @Test
    void serviceFileEqualsTheDescriptor() throws IOException {
        Set<String> provided = LstmProvider.class.getModule().getDescriptor().provides().stream()
                .filter(service -> service.service().equals(MixerProvider.class.getName()))
                .flatMap(service -> service.providers().stream())
                .collect(Collectors.toSet());
        String file = "/META-INF/services/" + MixerProvider.class.getName();
        try (InputStream stream = Objects.requireNonNull(LstmProvider.class.getResourceAsStream(file))) {
            String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(provided, text.lines().collect(Collectors.toSet()));
        }
    }

    @Test
    void theRegistryFindsIt() {
        MixerConfig config = MixerConfig.width(3).with("hidden", 5).with("bidirectional", true);
        Mixers mixers = Mixers.load();
        assertEquals(List.of(), mixers.failures());
        assertEquals(10, mixers.create("lstm", config, SEED).spec().outputWidth());
    }

    @Test
    void parametersAreThoseOfPyTorch() {
        MixerConfig config = MixerConfig.width(3).with("hidden", 5).with("bidirectional", true);
        assertEquals(
                "[weight_ih_l0 [20, 3], weight_hh_l0 [20, 5], bias_ih_l0 [20], bias_hh_l0 [20],"
                        + " weight_ih_l0_reverse [20, 3], weight_hh_l0_reverse [20, 5],"
                        + " bias_ih_l0_reverse [20], bias_hh_l0_reverse [20]]",
                new LstmProvider()
                        .spec(config).parameters().stream()
                                .map(parameter -> parameter.name() + " " + parameter.shape())
                                .toList()
                                .toString());
        float bound = (float) (1 / Math.sqrt(5));
        Lstm.of(config, SEED).parameters().forEach((name, tensor) -> {
            float most = 0;
            for (float value : tensor.toArray()) {
                most = Math.max(most, Math.abs(value));
            }
            assertTrue(most <= bound && most > bound / 2, name + " reaches " + most);
        });
    }

    @Test
    void aSecondDirectionIsNeitherCausalNorIncremental() {
        Lstm lstm = Lstm.of(MixerConfig.width(2).with(Lstm.BIDIRECTIONAL, true), SEED);
        assertFalse(lstm.spec().causal());
        assertFalse(lstm.spec().supports(Capability.INCREMENTAL));
        String message = assertThrows(UnsupportedCapabilityException.class, () -> lstm.require(Incremental.class))
                .getMessage();
        assertTrue(message.contains("needs bidirectional=false, was true"), message);
        assertThrows(UnsupportedCapabilityException.class, () -> lstm.newState(1, 1));
        assertThrows(UnsupportedCapabilityException.class, () -> lstm.newState(lstm.newHidden(1), 1));
        assertThrows(UnsupportedCapabilityException.class, () -> lstm.stateBytes(1, 1));
    }

    @Test
    void badOptionsAreRefused() {
        LstmProvider provider = new LstmProvider();
        MixerConfig config = MixerConfig.width(2);
        assertThrows(BadConfigurationException.class, () -> provider.spec(config.with("hiden", 3)));
        assertThrows(BadConfigurationException.class, () -> provider.spec(config.with("hidden", 0)));
        assertThrows(BadConfigurationException.class, () -> provider.spec(config.with("bias", 1)));
    }

    @Test
    void aRefusedCallWritesNothing() {
        Lstm lstm = Lstm.of(MixerConfig.width(2).with(Lstm.HIDDEN, 3), SEED);
        Lstm other = Lstm.of(MixerConfig.width(2).with(Lstm.HIDDEN, 4), SEED);
        Sequences in = Sequences.of(Tensor.zeros(2, 4, 2));
        Tensor out = Tensor.zeros(2, 4, 3);
        out.fill(7);
        NamedTensors hidden = lstm.newHidden(2);
        hidden.fill(7);
        try (Workspace workspace = Workspace.threads(1)) {
            assertThrows(
                    ShapeMismatchException.class, () -> lstm.forward(in, hidden, out, lstm.newHidden(3), workspace));
            assertThrows(
                    ShapeMismatchException.class, () -> lstm.forward(in, other.newHidden(2), out, hidden, workspace));
            assertThrows(ForeignStateException.class, () -> lstm.step(in, other.newState(2, 4), out, workspace));
            Recording recording = lstm.record(in, Tensor.zeros(2, 4, 3), workspace);
            Gradients gradients = Gradients.none().withInitial(hidden);
            assertThrows(
                    ShapeMismatchException.class,
                    () -> lstm.backward(recording, out, lstm.newHidden(1), gradients, workspace));
            assertThrows(
                    ForeignStateException.class,
                    () -> other.backward(recording, Tensor.zeros(2, 4, 4), Gradients.none(), workspace));
        }
        for (float value : out.toArray()) {
            assertEquals(7, value);
        }
        for (float value : hidden.get("h").toArray()) {
            assertEquals(7, value);
        }
    }

    @Test
    void nativeMemoryGivesTheSameBits() {
        LstmCase c = new LstmCase(5, 7, true, true, List.of(4, 0, 6), 1, 3);
        Lstm lstm = c.lstm();
        try (Arena arena = Arena.ofConfined();
                Workspace workspace = Workspace.threads(2)) {
            Tensor out = c.newOutput();
            Gradients expected = Gradients.zeros(lstm.spec(), c.input()).withInitial(lstm.newHidden(3));
            NamedTensors last = lstm.newHidden(3);
            Recording recording = lstm.record(c.input(), c.hidden(5), out, last, workspace);
            lstm.backward(recording, out, c.hidden(8), expected, workspace);

            Sequences in = Sequences.of(outside(arena, c.input().tensor()), 4, 0, 6);
            Tensor nativeOut = outside(arena, c.newOutput());
            NamedTensors nativeLast = outside(arena, lstm.newHidden(3));
            Gradients actual = Gradients.none()
                    .withInput(outside(arena, Tensor.zeros(in.tensor().shape())))
                    .withInitial(outside(arena, lstm.newHidden(3)))
                    .withParameters(outside(arena, lstm.spec().zeroParameters()));
            Recording again = lstm.record(in, outside(arena, c.hidden(5)), nativeOut, nativeLast, workspace);
            lstm.backward(again, nativeOut, outside(arena, c.hidden(8)), actual, workspace);

            assertTrue(out.sameBits(nativeOut));
            last.forEach((name, tensor) -> assertTrue(tensor.sameBits(nativeLast.get(name)), name));
            assertTrue(expected.input().orElseThrow().sameBits(actual.input().orElseThrow()));
            expected.parameters()
                    .forEach((name, tensor) ->
                            assertTrue(tensor.sameBits(actual.parameters().get(name)), name));
            expected.initial()
                    .orElseThrow()
                    .forEach((name, tensor) -> assertTrue(
                            tensor.sameBits(actual.initial().orElseThrow().get(name)), name));
        }
    }

    private static Tensor outside(Arena arena, Tensor tensor) {
        Shape shape = tensor.shape();
        MemorySegment segment = arena.allocate(Math.max(4, 4 * tensor.size()), 4);
        Tensor copy = Tensor.of(segment, shape);
        copy.copyFrom(tensor);
        return copy;
    }

    private static NamedTensors outside(Arena arena, NamedTensors tensors) {
        NamedTensors copies = NamedTensors.empty();
        for (String name : tensors.names()) {
            copies = copies.with(name, outside(arena, tensors.get(name)));
        }
        return copies;
    }

    @Test
    void emptyBatchesAndSequencesAreNothingSpecial() {
        Lstm lstm = Lstm.of(MixerConfig.width(2), SEED);
        lstm.forward(Sequences.of(Tensor.zeros(0, 3, 2)), Tensor.zeros(0, 3, 2));
        lstm.forward(Sequences.of(Tensor.zeros(3, 0, 2)), Tensor.zeros(3, 0, 2));
        MixerState state = lstm.newState(0, 1);
        lstm.step(Sequences.of(Tensor.zeros(0, 3, 2)), state, Tensor.zeros(0, 3, 2));
        Sequences none = Sequences.of(Tensor.zeros(0, 3, 2));
        Recording recording = lstm.record(none, Tensor.zeros(0, 3, 2));
        lstm.backward(recording, Tensor.zeros(0, 3, 2), Gradients.zeros(lstm.spec(), none));
    }

    @Test
    @Tag("allocation")
    void callsAllocateNothingAfterTheFirst() {
        Lstm lstm = Lstm.of(MixerConfig.width(8).with(Lstm.HIDDEN, 12), SEED);
        Sequences in = Sequences.of(Tensor.zeros(6, 20, 8), 20, 3, 7, 20, 1, 0);
        Tensor out = Tensor.zeros(6, 20, 12);
        NamedTensors hidden = lstm.newHidden(6);
        MixerState state = lstm.newState(6, 3);
        Sequences token = Sequences.of(Tensor.zeros(6, 1, 8));
        Tensor tokenOut = Tensor.zeros(6, 1, 12);
        try (Workspace one = Workspace.threads(1);
                Workspace two = Workspace.threads(2)) {
            assertEquals(0, allocated(() -> lstm.forward(in, out, one)), "forward");
            assertEquals(0, allocated(() -> lstm.forward(in, hidden, out, hidden, one)), "forward from a state");
            assertEquals(0, allocated(() -> lstm.forward(in, out, two)), "forward, two threads");
            assertEquals(0, allocated(() -> lstm.step(token, state, tokenOut, one)), "step");
            assertEquals(0, allocated(() -> lstm.step(in, state, out, one)), "step of a chunk");
        }
    }

    @Test
    @Tag("allocation")
    void threadsThatShareASequenceAllocateNothing() {
        Lstm lstm = Lstm.of(MixerConfig.width(8).with(Lstm.HIDDEN, 256), SEED);
        Sequences in = Sequences.of(Tensor.zeros(1, 20, 8));
        Tensor out = Tensor.zeros(1, 20, 256);
        MixerState state = lstm.newState(1, 3);
        try (Workspace two = Workspace.threads(2)) {
            assertEquals(0, allocated(() -> lstm.forward(in, out, two)), "forward");
            assertEquals(0, allocated(() -> lstm.step(in, state, out, two)), "step of a chunk");
        }
    }

    /**
     * Bytes that this thread allocates in ten calls, once they are warm: vectors are objects until the kernels are
     * compiled, and now and then a worker thread is born. A call that always allocates is never found at 0.
     */
    private static long allocated(Runnable call) {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().threadId();
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long patience = system.getProcessCpuTime() + 20_000_000_000L; // a busy machine keeps the JIT waiting, too
        long bytes = Long.MAX_VALUE;
        while (bytes > 0 && system.getProcessCpuTime() < patience) {
            long before = threads.getThreadAllocatedBytes(id);
            for (int i = 0; i < 10; i++) {
                call.run();
            }
            bytes = threads.getThreadAllocatedBytes(id) - before;
        }
        return bytes;
    }
}
