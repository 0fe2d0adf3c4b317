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
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Activation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the laws of mixers, which {@code LayersTest} of the command line runs, do not say. */
class BranchesTest {
    private static final int WIDTH = 6;
    private static final ParameterSource SOURCE = Initializer.seeded(5);

    private final DecayMixer decay = DecayMixer.of(WIDTH, false, SOURCE);
    private final Sequential linear = Sequential.of(LinearLayer.of(WIDTH, WIDTH, true, SOURCE));
    private final Sequential narrow = Sequential.of(decay).then(LinearLayer.of(WIDTH, 4, false, SOURCE));
    private final Sequences in = Cases.ragged(1, WIDTH, 5, 0, 3);

    private Tensor forward(SequenceMixer mixer) {
        Tensor out = Tensor.zeros(3, 5, mixer.spec().outputWidth());
        out.fill(7); // everything is written
        mixer.forward(in, out, Workspace.threads(1));
        return out;
    }

    @Test
    void outputsAreAddedMultipliedOrSideBySide() {
        Tensor x = forward(decay);
        Tensor y = forward(linear);
        Tensor z = forward(narrow);
        Tensor sum = Tensor.zeros(3, 5, WIDTH);
        Tensor product = Tensor.zeros(3, 5, WIDTH);
        Tensor beside = Tensor.zeros(3, 5, WIDTH + 4);
        for (int i = 0; i < sum.size(); i++) {
            sum.array()[i] = x.array()[i] + y.array()[i];
            product.array()[i] = x.array()[i] * y.array()[i] * x.array()[i];
        }
        for (int i = 0; i < 15; i++) {
            System.arraycopy(x.array(), i * WIDTH, beside.array(), i * (WIDTH + 4), WIDTH);
            System.arraycopy(z.array(), i * 4, beside.array(), i * (WIDTH + 4) + WIDTH, 4);
        }
        assertBits(sum, forward(Branches.sum(decay, linear)), "sum");
        assertBits(product, forward(Branches.product(decay, linear, decay)), "product");
        assertBits(beside, forward(Branches.concatenation(decay, narrow)), "concatenation");
        assertBits(x, forward(Branches.product(decay)), "alone");
    }

    /** σ(t) ⊙ h + (1 − σ(t)) ⊙ x, as the documentation of the class has it. */
    @Test
    void aHighwayIsASumOfProducts() {
        LinearLayer gate = LinearLayer.of(WIDTH, WIDTH, true, Initializer.seeded(8));
        LinearLayer opposite = gate.withParameters((parameter, target) -> {
            Tensor same = gate.parameters().get(parameter.name());
            for (int i = 0; i < target.size(); i++) {
                target.array()[target.offset() + i] = -same.array()[i];
            }
        });
        Branches highway = Branches.sum(
                Branches.product(
                        Sequential.of(gate).then(ActivationLayer.of(WIDTH, Activation.SIGMOID)),
                        linear.then(ActivationLayer.of(WIDTH, Activation.RELU))),
                Branches.product(
                        Sequential.of(opposite).then(ActivationLayer.of(WIDTH, Activation.SIGMOID)),
                        Sequential.of(Identity.of(WIDTH))));
        Tensor t = forward(Sequential.of(gate));
        Tensor h = forward(linear);
        Tensor y = forward(highway);
        for (int b = 0; b < 3; b++) {
            for (int p = 0; p < in.length(b); p++) {
                for (int d = 0; d < WIDTH; d++) {
                    double open = 1 / (1 + Math.exp(-t.get(b, p, d)));
                    double expected = open * Math.max(h.get(b, p, d), 0)
                            + (1 - open) * in.tensor().get(b, p, d);
                    assertEquals(expected, y.get(b, p, d), 1e-6);
                }
            }
        }
    }

    @Test
    void parametersAreNumberedByBranches() {
        Branches both = Branches.sum(decay, linear);
        List<String> names = List.of("0.decay", "1.0.weight", "1.0.bias");
        assertEquals(names, List.copyOf(both.parameters().names()));
        assertEquals(
                names,
                both.spec().parameters().stream().map(ParameterSpec::name).toList());
        Branches other = both.withParameters(Initializer.seeded(6));
        assertBits(forward(other), forward(both.withParameters(ParameterSource.of(other.parameters()))), "made again");
        assertFalse(forward(both).sameBits(forward(other)));
    }

    @Test
    void areWhatAllBranchesAre() {
        assertTrue(Branches.sum(decay, linear).spec().supports(Capability.INCREMENTAL));
        Branches frozen = Branches.sum(linear, DecayMixer.of(WIDTH, true, SOURCE));
        assertFalse(frozen.spec().supports(Capability.DIFFERENTIABLE));
        assertTrue(frozen.spec().causal());
        assertTrue(frozen.spec().smooth());
        Branches kinked = Branches.product(linear, linear.then(ActivationLayer.of(WIDTH, Activation.RELU)));
        assertFalse(kinked.spec().smooth());
    }

    /** The product rule: what a factor gets back is multiplied by the other factors, and inputs add up. */
    @Test
    void gradientsOfBranchesAreAdded() {
        Tensor dOut = Cases.random(2, 3, 5, WIDTH);
        Branches square = Branches.product(Sequential.of(Identity.of(WIDTH)), Sequential.of(Identity.of(WIDTH)));
        Tensor dIn = Tensor.zeros(3, 5, WIDTH);
        Workspace workspace = Workspace.threads(1);
        square.backward(
                square.record(in, Tensor.zeros(3, 5, WIDTH), workspace),
                dOut,
                Gradients.none().withInput(dIn),
                workspace);
        for (int p = 0; p < 3; p++) {
            float product = dOut.get(2, p, 1) * in.tensor().get(2, p, 1);
            assertEquals(product + product, dIn.get(2, p, 1));
        }
        assertEquals(0, dIn.get(2, 3, 1)); // padding
    }

    @Test
    void refusesWidthsThatDoNotFit() {
        String refused = assertThrows(BadConfigurationException.class, () -> Branches.product(decay, narrow))
                .getMessage();
        assertTrue(
                refused.contains("input and output width must be the first branch's, 6 and 6, were 6 and 4"), refused);
        refused = assertThrows(
                        BadConfigurationException.class,
                        () -> Branches.concatenation(decay, Sequential.of(Identity.of(4))))
                .getMessage();
        assertTrue(refused.contains("input width must be the first branch's, 6, were 4 and 4"), refused);
        refused = assertThrows(BadConfigurationException.class, Branches::sum).getMessage();
        assertTrue(refused.contains("there must be at least one"), refused);
    }

    @Test
    @Tag("allocation")
    void stepsAndWholeSequencesAllocateNothing() {
        for (Branches all : List.of(
                Branches.sum(decay, linear), Branches.product(decay, linear), Branches.concatenation(decay, narrow))) {
            int width = all.spec().outputWidth();
            MixerState state = all.newState(2, 4);
            Sequences token = Sequences.of(Cases.random(1, 2, 1, WIDTH));
            Tensor out = Tensor.zeros(2, 1, width);
            assertEquals(
                    0,
                    Cases.allocated(() -> {
                        all.step(token, state, out);
                        state.rollback(1);
                    }),
                    "step");
            Tensor whole = Tensor.zeros(3, 5, width);
            try (Workspace workspace = Workspace.threads(2)) {
                assertEquals(0, Cases.allocated(() -> all.forward(in, whole, workspace)), "forward");
            }
        }
    }
}
