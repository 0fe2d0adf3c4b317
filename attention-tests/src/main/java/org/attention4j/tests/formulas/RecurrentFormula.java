package org.attention4j.tests.formulas;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.attention4j.api.MixerConfig;
import org.jspecify.annotations.Nullable;

/** Layers of a recurrence, each in one direction or two, with PyTorch's names. A cell says what a step does. */
abstract class RecurrentFormula implements Formula {
    /** One layer in one direction; what a cell does not have is null. */
    record Weights(
            double[] input,
            double @Nullable [] hidden,
            double @Nullable [] inputBias,
            double @Nullable [] hiddenBias,
            double @Nullable [] projection,
            double @Nullable [] peephole,
            double @Nullable [] decay,
            Rounding rounding) {
        static Weights of(Map<String, double[]> parameters, String suffix, Rounding rounding) {
            return new Weights(
                    Maths.get(parameters, "weight_ih" + suffix),
                    parameters.get("weight_hh" + suffix),
                    parameters.get("bias_ih" + suffix),
                    parameters.get("bias_hh" + suffix),
                    parameters.get("weight_hr" + suffix),
                    parameters.get("weight_peephole" + suffix),
                    parameters.get("recurrent_param" + suffix),
                    rounding);
        }

        /** Rows of W x + b. */
        double[] ofInput(int row, int rows, double[] x) {
            return Maths.linear(input, inputBias, row, rows, x, rounding);
        }

        /** Rows of U h + b. */
        double[] ofHidden(int row, int rows, double[] h) {
            return hidden == null ? new double[rows] : Maths.linear(hidden, hiddenBias, row, rows, h, rounding);
        }

        /** What a gate j of the cell's peepholes sees of unit u; gates are i, f, o. */
        double seen(int j, double[] cell, int u) {
            return peephole == null ? 0 : peephole[j * cell.length + u] * cell[u];
        }
    }

    /** A step of one layer. */
    @FunctionalInterface
    interface Cell {
        /** Changes the state [h, c], of which h may be replaced, in place. */
        void step(Weights weights, double[] x, double[][] state);
    }

    /** The cell of a configuration. */
    abstract Cell cell(MixerConfig config, Rounding rounding);

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
        int projected = Maths.integer(config, "projection", 0);
        int out = projected == 0 ? hidden : projected;
        boolean both = Maths.flag(config, "bidirectional");
        Cell cell = cell(config, rounding);
        double[][] in = x;
        for (int layer = 0; layer < Maths.integer(config, "layers", 1); layer++) {
            double[][] y = new double[x.length][out * (both ? 2 : 1)];
            Weights ahead = Weights.of(parameters, "_l" + layer, rounding);
            pass(cell, ahead, in, new double[][] {new double[out], new double[hidden]}, false, y);
            if (both) {
                Weights back = Weights.of(parameters, "_l" + layer + "_reverse", rounding);
                pass(cell, back, in, new double[][] {new double[out], new double[hidden]}, true, y);
            }
            in = y;
        }
        return in;
    }

    /** One direction: the reverse one fills the second half of the columns. */
    private static void pass(
            Cell cell, Weights weights, double[][] x, double[][] state, boolean reverse, double[][] y) {
        for (int step = 0; step < x.length; step++) {
            int t = reverse ? x.length - 1 - step : step;
            cell.step(weights, x[t], state);
            System.arraycopy(state[0], 0, y[t], reverse ? state[0].length : 0, state[0].length);
        }
    }
}
