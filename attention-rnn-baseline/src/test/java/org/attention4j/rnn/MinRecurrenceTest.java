package org.attention4j.rnn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.kernels.Kernels;
import org.junit.jupiter.api.Test;

/** The minimal GRU and LSTM against their formulas in float64; gradients and the other laws are the kit's. */
class MinRecurrenceTest {
    /** Of values around 1 that are sums of at most nine, and means of at most ten of those. */
    private static final double TOLERANCE = 2e-6;

    private static final List<String> CANDIDATES = List.of("linear", "positive", "tanh");

    /** An {@link LstmCase} with its functions. */
    record Case(LstmCase sizes, boolean lstm, String candidate) implements ScanCase {
        @Override
        public RecurrentMixer mixer(Kernels kernels) {
            MixerConfig config = sizes.config().with("candidate-activation", candidate);
            return lstm
                    ? MinLstm.of(config, Initializer.seeded(sizes.seed()), kernels)
                    : MinGru.of(config, Initializer.seeded(sizes.seed()), kernels);
        }

        @Override
        public NamedTensors initial() {
            return NamedTensors.of(Map.of("h", sizes.hidden(5).get("h")));
        }
    }

    @Provide
    Arbitrary<Case> cases() {
        return Combinators.combine(LstmCase.any(), Arbitraries.of(true, false), Arbitraries.of(CANDIDATES))
                .as(Case::new);
    }

    @Provide
    Arbitrary<Case> wide() {
        return Combinators.combine(ScanCase.wide(), Arbitraries.of(true, false), Arbitraries.of(CANDIDATES))
                .as(Case::new);
    }

    @Property(tries = 200)
    void outputsAndLastStatesAreTheFormula(@ForAll("cases") Case c) {
        c.assertFormula(
                TOLERANCE,
                (parameters, suffix, in, b, t, unit, state) ->
                        state[0] = step(c, parameters, suffix, in, b, t, unit, state[0]));
    }

    private static double step(
            Case c, NamedTensors parameters, String suffix, Sequences in, int b, int t, int unit, double h) {
        int gates = c.lstm() ? 3 : 2;
        double[] k = new double[gates];
        for (int g = 0; g < gates; g++) {
            int row = g * c.sizes().hidden() + unit;
            k[g] = c.sizes().bias() ? parameters.get("bias_ih" + suffix).get(row) : 0;
            for (int p = 0; p < c.sizes().width(); p++) {
                k[g] += (double) parameters.get("weight_ih" + suffix).get(row, p)
                        * in.tensor().get(b, t, p);
            }
        }
        double v = k[gates - 1];
        v = switch (c.candidate()) {
            case "positive" -> v >= 0 ? v + 0.5 : sigmoid(v);
            case "tanh" -> Math.tanh(v);
            default -> v;
        };
        double f = c.lstm() ? sigmoid(k[0]) : 1 - sigmoid(k[0]);
        double i = c.lstm() ? sigmoid(k[1]) : sigmoid(k[0]);
        return f / (f + i) * h + i / (f + i) * v;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    @Property(tries = 30)
    void kernelsThreadsAndStepsGiveTheSameBits(@ForAll("wide") Case c) {
        c.assertSameBits();
    }

    /** Where both gates are 0 in float32 and in float64, their shares are still one half. */
    @Test
    void gatesThatAreZeroShareEqually() {
        MixerConfig config = MixerConfig.width(1).with(MinLstm.HIDDEN, 1).with(MinLstm.BIAS, false);
        Tensor weights = Tensor.of(new float[] {-1, -1, 1}, 3, 1);
        MinLstm mixer = MinLstm.of(config, ParameterSource.of(NamedTensors.of(Map.of("weight_ih_l0", weights))));
        Sequences in = Sequences.of(Tensor.of(new float[] {1_000, 1_000}, 1, 2, 1));
        Tensor out = Tensor.zeros(1, 2, 1);
        mixer.forward(in, out);
        assertArrayEquals(new float[] {500, 750}, out.toArray());
    }

    @Test
    void thereAreNoRecurrentWeights() {
        assertEquals(
                List.of("weight_ih_l0 [10, 3]", "bias_ih_l0 [10]", "weight_ih_l1 [10, 5]", "bias_ih_l1 [10]"),
                new MinGruProvider()
                        .spec(MixerConfig.width(3).with("hidden", 5).with("layers", 2)).parameters().stream()
                                .map(parameter -> parameter.name() + " " + parameter.shape())
                                .toList());
    }
}
