package org.attention4j.model;

import static org.attention4j.model.Cases.alone;
import static org.attention4j.model.Cases.assertBits;
import static org.attention4j.model.Cases.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Gradients;
import org.attention4j.api.Initializer;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.OverlapException;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Sequences;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnknownTensorException;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Activation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayerTest {
    private static final int WIDTH = 19;
    private static final int[] LENGTHS = {7, 0, 40, 40, 40, 1};

    /** A layer and what it is to compute at one position, in double, from its parameters by name. */
    record Case(String name, Layer layer, Reference reference) {
        @Override
        public String toString() {
            return name;
        }
    }

    @FunctionalInterface
    interface Reference {
        double[] apply(double[] x, Map<String, double[]> parameters);
    }

    /** Parameters that are random throughout, also where new ones are constant. */
    private static final ParameterSource RANDOM = (parameter, target) -> target.copyFrom(
            Cases.random(parameter.name().hashCode(), parameter.shape().extents()));

    /** From 1/2 to 3/2. */
    private static final ParameterSource POSITIVE = (parameter, target) -> {
        RANDOM.fill(parameter, target);
        for (int i = 0; i < target.size(); i++) {
            target.array()[target.offset() + i] = 1 + 0.5f * (float) Math.tanh(target.get(i));
        }
    };

    private static double[] each(double[] x, IntToDoubleFunction function) {
        return IntStream.range(0, x.length).mapToDouble(function).toArray();
    }

    private static double snake(double x, double alpha, double beta) {
        return x + Math.pow(Math.sin(alpha * x), 2) / beta;
    }

    private static double xielu(double x, double p, double n) {
        return 0.5 * x
                + (x > 0 ? Math.log1p(Math.exp(p)) * x * x : (0.5 + Math.log1p(Math.exp(n))) * (Math.expm1(x) - x));
    }

    static Stream<Case> layers() {
        return Stream.of(
                new Case(
                        "linear",
                        LinearLayer.of(WIDTH, 33, true, RANDOM),
                        (x, p) -> Naive.linear(x, p.get("weight"), p.get("bias"))),
                new Case(
                        "linear without bias",
                        LinearLayer.of(WIDTH, 5, false, RANDOM),
                        (x, p) -> Naive.linear(x, p.get("weight"), new double[5])),
                new Case(
                        "layer norm",
                        LayerNorm.of(WIDTH, 1e-2, RANDOM),
                        (x, p) -> Naive.norm(x, p.get("weight"), p.get("bias"), 1e-2f)),
                new Case(
                        "layer norm without bias",
                        LayerNorm.of(WIDTH, 1e-2, false, RANDOM),
                        (x, p) -> Naive.norm(x, p.get("weight"), new double[WIDTH], 1e-2f)),
                new Case(
                        "RMS norm",
                        RmsNorm.of(WIDTH, 1e-2, RANDOM),
                        (x, p) -> Naive.rmsNorm(x, p.get("weight"), 1e-2f)),
                activation(Activation.RELU),
                activation(Activation.SIGMOID),
                activation(Activation.GELU),
                element("leaky ReLU", ActivationLayer.leakyRelu(WIDTH, 0.25), x -> x > 0 ? x : 0.25 * x),
                element("ELU", ActivationLayer.elu(WIDTH, 1), x -> x > 0 ? x : Math.expm1(x)),
                element("ELU with a kink", ActivationLayer.elu(WIDTH, 0.5), x -> x > 0 ? x : 0.5 * Math.expm1(x)),
                element("clipped ReLU", ActivationLayer.clippedRelu(WIDTH, 0.5), x -> Math.min(Math.max(x, 0), 0.5)),
                element("Mish", ActivationLayer.mish(WIDTH), x -> x * Math.tanh(Math.log1p(Math.exp(x)))),
                new Case(
                        "PReLU",
                        PRelu.of(WIDTH, false, RANDOM),
                        (x, p) -> each(x, c -> x[c] > 0 ? x[c] : p.get("weight")[0] * x[c])),
                new Case(
                        "PReLU of each channel",
                        PRelu.of(WIDTH, true, RANDOM),
                        (x, p) -> each(x, c -> x[c] > 0 ? x[c] : p.get("weight")[c] * x[c])),
                new Case(
                        "snake",
                        Snake.of(WIDTH, false, POSITIVE),
                        (x, p) -> each(x, c -> snake(x[c], p.get("alpha")[c], p.get("alpha")[c]))),
                new Case(
                        "snake with a beta",
                        Snake.of(WIDTH, true, POSITIVE),
                        (x, p) -> each(x, c -> snake(x[c], p.get("alpha")[c], p.get("beta")[c]))),
                element("swish", ActivationLayer.swish(WIDTH, 1.702), x -> x / (1 + Math.exp(-1.702 * x))),
                element("hard swish", ActivationLayer.hardSwish(WIDTH), x -> x * Math.min(Math.max(x + 3, 0), 6) / 6),
                new Case(
                        "xIELU",
                        XIelu.of(WIDTH, RANDOM),
                        (x, p) -> each(x, c -> xielu(x[c], p.get("alpha_p")[0], p.get("alpha_n")[0]))),
                mlp(Activation.RELU),
                mlp(Activation.SQUARED_RELU),
                mlp(Activation.GELU),
                mlp(Activation.GELU_TANH),
                mlp(Activation.SILU),
                mlp(Activation.TANH),
                gated(Activation.SILU, true),
                gated(Activation.GELU, false),
                gated(Activation.SIGMOID, true));
    }

    private static Case activation(Activation activation) {
        return element(
                "activation " + activation, ActivationLayer.of(WIDTH, activation), x -> Naive.activate(activation, x));
    }

    private static Case element(String name, ActivationLayer layer, DoubleUnaryOperator function) {
        return new Case(name, layer, (x, p) -> Arrays.stream(x).map(function).toArray());
    }

    private static Case gated(Activation activation, boolean bias) {
        ParameterSource small = (parameter, target) -> Initializer.seeded(8).fill(parameter, target);
        return new Case(
                "gated mlp " + activation + (bias ? "" : " without bias"),
                Mlp.gated(WIDTH, 21, activation, bias, small),
                (x, p) -> Naive.mlp(x, activation, p, ""));
    }

    private static Case mlp(Activation activation) {
        ParameterSource small = (parameter, target) -> Initializer.seeded(7).fill(parameter, target);
        return new Case(
                "mlp " + activation, Mlp.of(WIDTH, 21, activation, small), (x, p) -> Naive.mlp(x, activation, p, ""));
    }

    @ParameterizedTest
    @MethodSource("layers")
    void forwardIsTheFormula(Case one) {
        Sequences in = Cases.ragged(1, WIDTH, LENGTHS);
        Tensor out = forward(one.layer, in, 2);

        Map<String, double[]> parameters = wide(one.layer.parameters());
        for (int b = 0; b < in.batch(); b++) {
            for (int t = 0; t < in.time(); t++) {
                double[] expected = new double[one.layer.outputWidth()];
                if (t < in.length(b)) {
                    expected = one.reference.apply(
                            Cases.doubles(in.tensor().slice(b).slice(t)), parameters);
                }
                assertClose(expected, out.slice(b).slice(t), 3e-5, "position " + b + ", " + t);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void gradientsAreDifferenceQuotients(Case one) {
        Sequences in = Cases.ragged(2, WIDTH, 3, 0, 2);
        Sequences dOut = Cases.ragged(3, one.layer.outputWidth(), 3, 0, 2);
        Tensor dIn = Cases.random(4, 3, 3, WIDTH);
        NamedTensors dParameters = one.layer.parameters();
        Map<String, double[]> given = wide(dParameters);
        double[] dInGiven = Cases.doubles(dIn);
        try (Workspace workspace = Workspace.threads(2)) {
            Gradients gradients = Gradients.none().withInput(dIn).withParameters(dParameters);
            one.layer.backward(in, dOut.tensor(), gradients, workspace);
        }

        Map<String, double[]> parameters = wide(one.layer.parameters());
        double[] x = Cases.doubles(in.tensor());
        double[] dX = Cases.differences(x, moved -> loss(one, in, moved, parameters, dOut));
        assertClose(Naive.plus(dInGiven, dX), dIn, 2e-4, "input");
        for (String name : dParameters.names()) {
            double[] d = Cases.differences(parameters.get(name), moved -> {
                Map<String, double[]> changed = new LinkedHashMap<>(parameters);
                changed.put(name, moved);
                return loss(one, in, x, changed, dOut);
            });
            assertClose(Naive.plus(given.get(name), d), dParameters.get(name), 2e-4, name);
        }
    }

    private static double loss(Case one, Sequences in, double[] x, Map<String, double[]> parameters, Sequences dOut) {
        double sum = 0;
        for (int b = 0; b < in.batch(); b++) {
            for (int t = 0; t < in.length(b); t++) {
                int at = (b * in.time() + t) * WIDTH;
                double[] y = one.reference.apply(java.util.Arrays.copyOfRange(x, at, at + WIDTH), parameters);
                for (int o = 0; o < y.length; o++) {
                    sum += y[o] * dOut.tensor().get(b, t, o);
                }
            }
        }
        return sum;
    }

    @ParameterizedTest
    @MethodSource("layers")
    void bitsDoNotDependOnThreadsBatchOrMemory(Case one) {
        Sequences in = Cases.ragged(5, WIDTH, LENGTHS);
        Sequences dOut = Cases.ragged(6, one.layer.outputWidth(), LENGTHS);
        Tensor out = forward(one.layer, in, 1);
        Tensor dIn = Tensor.zeros(in.tensor().shape());
        NamedTensors dParameters = backward(one.layer, in, dOut.tensor(), dIn, 1);

        for (int threads : new int[] {2, 3, 7}) {
            assertBits(out, forward(one.layer, in, threads), threads + " threads");
            Tensor again = Tensor.zeros(in.tensor().shape());
            assertBits(dParameters, backward(one.layer, in, dOut.tensor(), again, threads), threads + " threads");
            assertBits(dIn, again, threads + " threads");
        }
        NamedTensors summed = one.layer.parameters().zerosLike();
        for (int b = 0; b < in.batch(); b++) {
            Sequences single = alone(in, b);
            assertBits(alone(in, out, b), forward(one.layer, single, 2), "sequence " + b);
            Tensor dSingle = Tensor.zeros(single.tensor().shape());
            Gradients gradients = Gradients.none().withInput(dSingle).withParameters(summed);
            try (Workspace workspace = Workspace.threads(2)) {
                one.layer.backward(single, alone(in, dOut.tensor(), b), gradients, workspace);
            }
            assertBits(alone(in, dIn, b), dSingle, "sequence " + b);
        }
        assertBits(dParameters, summed, "sequence after sequence");
        try (Arena arena = Arena.ofConfined();
                Workspace workspace = Workspace.threads(1)) {
            Sequences outside = Sequences.of(Cases.outside(arena, in.tensor()), LENGTHS);
            Tensor result = Cases.outside(arena, out);
            result.fill(3);
            one.layer.forward(outside, result, workspace);
            assertBits(out, result, "native memory");
            Tensor d = Cases.outside(arena, Tensor.zeros(in.tensor().shape()));
            NamedTensors p = NamedTensors.empty();
            for (String name : dParameters.names()) {
                p = p.with(
                        name,
                        Cases.outside(arena, Tensor.zeros(dParameters.get(name).shape())));
            }
            Gradients gradients = Gradients.none().withInput(d).withParameters(p);
            one.layer.backward(outside, Cases.outside(arena, dOut.tensor()), gradients, workspace);
            assertBits(dIn, d, "native memory");
            assertBits(dParameters, p, "native memory");
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void anyPartOfTheGradientsCanBeWanted(Case one) {
        Sequences in = Cases.ragged(5, WIDTH, 3, 1);
        Tensor dOut = Cases.random(6, 2, 3, one.layer.outputWidth());
        NamedTensors all =
                backward(one.layer, in, dOut, Tensor.zeros(in.tensor().shape()), 1);
        for (String name : all.names()) {
            NamedTensors only =
                    NamedTensors.empty().with(name, Tensor.zeros(all.get(name).shape()));
            one.layer.backward(in, dOut, Gradients.none().withParameters(only), Workspace.threads(1));
            assertBits(all.get(name), only.get(name), name);
        }
        NamedTensors unknown = NamedTensors.empty().with("nonesuch", Tensor.zeros(1));
        Gradients wrong = Gradients.none().withParameters(unknown);
        assertThrows(UnknownTensorException.class, () -> one.layer.backward(in, dOut, wrong, Workspace.threads(1)));
    }

    /** Without the activation whose vector kernel boxes for long: it is the layers' own garbage that is looked for. */
    static Stream<Case> settledLayers() {
        return layers().filter(one -> !(one.layer instanceof Mlp mlp) || mlp.activation() != Activation.TANH)
                .filter(one -> !one.name.startsWith("ELU") && !one.name.equals("Mish"));
    }

    @ParameterizedTest
    @Tag("allocation")
    @MethodSource("settledLayers")
    void forwardAllocatesNothing(Case one) {
        Sequences in = Cases.ragged(5, WIDTH, LENGTHS);
        Tensor out = Tensor.zeros(LENGTHS.length, 40, one.layer.outputWidth());
        try (Workspace alone = Workspace.threads(1);
                Workspace two = Workspace.threads(2)) {
            assertEquals(0, Cases.allocated(() -> one.layer.forward(in, out, alone)), "one thread");
            assertEquals(0, Cases.allocated(() -> one.layer.forward(in, out, two)), "two threads");
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void emptyBatchesAreNothingSpecial(Case one) {
        for (int[] extents : new int[][] {{0, 3}, {3, 0}}) {
            Sequences none = Sequences.of(Tensor.zeros(extents[0], extents[1], WIDTH));
            Tensor nothing = forward(one.layer, none, 2);
            assertEquals(0, nothing.size());
            NamedTensors d = backward(one.layer, none, nothing, none.tensor().copy(), 2);
            d.forEach((name, tensor) -> assertBits(Tensor.zeros(tensor.shape()), tensor, name));
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void wrongShapesAreRefused(Case one) {
        Sequences in = Cases.ragged(5, WIDTH, 2, 1);
        Workspace workspace = Workspace.threads(1);
        Tensor wrong = Tensor.zeros(2, 2, one.layer.outputWidth() + 1);
        assertThrows(ShapeMismatchException.class, () -> one.layer.forward(in, wrong, workspace));
        Sequences narrow = Sequences.of(Tensor.zeros(2, 2, WIDTH - 1));
        Tensor out = Tensor.zeros(2, 2, one.layer.outputWidth());
        assertThrows(ShapeMismatchException.class, () -> one.layer.forward(narrow, out, workspace));
        assertThrows(ShapeMismatchException.class, () -> one.layer.backward(in, wrong, Gradients.none(), workspace));
        float[] shared = new float[4 * 64];
        Sequences low = Sequences.of(Tensor.of(shared, 0, in.tensor().shape()));
        assertThrows(
                OverlapException.class, () -> one.layer.forward(low, Tensor.of(shared, 1, out.shape()), workspace));
    }

    @ParameterizedTest
    @MethodSource("layers")
    void parametersAreCopiesAndMakeTheSameLayerAgain(Case one) {
        Sequences in = Cases.ragged(5, WIDTH, 2, 1);
        Tensor out = forward(one.layer, in, 1);
        NamedTensors parameters = one.layer.parameters();
        Layer same = one.layer.withParameters(ParameterSource.of(parameters));
        parameters.fill(0);
        assertBits(out, forward(one.layer, in, 1), "unchanged");
        assertBits(out, forward(same, in, 1), "made again");
        assertEquals(
                one.layer.parameterSpecs().stream().map(spec -> spec.name()).toList(),
                parameters.names().stream().toList());
    }

    @Test
    void impossibleSizesAreRefused() {
        assertThrows(BadShapeException.class, () -> LinearLayer.of(0, 3, true, RANDOM));
        assertThrows(BadShapeException.class, () -> LayerNorm.of(0, 1e-5, RANDOM));
        assertThrows(IllegalArgumentException.class, () -> LayerNorm.of(3, Double.NaN, RANDOM));
        assertThrows(IllegalArgumentException.class, () -> LayerNorm.of(3, 1e300, RANDOM));
        assertThrows(BadShapeException.class, () -> RmsNorm.of(-1, 1e-5, RANDOM));
        assertThrows(IllegalArgumentException.class, () -> RmsNorm.of(3, -1, RANDOM));
        assertThrows(BadShapeException.class, () -> Mlp.gated(0, 3, Activation.SILU, true, RANDOM));
        assertThrows(BadShapeException.class, () -> Mlp.of(3, 0, Activation.RELU, RANDOM));
        assertThrows(BadShapeException.class, () -> ActivationLayer.of(0, Activation.RELU));
        assertThrows(BadShapeException.class, () -> PRelu.of(0, true, RANDOM));
        assertThrows(BadShapeException.class, () -> Snake.of(0, false, RANDOM));
        assertThrows(BadShapeException.class, () -> XIelu.of(0, RANDOM));
        assertThrows(BadShapeException.class, () -> RmsNorm.of(6, 0, 1e-5, RANDOM));
        String refused = assertThrows(BadShapeException.class, () -> LayerNorm.of(6, 4, 1e-5, true, RANDOM))
                .getMessage();
        assertEquals("a layer norm of 4 groups: their number must be positive and divide the width, 6", refused);
    }

    static Stream<Layer> normsOfGroups() {
        return Stream.of(
                LayerNorm.of(15, 3, 1e-2, true, RANDOM),
                LayerNorm.of(15, 3, 1e-2, false, RANDOM),
                RmsNorm.of(15, 3, 1e-2, RANDOM));
    }

    @ParameterizedTest
    @MethodSource("normsOfGroups")
    void eachGroupIsANormOfItsOwn(Layer norm) {
        Sequences in = Cases.ragged(5, 15, 4, 0, 7);
        Tensor dOut = Cases.random(6, 3, 7, 15);
        Tensor out = forward(norm, in, 2);
        Tensor dIn = Cases.random(7, 3, 7, 15);
        Tensor dInBefore = dIn.copy();
        NamedTensors d = backward(norm, in, dOut, dIn, 2);
        for (int group = 0; group < 3; group++) {
            int from = 5 * group;
            NamedTensors part = NamedTensors.empty();
            for (String name : norm.parameters().names()) {
                part = part.with(name, columns(norm.parameters().get(name), from));
            }
            ParameterSource own = ParameterSource.of(part);
            Layer alone = norm instanceof RmsNorm
                    ? RmsNorm.of(5, 1e-2, own)
                    : LayerNorm.of(5, 1e-2, part.contains("bias"), own);
            Sequences x = Sequences.of(columns(in.tensor(), from), in.lengths());
            assertBits(columns(out, from), forward(alone, x, 1), "group " + group);
            Tensor dX = columns(dInBefore, from);
            NamedTensors dPart = backward(alone, x, columns(dOut, from), dX, 1);
            assertBits(columns(dIn, from), dX, "group " + group);
            for (String name : dPart.names()) {
                assertBits(columns(d.get(name), from), dPart.get(name), name + " of group " + group);
            }
        }
    }

    /** Five of the last extent's fifteen. */
    private static Tensor columns(Tensor tensor, int from) {
        int[] extents = tensor.shape().extents();
        extents[extents.length - 1] = 5;
        float[] all = tensor.toArray();
        float[] some = new float[all.length / 3];
        for (int i = 0; i < some.length; i++) {
            some[i] = all[i / 5 * 15 + from + i % 5];
        }
        return Tensor.of(some, extents);
    }

    /** As PyTorch's, and without a division by 0. */
    @Test
    void learnedNumbersBegin() {
        assertEquals(
                0.25f,
                PRelu.of(3, false, Initializer.seeded(1))
                        .parameters()
                        .get("weight")
                        .get(0));
        assertEquals(
                3,
                PRelu.of(3, true, Initializer.seeded(1))
                        .parameters()
                        .get("weight")
                        .size());
        Snake flat = Snake.of(1, false, (parameter, target) -> target.fill(0));
        Tensor out = forward(flat, Sequences.of(Tensor.of(new float[] {3}, 1, 1, 1)), 1);
        assertEquals(3, out.get(0, 0, 0));
    }

    /** a = c = 0.8, as published; near 0 no digits are lost. */
    @Test
    void xieluBegins() {
        XIelu layer = XIelu.of(6, Initializer.seeded(1));
        float[] x = {-200, -1, -1e-6f, 0, 1e-6f, 3};
        Tensor out = forward(layer, Sequences.of(Tensor.of(x, 1, 1, 6)), 1);
        float[] expected = {0.8f * 199 - 100, 0.8f * (float) Math.exp(-1) - 0.5f, -4.999996e-7f, 0, 5.000008e-7f, 8.7f};
        for (int i = 0; i < 6; i++) {
            assertEquals(expected[i], out.array()[i], 1e-6 * Math.abs(expected[i]), "f(" + x[i] + ")");
        }
    }

    /** Far from 0 nothing overflows, and near it no digits are lost: where |x| is small, relative to the value. */
    @Test
    void activationsOfLargeAndTinyNumbers() {
        float[] x = {-Float.MAX_VALUE, -1e-6f, -1e-30f, -0f, 1e-30f, Float.MAX_VALUE};
        assertActivated(ActivationLayer.elu(6, 2), x, -2, -2e-6f, -2e-30f, -0f, 1e-30f, Float.MAX_VALUE);
        assertActivated(ActivationLayer.mish(6), x, -0f, -0.6e-6f, -0.6e-30f, -0f, 0.6e-30f, Float.MAX_VALUE);
        assertActivated(ActivationLayer.leakyRelu(6, 0.5), x, x[0] / 2, -5e-7f, -5e-31f, -0f, 1e-30f, x[5]);
        assertActivated(ActivationLayer.clippedRelu(6, 6), x, 0, 0, 0, 0, 1e-30f, 6);
        assertActivated(ActivationLayer.hardSwish(6), x, -0f, -5e-7f, -5e-31f, -0f, 5e-31f, Float.MAX_VALUE);
        assertActivated(ActivationLayer.swish(6, 0.5), x, -0f, -5e-7f, -5e-31f, -0f, 5e-31f, Float.MAX_VALUE);
        float[] ends = {-Float.MAX_VALUE, Float.NEGATIVE_INFINITY, -200, 200, 1e30f, Float.POSITIVE_INFINITY};
        assertActivated(ActivationLayer.mish(6), ends, -0f, -0f, -0f, 200, 1e30f, ends[5]);
        assertActivated(ActivationLayer.elu(6, 2), ends, -2, -2, -2, 200, 1e30f, ends[5]);
        assertActivated(ActivationLayer.hardSwish(6), ends, -0f, -0f, -0f, 200, 1e30f, ends[5]);
        assertActivated(ActivationLayer.swish(6, 2), ends, -0f, -0f, -0f, 200, 1e30f, ends[5]);
    }

    private static void assertActivated(ActivationLayer layer, float[] x, float... expected) {
        Sequences in = Sequences.of(Tensor.of(x, 1, 1, 6));
        Tensor out = forward(layer, in, 1);
        Tensor dIn = Tensor.zeros(1, 1, 6);
        Tensor ones = Tensor.zeros(1, 1, 6);
        ones.fill(1);
        backward(layer, in, ones, dIn, 1);
        for (int i = 0; i < 6; i++) {
            float y = out.array()[i];
            boolean close = Math.abs(y - expected[i]) <= 1e-6 * Math.abs(expected[i]);
            assertTrue(close || y == expected[i], "f(" + x[i] + ") = " + y); // ∞ − ∞ is NaN
            float slope = dIn.array()[i];
            assertTrue(slope >= 0 && slope <= 2, "f'(" + x[i] + ") = " + slope);
        }
    }

    @Test
    void kinksAndNumbersOfActivationsAreTold() {
        assertTrue(ActivationLayer.elu(1, 1).smooth());
        assertFalse(ActivationLayer.elu(1, 0.5).smooth());
        assertFalse(ActivationLayer.leakyRelu(1, 0.1).smooth());
        assertFalse(ActivationLayer.clippedRelu(1, 6).smooth());
        assertFalse(PRelu.of(1, false, RANDOM).smooth());
        assertTrue(Snake.of(1, false, RANDOM).smooth());
        assertTrue(ActivationLayer.mish(1).smooth());
        assertTrue(ActivationLayer.swish(1, 2).smooth());
        assertFalse(ActivationLayer.hardSwish(1).smooth());
        assertThrows(IllegalArgumentException.class, () -> ActivationLayer.swish(1, 0));
        String refused = assertThrows(IllegalArgumentException.class, () -> ActivationLayer.leakyRelu(1, -0.1))
                .getMessage();
        assertEquals("slope -0.1: it must be a number of float from 0.0", refused);
        assertThrows(IllegalArgumentException.class, () -> ActivationLayer.elu(1, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> ActivationLayer.clippedRelu(1, 1e39));
        assertThrows(BadShapeException.class, () -> ActivationLayer.mish(0));
        assertThrows(BadShapeException.class, () -> Identity.of(0));
    }

    private static Tensor forward(Layer layer, Sequences in, int threads) {
        Tensor out = Cases.random(9, in.batch(), in.time(), layer.outputWidth());
        try (Workspace workspace = Workspace.threads(threads)) {
            layer.forward(in, out, workspace);
        }
        return out;
    }

    private static NamedTensors backward(Layer layer, Sequences in, Tensor dOut, Tensor dIn, int threads) {
        NamedTensors dParameters = layer.parameters().zerosLike();
        try (Workspace workspace = Workspace.threads(threads)) {
            layer.backward(in, dOut, Gradients.none().withInput(dIn).withParameters(dParameters), workspace);
        }
        return dParameters;
    }

    static Map<String, double[]> wide(NamedTensors tensors) {
        Map<String, double[]> wide = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> wide.put(name, Cases.doubles(tensor)));
        return wide;
    }

    /** On rows that are fewer than the threads, these share the outputs; the widths of the other tests are too small for that. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 9})
    void threadsThatShareOutputsGiveTheBitsOfOne(int rows) {
        for (Layer layer : new Layer[] {
            LinearLayer.of(520, 700, true, RANDOM),
            Mlp.of(520, 700, Activation.GELU, RANDOM),
            Mlp.gated(520, 700, Activation.SILU, false, RANDOM)
        }) {
            for (int padding = 0; padding < 2; padding++) {
                Tensor x = Cases.random(rows, 1, rows + padding, 520);
                Sequences in = Sequences.of(x, new int[] {rows});
                Tensor expected = Cases.random(1, 1, rows + padding, layer.outputWidth());
                Tensor actual = Cases.random(2, 1, rows + padding, layer.outputWidth());
                try (Workspace one = Workspace.threads(1);
                        Workspace more = Workspace.threads(4)) {
                    layer.forward(in, expected, one);
                    layer.forward(in, actual, more);
                    layer.forward(in, actual, more); // hidden values of the first time are there
                }
                assertBits(expected, actual, layer.getClass().getSimpleName() + ", " + padding + " of padding");
            }
        }
    }
}
