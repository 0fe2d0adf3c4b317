package org.attention4j.rnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.attention4j.api.Gradients;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.junit.jupiter.api.Test;

/** The GRU against its formula in float64; gradients and the other laws are the kit's. */
class GruTest {
    /** Of values around 1 after at most 9 steps; a float has 6e-8. */
    private static final double TOLERANCE = 2e-6;

    @Provide
    Arbitrary<LstmCase> cases() {
        return LstmCase.any();
    }

    @Provide
    Arbitrary<LstmCase> large() {
        return LstmCase.large();
    }

    private static Gru gru(LstmCase c, Kernels kernels) {
        return Gru.of(c.config(), Initializer.seeded(c.seed()), kernels);
    }

    private static NamedTensors hidden(LstmCase c, int salt) {
        return NamedTensors.of(Map.of("h", c.hidden(salt).get("h")));
    }

    @Property(tries = 100)
    void outputsAndLastStatesAreTheFormula(@ForAll("cases") LstmCase c) {
        Gru gru = gru(c, Kernels.preferred());
        Sequences in = c.input();
        NamedTensors initial = hidden(c, 5);
        NamedTensors last = gru.newHidden(c.batch());
        Tensor out = c.newOutput();
        try (Workspace workspace = Workspace.threads(1)) {
            gru.forward(in, initial, out, last, workspace);
        }
        for (int d = 0; d < c.directions(); d++) {
            for (int b = 0; b < c.batch(); b++) {
                double[] h = new double[c.hidden()];
                for (int j = 0; j < h.length; j++) {
                    h[j] = initial.get("h").get(d, b, j);
                }
                for (int s = 0; s < in.length(b); s++) {
                    int t = d == 0 ? s : in.length(b) - 1 - s;
                    h = step(c, gru.parameters(), d == 0 ? "_l0" : "_l0_reverse", in, b, t, h);
                    for (int j = 0; j < h.length; j++) {
                        assertClose(h[j], out.get(b, t, d * h.length + j));
                    }
                }
                for (int j = 0; j < h.length; j++) {
                    assertClose(h[j], last.get("h").get(d, b, j));
                }
            }
        }
    }

    private static double[] step(
            LstmCase c, NamedTensors parameters, String suffix, Sequences in, int b, int t, double[] h) {
        int hidden = c.hidden();
        double[] fromInput = new double[3 * hidden];
        double[] fromState = new double[3 * hidden];
        for (int row = 0; row < 3 * hidden; row++) {
            fromInput[row] = c.bias() ? parameters.get("bias_ih" + suffix).get(row) : 0;
            fromState[row] = c.bias() ? parameters.get("bias_hh" + suffix).get(row) : 0;
            for (int p = 0; p < c.width(); p++) {
                fromInput[row] += (double) parameters.get("weight_ih" + suffix).get(row, p)
                        * in.tensor().get(b, t, p);
            }
            for (int p = 0; p < hidden; p++) {
                fromState[row] += parameters.get("weight_hh" + suffix).get(row, p) * h[p];
            }
        }
        double[] next = new double[hidden];
        for (int j = 0; j < hidden; j++) {
            double r = 1 / (1 + Math.exp(-fromInput[j] - fromState[j]));
            double z = 1 / (1 + Math.exp(-fromInput[hidden + j] - fromState[hidden + j]));
            double n = Math.tanh(fromInput[2 * hidden + j] + r * fromState[2 * hidden + j]);
            next[j] = (1 - z) * n + z * h[j];
        }
        return next;
    }

    private static void assertClose(double expected, float actual) {
        assertTrue(Math.abs(actual - expected) <= TOLERANCE * (1 + Math.abs(expected)), actual + " not " + expected);
    }

    @Provide
    Arbitrary<LstmCase> wide() {
        return LstmCase.wide();
    }

    @Property(tries = 30)
    void threadsThatShareASequenceChangeNothing(@ForAll("wide") LstmCase c) {
        kernelsAndThreadsGiveTheSameBits(c);
    }

    @Property(tries = 20)
    void kernelsAndThreadsGiveTheSameBits(@ForAll("large") LstmCase c) {
        Gradients expected = run(gru(c, Kernels.scalar()), c, 1);
        Gradients actual = run(gru(c, Kernels.preferred()), c, 5);
        assertTrue(expected.input().orElseThrow().sameBits(actual.input().orElseThrow()));
        expected.parameters()
                .forEach((name, tensor) ->
                        assertTrue(tensor.sameBits(actual.parameters().get(name)), name));
    }

    /** The gradients, of which the cotangent is the output. */
    private static Gradients run(Gru gru, LstmCase c, int threads) {
        Gradients gradients = Gradients.zeros(gru.spec(), c.input());
        Tensor out = c.newOutput();
        try (Workspace workspace = Workspace.threads(threads)) {
            Recording recording = gru.record(c.input(), hidden(c, 5), out, gru.newHidden(c.batch()), workspace);
            gru.backward(recording, out, gradients, workspace);
        }
        return gradients;
    }

    @Test
    void parametersAreThoseOfPyTorch() {
        MixerConfig config = MixerConfig.width(3).with("hidden", 5);
        assertEquals(
                List.of("weight_ih_l0 [15, 3]", "weight_hh_l0 [15, 5]", "bias_ih_l0 [15]", "bias_hh_l0 [15]"),
                new GruProvider()
                        .spec(config).parameters().stream()
                                .map(parameter -> parameter.name() + " " + parameter.shape())
                                .toList());
    }
}
