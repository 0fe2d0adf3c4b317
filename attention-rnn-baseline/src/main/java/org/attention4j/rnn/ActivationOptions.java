package org.attention4j.rnn;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;

/**
 * The options that choose one function of a cell.
 *
 * @param function its name, as {@code gate-activation}
 * @param alpha α
 * @param beta β
 */
record ActivationOptions(Option<String> function, Option<Double> alpha, Option<Double> beta) {
    private static final double MOST = 1e6; // far from overflow in a float

    /** Where the arguments of all functions are cut off. */
    static final Option<Double> CLIP = Option.decimal(
            "clip", 0, MOST, 0, "Cuts the arguments of gates and candidate off at this and at minus this; 0 does not.");

    /**
     * The options of one function.
     *
     * @param of what it is the activation of; empty if there is only one
     * @param first the choices to name first
     * @param standard the default
     * @param meaning a sentence
     */
    static ActivationOptions of(String of, List<String> first, CellActivation.Function standard, String meaning) {
        List<String> words = Stream.concat(first.stream(), CellActivation.Function.words().stream())
                .distinct()
                .toList();
        String name = of.isEmpty() ? "activation" : of + "-activation";
        Option<String> function = Option.choice(name, words, standard.word(), meaning);
        return new ActivationOptions(
                function,
                parameter(name, function, "alpha", CellActivation.Function::alpha),
                parameter(name, function, "beta", CellActivation.Function::beta));
    }

    private static Option<Double> parameter(
            String activation,
            Option<String> function,
            String parameter,
            ToDoubleFunction<CellActivation.Function> standard) {
        return Option.decimal(
                activation.replace("activation", parameter),
                -MOST,
                MOST,
                config -> standard.applyAsDouble(CellActivation.Function.of(config.get(function))),
                "as ONNX has it",
                "The " + parameter + " of " + activation + ", where that has one.");
    }

    OptionSchema schema() {
        return OptionSchema.of(function, alpha, beta);
    }

    /** The function that a configuration chooses, clipped as that says. */
    CellActivation in(MixerConfig config) {
        double clip = config.get(CLIP);
        return new CellActivation(
                CellActivation.Function.of(config.get(function)),
                config.get(alpha).floatValue(),
                config.get(beta).floatValue(),
                clip == 0 ? Float.POSITIVE_INFINITY : (float) clip);
    }
}
