package org.attention4j.rnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Gradients;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.junit.jupiter.api.Test;

/** The simple recurrence against its formula in float64, and its own options. */
class RnnTest {
    /** Of values around 1 after at most 9 steps; a float has 6e-8. ReLU's state may grow, so errors are relative to it. */
    private static final double TOLERANCE = 4e-6;

    @Provide
    Arbitrary<LstmCase> cases() {
        return LstmCase.any();
    }

    @Provide
    Arbitrary<LstmCase> wide() {
        return LstmCase.wide();
    }

    @Provide
    Arbitrary<String> activations() {
        return Arbitraries.of("tanh", "relu");
    }

    private static Rnn rnn(LstmCase c, String activation, Kernels kernels) {
        return Rnn.of(c.config().with("activation", activation), Initializer.seeded(c.seed()), kernels);
    }

    @Property(tries = 100)
    void outputsAndLastStatesAreTheFormula(@ForAll("cases") LstmCase c, @ForAll("activations") String activation) {
        Rnn rnn = rnn(c, activation, Kernels.preferred());
        Sequences in = c.input();
        NamedTensors initial = NamedTensors.of(Map.of("h", c.hidden(5).get("h")));
        NamedTensors last = rnn.newHidden(c.batch());
        Tensor out = c.newOutput();
        try (Workspace workspace = Workspace.threads(1)) {
            rnn.forward(in, initial, out, last, workspace);
        }
        for (int d = 0; d < c.directions(); d++) {
            for (int b = 0; b < c.batch(); b++) {
                checkSequence(c, activation, rnn.parameters(), in, d, b, initial.get("h"), out, last.get("h"));
            }
        }
    }

    private static void checkSequence(
            LstmCase c,
            String activation,
            NamedTensors parameters,
            Sequences in,
            int d,
            int b,
            Tensor initial,
            Tensor out,
            Tensor last) {
        String suffix = d == 0 ? "_l0" : "_l0_reverse";
        double[] h = new double[c.hidden()];
        for (int j = 0; j < h.length; j++) {
            h[j] = initial.get(d, b, j);
        }
        for (int s = 0; s < in.length(b); s++) {
            int t = d == 0 ? s : in.length(b) - 1 - s;
            double[] next = new double[h.length];
            for (int j = 0; j < h.length; j++) {
                double sum = 0;
                if (c.bias()) {
                    sum = (double) parameters.get("bias_ih" + suffix).get(j)
                            + parameters.get("bias_hh" + suffix).get(j);
                }
                for (int p = 0; p < c.width(); p++) {
                    sum += (double) parameters.get("weight_ih" + suffix).get(j, p)
                            * in.tensor().get(b, t, p);
                }
                for (int p = 0; p < h.length; p++) {
                    sum += parameters.get("weight_hh" + suffix).get(j, p) * h[p];
                }
                next[j] = activation.equals("tanh") ? Math.tanh(sum) : Math.max(sum, 0);
                assertClose(next[j], out.get(b, t, d * h.length + j));
            }
            h = next;
        }
        for (int j = 0; j < h.length; j++) {
            assertClose(h[j], last.get(d, b, j));
        }
    }

    private static void assertClose(double expected, float actual) {
        assertTrue(Math.abs(actual - expected) <= TOLERANCE * (1 + Math.abs(expected)), actual + " not " + expected);
    }

    @Property(tries = 20)
    void threadsThatShareASequenceGiveTheSameBits(
            @ForAll("wide") LstmCase c, @ForAll("activations") String activation) {
        Rnn scalar = rnn(c, activation, Kernels.scalar());
        Rnn preferred = rnn(c, activation, Kernels.preferred());
        NamedTensors initial = NamedTensors.of(Map.of("h", c.hidden(5).get("h")));
        Tensor expected = c.newOutput();
        Tensor actual = c.newOutput();
        try (Workspace one = Workspace.threads(1);
                Workspace three = Workspace.threads(3)) {
            scalar.forward(c.input(), initial, expected, scalar.newHidden(c.batch()), one);
            preferred.forward(c.input(), initial, actual, preferred.newHidden(c.batch()), three);
        }
        assertTrue(expected.sameBits(actual));
        Gradients ofOne = gradients(scalar, c, 1);
        Gradients ofFive = gradients(preferred, c, 5);
        assertTrue(ofOne.input().orElseThrow().sameBits(ofFive.input().orElseThrow()));
        ofOne.parameters()
                .forEach((name, tensor) ->
                        assertTrue(tensor.sameBits(ofFive.parameters().get(name)), name));
    }

    /** Those of which the cotangent is the output. */
    private static Gradients gradients(Rnn rnn, LstmCase c, int threads) {
        Gradients gradients = Gradients.zeros(rnn.spec(), c.input());
        Tensor out = c.newOutput();
        try (Workspace workspace = Workspace.threads(threads)) {
            rnn.backward(rnn.record(c.input(), out, workspace), out, gradients, workspace);
        }
        return gradients;
    }

    /** The kit compares with differences, which is not for ReLU: dx = Wᵀ (dy where y is above 0). */
    @Property(tries = 30)
    void reluPassesGradientsWhereItIsAboveZero(@ForAll("cases") LstmCase c) {
        Rnn rnn = Rnn.of(
                MixerConfig.width(c.width()).with("hidden", c.hidden()).with("activation", "relu"),
                Initializer.seeded(c.seed()));
        Sequences in = Sequences.of(c.random(1, 1, 1, c.width()));
        Tensor out = Tensor.zeros(1, 1, c.hidden());
        Tensor dOut = c.random(2, 1, 1, c.hidden());
        Gradients gradients = Gradients.zeros(rnn.spec(), in);
        try (Workspace workspace = Workspace.threads(1)) {
            rnn.backward(rnn.record(in, out, workspace), dOut, gradients, workspace);
        }
        Tensor weight = rnn.parameters().get("weight_ih_l0");
        for (int p = 0; p < c.width(); p++) {
            double expected = 0;
            for (int j = 0; j < c.hidden(); j++) {
                expected += out.get(0, 0, j) > 0 ? (double) weight.get(j, p) * dOut.get(0, 0, j) : 0;
            }
            assertClose(expected, gradients.input().orElseThrow().get(0, 0, p));
        }
    }

    @Test
    void parametersAreThoseOfPyTorch() {
        MixerConfig config = MixerConfig.width(3).with("hidden", 5);
        assertEquals(
                List.of("weight_ih_l0 [5, 3]", "weight_hh_l0 [5, 5]", "bias_ih_l0 [5]", "bias_hh_l0 [5]"),
                new RnnProvider()
                        .spec(config).parameters().stream()
                                .map(parameter -> parameter.name() + " " + parameter.shape())
                                .toList());
    }

    @Test
    void otherActivationsAreRefused() {
        MixerConfig config = MixerConfig.width(2).with("activation", "gelu");
        String message = assertThrows(BadConfigurationException.class, () -> new RnnProvider().spec(config))
                .getMessage();
        assertTrue(message.contains("gelu") && message.contains("relu"), message);
    }
}
