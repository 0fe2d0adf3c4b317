package org.attention4j.rnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Sequences;
import org.attention4j.kernels.Kernels;
import org.junit.jupiter.api.Test;

/** The simple recurrent unit against its formula in float64; gradients and the other laws are the kit's. */
class SruTest {
    /** Of values around 1 that are sums of at most twenty. */
    private static final double TOLERANCE = 5e-6;

    private static final double SCALE = 0.75;

    /** An {@link LstmCase} with its functions; without a projection its widths are alike. */
    record Case(LstmCase given, boolean projected, boolean peepholes, boolean tanh) implements ScanCase {
        @Override
        public LstmCase sizes() {
            return new LstmCase(
                    projected ? given.width() : given.hidden(),
                    given.hidden(),
                    given.bias(),
                    given.bidirectional(),
                    given.lengths(),
                    given.padding(),
                    given.seed());
        }

        @Override
        public RecurrentMixer mixer(Kernels kernels) {
            MixerConfig config = sizes().config()
                    .with("highway-projection", projected)
                    .with("highway-scale", SCALE)
                    .with("peepholes", peepholes)
                    .with("output-activation", tanh ? "tanh" : "linear");
            return Sru.of(config, Initializer.seeded(given.seed()), kernels);
        }

        @Override
        public NamedTensors initial() {
            return sizes().hidden(5);
        }
    }

    @Provide
    Arbitrary<Case> cases() {
        return of(LstmCase.any());
    }

    @Provide
    Arbitrary<Case> wide() {
        return of(ScanCase.wide());
    }

    private static Arbitrary<Case> of(Arbitrary<LstmCase> sizes) {
        Arbitrary<Boolean> flag = Arbitraries.of(true, false);
        return Combinators.combine(sizes, flag, flag, flag).as(Case::new);
    }

    @Property(tries = 200)
    void outputsAndLastStatesAreTheFormula(@ForAll("cases") Case c) {
        c.assertFormula(
                TOLERANCE,
                (parameters, suffix, in, b, t, unit, state) -> step(c, parameters, suffix, in, b, t, unit, state));
    }

    private static void step(
            Case c, NamedTensors parameters, String suffix, Sequences in, int b, int t, int unit, double[] state) {
        int hidden = c.sizes().hidden();
        double[] k = new double[c.projected() ? 4 : 3];
        for (int g = 0; g < k.length; g++) {
            int row = g * hidden + unit;
            k[g] = c.sizes().bias() ? parameters.get("bias_ih" + suffix).get(row) : 0;
            for (int p = 0; p < c.sizes().width(); p++) {
                k[g] += (double) parameters.get("weight_ih" + suffix).get(row, p)
                        * in.tensor().get(b, t, p);
            }
            if (c.peepholes() && (g == 1 || g == 2)) {
                k[g] += parameters.get("weight_peephole" + suffix).get((g - 1) * hidden + unit) * state[1];
            }
        }
        double f = 1 / (1 + Math.exp(-k[1]));
        double r = 1 / (1 + Math.exp(-k[2]));
        state[1] = f * state[1] + (1 - f) * k[0];
        double highway = SCALE * (c.projected() ? k[3] : in.tensor().get(b, t, unit));
        state[0] = r * (c.tanh() ? Math.tanh(state[1]) : state[1]) + (1 - r) * highway;
    }

    @Property(tries = 30)
    void kernelsThreadsAndStepsGiveTheSameBits(@ForAll("wide") Case c) {
        c.assertSameBits();
    }

    @Test
    void parametersHaveAFourthGateWhereTheHighwayIsProjected() {
        MixerConfig config = MixerConfig.width(3).with("hidden", 5).with("highway-projection", true);
        assertEquals(
                List.of("weight_ih_l0 [20, 3]", "bias_ih_l0 [20]", "weight_peephole_l0 [10]"),
                new SruProvider()
                        .spec(config).parameters().stream()
                                .map(parameter -> parameter.name() + " " + parameter.shape())
                                .toList());
    }

    @Test
    void aHighwayOfAnotherWidthIsRefused() {
        SruProvider provider = new SruProvider();
        MixerConfig config = MixerConfig.width(6);
        for (Map.Entry<String, MixerConfig> refused : Map.of(
                        "hidden", config.with("hidden", 5),
                        "layers", config.with("layers", 2).with("bidirectional", true))
                .entrySet()) {
            assertEquals(
                    refused.getKey(),
                    assertThrows(BadConfigurationException.class, () -> provider.spec(refused.getValue()))
                            .option());
        }
        provider.spec(config.with("layers", 2).with("bidirectional", true).with("highway-projection", true));
    }
}
