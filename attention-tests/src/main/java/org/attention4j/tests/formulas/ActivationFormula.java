package org.attention4j.tests.formulas;

import org.attention4j.api.MixerConfig;

/** ONNX's functions of a recurrent cell, after the argument is cut off at ± clip; α and β are their parameters. */
final class ActivationFormula {
    private final String function;
    private final double alpha;
    private final double beta;
    private final double clip;
    private final Rounding rounding;

    private ActivationFormula(MixerConfig config, String option, String standard, double clip, Rounding rounding) {
        function = Maths.choice(config, option, standard);
        alpha = rounding.of(Maths.decimal(config, option.replace("activation", "alpha"), 0));
        beta = rounding.of(Maths.decimal(config, option.replace("activation", "beta"), 0));
        this.clip = clip == 0 ? Double.POSITIVE_INFINITY : rounding.of(clip);
        this.rounding = rounding;
    }

    /** The function that an option chooses. */
    static ActivationFormula of(MixerConfig config, String option, String standard, Rounding rounding) {
        return new ActivationFormula(config, option, standard, Maths.decimal(config, "clip", 0), rounding);
    }

    /** The same without clipping. */
    static ActivationFormula unclipped(MixerConfig config, String option, String standard, Rounding rounding) {
        return new ActivationFormula(config, option, standard, 0, rounding);
    }

    double at(double argument) {
        double x = Math.max(-clip, Math.min(clip, rounding.of(argument))); // a sum
        return rounding.of(
                switch (function) {
                    case "tanh" -> Math.tanh(x);
                    case "sigmoid" -> 1 / (1 + Math.exp(-x));
                    case "relu" -> Math.max(0, x);
                    case "affine" -> alpha * x + beta;
                    case "leaky-relu" -> x < 0 ? alpha * x : x;
                    case "thresholded-relu" -> x <= alpha ? 0 : x;
                    case "scaled-tanh" -> alpha * rounding.of(Math.tanh(rounding.of(beta * x)));
                    case "hard-sigmoid" -> Math.max(0, Math.min(1, alpha * x + beta));
                    case "elu" -> x < 0 ? alpha * (rounding.of(Math.exp(x)) - 1) : x;
                    case "softsign" -> x / (1 + Math.abs(x));
                    case "softplus" -> Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
                    default -> throw new IllegalArgumentException("there is no activation '" + function + "'");
                });
    }
}
