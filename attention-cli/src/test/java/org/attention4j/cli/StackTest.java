package org.attention4j.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
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
import org.attention4j.api.StateExhaustedException;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnsupportedCapabilityException;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Activation;
import org.attention4j.model.Block;
import org.attention4j.model.BlockConfig;
import org.attention4j.model.LayerNorm;
import org.attention4j.model.Norm;
import org.attention4j.model.TransformerDecoder;
import org.attention4j.model.TransformerEncoder;
import org.attention4j.model.files.ElementType;
import org.attention4j.model.files.StateDict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stacks of layers around mixers of the registry. */
class StackTest {
    private static final int WIDTH = 8;
    private static final Mixers MIXERS = Mixers.load();
    private static final BlockConfig CONFIG =
            BlockConfig.transformer(12).withActivation(Activation.GELU).withNormFirst(true);

    @TempDir
    private Path folder = Path.of("");

    private static Function<ParameterSource, SequenceMixer> attention(boolean causal) {
        MixerConfig config = MixerConfig.width(WIDTH).with("heads", 2).with("causal", causal);
        return source -> MIXERS.create("multi-head-attention", config, source);
    }

    private static TransformerEncoder encoder(boolean causal) {
        return TransformerEncoder.of(3, attention(causal), CONFIG, true, Initializer.seeded(1));
    }

    private static TransformerDecoder decoder() {
        return TransformerDecoder.of(2, attention(true), attention(false), CONFIG, true, Initializer.seeded(2));
    }

    /** Layers of different kinds, without a norm at the end. */
    private static TransformerEncoder hybrid() {
        SequenceMixer gru = MIXERS.create("gru", MixerConfig.width(WIDTH).with("hidden", WIDTH), Initializer.seeded(4));
        SequenceMixer attention = attention(true).apply(Initializer.seeded(5));
        return TransformerEncoder.of(
                List.of(
                        Block.of(gru, CONFIG, Initializer.seeded(6)),
                        Block.of(attention, CONFIG.withNormFirst(false), Initializer.seeded(7))),
                Optional.empty());
    }

    private static Sequences sequences(int seed, int time, int... lengths) {
        Random random = new Random(seed);
        Tensor tensor = Tensor.zeros(lengths.length, time, WIDTH);
        for (int i = 0; i < tensor.size(); i++) {
            boolean padding = i / WIDTH % time >= lengths[i / WIDTH / time];
            tensor.array()[i] = padding ? Float.NaN : (float) random.nextGaussian();
        }
        return Sequences.of(tensor, lengths);
    }

    private static Sequences range(Sequences of, int from, int to) {
        Tensor part = Tensor.zeros(of.batch(), to - from, WIDTH);
        for (int b = 0; b < of.batch(); b++) {
            part.slice(b).copyFrom(of.tensor().slice(b).range(from, to));
        }
        return Sequences.of(part);
    }

    private static void assertRange(Tensor whole, Tensor part, int from, int to) {
        for (int b = 0; b < part.extent(0); b++) {
            assertArrayEquals(
                    whole.slice(b).range(from, to).toArray(), part.slice(b).toArray(), "sequence " + b);
        }
    }

    private static Tensor forward(SequenceMixer mixer, Sequences in, int threads) {
        Tensor out = Tensor.zeros(in.tensor().shape());
        try (Workspace workspace = Workspace.threads(threads)) {
            mixer.forward(in, out, workspace);
        }
        return out;
    }

    @Test
    void anEncoderIsItsLayersAndItsNorm() {
        TransformerEncoder encoder = encoder(false);
        Sequences in = sequences(1, 5, 5, 0, 3);
        Sequences x = in;
        for (Block layer : encoder.layers()) {
            x = Sequences.of(forward(layer, x, 1), in.lengths());
        }
        Tensor expected = Tensor.zeros(in.tensor().shape());
        encoder.norm().orElseThrow().forward(x, expected, Workspace.threads(1));
        assertArrayEquals(expected.toArray(), forward(encoder, in, 3).toArray());
        assertThrows(UnsupportedCapabilityException.class, () -> encoder.newState(1, 1));
    }

    @Test
    void stepsOfAnEncoderAreTheWhole() throws IOException {
        for (TransformerEncoder encoder : List.of(encoder(true), hybrid())) {
            Sequences in = sequences(2, 7, 7, 7);
            Tensor whole = forward(encoder, in, 2);
            MixerState state = encoder.newState(2, 7);
            assertEquals(encoder.stateBytes(2, 7), state.bytes());
            assertStep(encoder, state, in, whole, 0, 3);
            ByteArrayOutputStream saved = new ByteArrayOutputStream();
            state.save(Channels.newChannel(saved));
            MixerState copy = state.copy();
            assertStep(encoder, state, in, whole, 3, 7);
            state.rollback(2);
            assertStep(encoder, state, in, whole, 5, 7);
            assertStep(encoder, copy, in, whole, 3, 4);
            MixerState loaded = encoder.loadState(Channels.newChannel(new ByteArrayInputStream(saved.toByteArray())));
            assertStep(encoder, loaded, in, whole, 3, 7);
        }
        MixerState other = hybrid().newState(1, 1);
        assertThrows(ForeignStateException.class, () -> encoder(true)
                .step(sequences(1, 1, 1), other, Tensor.zeros(1, 1, WIDTH)));
    }

    /** The first layer's state has no end, so that it would take what the second one refuses. */
    @Test
    void aStepThatOneLayerHasNoRoomForAdvancesNone() {
        TransformerEncoder hybrid = hybrid();
        Sequences in = sequences(4, 7, 7, 7);
        MixerState state = hybrid.newState(2, 7);
        Tensor whole = forward(hybrid, in, 1);
        assertStep(hybrid, state, in, whole, 0, 3);
        assertThrows(
                StateExhaustedException.class, () -> hybrid.step(range(in, 0, 5), state, Tensor.zeros(2, 5, WIDTH)));
        assertStep(hybrid, state, in, whole, 3, 7);
    }

    private static void assertStep(
            TransformerEncoder encoder, MixerState state, Sequences in, Tensor whole, int from, int to) {
        Tensor out = Tensor.zeros(in.batch(), to - from, WIDTH);
        encoder.step(range(in, from, to), state, out);
        assertRange(whole, out, from, to);
    }

    @Test
    void stepsOfADecoderAreTheWhole() throws IOException {
        TransformerDecoder decoder = decoder();
        Sequences in = sequences(3, 6, 6, 6);
        Sequences memory = sequences(4, 5, 2, 5);
        Tensor whole = Tensor.zeros(in.tensor().shape());
        try (Workspace workspace = Workspace.threads(2)) {
            decoder.forward(in, memory, whole, workspace);
            MixerState state = decoder.newState(memory, 6, workspace);
            ByteArrayOutputStream saved = new ByteArrayOutputStream();
            for (int t = 0; t < 6; t++) {
                Tensor out = Tensor.zeros(2, 1, WIDTH);
                decoder.step(range(in, t, t + 1), state, out, workspace);
                assertRange(whole, out, t, t + 1);
                if (t == 2) {
                    state.save(Channels.newChannel(saved));
                }
            }
            MixerState loaded = decoder.loadState(
                    Channels.newChannel(new ByteArrayInputStream(saved.toByteArray())), memory, workspace);
            Tensor out = Tensor.zeros(2, 3, WIDTH);
            decoder.step(range(in, 3, 6), loaded, out);
            assertRange(whole, out, 3, 6);
        }
    }

    @Test
    void gradientsAreDifferenceQuotients() {
        Sequences in = sequences(5, 4, 4, 2);
        Sequences memory = sequences(6, 3, 1, 3);
        Tensor dOut = sequences(7, 4, 4, 4).tensor();
        for (TransformerEncoder encoder : List.of(encoder(false), hybrid())) {
            Tensor dIn = Tensor.zeros(dOut.shape());
            NamedTensors dParameters = encoder.parameters().zerosLike();
            try (Workspace workspace = Workspace.threads(2)) {
                Recording recording = encoder.record(in, Tensor.zeros(dOut.shape()), workspace);
                encoder.backward(
                        recording, dOut, Gradients.none().withInput(dIn).withParameters(dParameters), workspace);
            }
            NamedTensors parameters = encoder.parameters();
            assertSlope(in.tensor(), dIn, () -> forward(encoder, in, 1), dOut);
            dParameters.forEach((name, d) -> assertSlope(
                    parameters.get(name),
                    d,
                    () -> forward(encoder.withParameters(ParameterSource.of(parameters)), in, 1),
                    dOut));
        }
        TransformerDecoder decoder = decoder();
        Tensor dMemory = Tensor.zeros(memory.tensor().shape());
        try (Workspace workspace = Workspace.threads(2)) {
            Recording recording = decoder.record(in, memory, Tensor.zeros(dOut.shape()), workspace);
            decoder.backward(recording, dOut, Gradients.none().withContext(dMemory), workspace);
            Supplier<Tensor> again = () -> {
                Tensor out = Tensor.zeros(dOut.shape());
                decoder.forward(in, memory, out, workspace);
                return out;
            };
            assertSlope(memory.tensor(), dMemory, again, dOut);
        }
    }

    /** The derivative along a random direction, by central differences. */
    private static void assertSlope(Tensor at, Tensor gradient, Supplier<Tensor> forward, Tensor dOut) {
        float[] point = at.toArray();
        Random random = new Random(point.length);
        double expected = 0;
        float[] direction = new float[point.length];
        for (int i = 0; i < point.length; i++) {
            direction[i] = (float) random.nextGaussian();
            expected += Float.isNaN(point[i]) ? 0 : gradient.toArray()[i] * direction[i];
        }
        double slope = 0;
        float h = 1e-3f;
        for (int sign = -1; sign <= 1; sign += 2) {
            for (int i = 0; i < point.length; i++) {
                at.array()[i] = point[i] + sign * h * direction[i];
            }
            float[] out = forward.get().toArray();
            for (int i = 0; i < out.length; i++) {
                slope += sign * (double) out[i] * dOut.array()[i] / (2 * h);
            }
        }
        at.write(0, point, 0, point.length);
        assertTrue(
                Math.abs(slope - expected) <= 1e-2 * (1 + Math.abs(expected)), expected + ", by differences " + slope);
    }

    @Test
    void wholeModelsGoToFilesAndBackUnderPyTorchsNames() throws IOException {
        NamedTensors parameters = NamedTensors.empty()
                .and("encoder.", encoder(false).parameters())
                .and("decoder.", decoder().parameters());
        for (String name : List.of(
                "encoder.layers.2.self_attn.in_proj_weight",
                "encoder.norm.weight",
                "decoder.layers.1.multihead_attn.out_proj.bias",
                "decoder.layers.0.norm3.bias",
                "decoder.layers.1.linear2.weight")) {
            assertTrue(parameters.contains(name), name);
        }
        Path file = folder.resolve("model.safetensors");
        StateDict.write(file, parameters, ElementType.F32);
        TransformerEncoder other = TransformerEncoder.of(3, attention(false), CONFIG, true, Initializer.seeded(9));
        TransformerEncoder same = other.withParameters(
                ParameterSource.of(StateDict.read(file, "encoder.", other.spec().parameters())));
        Sequences in = sequences(1, 5, 5, 3);
        assertArrayEquals(
                forward(encoder(false), in, 1).toArray(), forward(same, in, 1).toArray());
        assertEquals(
                List.copyOf(decoder().parameters().names()),
                List.copyOf(StateDict.read(file, "decoder.", decoder().spec().parameters())
                        .names()));
    }

    @Test
    void capabilitiesAreThoseOfAllLayers() {
        assertTrue(hybrid().spec().supports(Capability.INCREMENTAL));
        assertTrue(hybrid().spec().causal());
        assertThrows(BadConfigurationException.class, () -> TransformerEncoder.of(List.of(), Optional.empty()));
        assertThrows(
                BadConfigurationException.class,
                () -> TransformerEncoder.of(0, attention(true), CONFIG, true, Initializer.seeded(1)));
        BlockConfig bare = CONFIG.withNorm(Norm.NONE);
        BadConfigurationException noNorm = assertThrows(
                BadConfigurationException.class,
                () -> TransformerEncoder.of(1, attention(true), bare, true, Initializer.seeded(1)));
        assertTrue(noNorm.getMessage().contains("needs norm=layer or rms, or lastNorm=false"), noNorm.getMessage());
        SequenceMixer wide = MIXERS.create("gru", MixerConfig.width(9).with("hidden", 9), Initializer.seeded(4));
        Block block = Block.of(wide, CONFIG, Initializer.seeded(1));
        assertThrows(
                BadConfigurationException.class,
                () -> TransformerEncoder.of(List.of(encoder(true).layers().get(0), block), Optional.empty()));
        LayerNorm norm = LayerNorm.of(WIDTH, 1e-5, Initializer.seeded(1));
        assertTrue(TransformerEncoder.of(hybrid().layers(), Optional.of(norm))
                .parameters()
                .contains("norm.weight"));
    }
}
