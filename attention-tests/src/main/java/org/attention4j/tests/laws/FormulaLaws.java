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
import org.attention4j.tests.Tally;
import org.attention4j.tests.formulas.Formula;
import org.attention4j.tests.formulas.Formulas;

/** That a kind of which the kit knows the formula computes it. */
public final class FormulaLaws {
    /** Half a unit in the last place of a float. */
    private static final double ROUNDING = 0x1p-24;

    /** How many times the change that one rounding of every input, parameter and intermediate result makes: sums have several roundings. */
    private static final double ALLOWED = 16;

    private static final int PERTURBATIONS = 4;

    /** Sequences with a number past this, parameters included, are not compared: a product of two would overflow in float32. */
    private static final double LARGEST = 1e18;

    /**
     * Sequences in which roundings may change an output by more than this share of the largest one are not compared: a recurrence whose gates are
     * not bounded is chaotic.
     */
    private static final double CHAOTIC = 0.125;

    private static final String LEFT_OUT =
            "sequences, in which a rounding may turn a choice of keys or change outputs by an "
                    + "eighth, or a product may overflow in float32";

    private FormulaLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(Law.counting(
                        Law.Group.EVERY_MIXER,
                        "equals-the-formula",
                        "outputs are those of the kind's formula in float64, up to rounding",
                        "the order and sizes of parameters, heads and gates; off-by-one of masks; the scale",
                        FormulaLaws::equalsTheFormula)
                .when("one whose formula the kit knows", spec -> Formulas.of(spec)
                        .isPresent()));
    }

    private static Tally equalsTheFormula(LawCase c) {
        Formula formula = Formulas.of(c.spec()).orElseThrow();
        Sequences in = c.input();
        SequenceMixer mixer = c.mixer();
        Tensor out = Runs.forward(mixer, in);
        Map<String, double[]> parameters = new LinkedHashMap<>();
        mixer.parameters().forEach((name, tensor) -> parameters.put(name, doubles(tensor)));
        SplittableRandom random = c.random("rounding");
        int compared = 0;
        int leftOut = 0;
        for (int b = 0; b < c.batch(); b++) {
            double[][] x = rows(in, b);
            FormulaRun.Result exact = FormulaRun.Result.of(formula, c.config(), parameters, x, number -> number);
            double[] tolerance = tolerance(formula, c, parameters, x, exact, random);
            for (int t = 0; t < tolerance.length; t++) {
                row(exact.outputs()[t], out, b, t, tolerance[t]);
            }
            compared += tolerance.length > 0 ? 1 : 0;
            leftOut += tolerance.length < x.length ? 1 : 0;
        }
        return new Tally(compared, leftOut, LEFT_OUT);
    }

    /** How far each position may be off; empty where nothing can be said. */
    private static double[] tolerance(
            Formula formula,
            LawCase c,
            Map<String, double[]> parameters,
            double[][] x,
            FormulaRun.Result exact,
            SplittableRandom random) {
        double largest = Arrays.stream(exact.outputs())
                .mapToDouble(FormulaLaws::largest)
                .max()
                .orElse(0);
        double declared = c.spec().exactness().bound() * largest;
        double[] tolerance = new double[x.length];
        Arrays.fill(tolerance, declared);
        boolean doubtful = !(exact.run().largest() <= LARGEST);
        for (int n = 0; n < PERTURBATIONS && !doubtful; n++) {
            FormulaRun.Result other = FormulaRun.Result.of(
                    formula, c.config(), parameters, x, number -> number * (1 + ROUNDING * random.nextDouble(-1, 1)));
            doubtful = exact.run().doubtful(other.run(), ALLOWED);
            for (int t = 0; t < x.length; t++) {
                double allowed = ALLOWED * change(exact.outputs()[t], other.outputs()[t]);
                tolerance[t] = Math.max(tolerance[t], allowed + declared);
                doubtful |= !(allowed <= CHAOTIC * largest + ALLOWED * Float.MIN_NORMAL);
            }
        }
        return doubtful ? new double[0] : tolerance;
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
