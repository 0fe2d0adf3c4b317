package org.attention4j.model;

import static org.attention4j.model.Cases.alone;
import static org.attention4j.model.Cases.assertBits;
import static org.attention4j.model.Cases.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.attention4j.api.Attentive;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.ForeignStateException;
import org.attention4j.api.Gradients;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnknownTensorException;
import org.attention4j.api.UnsupportedCapabilityException;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Activation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class BlockTest {
    private static final int WIDTH = 6;
    private static final ParameterSource SOURCE = (parameter, target) -> {
        Initializer.seeded(5).fill(parameter, target);
        if (parameter.name().contains("norm")) {
            target.copyFrom(Cases.random(parameter.name().hashCode(), WIDTH));
        }
    };

    static Stream<Block> blocks() {
        return Stream.concat(
                Stream.of(Arrangement.values()).map(BlockTest::block),
                Stream.of(Arrangement.PRE_NORM, Arrangement.PARALLEL).map(one -> block(one, Norm.NONE)));
    }

    private static Block block(Arrangement arrangement) {
        return block(arrangement, Norm.LAYER);
    }

    private static Block block(Arrangement arrangement, Norm norm) {
        DecayMixer mixer = DecayMixer.of(WIDTH, false, SOURCE.under("mixer."));
        BlockConfig config = new BlockConfig(7, Activation.GELU, true, 1e-3);
        return Block.of(mixer, config.withArrangement(arrangement).withNorm(norm), SOURCE);
    }

    private static Block block(boolean normFirst) {
        return block(normFirst ? Arrangement.PRE_NORM : Arrangement.POST_NORM);
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void forwardIsTheFormula(Block block) {
        Sequences in = Cases.ragged(1, WIDTH, 5, 0, 3);
        Tensor out = forward(block, in, 2);
        double[] expected = naive(block, in, Cases.doubles(in.tensor()), LayerTest.wide(block.parameters()));
        assertClose(expected, out, 1e-5, "output");
    }

    /** The whole block in double; 0 at padding. */
    private static double[] naive(Block block, Sequences in, double[] x, Map<String, double[]> p) {
        double epsilon = (float) block.config().epsilon();
        double[] out = new double[x.length];
        for (int b = 0; b < in.batch(); b++) {
            double[] hidden = new double[WIDTH];
            for (int t = 0; t < in.length(b); t++) {
                int at = (b * in.time() + t) * WIDTH;
                double[] residual = Arrays.copyOfRange(x, at, at + WIDTH);
                UnaryOperator<double[]> mixer = z -> {
                    for (int i = 0; i < WIDTH; i++) {
                        hidden[i] = p.get("mixer.decay")[i] * hidden[i] + z[i];
                    }
                    return hidden;
                };
                UnaryOperator<double[]> mlp = z -> Naive.mlp(z, Activation.GELU, p, "");
                Function<String, UnaryOperator<double[]>> norm = block.config().norm() == Norm.NONE
                        ? name -> z -> z
                        : name -> z -> Naive.norm(z, p.get(name + ".weight"), p.get(name + ".bias"), epsilon);
                double[] y = naive(block.config().arrangement(), residual, mixer, mlp, norm);
                System.arraycopy(y, 0, out, at, WIDTH);
            }
        }
        return out;
    }

    /** As the Javadoc of {@link Arrangement} has it. */
    private static double[] naive(
            Arrangement arrangement,
            double[] x,
            UnaryOperator<double[]> f,
            UnaryOperator<double[]> g,
            Function<String, UnaryOperator<double[]>> norms) {
        UnaryOperator<double[]> n1 = norms.apply("norm1");
        UnaryOperator<double[]> n2 = norms.apply("norm2");
        UnaryOperator<double[]> m1 = norms.apply("post_norm1");
        UnaryOperator<double[]> m2 = norms.apply("post_norm2");
        switch (arrangement) {
            case PRE_NORM -> {
                double[] s = Naive.plus(x, f.apply(n1.apply(x)));
                return Naive.plus(s, g.apply(n2.apply(s)));
            }
            case POST_NORM -> {
                double[] s = n1.apply(Naive.plus(x, f.apply(x)));
                return n2.apply(Naive.plus(s, g.apply(s)));
            }
            case OUTPUT_NORM -> {
                double[] s = Naive.plus(x, n1.apply(f.apply(x)));
                return Naive.plus(s, n2.apply(g.apply(s)));
            }
            case SANDWICH -> {
                double[] s = Naive.plus(x, m1.apply(f.apply(n1.apply(x))));
                return Naive.plus(s, m2.apply(g.apply(n2.apply(s))));
            }
            case PARALLEL -> {
                return Naive.plus(Naive.plus(x, f.apply(n1.apply(x))), g.apply(n2.apply(x)));
            }
            default -> throw new AssertionError(arrangement);
        }
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void gradientsAreDifferenceQuotients(Block block) {
        Sequences in = Cases.ragged(2, WIDTH, 3, 0, 2);
        Sequences dOut = Cases.ragged(3, WIDTH, 3, 0, 2);
        Tensor out = Tensor.zeros(in.tensor().shape());
        Tensor dIn = Cases.random(4, 3, 3, WIDTH);
        double[] dInGiven = Cases.doubles(dIn);
        NamedTensors dParameters = block.parameters().zerosLike();
        Recording recording = block.record(in, out);
        assertBits(forward(block, in, 2), out, "recorded");
        int kept = block.config().arrangement() == Arrangement.PARALLEL ? 3 : 4; // no sum between
        assertTrue(recording.bytes() >= Float.BYTES * kept * in.tensor().size());
        block.backward(recording, dOut.tensor(), Gradients.none().withInput(dIn).withParameters(dParameters));

        Map<String, double[]> parameters = LayerTest.wide(block.parameters());
        double[] x = Cases.doubles(in.tensor());
        double[] dX = Cases.differences(x, moved -> dot(naive(block, in, moved, parameters), in, dOut));
        assertClose(Naive.plus(dInGiven, dX), dIn, 1e-4, "input");
        for (String name : dParameters.names()) {
            double[] d = Cases.differences(parameters.get(name), moved -> {
                Map<String, double[]> changed = new LinkedHashMap<>(parameters);
                changed.put(name, moved);
                return dot(naive(block, in, x, changed), in, dOut);
            });
            assertClose(d, dParameters.get(name), 1e-4, name);
        }
        NamedTensors again = block.parameters().zerosLike();
        block.backward(recording, dOut.tensor(), Gradients.none().withParameters(again));
        assertBits(dParameters, again, "second use of the recording, parameters alone");
        NamedTensors unknown = NamedTensors.empty().with("linear3.weight", Tensor.zeros(1));
        assertThrows(
                UnknownTensorException.class,
                () -> block.backward(recording, dOut.tensor(), Gradients.none().withParameters(unknown)));
        assertThrows(
                ForeignStateException.class, () -> block(true).backward(recording, dOut.tensor(), Gradients.none()));
    }

    private static double dot(double[] y, Sequences in, Sequences dOut) {
        double sum = 0;
        for (int b = 0; b < in.batch(); b++) {
            for (int t = 0; t < in.length(b); t++) {
                for (int i = 0; i < WIDTH; i++) {
                    sum += y[(b * in.time() + t) * WIDTH + i] * dOut.tensor().get(b, t, i);
                }
            }
        }
        return sum;
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void bitsDoNotDependOnThreadsOrBatch(Block block) {
        Sequences in = Cases.ragged(1, WIDTH, 5, 0, 23, 23);
        Tensor out = forward(block, in, 1);
        assertBits(out, forward(block, in, 3), "three threads");
        for (int b = 0; b < in.batch(); b++) {
            assertBits(alone(in, out, b), forward(block, alone(in, b), 1), "sequence " + b);
        }
        Tensor dOut = Cases.random(8, 4, 23, WIDTH);
        NamedTensors one = block.parameters().zerosLike();
        NamedTensors three = block.parameters().zerosLike();
        try (Workspace workspace = Workspace.threads(3)) {
            Recording recording = block.record(in, Tensor.zeros(out.shape()), workspace);
            block.backward(recording, dOut, Gradients.none().withParameters(three), workspace);
            block.backward(recording, dOut, Gradients.none().withParameters(one), Workspace.threads(1));
        }
        assertBits(one, three, "gradients");
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void stepsAreTheWhole(Block block) throws IOException {
        Sequences in = Cases.ragged(1, WIDTH, 9, 9);
        Tensor whole = forward(block, in, 2);
        MixerState state = block.newState(2, 4);
        assertEquals(block.stateBytes(2, 4), state.bytes());
        Tensor first = step(block, in, state, 0, 4);
        MixerState copy = state.copy();
        Tensor rest = step(block, in, state, 4, 9);
        for (int b = 0; b < 2; b++) {
            assertBits(whole.slice(b).range(0, 4), first.slice(b), "chunk of 4");
            assertBits(whole.slice(b).range(4, 9), rest.slice(b), "chunk of 5");
        }
        state.rollback(2);
        assertBits(rest.slice(0).range(3, 5), step(block, in, state, 7, 9).slice(0), "after a rollback");

        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        copy.save(Channels.newChannel(saved));
        MixerState loaded = block.loadState(Channels.newChannel(new ByteArrayInputStream(saved.toByteArray())));
        assertBits(rest, step(block, in, loaded, 4, 9), "loaded");
        assertEquals(9, loaded.position(0));
        Block other = block(!block.config().normFirst());
        assertThrows(ForeignStateException.class, () -> step(other, in, loaded, 0, 1));
    }

    @ParameterizedTest
    @Tag("allocation")
    @EnumSource
    void stepsAndWholeSequencesAllocateNothing(Arrangement arrangement) {
        Block block = block(arrangement);
        MixerState state = block.newState(2, 4);
        Sequences token = Sequences.of(Cases.random(1, 2, 1, WIDTH));
        Tensor out = Tensor.zeros(2, 1, WIDTH);
        assertEquals(0, Cases.allocated(() -> block.step(token, state, out)), "step");
        Sequences in = Cases.ragged(1, WIDTH, 9, 4);
        Tensor whole = Tensor.zeros(2, 9, WIDTH);
        try (Workspace workspace = Workspace.threads(2)) {
            assertEquals(0, Cases.allocated(() -> block.forward(in, whole, workspace)), "forward");
        }
    }

    private static Tensor step(Block block, Sequences in, MixerState state, int from, int to) {
        Tensor chunk = Tensor.zeros(in.batch(), to - from, WIDTH);
        for (int b = 0; b < in.batch(); b++) {
            chunk.slice(b).copyFrom(in.tensor().slice(b).range(from, to));
        }
        Tensor out = Tensor.zeros(chunk.shape());
        block.step(Sequences.of(chunk), state, out);
        return out;
    }

    @Test
    void aMixersParametersHaveAPrefixOfTheirOwn() {
        BlockConfig config = BlockConfig.preNorm(4);
        for (String name : new String[] {"", "norm1", "linear2", "a b", "a.", ".a", "a\nb"}) {
            assertThrows(IllegalArgumentException.class, () -> config.withMixerName(name), name);
        }
        assertEquals("attn.0", config.withMixerName("attn.0").mixerName());
    }

    @Test
    void refusesWhatItsMixerRefuses() {
        Block block = Block.of(DecayMixer.of(WIDTH, true, SOURCE), BlockConfig.preNorm(4), SOURCE);
        UnsupportedCapabilityException refused = assertThrows(
                UnsupportedCapabilityException.class,
                () -> block.record(Sequences.of(Tensor.zeros(1, 1, WIDTH)), Tensor.zeros(1, 1, WIDTH)));
        assertTrue(refused.getMessage().contains("needs frozen=false, was true"), refused.getMessage());
        assertThrows(UnsupportedCapabilityException.class, () -> block.require(Attentive.class));
        assertTrue(block.spec().supports(Capability.INCREMENTAL));
        assertThrows(
                BadConfigurationException.class,
                () -> Block.of(block, new BlockConfig(4, Activation.GELU, true, 2), SOURCE));
    }

    @Test
    void parametersMakeTheSameBlockAgain() {
        Block block = block(true);
        NamedTensors parameters = block.parameters();
        assertEquals(
                block.spec().parameters().stream().map(spec -> spec.name()).toList(),
                parameters.names().stream().toList());
        Sequences in = Cases.ragged(1, WIDTH, 5);
        assertBits(
                forward(block, in, 1),
                forward(block.withParameters(ParameterSource.of(parameters)), in, 1),
                "made again");
    }

    private static Tensor forward(Block block, Sequences in, int threads) {
        Tensor out = Cases.random(9, in.batch(), in.time(), WIDTH);
        try (Workspace workspace = Workspace.threads(threads)) {
            block.forward(in, out, workspace);
        }
        return out;
    }

    @Test
    void aStackOfNoLayersSaysHowManyWereAskedFor() {
        BlockConfig config = BlockConfig.transformer(8);
        for (int count : new int[] {0, -1}) {
            BadConfigurationException encoder = assertThrows(
                    BadConfigurationException.class,
                    () -> TransformerEncoder.of(count, none -> block(Arrangement.PRE_NORM), config, false, SOURCE));
            assertEquals("option 'layers' = " + count + ": must be at least 1", encoder.getMessage());
            BadConfigurationException decoder = assertThrows(
                    BadConfigurationException.class,
                    () -> TransformerDecoder.of(
                            count,
                            none -> block(Arrangement.PRE_NORM),
                            none -> block(Arrangement.PRE_NORM),
                            config,
                            false,
                            SOURCE));
            assertEquals(encoder.getMessage(), decoder.getMessage());
        }
    }
}
