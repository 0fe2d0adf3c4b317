package org.attention4j.cnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.DoubleUnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ReceptiveField;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.kernels.Kernels;
import org.junit.jupiter.api.Test;

/** The network against its formula in float64, ReLU's gradients by differences of that formula, and the same bits from both kernels. */
class TemporalConvolutionTest {
    private static final int TIME = 9;
    private static final double TOLERANCE = 2e-5;
    private static final double STEP = 1e-7;
    /** Of a difference over a step of 1e-7 in float64, where the sum may be some hundred. */
    private static final double GRADIENT_TOLERANCE = 2e-4;

    @Test
    void aSpecificationSaysWhetherThereAreKinks() {
        MixerConfig plain = MixerConfig.width(3);
        TemporalConvolutionProvider provider = new TemporalConvolutionProvider();
        assertFalse(provider.spec(plain).smooth());
        assertTrue(provider.spec(plain.with("activation", "gelu")).smooth());
    }

    private static void randomise(Tensor tensor, Random random) {
        for (int i = 0; i < tensor.size(); i++) {
            tensor.array()[i] = (float) random.nextGaussian() / 2;
        }
    }

    private static double[] doubles(Tensor tensor) {
        double[] values = new double[(int) tensor.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = tensor.array()[i];
        }
        return values;
    }

    /** One sequence [T, in] → [T, out], zeros before it. */
    private static double[] convolve(double[] x, int in, double[] weight, double[] bias, int kernel, int dilation) {
        int out = bias.length;
        double[] y = new double[TIME * out];
        for (int t = 0; t < TIME; t++) {
            for (int o = 0; o < out; o++) {
                double sum = bias[o];
                for (int k = 0; k < kernel; k++) {
                    int s = t - (kernel - 1 - k) * dilation;
                    for (int c = 0; c < in && s >= 0; c++) {
                        sum += weight[(o * in + c) * kernel + k] * x[s * in + c];
                    }
                }
                y[t * out + o] = sum;
            }
        }
        return y;
    }

    private static double[] map(double[] x, DoubleUnaryOperator f) {
        return java.util.Arrays.stream(x).map(f).toArray();
    }

    private static double[] network(double[] x, Map<String, double[]> p, MixerConfig config, DoubleUnaryOperator f) {
        int kernel = config.get(TemporalConvolution.KERNEL);
        int hidden = config.get(TemporalConvolution.HIDDEN);
        int width = config.width();
        int dilation = 1;
        for (int l = 0; l < config.get(TemporalConvolution.LEVELS); l++) {
            String n = "network." + l + ".";
            double[] h =
                    map(convolve(x, width, p.get(n + "conv1.weight"), p.get(n + "conv1.bias"), kernel, dilation), f);
            double[] y =
                    map(convolve(h, hidden, p.get(n + "conv2.weight"), p.get(n + "conv2.bias"), kernel, dilation), f);
            double[] carried = width == hidden
                    ? x
                    : convolve(x, width, p.get(n + "downsample.weight"), p.get(n + "downsample.bias"), 1, 1);
            for (int i = 0; i < y.length; i++) {
                y[i] += carried[i];
            }
            x = map(y, f);
            width = hidden;
            dilation *= config.get(TemporalConvolution.DILATION_BASE);
        }
        return x;
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    private static Map<String, double[]> doubles(NamedTensors tensors) {
        Map<String, double[]> all = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> all.put(name, doubles(tensor)));
        return all;
    }

    private static double[] moved(double[] x, double[] direction) {
        double[] y = x.clone();
        for (int i = 0; i < y.length; i++) {
            y[i] += STEP * direction[i];
        }
        return y;
    }

    @Property(tries = 100)
    void outputsAndGradientsAreTheFormula(
            @ForAll @IntRange(min = 1, max = 5) int width,
            @ForAll @IntRange(min = 1, max = 5) int hidden,
            @ForAll @IntRange(min = 1, max = 3) int kernel,
            @ForAll @IntRange(min = 1, max = 3) int levels,
            @ForAll @IntRange(min = 1, max = 3) int base,
            @ForAll long seed) {
        Random random = new Random(seed);
        MixerConfig config = TemporalConvolutionProvider.specOf(MixerConfig.width(width)
                        .with(TemporalConvolution.HIDDEN, hidden)
                        .with(TemporalConvolution.KERNEL, kernel)
                        .with(TemporalConvolution.LEVELS, levels)
                        .with(TemporalConvolution.DILATION_BASE, base))
                .config();
        NamedTensors parameters = TemporalConvolutionProvider.specOf(config).zeroParameters();
        parameters.forEach((name, tensor) -> randomise(tensor, random));
        Tensor x = Tensor.zeros(1, TIME, width);
        Tensor dOut = Tensor.zeros(1, TIME, hidden);
        randomise(x, random);
        randomise(dOut, random);
        TemporalConvolution mixer = TemporalConvolution.of(config, ParameterSource.of(parameters));
        Tensor out = Tensor.zeros(1, TIME, hidden);
        Gradients gradients = Gradients.zeros(mixer.spec(), Sequences.of(x));
        mixer.backward(mixer.record(Sequences.of(x), out), dOut, gradients);

        DoubleUnaryOperator relu = v -> Math.max(0, v);
        double[] expected = network(doubles(x), doubles(parameters), config, relu);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], out.array()[i], TOLERANCE * (1 + Math.abs(expected[i])));
        }
        Map<String, double[]> p = doubles(parameters);
        double[] cotangent = doubles(dOut);
        double before = dot(cotangent, expected);
        double[] direction = random.doubles(x.size(), -1, 1).toArray();
        assertSlope(
                dot(cotangent, network(moved(doubles(x), direction), p, config, relu)) - before,
                dot(direction, doubles(gradients.input().orElseThrow())));
        for (String name : parameters.names()) {
            Map<String, double[]> other = new LinkedHashMap<>(p);
            double[] along = random.doubles(p.get(name).length, -1, 1).toArray();
            other.put(name, moved(p.get(name), along));
            assertSlope(
                    dot(cotangent, network(doubles(x), other, config, relu)) - before,
                    dot(along, doubles(gradients.parameters().get(name))));
        }
    }

    private static void assertSlope(double difference, double slope) {
        double expected = difference / STEP;
        assertTrue(
                Math.abs(expected - slope) <= GRADIENT_TOLERANCE * (1 + Math.abs(expected)),
                () -> "difference " + expected + ", gradient " + slope);
    }

    @Property(tries = 30)
    void scalarAndVectorKernelsAgreeBitForBit(
            @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll @IntRange(min = 1, max = 40) int hidden,
            @ForAll long seed) {
        MixerConfig config = MixerConfig.width(width)
                .with(TemporalConvolution.HIDDEN, hidden)
                .with(TemporalConvolution.ACTIVATION, seed % 2 == 0 ? "gelu" : "relu");
        ParameterSource source = org.attention4j.api.Initializer.seeded(seed);
        Tensor x = Tensor.zeros(2, 70, width);
        randomise(x, new Random(seed));
        Sequences in = Sequences.of(x, 70, 3);
        TemporalConvolution scalar = TemporalConvolution.of(config, source, Kernels.scalar());
        TemporalConvolution vector = TemporalConvolution.of(config, source, Kernels.preferred());
        Tensor scalarOut = Tensor.zeros(scalar.spec().outputShape(in));
        Tensor vectorOut = Tensor.zeros(scalar.spec().outputShape(in));
        Gradients first = Gradients.zeros(scalar.spec(), in);
        Gradients second = Gradients.zeros(scalar.spec(), in);
        scalar.backward(scalar.record(in, scalarOut), scalarOut.copy(), first);
        vector.backward(vector.record(in, vectorOut), vectorOut.copy(), second);
        assertTrue(scalarOut.sameBits(vectorOut));
        assertTrue(first.input().orElseThrow().sameBits(second.input().orElseThrow()));
        first.parameters()
                .forEach((name, tensor) ->
                        assertTrue(tensor.sameBits(second.parameters().get(name)), name));
    }

    @Test
    void namesAreThoseOfTheAuthors() {
        MixerConfig config =
                MixerConfig.width(3).with(TemporalConvolution.HIDDEN, 4).with(TemporalConvolution.LEVELS, 2);
        NamedTensors parameters = TemporalConvolutionProvider.specOf(config).zeroParameters();
        assertEquals(
                "[4, 3, 1]",
                parameters.get("network.0.downsample.weight").shape().toString());
        assertEquals(
                "[4, 4, 3]", parameters.get("network.1.conv1.weight").shape().toString());
        assertEquals(10, new TreeSet<>(parameters.names()).size());
        assertEquals(
                new ReceptiveField(12, 0),
                TemporalConvolutionProvider.specOf(config).receptiveField().orElseThrow());
    }

    @Test
    void fieldsPastEveryArrayAreRefused() {
        MixerConfig config = MixerConfig.width(1)
                .with(TemporalConvolution.KERNEL, 4096)
                .with(TemporalConvolution.LEVELS, 16)
                .with(TemporalConvolution.DILATION_BASE, 4);
        BadConfigurationException refused =
                assertThrows(BadConfigurationException.class, () -> TemporalConvolutionProvider.specOf(config));
        assertTrue(refused.getMessage().contains("11725260715350"), refused::getMessage);
    }
}
