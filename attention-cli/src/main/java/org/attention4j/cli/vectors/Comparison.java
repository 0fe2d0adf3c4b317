package org.attention4j.cli.vectors;

import java.util.Arrays;
import java.util.Map;
import org.attention4j.api.Tensor;
import org.attention4j.model.files.StoredTensor;

/** Gives the verdict on the results of a case. */
final class Comparison {
    private final ReferenceCase reference;
    private double error;
    private double tolerance = 1;
    private String worst = "";
    private String failure = "";
    private String answeredNaN = "";

    private Comparison(ReferenceCase reference) {
        this.reference = reference;
    }

    /**
     * Compares every result that the reference has.
     *
     * @param promisesNumbers whether the library promises finite results even where the reference answers NaN
     */
    static CaseResult of(ReferenceCase reference, Map<String, Tensor> results, boolean promisesNumbers) {
        if (reference.expected().isEmpty()) {
            return CaseResult.failed(
                    reference.name(),
                    reference.operator(),
                    "its file has no result to compare with, output.… or grad.…");
        }
        Comparison comparison = new Comparison(reference);
        for (String name : reference.expected()) {
            Tensor result = results.get(name);
            if (result == null) {
                return CaseResult.failed(reference.name(), reference.operator(), name + " was not computed");
            }
            comparison.compare(name, result, promisesNumbers);
        }
        return comparison.result();
    }

    private void compare(String name, Tensor result, boolean promisesNumbers) {
        StoredTensor stored = reference.expected(name);
        int[] extents = Arrays.stream(stored.shape()).mapToInt(Math::toIntExact).toArray();
        if (!Arrays.equals(extents, result.shape().extents())) {
            fail(name + " has shape " + result.shape() + ", the reference " + Arrays.toString(extents));
            return;
        }
        double[] expected = reference.expectedValues(name);
        float[] given = result.toArray();
        for (int i = 0; i < given.length; i++) {
            float rounded = stored.type().round(given[i]);
            if (Double.isNaN(expected[i])) {
                compareWithNaN(name, rounded, i, promisesNumbers);
            } else {
                compare(name, rounded, expected[i], i);
            }
        }
    }

    private void compareWithNaN(String name, float given, int index, boolean promisesNumbers) {
        if (promisesNumbers && !Float.isFinite(given)) {
            fail(name + " is " + given + " at element " + index
                    + ", where the reference answers NaN and the library promises a number");
        } else if (!Float.isNaN(given) && answeredNaN.isEmpty()) {
            answeredNaN = "the reference answers NaN in " + name + ", element " + index
                    + ", where the library promises a number, and gives one";
        }
    }

    private void compare(String name, float given, double expected, int index) {
        double allowed = reference.tolerance(name, expected);
        double difference = given == expected ? 0 : Math.abs(given - expected);
        if (Double.isNaN(difference)) {
            difference = Double.POSITIVE_INFINITY;
        }
        if (worst.isEmpty() || CaseResult.ratio(difference, allowed) > CaseResult.ratio(error, tolerance)) {
            error = difference;
            tolerance = allowed;
            worst = name;
        }
        if (!(difference <= allowed)) {
            fail(name + " is " + given + " at element " + index + ", the reference " + expected);
        }
    }

    /** The first failure is told. */
    private void fail(String problem) {
        failure = failure.isEmpty() ? problem : failure;
    }

    private CaseResult result() {
        Verdict verdict =
                !failure.isEmpty() ? Verdict.FAIL : answeredNaN.isEmpty() ? Verdict.PASS : Verdict.UNSUPPORTED;
        String reason = failure.isEmpty() ? answeredNaN : failure;
        return new CaseResult(reference.name(), reference.operator(), verdict, error, tolerance, worst, reason);
    }
}
