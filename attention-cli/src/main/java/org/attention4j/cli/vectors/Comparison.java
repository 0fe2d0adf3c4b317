package org.attention4j.cli.vectors;

import java.util.Arrays;
import java.util.Map;
import org.attention4j.api.Tensor;
import org.attention4j.model.files.ElementType;

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
        int[] extents = Arrays.stream(reference.expected(name).shape())
                .mapToInt(Math::toIntExact)
                .toArray();
        if (!Arrays.equals(extents, result.shape().extents())) {
            fail(name + " has shape " + result.shape() + ", the reference " + Arrays.toString(extents));
            return;
        }
        double[] expected = reference.expectedValues(name);
        float[] given = rounded(result.toArray(), reference.expected(name).type());
        for (int i = 0; i < given.length; i++) {
            if (Double.isNaN(expected[i])) {
                compareWithNaN(name, given[i], i, promisesNumbers);
            } else {
                compare(name, given[i], expected[i], i);
            }
        }
    }

    /** Rounds as the reference is stored: half precision is computed in float32 and rounded at the end. */
    private static float[] rounded(float[] values, ElementType type) {
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (type) {
                case F16 -> Float.float16ToFloat(Float.floatToFloat16(values[i]));
                case BF16 -> toBrain(values[i]);
                default -> values[i];
            };
        }
        return values;
    }

    /** The nearest value of the upper 16 bits, of two equally near ones the even. */
    private static float toBrain(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.isNaN(value) ? value : Float.intBitsToFloat((bits + 0x7FFF + (bits >>> 16 & 1)) & 0xFFFF0000);
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
        if (worst.isEmpty() || difference / allowed > error / tolerance) {
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
