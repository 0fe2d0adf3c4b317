package org.attention4j.tests.laws;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;

/** That gradients are derivatives, and linear. */
public final class DerivativeLaws {
    private static final float TINY = 1e-24f;

    private DerivativeLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                GradientLaws.law(
                                "input-gradient-is-derivative",
                                "the input's gradient is the derivative of the outputs by the input",
                                "backward: the path from the cotangent to the input",
                                DerivativeLaws::input)
                        .when("no norm with an ε near 0", Kinks::smoothNorms)
                        .when("activations that keep numbers in bounds", CellActivations::tame)
                        .when("no dropout", Dropouts::none),
                GradientLaws.law(
                                "parameter-gradients-are-derivatives",
                                "each parameter's gradient is the derivative by that parameter",
                                "backward: sums over batch and time; biases; parameters that are used twice",
                                DerivativeLaws::parameters)
                        .when("with parameters", ParameterLaws::any)
                        .when("no norm with an ε near 0", Kinks::smoothNorms)
                        .when("activations that keep numbers in bounds", CellActivations::tame)
                        .when("no dropout", Dropouts::none),
                GradientLaws.law(
                                "backward-is-linear",
                                "the gradient of a sum of cotangents is the sum of their gradients",
                                "backward: clipping, thresholds, anything that depends on the cotangent's size",
                                DerivativeLaws::linear)
                        .when("no norm with an ε near 0", Kinks::smoothNorms)
                        .when("activations that keep numbers in bounds", CellActivations::tame));
    }

    private static void input(LawCase drawn) {
        LawCase c = GradientLaws.gentle(drawn);
        Differentiable mixer = c.mixer().require(Differentiable.class);
        Sequences in = c.input();
        Tensor dOut = GradientLaws.cotangent(c, "cotangent", c.spec().outputShape(in));
        Derivative.check(
                "gradient by the input",
                !Kinks.none(c.spec()),
                in.tensor(),
                c.random("direction"),
                moved -> GradientLaws.gradients(c, mixer, Sequences.of(moved, in.lengths()), dOut, 1)
                        .input()
                        .orElseThrow(),
                moved -> Derivative.Loss.of(dOut, Runs.forward(mixer, Sequences.of(moved, in.lengths()))));
    }

    private static void parameters(LawCase drawn) {
        LawCase c = GradientLaws.gentle(drawn);
        Differentiable mixer = c.mixer().require(Differentiable.class);
        Sequences in = c.input();
        Tensor dOut = GradientLaws.cotangent(c, "cotangent", c.spec().outputShape(in));
        NamedTensors values = mixer.parameters();
        for (String name : values.names()) {
            Tensor given = values.get(name);
            Derivative.check(
                    "gradient by parameter '" + name + "'",
                    !Kinks.none(c.spec()),
                    given,
                    c.random(name),
                    moved -> GradientLaws.gradients(
                                    c,
                                    moved == given ? mixer : with(mixer, name, moved, Differentiable.class),
                                    in,
                                    dOut,
                                    1)
                            .parameters()
                            .get(name),
                    moved ->
                            Derivative.Loss.of(dOut, Runs.forward(with(mixer, name, moved, Differentiable.class), in)));
        }
    }

    /** Compares the gradient by one parameter, as all have their turn in other cases; of a mixer that has none, nothing. */
    static <M extends SequenceMixer> void parameter(
            LawCase c,
            M mixer,
            Class<M> type,
            String where,
            BiFunction<M, String, Tensor> gradient,
            Function<M, Derivative.Loss> loss) {
        NamedTensors values = mixer.parameters();
        if (values.names().isEmpty()) {
            return;
        }
        SplittableRandom random = c.random("parameter");
        String name =
                List.copyOf(values.names()).get(random.nextInt(values.names().size()));
        Derivative.check(
                "gradient by parameter '" + name + "'" + where,
                !Kinks.none(c.spec()),
                values.get(name),
                random,
                moved -> gradient.apply(with(mixer, name, moved, type), name),
                moved -> loss.apply(with(mixer, name, moved, type)));
    }

    /** The same mixer with another value of one parameter. */
    private static <M extends SequenceMixer> M with(M mixer, String name, Tensor value, Class<M> type) {
        NamedTensors changed = mixer.parameters();
        changed.get(name).copyFrom(value);
        return mixer.withParameters(ParameterSource.of(changed)).require(type);
    }

    /**
     * A power of two and a sign change no rounding of what is linear, so they leave the bits as they are; a sum holds within rounding,
     * of which each of the three gradients has its own.
     */
    private static void linear(LawCase drawn) {
        LawCase c = GradientLaws.gentle(drawn);
        Differentiable mixer = c.mixer().require(Differentiable.class);
        Sequences in = c.input();
        Tensor first = GradientLaws.cotangent(c, "first", c.spec().outputShape(in));
        Tensor second = GradientLaws.cotangent(c, "second", c.spec().outputShape(in));
        Tensor both = first.copy();
        for (int i = 0; i < both.size(); i++) {
            both.array()[i] = 3 * first.array()[i] + second.array()[i];
        }
        Gradients x = GradientLaws.gradients(c, mixer, in, first, 1);
        Gradients y = GradientLaws.gradients(c, mixer, in, second, 1);
        Gradients sum = GradientLaws.gradients(c, mixer, in, both, 1);
        String cause = "backward does something that depends on the size of the cotangent";
        GradientNoise noise = new GradientNoise(c, in, both, sum);
        GradientNoise noiseOfFirst = new GradientNoise(c, in, first, x);
        GradientNoise noiseOfSecond = new GradientNoise(c, in, second, y);
        GradientLaws.sum(
                "input gradient of 3·u + v, against those of u and v",
                x.input().orElseThrow(),
                3,
                y.input().orElseThrow(),
                sum.input().orElseThrow(),
                asked -> noise.ofInput(asked) + 3 * noiseOfFirst.ofInput(asked / 3) + noiseOfSecond.ofInput(asked),
                cause);
        sum.parameters()
                .forEach((name, got) -> GradientLaws.sum(
                        "gradient of '" + name + "' by 3·u + v, against those of u and v",
                        x.parameters().get(name),
                        3,
                        y.parameters().get(name),
                        got,
                        asked -> noise.ofParameter(name, asked)
                                + 3 * noiseOfFirst.ofParameter(name, asked / 3)
                                + noiseOfSecond.ofParameter(name, asked),
                        cause));
        Gradients scaled = GradientLaws.gradients(c, mixer, in, times(both, -4), 1);
        GradientLaws.sameGradients(
                c, "the cotangent times -4, and its gradients by -4", times(sum, 1), times(scaled, -0.25f), cause);
    }

    private static Gradients times(Gradients gradients, float factor) {
        NamedTensors[] parameters = {NamedTensors.empty()};
        gradients
                .parameters()
                .forEach((name, tensor) -> parameters[0] = parameters[0].with(name, times(tensor, factor)));
        return Gradients.none()
                .withInput(times(gradients.input().orElseThrow(), factor))
                .withParameters(parameters[0]);
    }

    /** Without what is so small that denormal numbers on the way may have cut it off. */
    private static Tensor times(Tensor tensor, float factor) {
        float[] values = tensor.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.abs(values[i] * factor) < TINY ? 0 : values[i] * factor;
        }
        return Tensor.of(values, tensor.shape().extents());
    }
}
