package org.attention4j.model;

import static org.attention4j.model.Cases.assertBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.List;
import java.util.stream.LongStream;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerState;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Activation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the laws of mixers, which {@code LayersTest} of the command line runs, do not say. */
class SequentialTest {
    private static final int WIDTH = 6;
    private static final int POSITIONS = 8;
    private static final ParameterSource SOURCE = Initializer.seeded(5);

    private final DecayMixer first = DecayMixer.of(WIDTH, false, SOURCE.under("0."));
    private final LearnedPositions positions = LearnedPositions.of(POSITIONS, WIDTH, SOURCE.under("1."));
    private final LinearLayer linear = LinearLayer.of(WIDTH, 3, true, SOURCE.under("2."));
    private final DecayMixer last = DecayMixer.of(3, false, SOURCE.under("3."));
    private final Sequential all =
            Sequential.of(first).then(positions).then(linear).then(last);

    private static Tensor forward(Sequential mixer, Sequences in) {
        Tensor out = Tensor.zeros(in.batch(), in.time(), mixer.spec().outputWidth());
        mixer.forward(in, out, Workspace.threads(1));
        return out;
    }

    private static Sequences range(Sequences of, int from, int to) {
        return Sequences.of(of.tensor().slice(0).range(from, to).reshape(1, to - from, WIDTH));
    }

    /** The input has 50 thousand numbers, what is between the layers 2.5 milliards. */
    @Test
    void whatNoArrayHoldsBetweenTheLayersIsRefusedWithItsShape() {
        int n = 50_000;
        Sequential wide = Sequential.of(LinearLayer.of(1, n, false, SOURCE)).then(LinearLayer.of(n, 1, false, SOURCE));
        String refused = assertThrows(BadShapeException.class, () -> forward(wide, Sequences.of(Tensor.zeros(1, n, 1))))
                .getMessage();
        assertTrue(refused.contains("[1, 50000, 50000]"), refused);
    }

    @Test
    void isItsPartsOneAfterTheOther() {
        Workspace workspace = Workspace.threads(1);
        Sequences in = Cases.ragged(1, WIDTH, 5, 0, 3);
        Tensor x = Tensor.zeros(3, 5, WIDTH);
        Tensor y = Tensor.zeros(3, 5, WIDTH);
        Tensor z = Tensor.zeros(3, 5, 3);
        Tensor out = Tensor.zeros(3, 5, 3);
        first.forward(in, x, workspace);
        positions.forward(Sequences.of(x, in.lengths()), y, workspace);
        linear.forward(Sequences.of(y, in.lengths()), z, workspace);
        last.forward(Sequences.of(z, in.lengths()), out, workspace);

        assertBits(out, forward(all, in), "one by one");
    }

    @Test
    void parametersAreNumberedByParts() {
        assertEquals(
                List.of("0.decay", "1.weight", "2.weight", "2.bias", "3.decay"),
                List.copyOf(all.parameters().names()));
        assertEquals(
                List.copyOf(all.parameters().names()),
                all.spec().parameters().stream().map(ParameterSpec::name).toList());
        Sequences in = Cases.ragged(1, WIDTH, 5);
        ParameterSource other = Initializer.seeded(6);
        Sequential changed = all.withParameters(other);
        Sequential again = changed.withParameters(ParameterSource.of(changed.parameters()));
        assertBits(forward(changed, in), forward(again, in), "made again");
    }

    @Test
    void stepsAddPositionsWhereSequencesStand() {
        Sequences in = Cases.ragged(1, WIDTH, POSITIONS);
        Tensor whole = forward(all, in);
        MixerState state = all.newState(1, 4);
        Tensor chunk = Tensor.zeros(1, 4, 3);
        all.step(range(in, 0, 4), state, chunk);
        assertBits(whole.slice(0).range(0, 4), chunk.slice(0), "first chunk");
        all.step(range(in, 4, 8), state, chunk);
        assertBits(whole.slice(0).range(4, 8), chunk.slice(0), "second chunk");
    }

    /** The first mixer could go on, and would stand elsewhere than the last. */
    @Test
    void aStepBehindTheLastPositionAdvancesNothing() {
        MixerState state = all.newState(1, 4);
        Sequences in = Cases.ragged(1, WIDTH, POSITIONS + 1);
        assertThrows(BadShapeException.class, () -> all.step(in, state, Tensor.zeros(1, POSITIONS + 1, 3)));
        Tensor out = Tensor.zeros(1, 4, 3);
        all.step(range(in, 0, 4), state, out);
        assertBits(forward(all, range(in, 0, 4)), out, "after the refusal");
    }

    /** A kink of one part is one of the whole: otherwise differences would be held against gradients there. */
    @Test
    void isSmoothIfEveryPartIs() {
        assertTrue(all.spec().smooth());
        Sequential kinked = all.then(Mlp.of(3, 4, Activation.RELU, SOURCE));
        assertFalse(kinked.spec().smooth());
        assertFalse(Sequential.of(kinked).spec().smooth());
        assertTrue(all.then(Mlp.of(3, 4, Activation.GELU, SOURCE)).spec().smooth());
        BlockConfig config = BlockConfig.transformer(8);
        assertFalse(Block.of(first, config.withActivation(Activation.RELU), SOURCE)
                .spec()
                .smooth());
        assertTrue(Block.of(first, config.withActivation(Activation.GELU), SOURCE)
                .spec()
                .smooth());
    }

    /** Positions are told by where the sequences stand, which is all that there is to a state. */
    @Test
    void layersAloneGoOnFromTheirPosition() throws IOException {
        Sequential layers = Sequential.of(positions).then(linear);
        Sequences in = Cases.ragged(1, WIDTH, POSITIONS);
        MixerState state = layers.newState(1, 4);
        assertEquals(layers.stateBytes(1, 4), state.bytes());
        layers.step(range(in, 0, 3), state, Tensor.zeros(1, 3, 3));
        state.rollback(1);
        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        state.save(Channels.newChannel(saved));
        MixerState loaded = layers.loadState(Channels.newChannel(new ByteArrayInputStream(saved.toByteArray())));
        Tensor rest = Tensor.zeros(1, 4, 3);
        layers.step(range(in, 2, 6), loaded, rest);
        assertBits(forward(layers, in).slice(0).range(2, 6), rest.slice(0), "after 2 positions");
        assertEquals(6, loaded.position(0));
        assertEquals(2, state.position(0));
    }

    @Test
    void bytesOfPartsThatAreMoreThanANumberHoldsAreRefused() {
        StackState.bytes(LongStream.of(Long.MAX_VALUE - 1, 1));
        BadShapeException refused =
                assertThrows(BadShapeException.class, () -> StackState.bytes(LongStream.of(Long.MAX_VALUE - 1, 2)));
        assertTrue(refused.getMessage().contains("and 2 bytes together"), refused.getMessage());
    }

    @Test
    void refusesAPartOfAnotherWidth() {
        BadConfigurationException refused =
                assertThrows(BadConfigurationException.class, () -> all.then(LinearLayer.of(4, 2, true, SOURCE)));
        assertTrue(
                refused.getMessage().contains("what comes before it gives width 3, it takes 4"), refused.getMessage());
    }

    /** Two widths in turn, in memory that both take. */
    @Test
    @Tag("allocation")
    void oneInsideAnotherAllocatesNothing() {
        Sequential narrow =
                Sequential.of(LinearLayer.of(WIDTH, 2, true, SOURCE)).then(LinearLayer.of(2, 5, true, SOURCE));
        Sequential wide = Sequential.of(LinearLayer.of(5, 9, true, SOURCE)).then(LinearLayer.of(9, 4, true, SOURCE));
        Sequential both = Sequential.of(first).then(narrow).then(wide);
        Sequences in = Cases.ragged(1, WIDTH, 7, 4);
        Tensor out = Tensor.zeros(2, 7, 4);
        try (Workspace workspace = Workspace.threads(2)) {
            assertEquals(0, Cases.allocated(() -> both.forward(in, out, workspace)), "forward");
        }
    }

    @Test
    @Tag("allocation")
    void stepsAndWholeSequencesAllocateNothing() {
        MixerState state = all.newState(2, 4);
        Sequences token = Sequences.of(Cases.random(1, 2, 1, WIDTH));
        Tensor out = Tensor.zeros(2, 1, 3);
        assertEquals(
                0,
                Cases.allocated(() -> {
                    all.step(token, state, out);
                    state.rollback(1);
                }),
                "step");
        Sequences in = Cases.ragged(1, WIDTH, 7, 4);
        Tensor whole = Tensor.zeros(2, 7, 3);
        try (Workspace workspace = Workspace.threads(2)) {
            assertEquals(0, Cases.allocated(() -> all.forward(in, whole, workspace)), "forward");
        }
    }
}
