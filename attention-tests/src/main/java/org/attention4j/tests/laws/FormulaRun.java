package org.attention4j.tests.laws;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.attention4j.api.MixerConfig;
import org.attention4j.tests.formulas.Formula;
import org.attention4j.tests.formulas.Rounding;

/** One evaluation of a formula, with or without errors: its outputs, its largest number and its choices. */
final class FormulaRun implements Rounding {
    private final DoubleUnaryOperator error;
    private final List<double[]> compared = new ArrayList<>();
    private final List<Double> margins = new ArrayList<>();
    private double largest;

    private FormulaRun(DoubleUnaryOperator error) {
        this.error = error;
    }

    /** What came out, and how. */
    record Result(double[][] outputs, FormulaRun run) {
        static Result of(
                Formula formula,
                MixerConfig config,
                Map<String, double[]> parameters,
                double[][] x,
                DoubleUnaryOperator error) {
            FormulaRun run = new FormulaRun(error);
            Map<String, double[]> rounded = new LinkedHashMap<>();
            parameters.forEach((name, values) -> rounded.put(name, run.rounded(values)));
            double[][] input = Arrays.stream(x).map(run::rounded).toArray(double[][]::new);
            return new Result(formula.outputs(config, rounded, input, run), run);
        }
    }

    @Override
    public double of(double exact) {
        largest = Math.max(largest, Math.abs(exact));
        return error.applyAsDouble(exact);
    }

    @Override
    public void chosen(double[] numbers, double margin) {
        compared.add(numbers.clone());
        margins.add(margin);
    }

    private double[] rounded(double[] values) {
        return Arrays.stream(values).map(this::of).toArray();
    }

    /** The largest of all numbers, NaN if one is. */
    double largest() {
        return largest;
    }

    /** Whether a choice would be another if the numbers that it compares were off by so many times what they are off in another run. */
    boolean doubtful(FormulaRun other, double times) {
        if (compared.size() != other.compared.size()) {
            return true;
        }
        for (int n = 0; n < compared.size(); n++) {
            double off = 0;
            for (int j = 0; j < compared.get(n).length; j++) {
                double number = compared.get(n)[j];
                off = number == Double.NEGATIVE_INFINITY
                        ? off
                        : Math.max(off, Math.abs(number - other.compared.get(n)[j]));
            }
            if (!(margins.get(n) >= 2 * times * off)) { // two numbers may both be off
                return true;
            }
        }
        return false;
    }
}
