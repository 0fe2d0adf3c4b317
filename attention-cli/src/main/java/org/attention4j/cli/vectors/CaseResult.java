package org.attention4j.cli.vectors;

/**
 * The outcome of one case.
 *
 * @param name of the case
 * @param operator of the case
 * @param verdict its outcome
 * @param error the largest difference, of the tensor that comes nearest to its tolerance; NaN where nothing was compared
 * @param tolerance of that tensor at that element
 * @param tensor that tensor, or nothing
 * @param reason of a FAIL or UNSUPPORTED, or nothing
 */
public record CaseResult(
        String name, String operator, Verdict verdict, double error, double tolerance, String tensor, String reason) {
    static CaseResult unsupported(ReferenceCase reference, String reason) {
        return new CaseResult(
                reference.name(), reference.operator(), Verdict.UNSUPPORTED, Double.NaN, Double.NaN, "", reason);
    }

    static CaseResult failed(String name, String operator, String reason) {
        return new CaseResult(name, operator, Verdict.FAIL, Double.NaN, Double.NaN, "", reason);
    }

    /**
     * How much of the tolerance is used up.
     *
     * @return 1 if all of it; NaN where nothing was compared
     */
    public double ratio() {
        return ratio(error, tolerance);
    }

    /** An exact result uses up nothing, also where nothing is allowed. */
    static double ratio(double error, double tolerance) {
        return error == 0 ? 0 : error / tolerance;
    }
}
