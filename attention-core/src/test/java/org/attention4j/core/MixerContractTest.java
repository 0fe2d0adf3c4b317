package org.attention4j.core;

import static org.attention4j.core.Values.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.OperatingSystemMXBean;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.List;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Capability;
import org.attention4j.api.CorruptFileException;
import org.attention4j.api.ForeignStateException;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerException;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.OverlapException;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnsupportedCapabilityException;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionRow;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionWeighting;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the mixers declare and refuse, and what a call costs. */
class MixerContractTest {
    private static final Initializer SEED = Initializer.seeded(42);
    private static final MixerConfig CAUSAL =
            MixerConfig.width(12).with("heads", 3).with("causal", true);

    private static Sequences random(int... extents) {
        return Sequences.of(Values.random(1, extents));
    }

    @Test
    void parametersAreThoseOfPyTorch() {
        MixerConfig all = MixerConfig.width(6)
                .with("heads", 2)
                .with("bias-key-value", true)
                .with("zero-attention", true);
        assertEquals(
                List.of("in_proj_weight", "in_proj_bias", "bias_k", "bias_v", "out_proj.weight", "out_proj.bias"),
                names(MultiHeadAttention.of(all, SEED)));
        MixerConfig crossed = MixerConfig.width(6)
                .with("bias", false)
                .with("context-width", 5)
                .with("context-value-width", 4);
        assertEquals(
                List.of("q_proj_weight", "k_proj_weight", "v_proj_weight", "out_proj.weight"),
                names(MultiHeadAttention.of(crossed, SEED)));
        NamedTensors parameters = MultiHeadAttention.of(all, SEED).parameters();
        assertEquals(Shape.of(18, 6), parameters.get("in_proj_weight").shape());
        assertEquals(Shape.of(1, 1, 6), parameters.get("bias_k").shape());
        float largest = 0;
        for (float x : parameters.get("in_proj_weight").toArray()) {
            largest = Math.max(largest, Math.abs(x));
        }
        assertEquals(Math.sqrt(6.0 / 24), largest, 0.05);
    }

    private static List<String> names(ProjectedAttention mixer) {
        return mixer.spec().parameters().stream().map(ParameterSpec::name).toList();
    }

    @Test
    void refusalsSayWhy() {
        MixerConfig plain = MixerConfig.width(12).with("heads", 3);
        assertRefused("needs causal=true, was false", plain);
        assertRefused("needs bias-key-value=false, was true", CAUSAL.with("bias-key-value", true));
        assertRefused("needs zero-attention=false, was true", CAUSAL.with("zero-attention", true));
        assertRefused("needs context-width=width, was 5 for width 12", CAUSAL.with("context-width", 5));
        String heads = assertThrows(
                        BadConfigurationException.class, () -> MultiHeadAttention.of(plain.with("heads", 5), SEED))
                .getMessage();
        assertTrue(heads.contains("heads") && heads.contains("5") && heads.contains("12"), heads);
        assertThrows(BadConfigurationException.class, () -> MultiHeadAttention.of(plain.with("head", 3), SEED));
        assertThrows(BadConfigurationException.class, () -> new MultiHeadAttentionProvider()
                .spec(plain.with("context-width", 5)));
    }

    private static void assertRefused(String reason, MixerConfig config) {
        MultiHeadAttention mixer = MultiHeadAttention.of(config, SEED);
        UnsupportedCapabilityException refusal =
                assertThrows(UnsupportedCapabilityException.class, () -> mixer.require(Incremental.class));
        assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
        assertThrows(UnsupportedCapabilityException.class, () -> mixer.newState(1, 1));
    }

    @Test
    void wrongArgumentsChangeNothing() {
        MultiHeadAttention mixer = MultiHeadAttention.of(CAUSAL, SEED);
        Sequences in = random(2, 5, 12);
        Tensor out = Tensor.zeros(2, 5, 12);
        out.fill(7);
        Tensor before = out.copy();
        List<Runnable> calls = List.of(
                () -> mixer.forward(random(2, 5, 11), out),
                () -> mixer.forward(in, random(3, 5, 12), out),
                () -> mixer.forward(in, random(2, 5, 11), out),
                () -> mixer.step(random(1, 5, 12), mixer.newState(2, 9), Tensor.zeros(1, 5, 12)),
                () -> mixer.weights(in, Tensor.zeros(2, 3, 5, 4)),
                () -> SelfAttention.of(MixerConfig.width(12).with("causal", true), SEED)
                        .step(in, mixer.newState(2, 9), out),
                () -> typed(mixer, in, in, random(2, 4, 12), ScoreTerms.none(), out),
                () -> typed(mixer, in, in, Sequences.of(in.tensor(), 5, 4), ScoreTerms.none(), out),
                () -> typed(mixer, in, in, in, ScoreTerms.none().withBias(Tensor.zeros(4, 5)), out),
                () -> typed(
                        mixer.withVariant(AttentionVariant.of(new NoWeighting())),
                        in,
                        in,
                        in,
                        ScoreTerms.none().withBias(Tensor.zeros(5)),
                        out));
        for (int i = 0; i < calls.size(); i++) {
            int call = i;
            assertThrows(MixerException.class, () -> calls.get(call).run(), "call " + i);
            assertSame("output", before, out);
        }
        assertThrows(OverlapException.class, () -> mixer.forward(in, in.tensor()));
        assertThrows(BadShapeException.class, () -> mixer.newState(1, 0));
        assertThrows(BadShapeException.class, () -> mixer.newState(1, Integer.MAX_VALUE));
        MultiHeadAttention crossed = MultiHeadAttention.of(MixerConfig.width(12).with("context-width", 5), SEED);
        assertThrows(ShapeMismatchException.class, () -> crossed.forward(in, out));
        crossed.forward(in, random(2, 3, 5), out);
    }

    private static void typed(
            MultiHeadAttention mixer, Sequences q, Sequences k, Sequences v, ScoreTerms terms, Tensor out) {
        try (Workspace workspace = Workspace.threads(1)) {
            mixer.forward(q, k, v, terms, out, workspace);
        }
    }

    private static final class NoWeighting implements AttentionWeighting {
        @Override
        public void weights(AttentionRow row, float[] weights) {}

        @Override
        public void backward(
                AttentionRow row, float[] w, float[] dW, float[] dQuery, float[] dKeys, float[] dParameters) {}
    }

    @Test
    void recordingsBelongToTheirMixer() {
        MultiHeadAttention mixer = MultiHeadAttention.of(CAUSAL, SEED);
        Sequences in = random(1, 3, 12);
        Tensor out = Tensor.zeros(1, 3, 12);
        Recording recording = mixer.record(in, out);
        Gradients wanted = Gradients.none().withContext(Tensor.zeros(1, 3, 12));
        assertThrows(UnsupportedCapabilityException.class, () -> mixer.backward(recording, out, wanted));
        assertThrows(ForeignStateException.class, () -> mixer.withParameters(SEED)
                .backward(recording, out, Gradients.none()));
    }

    @Test
    void emptyBatchesAndSequences() {
        for (ProjectedAttention mixer : List.of(
                MultiHeadAttention.of(CAUSAL, SEED),
                MultiHeadAttention.of(MixerConfig.width(12).with("zero-attention", true), SEED),
                SelfAttention.of(MixerConfig.width(12), SEED))) {
            for (int[] extents : new int[][] {{0, 4, 12}, {2, 0, 12}, {0, 0, 12}}) {
                Sequences in = random(extents);
                Tensor out = Tensor.zeros(extents);
                Recording recording = mixer.record(in, out);
                mixer.backward(recording, out, Gradients.zeros(mixer.spec(), in));
                mixer.weights(in, Tensor.zeros(extents[0], mixer.spec().heads(), extents[1], extents[1]));
            }
            Tensor out = Tensor.zeros(2, 3, 12);
            mixer.forward(random(2, 3, 12), random(2, 0, 12), out);
        }
    }

    @Test
    void tensorsOutsideTheHeap() {
        MultiHeadAttention mixer = MultiHeadAttention.of(CAUSAL, SEED);
        Sequences in = random(2, 5, 12);
        Tensor out = Tensor.zeros(2, 5, 12);
        Tensor dOut = Values.random(3, 2, 5, 12);
        Gradients heap = Gradients.zeros(mixer.spec(), in);
        mixer.backward(mixer.record(in, out), dOut, heap);
        try (Arena arena = Arena.ofConfined()) {
            Sequences nativeIn = Sequences.of(outside(arena, in.tensor()));
            Tensor nativeOut = outside(arena, Tensor.zeros(2, 5, 12));
            Gradients gradients = Gradients.none()
                    .withInput(outside(arena, Tensor.zeros(2, 5, 12)))
                    .withParameters(NamedTensors.empty()
                            .with("in_proj_weight", outside(arena, Tensor.zeros(36, 12)))
                            .with("out_proj.bias", outside(arena, Tensor.zeros(12))));
            Recording recording = mixer.record(nativeIn, nativeOut);
            mixer.backward(recording, outside(arena, dOut), gradients);
            assertSame("output", out, nativeOut);
            assertSame("input", heap.input().orElseThrow(), gradients.input().orElseThrow());
            gradients
                    .parameters()
                    .forEach(
                            (name, tensor) -> assertSame(name, heap.parameters().get(name), tensor));
        }
    }

    private static Tensor outside(Arena arena, Tensor tensor) {
        Tensor copy = Tensor.of(arena.allocate(tensor.size() * Float.BYTES, 4), tensor.shape());
        copy.copyFrom(tensor);
        return copy;
    }

    @Test
    void damagedStatesAreRefused() throws IOException {
        MultiHeadAttention mixer = MultiHeadAttention.of(CAUSAL, SEED);
        MixerState state = mixer.newState(1, 4);
        mixer.step(random(1, 3, 12), state, Tensor.zeros(1, 3, 12));
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        state.save(Channels.newChannel(file));
        byte[] bytes = file.toByteArray();
        int sizes = 12 + mixer.spec().fingerprint().length();
        for (int[] change :
                new int[][] {{sizes, 1 << 30}, {sizes + 4, 1 << 30}, {sizes + 4, 1 << 20}, {sizes + 4, 2}}) {
            byte[] damaged = bytes.clone();
            ByteBuffer.wrap(damaged).order(ByteOrder.LITTLE_ENDIAN).putInt(change[0], change[1]);
            assertThrows(CorruptFileException.class, () -> load(mixer, damaged));
        }
        byte[] cut = Arrays.copyOf(bytes, bytes.length - 1);
        assertThrows(CorruptFileException.class, () -> load(mixer, cut));
        MultiHeadAttention other = MultiHeadAttention.of(CAUSAL.with("heads", 4), SEED);
        assertThrows(ForeignStateException.class, () -> load(other, bytes));
    }

    private static void load(MultiHeadAttention mixer, byte[] bytes) throws IOException {
        mixer.loadState(Channels.newChannel(new ByteArrayInputStream(bytes)));
    }

    @Test
    @Tag("allocation")
    void callsAreFreeOfGarbage() {
        MultiHeadAttention mixer = MultiHeadAttention.of(CAUSAL, SEED)
                .withVariant(AttentionVariant.softmax().withScores((s, b, h, query, key) -> s - (query - key)));
        Sequences in = Sequences.of(Values.random(1, 2, 40, 12), 40, 33);
        Tensor out = Tensor.zeros(2, 40, 12);
        MixerState state = mixer.newState(2, 50);
        Sequences one = random(2, 1, 12);
        Tensor last = Tensor.zeros(2, 1, 12);
        SelfAttention single = SelfAttention.of(MixerConfig.width(12), SEED);
        try (Workspace workspace = Workspace.threads(2)) {
            assertEquals(0, garbage(() -> mixer.forward(in, out, workspace)), "forward");
            assertEquals(0, garbage(() -> single.forward(in, out, workspace)), "one head");
            mixer.step(in, state, out, workspace);
            assertEquals(
                    0,
                    garbage(() -> {
                        mixer.step(one, state, last, workspace);
                        state.rollback(1);
                    }),
                    "step");
        }
    }

    /** Bytes that ten calls allocate once they have warmed up. */
    private static long garbage(Runnable call) {
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

    @Test
    void capabilitiesAreDeclared() {
        assertTrue(MultiHeadAttention.of(CAUSAL, SEED).spec().supports(Capability.INCREMENTAL));
        assertTrue(SelfAttention.of(MixerConfig.width(3).with("value-width", 5), SEED)
                .spec()
                .supports(Capability.CONTEXTUAL));
        assertEquals(
                5,
                SelfAttention.of(MixerConfig.width(3).with("value-width", 5), SEED)
                        .spec()
                        .outputWidth());
    }
}
