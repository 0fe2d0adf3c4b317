package org.attention4j.api;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class MixerSpecTest {
    private static final MixerKind KIND =
            Kinds.of("some", Capability.INCREMENTAL, Capability.ATTENTIVE, Capability.CONTEXTUAL);

    private final MixerSpec spec = MixerSpec.of(KIND, MixerConfig.width(3))
            .outputWidth(4)
            .contextWidth(5)
            .heads(2)
            .parameter("weight", InitialValue.uniform(1), 4, 3)
            .parameter("bias", InitialValue.ones(), 4)
            .build();
    private final Sequences in = Sequences.of(Tensor.zeros(2, 6, 3));
    private final Tensor out = Tensor.zeros(2, 6, 4);

    @Test
    void defaultsAreTheInputsWidthAndTheSameBits() {
        MixerSpec plain = MixerSpec.of(KIND, MixerConfig.width(3)).build();
        assertEquals(3, plain.inputWidth());
        assertEquals(3, plain.outputWidth());
        assertEquals(3, plain.contextWidth());
        assertEquals(1, plain.heads());
        assertTrue(plain.exactness().isBits());
        assertFalse(plain.causal() || plain.boundedState());
        assertTrue(plain.receptiveField().isEmpty());
        assertEquals("some width=3 size=1", plain.fingerprint());
        assertSame(plain.fingerprint(), plain.fingerprint(), "made once: every step compares it");
    }

    @Test
    void nonsenseIsRefusedBeforeAnythingIsBuilt() {
        MixerSpec.Builder builder = MixerSpec.of(KIND, MixerConfig.width(3));
        assertThrows(BadShapeException.class, () -> builder.outputWidth(0));
        assertThrows(BadShapeException.class, () -> builder.contextWidth(-1));
        assertThrows(BadShapeException.class, () -> builder.heads(0));
        assertThrows(BadShapeException.class, () -> builder.receptiveField(-1, 0));
        assertThrows(BadShapeException.class, () -> builder.parameter("p", InitialValue.zeros(), -1));
        builder.parameter("q", InitialValue.zeros(), 1);
        assertThrows(IllegalArgumentException.class, () -> builder.parameter("q", InitialValue.zeros(), 1));
        assertThrows(
                BadConfigurationException.class,
                () -> MixerSpec.of(KIND, MixerConfig.width(3).with("sise", 1)));
        assertThrows(IllegalArgumentException.class, () -> new Exactness(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> InitialValue.uniform(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> InitialValue.uniform(-1));
    }

    @Test
    void refusalsCarryTheirReason() {
        MixerSpec refusing = MixerSpec.of(KIND, MixerConfig.width(3))
                .refuse(Capability.INCREMENTAL, "needs causal=true, was false")
                .build();
        assertFalse(refusing.supports(Capability.INCREMENTAL));
        assertTrue(refusing.supports(Capability.ATTENTIVE));
        UnsupportedCapabilityException refused =
                assertThrows(UnsupportedCapabilityException.class, () -> refusing.require(Capability.INCREMENTAL));
        assertEquals("some does not support incremental: needs causal=true, was false", refused.getMessage());
        assertEquals(Capability.INCREMENTAL, refused.capability());
        assertTrue(assertThrows(UnsupportedCapabilityException.class, () -> spec.require(Capability.RECURRENT))
                .getMessage()
                .contains("no mixer of this kind is recurrent"));
        assertDoesNotThrow(() -> spec.require(Capability.CONTEXTUAL));
    }

    @Test
    void aPassIsCheckedForShapesAndOverlap() {
        assertDoesNotThrow(() -> spec.check(in, out));
        ShapeMismatchException narrow =
                assertThrows(ShapeMismatchException.class, () -> spec.check(Sequences.of(Tensor.zeros(2, 6, 4)), out));
        assertEquals(Shape.of(2, 6, 3), narrow.expected());
        assertEquals(Shape.of(2, 6, 4), narrow.given());
        for (Tensor wrong :
                List.of(Tensor.zeros(1, 6, 4), Tensor.zeros(2, 5, 4), Tensor.zeros(2, 6, 3), Tensor.zeros(2, 24))) {
            ShapeMismatchException refused = assertThrows(ShapeMismatchException.class, () -> spec.check(in, wrong));
            assertEquals(Shape.of(2, 6, 4), refused.expected());
            assertEquals(wrong.shape(), refused.given());
        }
        float[] memory = new float[100];
        Sequences there = Sequences.of(Tensor.of(memory, 0, Shape.of(2, 6, 3)));
        assertDoesNotThrow(() -> spec.check(there, Tensor.of(memory, 36, Shape.of(2, 6, 4))));
        assertThrows(OverlapException.class, () -> spec.check(there, Tensor.of(memory, 35, Shape.of(2, 6, 4))));
        Tensor sameMemory = Tensor.of(MemorySegment.ofArray(memory).asReadOnly(), Shape.of(2, 6, 3));
        assertThrows(
                OverlapException.class,
                () -> spec.check(Sequences.of(sameMemory), Tensor.of(memory, 35, Shape.of(2, 6, 4))));
    }

    @Test
    void anOutputInReadOnlyMemoryIsRefused() {
        MemorySegment memory = Arena.ofAuto().allocate(out.size() * Float.BYTES, Float.BYTES);
        assertDoesNotThrow(() -> spec.check(in, Tensor.of(memory, out.shape())));
        Tensor fixed = Tensor.of(memory.asReadOnly(), out.shape());
        assertThrows(IllegalArgumentException.class, () -> spec.check(in, fixed));
        assertThrows(IllegalArgumentException.class, () -> spec.check(in, new RowState(spec, 2, 4, 1, 0), fixed));
    }

    @Test
    void aGradientInReadOnlyMemoryIsRefusedBeforeAnyIsAddedTo() {
        SequenceMixer mixer = new FixedMixer(spec);
        Recording recording = new FixedRecording(mixer);
        Tensor fixed = Tensor.of(MemorySegment.ofArray(new float[36]).asReadOnly(), Shape.of(2, 6, 3));
        Gradients gradients = Gradients.none().withInput(fixed);
        String message = assertThrows(
                        IllegalArgumentException.class, () -> spec.check(mixer, recording, in, out, gradients))
                .getMessage();
        assertEquals("the gradient of the input [2, 6, 3] is a view of read-only memory", message);
    }

    private record FixedMixer(MixerSpec spec) implements SequenceMixer {
        @Override
        public NamedTensors parameters() {
            return NamedTensors.empty();
        }

        @Override
        public SequenceMixer withParameters(ParameterSource source) {
            return this;
        }

        @Override
        public void forward(Sequences x, Tensor y, Workspace workspace) {
            y.fill(0);
        }
    }

    private record FixedRecording(SequenceMixer mixer) implements Recording {
        @Override
        public long bytes() {
            return 0;
        }
    }

    @Test
    void memoryWhoseArenaIsClosedIsRefusedAtTheDoor() {
        Tensor closed;
        Sequences closedIn;
        try (Arena arena = Arena.ofConfined()) {
            closed = Tensor.of(arena.allocate(4 * out.size(), 4), out.shape());
            closedIn = Sequences.of(Tensor.of(arena.allocate(4 * 36, 4), Shape.of(2, 6, 3)));
        }
        RowState state = new RowState(spec, 2, 6, 1, 0);
        assertEquals(
                "the output [2, 6, 4] lies in memory whose arena is closed",
                assertThrows(IllegalStateException.class, () -> spec.check(in, state, closed))
                        .getMessage());
        assertEquals(
                "the input [2, 6, 3] lies in memory whose arena is closed",
                assertThrows(IllegalStateException.class, () -> spec.check(closedIn, state, out))
                        .getMessage());
    }

    @Test
    @SuppressWarnings("NullAway")
    void nullIsNamed() {
        RowState state = new RowState(spec, 2, 4, 1, 0);
        assertNamed("in", () -> spec.check(null, out));
        assertNamed("out", () -> spec.check(in, (Tensor) null));
        assertNamed("chunk", () -> spec.check(null, state, out));
        assertNamed("state", () -> spec.check(in, (MixerState) null, out));
        assertNamed("out", () -> spec.check(in, state, null));
        assertNamed("sources", () -> state.reorder(null));
        assertNamed("dIn", () -> Gradients.none().withInput(null));
        assertNamed("dParameters", () -> Gradients.none().withParameters(null));
        assertNamed("tensors", () -> ParameterSource.of(null));
        assertNamed("layer", () -> Mixers.load(null));
    }

    private static void assertNamed(String argument, Executable call) {
        assertEquals(argument, assertThrows(NullPointerException.class, call).getMessage());
    }

    @Test
    void whatIsForeignIsToldByItsDifference() {
        assertEquals(
                "made for hidden=16, used with hidden=8: made for [lstm width=8 hidden=16 bias=true], cannot be used with"
                        + " [lstm width=8 hidden=8 bias=true]",
                new ForeignStateException("lstm width=8 hidden=8 bias=true", "lstm width=8 hidden=16 bias=true")
                        .getMessage());
        assertEquals(
                "made for [gru width=8], cannot be used with [lstm width=8]",
                new ForeignStateException("lstm width=8", "gru width=8").getMessage());
        assertEquals(
                "made by another mixer than the one it is used with, of the same configuration [lstm width=8]",
                new ForeignStateException("lstm width=8", "lstm width=8").getMessage());
    }

    private record Same(MixerSpec spec, NamedTensors parameters) implements SequenceMixer {
        @Override
        public SequenceMixer withParameters(ParameterSource source) {
            return new Same(spec, parameters);
        }

        @Override
        public void forward(Sequences from, Tensor to, Workspace workspace) {}
    }

    private record Recorded(SequenceMixer mixer, long bytes) implements Recording {}

    private record Other(SequenceMixer mixer, long bytes) implements Recording {}

    @Test
    void aStateOfAnotherClassIsForeign() {
        MixerState state = new RowState(spec, 2, 4, 1, 0);
        assertSame(state, state.require(RowState.class));
        abstract class Ring implements MixerState {}
        assertEquals(
                "made for [org.attention4j.api.RowState], cannot be used with [" + spec + "]",
                assertThrows(ForeignStateException.class, () -> state.require(Ring.class))
                        .getMessage());
    }

    @Test
    void aRecordingOfAnotherMixerOrClassIsForeign() {
        SequenceMixer mixer = new Same(spec, spec.zeroParameters());
        SequenceMixer twin = mixer.withParameters(ParameterSource.of(mixer.parameters()));
        Recording recording = new Recorded(mixer, 0);
        assertSame(recording, recording.require(mixer, Recorded.class));
        assertThrows(ForeignStateException.class, () -> recording.require(twin, Recorded.class));
        assertThrows(ForeignStateException.class, () -> recording.require(mixer, Other.class));
    }

    @Test
    void aStepIsCheckedForItsState() {
        RowState state = new RowState(spec, 2, 4, 1, 0);
        assertDoesNotThrow(() -> spec.check(in, state, out));
        RowState foreign = new RowState(Kinds.incremental(true), 2, 4, 1, 0);
        String message = assertThrows(ForeignStateException.class, () -> spec.check(in, foreign, out))
                .getMessage();
        assertTrue(message.contains("some width=3 size=1") && message.contains("kept width=2 size=1"), message);
        RowState other = new RowState(spec, 3, 4, 1, 0);
        assertThrows(ShapeMismatchException.class, () -> spec.check(in, other, out));
        MixerSpec plain = MixerSpec.of(Kinds.of("plain"), MixerConfig.width(3)).build();
        assertThrows(UnsupportedCapabilityException.class, () -> plain.check(in, state, out));
    }

    @Test
    void aSecondSequenceIsChecked() {
        assertDoesNotThrow(() -> spec.check(in, Sequences.of(Tensor.zeros(2, 9, 5)), out));
        assertThrows(ShapeMismatchException.class, () -> spec.check(in, Sequences.of(Tensor.zeros(2, 9, 3)), out));
        assertThrows(ShapeMismatchException.class, () -> spec.check(in, Sequences.of(Tensor.zeros(1, 9, 5)), out));
        Tensor shared = Tensor.zeros(2, 6, 4);
        Sequences context = Sequences.of(Tensor.of(shared.array(), 0, Shape.of(2, 4, 5)));
        assertThrows(OverlapException.class, () -> spec.check(in, context, shared));
    }

    @Test
    void weightsAndGradientsAreChecked() {
        assertDoesNotThrow(() -> spec.checkWeights(in, 6, Tensor.zeros(2, 2, 6, 6)));
        assertThrows(ShapeMismatchException.class, () -> spec.checkWeights(in, 6, Tensor.zeros(2, 1, 6, 6)));
        NamedTensors zeros = spec.zeroParameters();
        assertEquals(List.of("weight", "bias"), List.copyOf(zeros.names()));
        assertEquals(Shape.of(4, 3), zeros.get("weight").shape());
        List<String> asked = new ArrayList<>();
        NamedTensors made = spec.newParameters((parameter, target) -> {
            asked.add(parameter.name());
            target.fill(asked.size());
        });
        assertEquals(List.of("weight", "bias"), asked);
        assertEquals(2, made.get("bias").get(3));
    }

    @Test
    void checksOfAPassAllocateNothing() {
        RowState state = new RowState(spec, 2, 4, 1, 0);
        assertEquals(0, Allocation.bytes(() -> spec.check(in, state, out)));
    }
}
