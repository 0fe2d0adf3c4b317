package org.attention4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Transforms against their sums in float64, and scalar = vector of every width. */
class FourierTest {
    /** Of sums of at most 256 values around 3, each with the rounding of 8 passes. */
    private static final double TOLERANCE = 1e-4;

    @Property(tries = 30)
    void transformsAreTheSums(@ForAll @IntRange(max = 8) int log, @ForAll long seed) {
        int n = 1 << log;
        float[] x = Agreement.arrays(new Random(seed), false, n * Fourier.POINT)[0];
        float[] z = x.clone();
        float[] twiddles = Fourier.twiddles(n);
        Fourier fourier = Kernels.scalar().fourier();
        fourier.transform(n, z, 0, twiddles);
        for (int c = 0; c < Fourier.LANES; c++) {
            for (int i = 0; i < n; i++) {
                int k = log == 0 ? 0 : Integer.reverse(i) >>> (32 - log);
                double re = 0;
                double im = 0;
                for (int m = 0; m < n; m++) {
                    double angle = -2 * Math.PI * ((long) k * m % n) / n;
                    double xRe = x[m * Fourier.POINT + c];
                    double xIm = x[m * Fourier.POINT + Fourier.LANES + c];
                    re += xRe * Math.cos(angle) - xIm * Math.sin(angle);
                    im += xRe * Math.sin(angle) + xIm * Math.cos(angle);
                }
                assertEquals(re, z[i * Fourier.POINT + c], TOLERANCE, "re " + k + " of " + n);
                assertEquals(im, z[i * Fourier.POINT + Fourier.LANES + c], TOLERANCE, "im " + k + " of " + n);
            }
        }
        fourier.inverse(n, z, 0, twiddles);
        for (int i = 0; i < z.length; i++) {
            assertEquals(x[i], z[i] / n, TOLERANCE);
        }
    }

    @Property(tries = 40)
    void vectorsAgree(
            @ForAll @IntRange(max = 6) int log,
            @ForAll @IntRange(max = 5) int o,
            @ForAll @IntRange(max = 4) int parts,
            @ForAll boolean wild,
            @ForAll boolean conjugate,
            @ForAll long seed) {
        int n = 1 << log;
        int size = n * Fourier.POINT;
        float[] twiddles = Fourier.twiddles(n);
        float[][] arrays = Agreement.arrays(new Random(seed), wild, 5 * size + o, 4 * size + o, size + o, 2 * n);
        Agreement.check(arrays, none((k, a) -> k.fourier().transform(n, a[0], o, twiddles)));
        Agreement.check(arrays, none((k, a) -> k.fourier().inverse(n, a[0], o, twiddles)));
        Agreement.check(arrays, none((k, a) -> k.fourier()
                .multiplyAdd(n, parts, a[0], o + 4 * size, -size, a[1], o, size, conjugate, a[2], o)));
        Agreement.check(arrays, none((k, a) -> k.fourier().spread(n, a[0], o, a[3], a[2], o)));
        Agreement.check(arrays, none((k, a) -> k.fourier().gather(n, a[0], o, a[3], a[2], o)));
    }

    private interface Action {
        void on(Kernels kernels, float[][] arrays);
    }

    private static Agreement.Use none(Action action) {
        return (kernels, arrays) -> {
            action.on(kernels, arrays);
            return 0f;
        };
    }
}
