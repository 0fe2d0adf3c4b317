package org.attention4j.cnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
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
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnsupportedCapabilityException;
import org.attention4j.api.Workspace;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How the convolution is found, what it declares and refuses, and what a call costs. */
class ConvolutionContractTest {
    private static final Initializer SEED = Initializer.seeded(42);

    @Test
    void serviceFileEqualsTheDescriptor() throws IOException {
        Set<String> provided = ConvolutionProvider.class.getModule().getDescriptor().provides().stream()
                .filter(service -> service.service().equals(MixerProvider.class.getName()))
                .flatMap(service -> service.providers().stream())
                .collect(Collectors.toSet());
        String file = "/META-INF/services/" + MixerProvider.class.getName();
        try (InputStream stream = Objects.requireNonNull(ConvolutionProvider.class.getResourceAsStream(file))) {
            String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(provided, text.lines().collect(Collectors.toSet()));
        }
    }

    @Test
    void theRegistryFindsIt() {
        MixerConfig config =
                MixerConfig.width(6).with("output-width", 4).with("groups", 2).with("kernel", 5);
        Mixers mixers = Mixers.load();
        assertEquals(List.of(), mixers.failures());
        assertEquals(
                "[weight [4, 3, 5], bias [4]]",
                mixers.create("convolution", config, SEED).spec().parameters().stream()
                        .map(parameter -> parameter.name() + " " + parameter.shape())
                        .toList()
                        .toString());
    }

    @Test
    void newParametersAreThoseOfPyTorch() {
        float bound = (float) (1 / Math.sqrt(8 * 3));
        Convolution.of(MixerConfig.width(8), SEED).parameters().forEach((name, tensor) -> {
            float most = 0;
            for (float value : tensor.toArray()) {
                most = Math.max(most, Math.abs(value));
            }
            assertTrue(most <= bound && most > bound / 2, name + " reaches " + most);
        });
    }

    @Test
    void aCentredOneIsNeitherCausalNorIncremental() {
        Convolution convolution = Convolution.of(MixerConfig.width(2).with(Convolution.CAUSAL, false), SEED);
        assertFalse(convolution.spec().causal());
        assertFalse(convolution.spec().supports(Capability.INCREMENTAL));
        String message = assertThrows(
                        UnsupportedCapabilityException.class, () -> convolution.require(Incremental.class))
                .getMessage();
        assertTrue(message.contains("needs causal=true, was false"), message);
        assertThrows(UnsupportedCapabilityException.class, () -> convolution.newState(1, 1));
        assertThrows(UnsupportedCapabilityException.class, () -> convolution.stateBytes(1, 1));
    }

    @Test
    void badOptionsAreRefusedWithTheirValues() {
        ConvolutionProvider provider = new ConvolutionProvider();
        MixerConfig config = MixerConfig.width(6);
        assertThrows(BadConfigurationException.class, () -> provider.spec(config.with("kernels", 3)));
        assertThrows(BadConfigurationException.class, () -> provider.spec(config.with("kernel", 0)));
        assertThrows(BadConfigurationException.class, () -> provider.spec(config.with("groups", 4)));
        String message = assertThrows(
                        BadConfigurationException.class,
                        () -> provider.spec(config.with("groups", 3).with("output-width", 7)))
                .getMessage();
        assertTrue(message.contains("groups") && message.contains("width 6 and output-width 7"), message);
    }

    @Test
    void aRefusedCallWritesNothing() {
        Convolution convolution = Convolution.of(MixerConfig.width(2), SEED);
        Convolution other = Convolution.of(MixerConfig.width(2).with(Convolution.KERNEL, 4), SEED);
        Sequences in = Sequences.of(Tensor.zeros(2, 4, 2));
        Tensor out = Tensor.zeros(2, 4, 2);
        out.fill(7);
        try (Workspace workspace = Workspace.threads(1)) {
            assertThrows(
                    ShapeMismatchException.class,
                    () -> convolution.forward(Sequences.of(Tensor.zeros(2, 4, 3)), out, workspace));
            assertThrows(ForeignStateException.class, () -> convolution.step(in, other.newState(2, 4), out, workspace));
            assertThrows(
                    ShapeMismatchException.class,
                    () -> convolution.step(in, convolution.newState(3, 4), out, workspace));
            Recording recording = convolution.record(in, Tensor.zeros(2, 4, 2), workspace);
            assertThrows(
                    ForeignStateException.class,
                    () -> other.backward(recording, out, Gradients.zeros(other.spec(), in), workspace));
        }
        for (float value : out.toArray()) {
            assertEquals(7, value);
        }
    }

    @Test
    void nativeMemoryGivesTheSameBits() {
        ConvolutionCase c =
                new ConvolutionCase(new ConvolutionCase.Layout(2, 3, 2), 3, 2, false, true, List.of(4, 0, 7), 3);
        Convolution convolution = c.convolution();
        try (Arena arena = Arena.ofConfined()) {
            Tensor out = c.newOutput();
            Gradients expected = Gradients.zeros(convolution.spec(), c.input());
            convolution.backward(convolution.record(c.input(), out), c.cotangent(), expected);

            Sequences in = Sequences.of(outside(arena, c.input().tensor()), 4, 0, 7);
            Tensor nativeOut = outside(arena, c.newOutput());
            NamedTensors parameters = NamedTensors.empty()
                    .with("weight", outside(arena, Tensor.zeros(4, 3, 3)))
                    .with("bias", outside(arena, Tensor.zeros(4)));
            Tensor dIn = outside(arena, Tensor.zeros(in.tensor().shape()));
            convolution.backward(
                    convolution.record(in, nativeOut),
                    outside(arena, c.cotangent()),
                    Gradients.none().withInput(dIn).withParameters(parameters));

            assertTrue(out.sameBits(nativeOut));
            assertTrue(expected.input().orElseThrow().sameBits(dIn));
            expected.parameters().forEach((name, tensor) -> assertTrue(tensor.sameBits(parameters.get(name)), name));
        }
    }

    private static Tensor outside(Arena arena, Tensor tensor) {
        Tensor copy = Tensor.of(arena.allocate(Math.max(4, 4 * tensor.size()), 4), tensor.shape());
        copy.copyFrom(tensor);
        return copy;
    }

    @Test
    void emptyBatchesAndSequencesAreNothingSpecial() {
        Convolution convolution = Convolution.of(MixerConfig.width(2).with(Convolution.KERNEL, 1), SEED);
        convolution.forward(Sequences.of(Tensor.zeros(0, 3, 2)), Tensor.zeros(0, 3, 2));
        convolution.forward(Sequences.of(Tensor.zeros(3, 0, 2)), Tensor.zeros(3, 0, 2));
        MixerState state = convolution.newState(0, 1);
        convolution.step(Sequences.of(Tensor.zeros(0, 3, 2)), state, Tensor.zeros(0, 3, 2));
        for (Sequences none : List.of(Sequences.of(Tensor.zeros(0, 3, 2)), Sequences.of(Tensor.zeros(3, 0, 2)))) {
            Tensor out = Tensor.zeros(none.batch(), none.time(), 2);
            Recording recording = convolution.record(none, out);
            convolution.backward(
                    recording,
                    out,
                    Gradients.none().withParameters(convolution.spec().zeroParameters()));
        }
    }

    @Test
    @Tag("allocation")
    void callsAllocateNothingAfterTheFirst() {
        MixerConfig depthwise = MixerConfig.width(6).with(Convolution.GROUPS, 6);
        for (MixerConfig config : List.of(MixerConfig.width(6), depthwise)) {
            Convolution convolution = Convolution.of(config, SEED);
            Sequences in = Sequences.of(Tensor.zeros(3, 150, 6), 150, 3, 0);
            Tensor out = Tensor.zeros(3, 150, 6);
            MixerState state = convolution.newState(3, 4);
            Sequences token = Sequences.of(Tensor.zeros(3, 1, 6));
            Tensor tokenOut = Tensor.zeros(3, 1, 6);
            try (Workspace one = Workspace.threads(1);
                    Workspace two = Workspace.threads(2)) {
                assertEquals(0, allocated(() -> convolution.forward(in, out, one)), "forward");
                assertEquals(0, allocated(() -> convolution.forward(in, out, two)), "forward, two threads");
                assertEquals(0, allocated(() -> convolution.step(token, state, tokenOut, one)), "step");
                assertEquals(0, allocated(() -> convolution.step(in, state, out, one)), "step of a chunk");
            }
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
