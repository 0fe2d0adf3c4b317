package org.attention4j.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.Channels;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.attention4j.api.Contextual;
import org.attention4j.api.ForeignStateException;
import org.attention4j.api.Gradients;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerState;
import org.attention4j.api.Mixers;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnsupportedCapabilityException;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Activation;
import org.attention4j.model.BlockConfig;
import org.attention4j.model.Norm;
import org.attention4j.model.TransformerDecoderLayer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Decoder layers around mixers of the registry. */
class DecoderLayerTest {
    private static final int WIDTH = 12;
    private static final Mixers MIXERS = Mixers.load();

    static Stream<TransformerDecoderLayer> layers() {
        BlockConfig post = BlockConfig.transformer(40).withActivation(Activation.GELU);
        BlockConfig llama = BlockConfig.preNorm(36)
                .withActivation(Activation.SILU)
                .withGate()
                .withNorm(Norm.RMS)
                .withoutBias();
        return Stream.of(
                layer(attention(true), attention(false), post),
                layer(attention(true), attention(false), post.withNormFirst(true)),
                layer(attention(true), attention(false), llama),
                layer(create("lstm", MixerConfig.width(WIDTH).with("hidden", WIDTH)), attention(false), llama),
                layer(create("convolution", MixerConfig.width(WIDTH).with("causal", true)), attention(false), post));
    }

    private static SequenceMixer create(String id, MixerConfig config) {
        return MIXERS.create(id, config, Initializer.seeded(3));
    }

    private static SequenceMixer attention(boolean causal) {
        return create(
                "multi-head-attention",
                MixerConfig.width(WIDTH).with("heads", 3).with("causal", causal));
    }

    private static TransformerDecoderLayer layer(SequenceMixer self, SequenceMixer cross, BlockConfig config) {
        return TransformerDecoderLayer.of(self, cross, config, Initializer.seeded(4));
    }

    /** Padding holds NaN. */
    private static Sequences sequences(int seed, int time, int... lengths) {
        Tensor tensor = Tensor.zeros(lengths.length, time, WIDTH);
        Random random = new Random(seed);
        for (int b = 0; b < lengths.length; b++) {
            for (int i = 0; i < time * WIDTH; i++) {
                tensor.array()[b * time * WIDTH + i] =
                        i < lengths[b] * WIDTH ? (float) random.nextGaussian() : Float.NaN;
            }
        }
        return Sequences.of(tensor, lengths);
    }

    private static Sequences range(Sequences of, int from, int to) {
        Tensor part = Tensor.zeros(of.batch(), to - from, WIDTH);
        int[] lengths = new int[of.batch()];
        for (int b = 0; b < lengths.length; b++) {
            part.slice(b).copyFrom(of.tensor().slice(b).range(from, to));
            lengths[b] = Math.clamp(of.length(b) - from, 0, to - from);
        }
        return Sequences.of(part, lengths);
    }

    private static Tensor forward(TransformerDecoderLayer layer, Sequences in, Sequences memory, int threads) {
        Tensor out = Tensor.zeros(in.tensor().shape());
        try (Workspace workspace = Workspace.threads(threads)) {
            layer.forward(in, memory, out, workspace);
        }
        return out;
    }

    private static void assertBits(Tensor expected, Tensor actual, String what) {
        assertArrayEquals(expected.toArray(), actual.toArray(), what);
    }

    @ParameterizedTest
    @MethodSource("layers")
    void bitsDependOnNeitherThreadsNorBatch(TransformerDecoderLayer layer) {
        Sequences in = sequences(1, 9, 9, 0, 4);
        Sequences memory = sequences(2, 7, 3, 7, 6);
        Tensor out = forward(layer, in, memory, 1);
        assertBits(out, forward(layer, in, memory, 3), "three threads");
        for (int b = 0; b < in.batch(); b++) {
            int n = in.length(b);
            int m = memory.length(b);
            Sequences alone = Sequences.of(in.tensor().slice(b).range(0, n).reshape(1, n, WIDTH));
            Sequences other = Sequences.of(memory.tensor().slice(b).range(0, m).reshape(1, m, WIDTH));
            Tensor expected = out.slice(b).range(0, n).reshape(1, n, WIDTH);
            assertBits(expected, forward(layer, alone, other, 2), "sequence " + b);
            for (float padding : out.slice(b).range(n, 9).toArray()) {
                assertEquals(0, padding);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void stepsAreTheWhole(TransformerDecoderLayer layer) throws IOException {
        Sequences in = sequences(1, 9, 9, 8);
        Sequences memory = sequences(2, 7, 3, 7);
        Tensor whole = forward(layer, in, memory, 2);
        try (Workspace workspace = Workspace.threads(2)) {
            MixerState state = layer.newState(memory, 9, workspace);
            memory.tensor().fill(Float.NaN); // it has been read
            assertSteps(layer, state, in, whole, 0, 4);
            MixerState copy = state.copy();
            ByteArrayOutputStream saved = new ByteArrayOutputStream();
            state.save(Channels.newChannel(saved));
            for (int t = 4; t < 8; t++) {
                assertSteps(layer, state, in, whole, t, t + 1);
            }
            state.rollback(3);
            assertSteps(layer, state, in, whole, 5, 8);
            assertSteps(layer, copy, in, whole, 4, 8);
            assertTrue(state.bytes() > 4 * 2 * 7 * WIDTH, "memory is counted");
            MixerState loaded = layer.loadState(
                    Channels.newChannel(new ByteArrayInputStream(saved.toByteArray())),
                    sequences(2, 7, 3, 7),
                    workspace);
            assertSteps(layer, loaded, in, whole, 4, 8);
            assertThrows(
                    ShapeMismatchException.class,
                    () -> layer.loadState(
                            Channels.newChannel(new ByteArrayInputStream(saved.toByteArray())),
                            sequences(2, 7, 3),
                            workspace));
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void beamsTakeTheirMemoryWithThem(TransformerDecoderLayer layer) {
        Sequences in = sequences(1, 4, 4, 4, 4);
        Sequences memory = sequences(2, 7, 3, 7, 5);
        Tensor whole = forward(layer, in, memory, 2);
        try (Workspace workspace = Workspace.threads(2)) {
            MixerState state = layer.newState(memory, 4, workspace);
            assertSteps(layer, state, in, whole, 0, 2);
            int[] sources = {2, 0, 2};
            state.reorder(sources);
            Tensor chunk = Tensor.zeros(3, 2, WIDTH);
            for (int b = 0; b < 3; b++) {
                chunk.slice(b).copyFrom(in.tensor().slice(sources[b]).range(2, 4));
            }
            Tensor out = Tensor.zeros(3, 2, WIDTH);
            layer.step(Sequences.of(chunk), state, out);
            for (int b = 0; b < 3; b++) {
                assertBits(whole.slice(sources[b]).range(2, 4), out.slice(b), "from " + sources[b]);
            }
        }
    }

    private static void assertSteps(
            TransformerDecoderLayer layer, MixerState state, Sequences in, Tensor whole, int from, int to) {
        Sequences chunk = range(in, from, to);
        Tensor out = Tensor.zeros(chunk.tensor().shape());
        layer.step(chunk, state, out);
        for (int b = 0; b < in.batch(); b++) {
            assertBits(whole.slice(b).range(from, to), out.slice(b), "sequence " + b + " from " + from);
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void gradientsAreDifferenceQuotients(TransformerDecoderLayer layer) {
        Sequences in = sequences(1, 5, 5, 3);
        Sequences memory = sequences(2, 4, 2, 4);
        Tensor dOut = sequences(3, 5, 5, 5).tensor();
        NamedTensors parameters = layer.parameters();
        Tensor dIn = Tensor.zeros(in.tensor().shape());
        Tensor dMemory = Tensor.zeros(memory.tensor().shape());
        NamedTensors dParameters = parameters.zerosLike();
        try (Workspace workspace = Workspace.threads(2)) {
            Tensor out = Tensor.zeros(dOut.shape());
            Recording recording = layer.record(in, memory, out, workspace);
            assertBits(forward(layer, in, memory, 1), out, "recorded");
            layer.backward(
                    recording,
                    dOut,
                    Gradients.none().withInput(dIn).withContext(dMemory).withParameters(dParameters),
                    workspace);
        }
        assertSlope(dIn, in.tensor(), () -> loss(layer, in, memory, dOut), "input");
        assertSlope(dMemory, memory.tensor(), () -> loss(layer, in, memory, dOut), "memory");
        for (String name : parameters.names()) {
            assertSlope(
                    dParameters.get(name),
                    parameters.get(name),
                    () -> loss(layer.withParameters(ParameterSource.of(parameters)), in, memory, dOut),
                    name);
        }
    }

    private static double loss(TransformerDecoderLayer layer, Sequences in, Sequences memory, Tensor dOut) {
        float[] out = forward(layer, in, memory, 1).toArray();
        double sum = 0;
        for (int i = 0; i < out.length; i++) {
            sum += (double) out[i] * dOut.array()[i];
        }
        return sum;
    }

    /** The derivative along a random direction, by central differences. */
    private static void assertSlope(Tensor gradient, Tensor at, DoubleSupplier loss, String what) {
        float[] point = at.toArray();
        Random random = new Random(what.hashCode());
        double expected = 0;
        float[] direction = new float[point.length];
        for (int i = 0; i < point.length; i++) {
            direction[i] = Float.isNaN(point[i]) ? 0 : (float) random.nextGaussian();
            expected += gradient.toArray()[i] * direction[i];
        }
        double h = 1e-3;
        double above = moved(at, point, direction, h, loss);
        double below = moved(at, point, direction, -h, loss);
        at.write(0, point, 0, point.length);
        double slope = (above - below) / (2 * h);
        double scale = 1 + Math.abs(expected);
        assertTrue(Math.abs(slope - expected) <= 2e-2 * scale, what + ": " + expected + ", by differences " + slope);
    }

    private static double moved(Tensor at, float[] point, float[] direction, double h, DoubleSupplier loss) {
        for (int i = 0; i < point.length; i++) {
            at.array()[i] = (float) (point[i] + h * direction[i]);
        }
        return loss.getAsDouble();
    }

    @Test
    void oneSequenceAloneIsItsOwnMemory() {
        TransformerDecoderLayer layer = layers().findFirst().orElseThrow();
        Sequences in = sequences(1, 5, 5, 3);
        Tensor dOut = sequences(3, 5, 5, 5).tensor();
        Tensor both = Tensor.zeros(dOut.shape());
        Tensor own = Tensor.zeros(dOut.shape());
        Tensor memory = Tensor.zeros(dOut.shape());
        try (Workspace workspace = Workspace.threads(1)) {
            Tensor out = Tensor.zeros(dOut.shape());
            layer.backward(
                    layer.record(in, out, workspace), dOut, Gradients.none().withInput(both), workspace);
            assertBits(forward(layer, in, in, 1), out, "output");
            Sequences copy = Sequences.of(in.tensor().copy(), in.lengths());
            Recording recording = layer.record(in, copy, out, workspace);
            layer.backward(recording, dOut, Gradients.none().withInput(own).withContext(memory), workspace);
        }
        for (int i = 0; i < both.size(); i++) {
            assertEquals(own.array()[i] + memory.array()[i], both.array()[i], 1e-5);
        }
    }

    @ParameterizedTest
    @Tag("allocation")
    @MethodSource("layers")
    void stepsAllocateNothing(TransformerDecoderLayer layer) {
        Sequences memory = sequences(2, 7, 3, 7);
        Sequences token = sequences(1, 1, 1, 1);
        Tensor out = Tensor.zeros(token.tensor().shape());
        try (Workspace workspace = Workspace.threads(1)) {
            MixerState state = layer.newState(memory, 4, workspace);
            assertEquals(0, allocated(() -> {
                layer.step(token, state, out, workspace);
                state.rollback(1);
            }));
            Sequences in = sequences(1, 9, 9, 2);
            Tensor whole = Tensor.zeros(in.tensor().shape());
            assertEquals(0, allocated(() -> layer.forward(in, memory, whole, workspace)));
        }
    }

    /** Bytes of ten calls: the least of many measurements, as vectors are boxed until the kernels are compiled. */
    private static long allocated(Runnable call) {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (least > 0 && System.nanoTime() < end) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int k = 0; k < 10; k++) {
                call.run();
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    @Test
    void whatDoesNotGoIsRefusedWithTheReason() {
        BlockConfig config = BlockConfig.transformer(40);
        Sequences memory = sequences(2, 7, 3, 7);
        Workspace workspace = Workspace.threads(1);
        assertThrows(
                UnsupportedCapabilityException.class,
                () -> layer(
                        attention(true), create("lstm", MixerConfig.width(WIDTH).with("hidden", WIDTH)), config));
        UnsupportedCapabilityException causal =
                assertThrows(UnsupportedCapabilityException.class, () -> layer(attention(true), attention(true), config)
                        .newState(memory, 4, workspace));
        assertTrue(causal.getMessage().contains("causal=false"), causal.getMessage());
        assertThrows(UnsupportedCapabilityException.class, () -> layer(attention(false), attention(false), config)
                .newState(memory, 4, workspace));
        List<TransformerDecoderLayer> all = layers().toList();
        MixerState state = all.get(0).newState(memory, 4, workspace);
        Sequences token = sequences(1, 1, 1, 1);
        Tensor out = Tensor.zeros(token.tensor().shape());
        assertThrows(ForeignStateException.class, () -> all.get(1).step(token, state, out));
        assertThrows(ShapeMismatchException.class, () -> all.get(0)
                .step(sequences(1, 1, 1), state, Tensor.zeros(1, 1, WIDTH)));
        Contextual cross = all.get(0).crossMixer();
        Contextual other = all.get(1).crossMixer();
        assertThrows(
                ForeignStateException.class,
                () -> cross.forward(token, other.prepare(memory, workspace), out, workspace));
    }

    @Test
    void parametersHaveTheNamesOfPyTorch() {
        assertEquals(
                List.of(
                        "self_attn.in_proj_weight",
                        "self_attn.in_proj_bias",
                        "self_attn.out_proj.weight",
                        "self_attn.out_proj.bias",
                        "multihead_attn.in_proj_weight",
                        "multihead_attn.in_proj_bias",
                        "multihead_attn.out_proj.weight",
                        "multihead_attn.out_proj.bias",
                        "linear1.weight",
                        "linear1.bias",
                        "linear2.weight",
                        "linear2.bias",
                        "norm1.weight",
                        "norm1.bias",
                        "norm2.weight",
                        "norm2.bias",
                        "norm3.weight",
                        "norm3.bias"),
                List.copyOf(layers().findFirst().orElseThrow().parameters().names()));
    }
}
