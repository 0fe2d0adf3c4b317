package org.attention4j.rnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
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
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.junit.jupiter.api.Test;

/** The real-gated linear recurrent unit against its formula in float64; gradients and the other laws are the kit's. */
class RgLruTest {
    /** Of values around 1; 1 − a² of an a near 1 has lost six bits. */
    private static final double TOLERANCE = 2e-5;

    /** Sizes of a case, whose widths are alike, with as many blocks as divide them. */
    record Case(LstmCase given, int blocks) implements ScanCase {
        @Override
        public LstmCase sizes() {
            int width = given.hidden();
            return new LstmCase(
                    width, width, given.bias(), given.bidirectional(), given.lengths(), given.padding(), given.seed());
        }

        MixerConfig config() {
            return MixerConfig.width(given.hidden())
                    .with("blocks", blocks)
                    .with("bias", given.bias())
                    .with("bidirectional", given.bidirectional());
        }

        @Override
        public RecurrentMixer mixer(Kernels kernels) {
            return RgLru.of(config(), Initializer.seeded(given.seed()), kernels);
        }

        /** Of sequences that have begun, have not, and of what is between. */
        @Override
        public NamedTensors initial() {
            NamedTensors hidden = sizes().hidden(5);
            Tensor v = hidden.get("c");
            for (int d = 0; d < v.extent(0); d++) {
                for (int b = 0; b < v.extent(1); b++) {
                    for (int j = 0; j < v.extent(2); j++) {
                        v.set(b % 3 == 2 ? 0.5f : b % 3, d, b, j);
                    }
                }
            }
            return NamedTensors.of(Map.of("h", hidden.get("h"), "v", v));
        }
    }

    @Provide
    Arbitrary<Case> cases() {
        return LstmCase.any().flatMap(RgLruTest::inBlocks);
    }

    @Provide
    Arbitrary<Case> wide() {
        return ScanCase.wide().flatMap(RgLruTest::inBlocks);
    }

    private static Arbitrary<Case> inBlocks(LstmCase sizes) {
        List<Integer> divisors = IntStream.rangeClosed(1, sizes.hidden())
                .filter(k -> sizes.hidden() % k == 0)
                .boxed()
                .toList();
        return Arbitraries.of(divisors).map(blocks -> new Case(sizes, blocks));
    }

    @Property(tries = 200)
    void outputsAndLastStatesAreTheFormula(@ForAll("cases") Case c) {
        int width = c.sizes().hidden();
        c.assertFormula(TOLERANCE, (parameters, suffix, in, b, t, unit, state) -> {
            double r = gate(c, parameters, suffix, in, b, t, unit);
            double i = gate(c, parameters, suffix, in, b, t, width + unit);
            double decay = parameters.get("recurrent_param" + suffix).get(unit);
            double a = Math.exp(-8 * Math.log1p(Math.exp(decay)) * r);
            state[0] = a * state[0]
                    + Math.sqrt(1 - a * a * state[1]) * i * in.tensor().get(b, t, unit);
            state[1] = 1;
        });
    }

    private static double gate(Case c, NamedTensors parameters, String suffix, Sequences in, int b, int t, int row) {
        int columns = c.sizes().width() / c.blocks();
        int first = row % c.sizes().hidden() / columns * columns;
        double sum = c.sizes().bias() ? parameters.get("bias_ih" + suffix).get(row) : 0;
        for (int p = 0; p < columns; p++) {
            sum += (double) parameters.get("weight_ih" + suffix).get(row, p)
                    * in.tensor().get(b, t, first + p);
        }
        return 1 / (1 + Math.exp(-sum));
    }

    @Property(tries = 30)
    void kernelsThreadsAndStepsGiveTheSameBits(@ForAll("wide") Case c) {
        c.assertSameBits();
    }

    /** With zero weights r and i are ½; the first position has no root, the second has. */
    @Test
    void theFirstPositionHasNoRoot() {
        float[] y = twoPositions(RgLru.of(MixerConfig.width(1).with("bias", false), decay(0)));
        double a = Math.exp(-4 * Math.log(2));
        assertEquals(0.5 * 3, y[0], 1e-6);
        assertEquals(a * y[0] + Math.sqrt(1 - a * a) * 0.5 * 5, y[1], 1e-6);
    }

    private static float[] twoPositions(RgLru mixer) {
        Tensor out = Tensor.zeros(1, 2, 1);
        mixer.forward(Sequences.of(Tensor.of(new float[] {3, 5}, 1, 2, 1)), out);
        return out.toArray();
    }

    private static ParameterSource decay(float value) {
        return ParameterSource.of(NamedTensors.of(
                Map.of("weight_ih_l0", Tensor.zeros(2, 1), "recurrent_param_l0", Tensor.of(new float[] {value}, 1))));
    }

    /** Where nothing decays, the root is 0 and its derivative infinite; it is bounded by 1,000. */
    @Test
    void theRootsGradientIsBounded() {
        RgLru mixer = RgLru.of(MixerConfig.width(1).with("bias", false), decay(-40));
        assertEquals(List.of(1.5f, 1.5f), List.of(twoPositions(mixer)[0], twoPositions(mixer)[1]));
        Sequences in = Sequences.of(Tensor.of(new float[] {3, 5}, 1, 2, 1));
        Tensor out = Tensor.zeros(1, 2, 1);
        Gradients gradients = Gradients.zeros(mixer.spec(), in);
        try (Workspace workspace = Workspace.threads(1)) {
            Recording recording = mixer.record(in, out, workspace);
            mixer.backward(recording, Tensor.of(new float[] {0, 1}, 1, 2, 1), gradients, workspace);
        }
        double slope = -8 * Math.exp(-40); // of log a by Λ, times r
        double expected = 0.5 * slope * (1.5 - 2 * 1000 * 0.5 * 5);
        assertEquals(expected, gradients.parameters().get("recurrent_param_l0").get(0), Math.abs(expected) * 1e-5);
    }

    @Test
    void parametersHaveTheWidthOfABlock() {
        assertEquals(
                List.of(
                        "weight_ih_l0 [12, 2]",
                        "bias_ih_l0 [12]",
                        "recurrent_param_l0 [6]",
                        "weight_ih_l1 [12, 2]",
                        "bias_ih_l1 [12]",
                        "recurrent_param_l1 [6]"),
                new RgLruProvider()
                        .spec(MixerConfig.width(6).with("blocks", 3).with("layers", 2)).parameters().stream()
                                .map(parameter -> parameter.name() + " " + parameter.shape())
                                .toList());
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        RgLruProvider provider = new RgLruProvider();
        MixerConfig config = MixerConfig.width(6);
        assertEquals(
                "blocks",
                assertThrows(BadConfigurationException.class, () -> provider.spec(config.with("blocks", 4)))
                        .option());
        assertEquals(
                "layers",
                assertThrows(
                                BadConfigurationException.class,
                                () -> provider.spec(config.with("layers", 2).with("bidirectional", true)))
                        .option());
        assertEquals(
                "hidden",
                assertThrows(BadConfigurationException.class, () -> provider.spec(config.with("hidden", 6)))
                        .option());
    }
}
