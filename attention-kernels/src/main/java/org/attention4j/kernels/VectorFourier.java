package org.attention4j.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The same in vectors across channels: one, two or four of them a row. Few points are left to the scalar kernels: loops that were run for one
 * or two points alone were seen to make objects of vectors for good.
 */
final class VectorFourier implements Fourier {
    private static final Fourier SCALAR = new ScalarFourier();

    /** Fewest points of a transform in vectors. */
    private static final int LEAST = 16;

    private final Width width;

    VectorFourier(Width width) {
        this.width = width;
    }

    @Override
    public void transform(int n, float[] z, int zOffset, float[] twiddles) {
        if (n < LEAST) {
            SCALAR.transform(n, z, zOffset, twiddles);
            return;
        }
        for (int half = n / 2; half >= 1; half /= 2) {
            for (int first = 0; first < n; first += 2 * half) {
                butterflies(width, half, z, zOffset + first * POINT, twiddles, n / half);
            }
        }
    }

    private static void butterflies(Width w, int half, float[] z, int a0, float[] twiddles, int step) {
        VectorSpecies<Float> s = w.species();
        int b0 = a0 + half * POINT;
        for (int k = 0; k < half; k++) {
            float re = twiddles[k * step];
            float im = twiddles[k * step + 1];
            for (int c = k * POINT; c < k * POINT + LANES; c += s.length()) {
                FloatVector aRe = FloatVector.fromArray(s, z, a0 + c);
                FloatVector aIm = FloatVector.fromArray(s, z, a0 + LANES + c);
                FloatVector bRe = FloatVector.fromArray(s, z, b0 + c);
                FloatVector bIm = FloatVector.fromArray(s, z, b0 + LANES + c);
                FloatVector tRe = aRe.sub(bRe);
                FloatVector tIm = aIm.sub(bIm);
                aRe.add(bRe).intoArray(z, a0 + c);
                aIm.add(bIm).intoArray(z, a0 + LANES + c);
                FloatVector wRe = FloatVector.broadcast(s, re);
                FloatVector wIm = FloatVector.broadcast(s, im);
                tRe.fma(wRe, tIm.mul(wIm).neg()).intoArray(z, b0 + c);
                tRe.fma(wIm, tIm.mul(wRe)).intoArray(z, b0 + LANES + c);
            }
        }
    }

    @Override
    public void inverse(int n, float[] z, int zOffset, float[] twiddles) {
        if (n < LEAST) {
            SCALAR.inverse(n, z, zOffset, twiddles);
            return;
        }
        for (int half = 1; half < n; half *= 2) {
            for (int first = 0; first < n; first += 2 * half) {
                inverseButterflies(width, half, z, zOffset + first * POINT, twiddles, n / half);
            }
        }
    }

    private static void inverseButterflies(Width w, int half, float[] z, int a0, float[] twiddles, int step) {
        VectorSpecies<Float> s = w.species();
        int b0 = a0 + half * POINT;
        for (int k = 0; k < half; k++) {
            float re = twiddles[k * step];
            float im = twiddles[k * step + 1];
            for (int c = k * POINT; c < k * POINT + LANES; c += s.length()) {
                FloatVector bRe = FloatVector.fromArray(s, z, b0 + c);
                FloatVector bIm = FloatVector.fromArray(s, z, b0 + LANES + c);
                FloatVector wRe = FloatVector.broadcast(s, re);
                FloatVector wIm = FloatVector.broadcast(s, im);
                FloatVector tRe = bRe.fma(wRe, bIm.mul(wIm));
                FloatVector tIm = bIm.fma(wRe, bRe.mul(wIm).neg());
                FloatVector aRe = FloatVector.fromArray(s, z, a0 + c);
                FloatVector aIm = FloatVector.fromArray(s, z, a0 + LANES + c);
                aRe.sub(tRe).intoArray(z, b0 + c);
                aIm.sub(tIm).intoArray(z, b0 + LANES + c);
                aRe.add(tRe).intoArray(z, a0 + c);
                aIm.add(tIm).intoArray(z, a0 + LANES + c);
            }
        }
    }

    @Override
    public void multiplyAdd(
            int n,
            int parts,
            float[] x,
            int xOffset,
            int xStride,
            float[] g,
            int gOffset,
            int gStride,
            boolean conjugate,
            float[] acc,
            int accOffset) {
        if (n < LEAST) {
            SCALAR.multiplyAdd(n, parts, x, xOffset, xStride, g, gOffset, gStride, conjugate, acc, accOffset);
            return;
        }
        if (conjugate) {
            addConjugates(width, n, parts, x, xOffset, xStride, g, gOffset, gStride, acc, accOffset);
        } else {
            addProducts(width, n, parts, x, xOffset, xStride, g, gOffset, gStride, acc, accOffset);
        }
    }

    private static void addProducts(
            Width w, int n, int parts, float[] x, int xo, int xs, float[] g, int go, int gs, float[] acc, int ao) {
        VectorSpecies<Float> s = w.species();
        for (int m = 0; m < n * POINT; m += POINT) {
            for (int c = m; c < m + LANES; c += s.length()) {
                FloatVector re = FloatVector.fromArray(s, acc, ao + c);
                FloatVector im = FloatVector.fromArray(s, acc, ao + LANES + c);
                for (int p = 0; p < parts; p++) {
                    FloatVector xRe = FloatVector.fromArray(s, x, xo + p * xs + c);
                    FloatVector xIm = FloatVector.fromArray(s, x, xo + p * xs + LANES + c);
                    FloatVector gRe = FloatVector.fromArray(s, g, go + p * gs + c);
                    FloatVector gIm = FloatVector.fromArray(s, g, go + p * gs + LANES + c);
                    re = xIm.neg().fma(gIm, xRe.fma(gRe, re));
                    im = xIm.fma(gRe, xRe.fma(gIm, im));
                }
                FloatVector.broadcast(s, Width.MINUS_ZERO).add(re).intoArray(acc, ao + c);
                FloatVector.broadcast(s, Width.MINUS_ZERO).add(im).intoArray(acc, ao + LANES + c);
            }
        }
    }

    private static void addConjugates(
            Width w, int n, int parts, float[] x, int xo, int xs, float[] g, int go, int gs, float[] acc, int ao) {
        VectorSpecies<Float> s = w.species();
        for (int m = 0; m < n * POINT; m += POINT) {
            for (int c = m; c < m + LANES; c += s.length()) {
                FloatVector re = FloatVector.fromArray(s, acc, ao + c);
                FloatVector im = FloatVector.fromArray(s, acc, ao + LANES + c);
                for (int p = 0; p < parts; p++) {
                    FloatVector xRe = FloatVector.fromArray(s, x, xo + p * xs + c);
                    FloatVector xIm = FloatVector.fromArray(s, x, xo + p * xs + LANES + c);
                    FloatVector gRe = FloatVector.fromArray(s, g, go + p * gs + c);
                    FloatVector gIm = FloatVector.fromArray(s, g, go + p * gs + LANES + c);
                    re = xIm.fma(gIm, xRe.fma(gRe, re));
                    im = xIm.fma(gRe, xRe.neg().fma(gIm, im));
                }
                FloatVector.broadcast(s, Width.MINUS_ZERO).add(re).intoArray(acc, ao + c);
                FloatVector.broadcast(s, Width.MINUS_ZERO).add(im).intoArray(acc, ao + LANES + c);
            }
        }
    }

    @Override
    public void spread(int n, float[] x, int xOffset, float[] weights, float[] z, int zOffset) {
        if (n < LEAST) {
            SCALAR.spread(n, x, xOffset, weights, z, zOffset);
            return;
        }
        spread(width, n, x, xOffset, weights, z, zOffset);
    }

    private static void spread(Width w, int n, float[] x, int xo, float[] weights, float[] z, int zo) {
        VectorSpecies<Float> s = w.species();
        for (int m = 0; m < n; m++) {
            for (int c = 0; c < LANES; c += s.length()) {
                FloatVector value = FloatVector.fromArray(s, x, xo + m * LANES + c);
                value.mul(weights[2 * m]).intoArray(z, zo + m * POINT + c);
                value.mul(weights[2 * m + 1]).intoArray(z, zo + m * POINT + LANES + c);
            }
        }
    }

    @Override
    public void gather(int n, float[] z, int zOffset, float[] weights, float[] y, int yOffset) {
        if (n < LEAST) {
            SCALAR.gather(n, z, zOffset, weights, y, yOffset);
            return;
        }
        gather(width, n, z, zOffset, weights, y, yOffset);
    }

    private static void gather(Width w, int n, float[] z, int zo, float[] weights, float[] y, int yo) {
        VectorSpecies<Float> s = w.species();
        for (int m = 0; m < n; m++) {
            FloatVector wRe = FloatVector.broadcast(s, weights[2 * m]);
            FloatVector wIm = FloatVector.broadcast(s, weights[2 * m + 1]);
            for (int c = 0; c < LANES; c += s.length()) {
                FloatVector re = FloatVector.fromArray(s, z, zo + m * POINT + c);
                FloatVector im = FloatVector.fromArray(s, z, zo + m * POINT + LANES + c);
                FloatVector.fromArray(s, y, yo + m * LANES + c)
                        .add(re.fma(wRe, im.mul(wIm)))
                        .intoArray(y, yo + m * LANES + c);
            }
        }
    }
}
