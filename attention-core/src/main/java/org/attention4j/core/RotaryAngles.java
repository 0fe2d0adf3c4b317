package org.attention4j.core;

/**
 * Cosines and sines of t · θ for any whole position t, or of other angles, computed in float64 and rounded once: the same bits on every machine, without
 * memory. The library's own methods are not used: {@link Math#sin} may differ from machine to machine, {@link StrictMath#sin} makes objects.
 */
final class RotaryAngles {
    /** π/2 in three parts of 53 bits. */
    private static final double HALF_PI = 0x1.921fb54442d18p0;

    private static final double HALF_PI_REST = 0x1.1a62633145c07p-54;
    private static final double HALF_PI_LAST = -0x1.f1976b7ed8fbcp-110;

    private final RotaryScaling scaling;
    private final int width;
    private final double base;
    private final double amplitude;
    /** θ [R/2] of sequences up to {@link RotaryScaling#fixedUpTo}. */
    private final double[] theta;

    RotaryAngles(int width, double base, RotaryScaling scaling) {
        this.scaling = scaling;
        this.width = width;
        this.base = base;
        amplitude = scaling.amplitude();
        theta = new double[width / 2];
        for (int p = 0; p < theta.length; p++) {
            theta[p] = scaling.frequency(p, width, base, 1);
        }
    }

    /** Writes the angles' cosines and sines [R/2], times the amplitude; sines are negated where a turn is to be undone. */
    void write(int position, boolean back, float[] cosines, int cosinesAt, float[] sines, int sinesAt) {
        long distance = Math.abs((long) position);
        boolean own = distance + 1 > scaling.fixedUpTo();
        double sign = position < 0 != back ? -amplitude : amplitude;
        for (int p = 0; p < theta.length; p++) {
            double angle = distance * (own ? scaling.frequency(p, width, base, distance + 1) : theta[p]);
            write(angle, amplitude, sign, cosines, cosinesAt + p, sines, sinesAt + p);
        }
    }

    /** Writes the cosine of an angle times an amplitude, and its sine times another. */
    static void write(
            double angle, double amplitude, double sign, float[] cosines, int cosinesAt, float[] sines, int sinesAt) {
        double quarters = Math.rint(angle / HALF_PI);
        double rest = Math.fma(-quarters, HALF_PI, angle);
        rest = Math.fma(-quarters, HALF_PI_REST, rest);
        rest = Math.fma(-quarters, HALF_PI_LAST, rest);
        int quarter = (int) (long) quarters & 3;
        double sine = sine(rest);
        double cosine = cosine(rest);
        double c = (quarter & 1) == 0 ? cosine : sine;
        double s = (quarter & 1) == 0 ? sine : cosine;
        cosines[cosinesAt] = (float) (quarter == 1 || quarter == 2 ? -c * amplitude : c * amplitude);
        sines[sinesAt] = (float) (quarter >= 2 ? -s * sign : s * sign);
    }

    /** Taylor's series for |x| ≤ π/4; the first term left out is below 1e-17. */
    private static double sine(double x) {
        double z = x * x;
        double y = Math.fma(z, 1.0 / 355687428096000.0, -1.0 / 1307674368000.0);
        y = Math.fma(y, z, 1.0 / 6227020800.0);
        y = Math.fma(y, z, -1.0 / 39916800.0);
        y = Math.fma(y, z, 1.0 / 362880.0);
        y = Math.fma(y, z, -1.0 / 5040.0);
        y = Math.fma(y, z, 1.0 / 120.0);
        y = Math.fma(y, z, -1.0 / 6.0);
        return Math.fma(y * z, x, x);
    }

    /** As {@link #sine}. */
    private static double cosine(double x) {
        double z = x * x;
        double y = Math.fma(z, 1.0 / 20922789888000.0, -1.0 / 87178291200.0);
        y = Math.fma(y, z, 1.0 / 479001600.0);
        y = Math.fma(y, z, -1.0 / 3628800.0);
        y = Math.fma(y, z, 1.0 / 40320.0);
        y = Math.fma(y, z, -1.0 / 720.0);
        y = Math.fma(y, z, 1.0 / 24.0);
        y = Math.fma(y, z, -0.5);
        return Math.fma(y, z, 1.0);
    }
}
