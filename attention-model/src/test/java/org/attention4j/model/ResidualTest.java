package org.attention4j.model;

import static org.attention4j.model.Cases.assertBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.Gradients;
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
class ResidualTest {
    private static final int WIDTH = 6;
    private static final ParameterSource SOURCE = Initializer.seeded(5);

    private final DecayMixer decay = DecayMixer.of(WIDTH, false, SOURCE);
    private final Residual plain = Residual.of(decay);
    private final Sequential narrowing = Sequential.of(decay).then(LinearLayer.of(WIDTH, 4, true, SOURCE));
    private final LinearLayer shortcut = LinearLayer.of(WIDTH, 4, false, Initializer.seeded(9));
    private final Residual narrow = Residual.of(narrowing, shortcut);

    private static Tensor sum(Tensor x, Tensor y) {
        Tensor sum = y.copy();
        for (int i = 0; i < sum.size(); i++) {
            sum.array()[i] += x.toArray()[i];
        }
        return sum;
    }

    @Test
    void addsTheInputOrWhatTheShortcutMakesOfIt() {
        Workspace workspace = Workspace.threads(1);
        Sequences in = Cases.ragged(1, WIDTH, 5, 0, 3);
        Tensor inside = Tensor.zeros(3, 5, WIDTH);
        decay.forward(in, inside, workspace);
        Tensor out = Tensor.zeros(3, 5, WIDTH);
        plain.forward(in, out, workspace);
        for (int b = 0; b < 3; b++) {
            for (int t = 0; t < 5; t++) {
                Tensor x = t < in.length(b) ? in.tensor().slice(b).slice(t).copy() : Tensor.zeros(WIDTH);
                Tensor expected = sum(x, inside.slice(b).slice(t).copy());
                assertBits(expected, out.slice(b).slice(t), b + ", " + t);
            }
        }

        Tensor first = Tensor.zeros(3, 5, 4);
        Tensor second = Tensor.zeros(3, 5, 4);
        narrowing.forward(in, first, workspace);
        shortcut.forward(in, second, workspace);
        Tensor both = Tensor.zeros(3, 5, 4);
        narrow.forward(in, both, workspace);
        assertBits(sum(second, first), both, "with a shortcut");
    }

    @Test
    void namesWhatIsInsideAndTheShortcut() {
        assertEquals(List.of("mixer.decay"), List.copyOf(plain.parameters().names()));
        List<String> names = List.of("mixer.0.decay", "mixer.1.weight", "mixer.1.bias", "shortcut.weight");
        assertEquals(names, List.copyOf(narrow.parameters().names()));
        assertEquals(
                names,
                narrow.spec().parameters().stream().map(ParameterSpec::name).toList());
        assertEquals(4, narrow.spec().outputWidth());
        Sequences in = Cases.ragged(1, WIDTH, 5);
        Residual other = narrow.withParameters(Initializer.seeded(6));
        Residual again = other.withParameters(ParameterSource.of(other.parameters()));
        Tensor expected = Tensor.zeros(1, 5, 4);
        Tensor given = Tensor.zeros(1, 5, 4);
        other.forward(in, expected, Workspace.threads(1));
        again.forward(in, given, Workspace.threads(1));
        assertBits(expected, given, "made again");
    }

    @Test
    void gradientsOfBothWaysAreAdded() {
        Sequences in = Cases.ragged(1, WIDTH, 3, 2);
        Tensor dOut = Cases.random(2, 2, 3, WIDTH);
        Workspace workspace = Workspace.threads(1);
        Tensor inside = Tensor.zeros(2, 3, WIDTH);
        Tensor dInside = Tensor.zeros(2, 3, WIDTH);
        decay.backward(
                decay.record(in, inside, workspace), dOut, Gradients.none().withInput(dInside), workspace);
        Tensor dBoth = Tensor.zeros(2, 3, WIDTH);
        plain.backward(
                plain.record(in, Tensor.zeros(2, 3, WIDTH), workspace),
                dOut,
                Gradients.none().withInput(dBoth),
                workspace);
        for (int b = 0; b < 2; b++) {
            for (int t = 0; t < in.length(b); t++) {
                Tensor expected = sum(
                        dOut.slice(b).slice(t).copy(), dInside.slice(b).slice(t).copy());
                assertBits(expected, dBoth.slice(b).slice(t), b + ", " + t);
            }
        }
    }

    @Test
    void isWhatTheMixerInsideIs() {
        assertFalse(plain.spec().supports(Capability.ATTENTIVE));
        Residual frozen = Residual.of(DecayMixer.of(WIDTH, true, SOURCE));
        assertFalse(frozen.spec().supports(Capability.DIFFERENTIABLE));
        assertTrue(plain.spec().causal());
        Residual kinked = Residual.of(Sequential.of(decay).then(ActivationLayer.of(WIDTH, Activation.RELU)));
        assertTrue(plain.spec().smooth());
        assertFalse(kinked.spec().smooth());
    }

    @Test
    void refusesWidthsThatCannotBeAdded() {
        String refused = assertThrows(BadConfigurationException.class, () -> Residual.of(narrowing))
                .getMessage();
        assertTrue(refused.contains("must be 6, were 6 and 4"), refused);
        LinearLayer wide = LinearLayer.of(WIDTH, 5, true, SOURCE);
        refused = assertThrows(BadConfigurationException.class, () -> Residual.of(narrowing, wide))
                .getMessage();
        assertTrue(refused.contains("must be of the mixer's widths, 6 to 4"), refused);
    }

    @Test
    @Tag("allocation")
    void stepsAndWholeSequencesAllocateNothing() {
        MixerState state = narrow.newState(2, 4);
        Sequences token = Sequences.of(Cases.random(1, 2, 1, WIDTH));
        Tensor out = Tensor.zeros(2, 1, 4);
        assertEquals(
                0,
                Cases.allocated(() -> {
                    narrow.step(token, state, out);
                    state.rollback(1);
                }),
                "step");
        Sequences in = Cases.ragged(1, WIDTH, 7, 4);
        Tensor whole = Tensor.zeros(2, 7, 4);
        try (Workspace workspace = Workspace.threads(2)) {
            assertEquals(0, Cases.allocated(() -> narrow.forward(in, whole, workspace)), "forward");
        }
    }
}
