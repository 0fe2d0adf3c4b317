package org.attention4j.tests.laws;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;
import org.attention4j.tests.formulas.Formula;
import org.attention4j.tests.formulas.Formulas;
import org.attention4j.tests.formulas.Rounding;

/** That a kind of which the kit knows the formula computes it. */
public final class FormulaLaws {
    /** Half a unit in the last place of a float. */
    private static final double ROUNDING = 0x1p-24;

    /** How many times the change that one rounding of every input, parameter and intermediate result makes: sums have several roundings. */
    private static final double ALLOWED = 16;

    private static final int PERTURBATIONS = 4;

    /**
     * Sequences with an intermediate result past this are not compared: a recurrence whose gates are not bounded is chaotic there, and overflows
     * in the end.
     */
    private static final double LARGEST = 1e3;

    private FormulaLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(EveryMixerLaws.law(
                        "equals-the-formula",
                        "outputs are those of the kind's formula in float64, up to rounding",
                        "the order and sizes of parameters, heads and gates; off-by-one of masks; the scale",
                        FormulaLaws::equalsTheFormula)
                .when("one whose formula the kit knows", spec -> Formulas.of(spec)
                        .isPresent()));
    }

    private static void equalsTheFormula(LawCase c) {
        Formula formula = Formulas.of(c.spec()).orElseThrow();
        Sequences in = c.input();
        SequenceMixer mixer = c.mixer();
        Tensor out = Runs.forward(mixer, in);
        Map<String, double[]> parameters = new LinkedHashMap<>();
        mixer.parameters().forEach((name, tensor) -> parameters.put(name, doubles(tensor)));
        SplittableRandom random = c.random("rounding");
        for (int b = 0; b < c.batch(); b++) {
            double[][] x = rows(in, b);
            double[] largest = new double[1];
            double[][] expected = formula.outputs(c.spec().config(), parameters, x, exact -> {
                largest[0] = Math.max(largest[0], Math.abs(exact));
                return exact;
            });
            if (!(largest[0] <= LARGEST)) {
                continue;
            }
            double[] tolerance = new double[x.length];
            for (int n = 0; n < PERTURBATIONS; n++) {
                Rounding rounding = exact -> exact * (1 + (random.nextBoolean() ? ROUNDING : -ROUNDING));
                Map<String, double[]> rounded = new LinkedHashMap<>();
                parameters.forEach((name, values) -> rounded.put(name, rounded(values, rounding)));
                double[][] roundedInput =
                        Arrays.stream(x).map(row -> rounded(row, rounding)).toArray(double[][]::new);
                double[][] other = formula.outputs(c.spec().config(), rounded, roundedInput, rounding);
                for (int t = 0; t < x.length; t++) {
                    tolerance[t] = Math.max(tolerance[t], ALLOWED * change(expected[t], other[t]));
                }
            }
            double declared = c.spec().exactness().bound()
                    * Arrays.stream(expected)
                            .mapToDouble(FormulaLaws::largest)
                            .max()
                            .orElse(0);
            for (int t = 0; t < x.length; t++) {
                row(expected[t], out, b, t, tolerance[t] + declared);
            }
        }
    }

    private static void row(double[] expected, Tensor out, int b, int t, double tolerance) {
        for (int d = 0; d < expected.length; d++) {
            Expect.near(
                    "forward against the formula in float64",
                    "[b=" + b + ", t=" + t + ", d=" + d + "]",
                    expected[d],
                    out.get(b, t, d),
                    tolerance,
                    "parameters in another order, a mask off by one, another scale");
        }
    }

    /** The largest change of an element, and a rounding of the largest one, which may underflow. */
    private static double change(double[] expected, double[] other) {
        double change = 0;
        for (int d = 0; d < expected.length; d++) {
            change = Math.max(change, Math.abs(expected[d] - other[d]));
        }
        return change + ROUNDING * largest(expected) + Float.MIN_NORMAL;
    }

    private static double largest(double[] row) {
        double largest = 0;
        for (double element : row) {
            largest = Math.max(largest, Math.abs(element));
        }
        return largest;
    }

    private static double[] rounded(double[] values, Rounding rounding) {
        return Arrays.stream(values).map(rounding::of).toArray();
    }

    private static double[][] rows(Sequences in, int b) {
        double[][] rows = new double[in.length(b)][];
        for (int t = 0; t < rows.length; t++) {
            rows[t] = doubles(in.tensor().slice(b).slice(t));
        }
        return rows;
    }

    private static double[] doubles(Tensor tensor) {
        float[] values = tensor.toArray();
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
