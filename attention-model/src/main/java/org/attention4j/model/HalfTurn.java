package org.attention4j.model;

/**
 * Sine and cosine up to their common sign, for functions that have half a turn as their period: of z = k π + r with |r| ≤ π/2 those of r. Polynomials in
 * float64, so that the bits are the same everywhere.
 */
final class HalfTurn {
    /** Past this, k π has digits that float64 has no room for. */
    private static final double LARGEST = 1 << 30;

    private static final double PI_HIGH = Math.PI;

    /** π less its float64: the next 53 bits. */
    private static final double PI_LOW = 1.2246467991473532e-16;

    private HalfTurn() {}

    /** z − k π. */
    private static double rest(double z) {
        double k = Math.rint(z / Math.PI);
        return Math.fma(-k, PI_LOW, Math.fma(-k, PI_HIGH, z));
    }

    /** ± sin z. */
    static double sine(float z) {
        return Math.abs(z) <= LARGEST ? sineOf(rest(z)) : StrictMath.sin(z);
    }

    /** cos z, with the sign that {@link #sine} has. */
    static double cosine(float z) {
        return Math.abs(z) <= LARGEST ? cosineOf(rest(z)) : StrictMath.cos(z);
    }

    /** Taylor's series to r¹³: off by less than (π/2)¹⁵ / 15!, 7 · 10⁻¹⁰. */
    private static double sineOf(double r) {
        double s = r * r;
        double p = 1 / 6227020800.0;
        p = Math.fma(p, s, -1 / 39916800.0);
        p = Math.fma(p, s, 1 / 362880.0);
        p = Math.fma(p, s, -1 / 5040.0);
        p = Math.fma(p, s, 1 / 120.0);
        p = Math.fma(p, s, -1 / 6.0);
        return Math.fma(p * s, r, r);
    }

    /** Taylor's series to r¹⁴: off by less than (π/2)¹⁶ / 16!, 7 · 10⁻¹¹. */
    private static double cosineOf(double r) {
        double s = r * r;
        double p = -1 / 87178291200.0;
        p = Math.fma(p, s, 1 / 479001600.0);
        p = Math.fma(p, s, -1 / 3628800.0);
        p = Math.fma(p, s, 1 / 40320.0);
        p = Math.fma(p, s, -1 / 720.0);
        p = Math.fma(p, s, 1 / 24.0);
        p = Math.fma(p, s, -0.5);
        return Math.fma(p, s, 1);
    }
}
