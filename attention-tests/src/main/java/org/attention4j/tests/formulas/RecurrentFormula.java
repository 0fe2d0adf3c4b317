package org.attention4j.tests.formulas;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.attention4j.api.MixerConfig;
import org.jspecify.annotations.Nullable;

/** Layers of a recurrence, each in one direction or two, with PyTorch's names. A cell says what a step does. */
abstract class RecurrentFormula implements Formula {
    /** One layer in one direction. */
    record Weights(
            double[] input,
            double[] hidden,
            double @Nullable [] inputBias,
            double @Nullable [] hiddenBias,
            Rounding rounding) {
        /** Rows of W x + b. */
        double[] ofInput(int row, int rows, double[] x) {
            return Maths.linear(input, inputBias, row, rows, x, rounding);
        }

        double sigmoid(double argument) {
            return rounding.of(1 / (1 + Math.exp(-argument)));
        }

        double tanh(double argument) {
            return rounding.of(Math.tanh(argument));
        }

        /** Rows of U h + b. */
        double[] ofHidden(int row, int rows, double[] h) {
            return Maths.linear(hidden, hiddenBias, row, rows, h, rounding);
        }
    }

    /** Takes a step: changes the state {@code [h, c]} in place. */
    abstract void step(MixerConfig config, Weights weights, double[] x, double[][] state);

    @Override
    public Set<String> options() {
        return with();
    }

    /** The options of every recurrence; dropout changes recordings alone. */
    static Set<String> with(String... own) {
        Set<String> options =
                new HashSet<>(Set.of("hidden", "bias", "bidirectional", "layers", "layer-dropout", "dropout-seed"));
        options.addAll(Set.of(own));
        return options;
    }

    @Override
    public double[][] outputs(MixerConfig config, Map<String, double[]> parameters, double[][] x, Rounding rounding) {
        int hidden = Maths.integer(config, "hidden", config.width());
        boolean both = Maths.flag(config, "bidirectional");
        double[][] in = x;
        for (int layer = 0; layer < Maths.integer(config, "layers", 1); layer++) {
            double[][] out = new double[x.length][hidden * (both ? 2 : 1)];
            pass(config, weights(parameters, "_l" + layer, rounding), in, hidden, false, out, 0);
            if (both) {
                pass(config, weights(parameters, "_l" + layer + "_reverse", rounding), in, hidden, true, out, hidden);
            }
            in = out;
        }
        return in;
    }

    private static Weights weights(Map<String, double[]> parameters, String suffix, Rounding rounding) {
        return new Weights(
                Maths.get(parameters, "weight_ih" + suffix),
                Maths.get(parameters, "weight_hh" + suffix),
                parameters.get("bias_ih" + suffix),
                parameters.get("bias_hh" + suffix),
                rounding);
    }

    private void pass(
            MixerConfig config, Weights weights, double[][] x, int hidden, boolean reverse, double[][] y, int column) {
        double[][] state = new double[2][hidden];
        for (int step = 0; step < x.length; step++) {
            int t = reverse ? x.length - 1 - step : step;
            step(config, weights, x[t], state);
            System.arraycopy(state[0], 0, y[t], column, hidden);
        }
    }
}
