package org.attention4j.tests.laws;

import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.attention4j.api.Tensor;
import org.attention4j.tests.LawCase;
import org.attention4j.tests.formulas.Formula;

/**
 * How far a sequence's outputs may be off its formula: {@value #ALLOWED} times what they change by where every input, parameter and intermediate
 * result is rounded once, at random, in the run of several that changes them most.
 *
 * <p>To first order a change is a sum of many independent roundings, so it is spread like a normal variable of some σ, and one run in ten
 * changes an output by less than σ/8 because its roundings happen to cancel. What mixers are off by was seen to reach 3.5 σ (an LSTM of three
 * layers whose gates saturate), and more roundings than one a sum make it no larger than that. A right mixer is refused where all runs stay below
 * 3.5 σ / 16 = 0.22 σ, for which a single one has the chance 0.17: {@value #FEW} runs 10⁻³, {@value #MANY} together 10⁻²⁴. So the
 * first runs refuse nothing; they only say whether the others are needed.
 */
final class FormulaTolerance {
    /** Half a unit in the last place of a float. */
    private static final double ROUNDING = 0x1p-24;

    /** Sums have several roundings, and functions are off by some. */
    private static final double ALLOWED = 16;

    private static final int FEW = 4;
    private static final int MANY = 32;

    /** Sequences with a number past this, parameters included, are not compared: a product of two would overflow in float32. */
    private static final double LARGEST = 1e18;

    /**
     * Sequences in which roundings may change an output by more than this share of the largest one are not compared: a recurrence whose gates are
     * not bounded is chaotic.
     */
    private static final double CHAOTIC = 0.125;

    private final Formula formula;
    private final LawCase c;
    private final Map<String, double[]> parameters;
    private final double[][] x;
    private final SplittableRandom random;
    private final FormulaRun.Result exact;
    private final double largest;
    private final double declared;
    private final double[] tolerance;
    private boolean doubtful;

    FormulaTolerance(
            Formula formula, LawCase c, Map<String, double[]> parameters, double[][] x, SplittableRandom random) {
        this.formula = formula;
        this.c = c;
        this.parameters = parameters;
        this.x = x;
        this.random = random;
        exact = FormulaRun.Result.of(formula, c.config(), parameters, x, number -> number);
        largest = Arrays.stream(exact.outputs())
                .mapToDouble(FormulaTolerance::largest)
                .max()
                .orElse(0);
        declared = c.spec().exactness().amongEqualWays().bound() * largest;
        tolerance = new double[x.length];
        Arrays.fill(tolerance, declared);
        doubtful = !(exact.run().largest() <= LARGEST);
    }

    /** Compares a sequence of the outputs; false where nothing can be said. */
    boolean compare(Tensor out, int b) {
        runs(FEW);
        for (int t = 0; t < x.length; t++) {
            if (!(off(out, b, t) <= tolerance[t])) {
                runs(MANY - FEW);
                break;
            }
        }
        for (int t = 0; t < x.length && !doubtful; t++) {
            row(exact.outputs()[t], out, b, t, tolerance[t]);
        }
        return !doubtful;
    }

    private void runs(int count) {
        for (int n = 0; n < count && !doubtful; n++) {
            FormulaRun.Result other = FormulaRun.Result.of(
                    formula, c.config(), parameters, x, number -> number * (1 + ROUNDING * random.nextDouble(-1, 1)));
            doubtful = exact.run().doubtful(other.run(), ALLOWED);
            for (int t = 0; t < x.length; t++) {
                double allowed = ALLOWED * change(exact.outputs()[t], other.outputs()[t]);
                tolerance[t] = Math.max(tolerance[t], allowed + declared);
                doubtful |= !(allowed <= CHAOTIC * largest + ALLOWED * Float.MIN_NORMAL);
            }
        }
    }

    private double off(Tensor out, int b, int t) {
        double off = 0;
        for (int d = 0; d < exact.outputs()[t].length; d++) {
            off = Math.max(off, Math.abs(exact.outputs()[t][d] - out.get(b, t, d)));
        }
        return off;
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
}
