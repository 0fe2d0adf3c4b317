package org.attention4j.tests.mutants;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.tests.formulas.Formula;
import org.attention4j.tests.formulas.Rounding;

/** Recurrences with a gate in the wrong place or of the wrong time, and without what an option asks for. */
final class CellMutants {
    private static final String INPUT = "weight_ih_l0";
    private static final String PEEPHOLE = "weight_peephole_l0";

    private static final OptionSchema LSTM_OPTIONS = OptionSchema.of(
            Option.flag("coupled", false, "f = 1 − i."),
            Option.decimal("clip", 0.1, 0.5, 0.2, "Of sums."),
            Option.decimal("cell-clip", 0.05, 0.1, 0.1, "Of cells."),
            Option.decimal("output-clip", 0.01, 0.05, 0.05, "Of outputs."),
            Option.choice("gate-activation", List.of("sigmoid", "hard-sigmoid"), "sigmoid", "Of gates."),
            Option.choice("output-activation", List.of("tanh", "relu"), "tanh", "Of cells."));

    private static final OptionSchema GRU_OPTIONS = OptionSchema.of(
            Option.choice("reset", List.of("after", "before"), "after", "Where."),
            Option.decimal("clip", 0.1, 0.5, 0.2, "Of sums."),
            Option.choice("candidate-activation", List.of("tanh", "softsign"), "tanh", "Of candidates."));

    private static final OptionSchema RNN_OPTIONS = OptionSchema.of(
            Option.choice("activation", List.of("tanh", "relu"), "tanh", "Of sums."),
            Option.decimal("clip", 0.1, 0.5, 0.2, "Of sums."));

    private CellMutants() {}

    private static FormulaMixer.Subject cell(String kind, int gates, OptionSchema options) {
        return new FormulaMixer.Subject(kind, options, (spec, config) -> declare(spec, gates, config.width()));
    }

    private static void declare(MixerSpec.Builder spec, int gates, int width) {
        InitialValue initial = InitialValue.uniform(1);
        spec.parameter(INPUT, initial, gates * width, width)
                .parameter("weight_hh_l0", initial, gates * width, width)
                .parameter("bias_ih_l0", initial, gates * width)
                .parameter("bias_hh_l0", initial, gates * width);
        if (gates == 4) {
            spec.parameter(PEEPHOLE, initial, 3 * width);
        }
    }

    /** An option that is not heeded. */
    private static Mutant unheeded(FormulaMixer.Subject subject, String option, Object instead) {
        return FormulaMutants.mutant(subject, config -> config.with(option, instead), FormulaMutants.same());
    }

    /** A gate that is of the input before. */
    private static Mutant stale(FormulaMixer.Subject subject, int gates, int gate) {
        return new Mutant(
                FormulaMutants.LAW, FormulaMutants.SAYS, subject.computing(right -> new Stale(right, gates, gate)));
    }

    /** One gate's weights read the half of the input in which the one before it stands, all others the half with the input itself. */
    private record Stale(Formula right, int gates, int gate) implements Formula {
        @Override
        public Set<String> options() {
            return right.options();
        }

        @Override
        public double[][] outputs(
                MixerConfig config, Map<String, double[]> parameters, double[][] x, Rounding rounding) {
            int width = config.width();
            double[][] twice = new double[x.length][2 * width];
            for (int t = 0; t < x.length; t++) {
                System.arraycopy(x[t], 0, twice[t], 0, width);
                System.arraycopy(x[Math.max(0, t - 1)], 0, twice[t], width, t == 0 ? 0 : width);
            }
            double[] weight = parameters.get(INPUT);
            double[] wide = new double[2 * weight.length];
            for (int row = 0; row < gates * width; row++) {
                int half = row / width == gate ? width : 0;
                System.arraycopy(weight, row * width, wide, 2 * row * width + half, width);
            }
            return right.outputs(config, FormulaMutants.with(parameters, INPUT, wide), twice, rounding);
        }
    }

    /** The rows of the first two gates in each other's place. */
    private static Mutant swapped(FormulaMixer.Subject subject, int gates) {
        return FormulaMutants.mutant(subject, FormulaMutants.same(), parameters -> {
            double[] right = parameters.get(INPUT);
            int rows = right.length / gates;
            double[] wrong = right.clone();
            System.arraycopy(right, 0, wrong, rows, rows);
            System.arraycopy(right, rows, wrong, 0, rows);
            return FormulaMutants.with(parameters, INPUT, wrong);
        });
    }

    static List<Mutant> all() {
        List<Mutant> all = new ArrayList<>();
        FormulaMixer.Subject lstm = cell("lstm", 4, LSTM_OPTIONS);
        FormulaMixer.Subject gru = cell("gru", 3, GRU_OPTIONS);
        FormulaMixer.Subject rnn = cell("rnn", 1, RNN_OPTIONS);
        all.addAll(List.of(
                stale(lstm, 4, 0),
                stale(lstm, 4, 1),
                stale(lstm, 4, 3),
                swapped(lstm, 4),
                unheeded(lstm, "coupled", false),
                unheeded(lstm, "coupled", true),
                unheeded(lstm, "clip", 0.0),
                unheeded(lstm, "cell-clip", 0.0),
                unheeded(lstm, "output-clip", 0.0),
                unheeded(lstm, "gate-activation", "sigmoid"),
                unheeded(lstm, "output-activation", "tanh"),
                FormulaMutants.mutant(
                        lstm, FormulaMutants.same(), parameters -> FormulaMutants.reversed(parameters, PEEPHOLE))));
        all.addAll(List.of(
                stale(gru, 3, 0),
                stale(gru, 3, 1),
                swapped(gru, 3),
                unheeded(gru, "reset", "after"),
                unheeded(gru, "reset", "before"),
                unheeded(gru, "clip", 0.0),
                unheeded(gru, "candidate-activation", "tanh")));
        all.addAll(Arrays.asList(stale(rnn, 1, 0), unheeded(rnn, "activation", "tanh"), unheeded(rnn, "clip", 0.0)));
        return all;
    }
}
