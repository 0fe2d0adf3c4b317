package org.attention4j.rnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Gradients;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.junit.jupiter.api.Test;

/**
 * Every option of the cells, in any combination, against its definition in float64: outputs, last states, and gradients,
 * also where the kit's differences of float32 say nothing, at functions with kinks and without bounds.
 */
class CellOptionsTest {
    private static final int TIME = 4;

    /** Of the largest value: some dozen roundings of 6e-8, and functions that multiply them by three at most. */
    private static final double TOLERANCE = 2e-5;

    /** Of the largest gradient; the differences themselves are good to 1e-9. */
    private static final double GRADIENT_TOLERANCE = 2e-4;

    /** Two, because one may reach over a kink. */
    private static final double[] STEPS = {1e-6, 1e-8};

    private static final Map<String, MixerProvider> PROVIDERS =
            Map.of("lstm", new LstmProvider(), "gru", new GruProvider(), "rnn", new RnnProvider());

    /** A configuration and a seed for all values. */
    record Case(String id, MixerConfig config, long seed) {}

    /** What stands around a cell asks its specification alone. */
    @Test
    void aSpecificationSaysWhetherThereAreKinks() {
        MixerConfig plain = MixerConfig.width(3);
        for (MixerProvider provider : PROVIDERS.values()) {
            assertTrue(provider.spec(plain).smooth());
            assertFalse(provider.spec(plain.with("clip", 2.0)).smooth());
        }
        MixerProvider rnn = new RnnProvider();
        for (String kinked : List.of("relu", "leaky-relu", "thresholded-relu", "hard-sigmoid")) {
            assertFalse(rnn.spec(plain.with("activation", kinked)).smooth(), kinked);
        }
        for (String smooth : List.of("sigmoid", "affine", "scaled-tanh", "softsign", "softplus", "elu")) {
            assertTrue(rnn.spec(plain.with("activation", smooth)).smooth(), smooth);
        }
        assertFalse(rnn.spec(plain.with("activation", "elu").with("alpha", 0.5)).smooth());
        MixerProvider gru = new GruProvider();
        assertFalse(gru.spec(plain.with("gate-activation", "hard-sigmoid")).smooth());
        assertFalse(gru.spec(plain.with("candidate-activation", "relu")).smooth());
        MixerProvider lstm = new LstmProvider();
        assertTrue(
                lstm.spec(plain.with("peepholes", true).with("projection", 2)).smooth());
        assertFalse(lstm.spec(plain.with("output-activation", "relu")).smooth());
        assertFalse(lstm.spec(plain.with("cell-clip", 3.0)).smooth());
        assertFalse(lstm.spec(plain.with("output-clip", 3.0)).smooth());
        for (MixerProvider minimal : List.of(new MinGruProvider(), new MinLstmProvider())) {
            assertTrue(minimal.spec(plain).smooth());
            assertFalse(
                    minimal.spec(plain.with("candidate-activation", "positive")).smooth());
        }
    }

    @Provide
    Arbitrary<Case> cases() {
        return Combinators.combine(Arbitraries.of("lstm", "gru", "rnn"), Arbitraries.longs())
                .as((id, seed) -> new Case(id, config(id, new Random(seed)), seed));
    }

    private static MixerConfig config(String id, Random random) {
        int hidden = 2 + random.nextInt(5);
        MixerConfig config = MixerConfig.width(1 + random.nextInt(4)).with("hidden", hidden);
        for (Option<?> option : PROVIDERS.get(id).kind().options().options()) {
            boolean fixed = List.of("hidden", "bidirectional", "layers", "layer-dropout", "dropout-seed")
                    .contains(option.name());
            if (!fixed && random.nextInt(3) > 0) {
                config = config.with(option.name(), value(option, random, hidden));
            }
        }
        return PROVIDERS.get(id).spec(config).config();
    }

    private static Object value(Option<?> option, Random random, int hidden) {
        return switch (option.type()) {
            case BOOLEAN -> random.nextBoolean();
            case INTEGER -> random.nextInt(hidden); // the projection
            case CHOICE -> option.choices().get(random.nextInt(option.choices().size()));
            case DECIMAL -> option.least() < 0 ? random.nextDouble(-1.5, 1.5) : random.nextDouble(0, 1);
            case DECIMALS -> throw new AssertionError("no cell has a list: " + option);
        };
    }

    private static RecurrentMixer mixer(Case c, ParameterSource parameters, Kernels kernels) {
        return switch (c.id()) {
            case "lstm" -> Lstm.of(c.config(), parameters, kernels);
            case "gru" -> Gru.of(c.config(), parameters, kernels);
            default -> Rnn.of(c.config(), parameters, kernels);
        };
    }

    @Property(tries = 400)
    void valuesAndGradientsAreTheDefinitions(@ForAll("cases") Case c) {
        RecurrentMixer mixer = mixer(c, Initializer.seeded(c.seed()), Kernels.preferred());
        Random random = new Random(c.seed());
        Tensor x = random(random, 1, TIME, c.config().width());
        NamedTensors initial = mixer.newHidden(1);
        initial.forEach(
                (name, tensor) -> tensor.copyFrom(random(random, tensor.shape().extents())));
        NamedTensors last = mixer.newHidden(1);
        Tensor out = Tensor.zeros(1, TIME, mixer.spec().outputWidth());
        Tensor dOut = random(random, out.shape().extents());
        NamedTensors dLast = mixer.newHidden(1);
        dLast.forEach(
                (name, tensor) -> tensor.copyFrom(random(random, tensor.shape().extents())));
        Gradients gradients = Gradients.zeros(mixer.spec(), Sequences.of(x)).withInitial(initial.zerosLike());
        try (Workspace workspace = Workspace.threads(1)) {
            Recording recording = mixer.record(Sequences.of(x), initial, out, last, workspace);
            mixer.backward(recording, dOut, dLast, gradients, workspace);
        }

        Map<String, double[]> values = new LinkedHashMap<>();
        Map<String, float[]> derivatives = new LinkedHashMap<>();
        mixer.parameters().forEach((name, tensor) -> values.put(name, doubles(tensor)));
        gradients.parameters().forEach((name, tensor) -> derivatives.put(name, tensor.toArray()));
        values.put("input", doubles(x));
        derivatives.put("input", gradients.input().orElseThrow().toArray());
        initial.forEach((name, tensor) -> values.put(name, doubles(tensor)));
        gradients.initial().orElseThrow().forEach((name, tensor) -> derivatives.put(name, tensor.toArray()));

        double[] expected = new NaiveRecurrence(c.id(), c.config(), values).run(TIME);
        double[] cotangent = joined(dOut, dLast);
        assertNear("values", expected, joined(out, last), TOLERANCE);
        values.forEach((name, point) -> {
            int some = Math.min(point.length, 5);
            double[] differences = new double[some];
            double[] given = new double[some];
            for (int i = 0; i < some; i++) {
                int at = random.nextInt(point.length);
                given[i] = derivatives.get(name)[at];
                differences[i] = Double.POSITIVE_INFINITY;
                for (double step : STEPS) {
                    double kept = point[at];
                    point[at] = kept + step;
                    double[] more = new NaiveRecurrence(c.id(), c.config(), values).run(TIME);
                    point[at] = kept - step;
                    double[] less = new NaiveRecurrence(c.id(), c.config(), values).run(TIME);
                    point[at] = kept;
                    double difference = 0;
                    for (int k = 0; k < more.length; k++) {
                        difference += cotangent[k] * (more[k] - less[k]) / (2 * step);
                    }
                    boolean nearer = Math.abs(difference - given[i]) < Math.abs(differences[i] - given[i]);
                    differences[i] = nearer ? difference : differences[i];
                }
            }
            assertNear("gradient of " + name, differences, given, GRADIENT_TOLERANCE);
        });
    }

    private static void assertNear(String what, double[] expected, double[] given, double tolerance) {
        double largest = 1;
        for (double value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs(expected[i] - given[i]);
            assertTrue(
                    difference <= tolerance * largest,
                    what + "[" + i + "] is " + given[i] + ", by definition " + expected[i]);
        }
    }

    private static double[] doubles(Tensor tensor) {
        float[] floats = tensor.toArray();
        double[] doubles = new double[floats.length];
        for (int i = 0; i < floats.length; i++) {
            doubles[i] = floats[i];
        }
        return doubles;
    }

    /** Outputs, then the last states. */
    private static double[] joined(Tensor out, NamedTensors last) {
        return java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(out), last.names().stream().map(last::get))
                .map(CellOptionsTest::doubles)
                .flatMapToDouble(java.util.Arrays::stream)
                .toArray();
    }

    private static Tensor random(Random random, int... extents) {
        Tensor tensor = Tensor.zeros(extents);
        float[] values = new float[(int) tensor.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        tensor.write(0, values, 0, values.length);
        return tensor;
    }

    @Property(tries = 40)
    void kernelsAndThreadsGiveTheSameBits(@ForAll("cases") Case c) {
        MixerConfig wide = c.config()
                .with("hidden", 37)
                .with("layers", 2)
                .with("bidirectional", new Random(c.seed()).nextBoolean());
        Case large = new Case(c.id(), PROVIDERS.get(c.id()).spec(wide).config(), c.seed());
        Gradients expected = gradients(large, Kernels.scalar(), 1);
        Gradients actual = gradients(large, Kernels.preferred(), 3);
        assertTrue(expected.input().orElseThrow().sameBits(actual.input().orElseThrow()));
        expected.parameters()
                .forEach((name, tensor) ->
                        assertTrue(tensor.sameBits(actual.parameters().get(name)), name));
    }

    private static Gradients gradients(Case c, Kernels kernels, int threads) {
        RecurrentMixer mixer = mixer(c, Initializer.seeded(c.seed()), kernels);
        Tensor x = random(new Random(c.seed()), 6, 9, c.config().width());
        Sequences in = Sequences.of(x, 9, 3, 0, 7, 9, 9);
        Tensor out = Tensor.zeros(mixer.spec().outputShape(in));
        Gradients gradients = Gradients.zeros(mixer.spec(), in);
        try (Workspace workspace = Workspace.threads(threads)) {
            Recording recording = mixer.record(in, out, workspace);
            mixer.backward(recording, out, gradients, workspace);
        }
        return gradients;
    }

    @Test
    void aProjectionIsNarrowerThanTheCell() {
        BadConfigurationException refused = assertThrows(BadConfigurationException.class, () -> new LstmProvider()
                .spec(MixerConfig.width(3).with("hidden", 5).with("projection", 5)));
        assertTrue(refused.getMessage().contains("5") && refused.getMessage().contains("hidden"), refused.getMessage());
    }

    @Test
    void parametersOfTheOptionsStandBehindThoseOfPyTorch() {
        MixerConfig config = MixerConfig.width(3)
                .with(Lstm.HIDDEN, 5)
                .with(Lstm.PROJECTION, 2)
                .with(Lstm.PEEPHOLES, true);
        assertEquals(
                List.of(
                        "weight_ih_l0 [20, 3]",
                        "weight_hh_l0 [20, 2]",
                        "bias_ih_l0 [20]",
                        "bias_hh_l0 [20]",
                        "weight_hr_l0 [2, 5]",
                        "weight_peephole_l0 [15]"),
                new LstmProvider()
                        .spec(config).parameters().stream()
                                .map(parameter -> parameter.name() + " " + parameter.shape())
                                .toList());
    }
}
