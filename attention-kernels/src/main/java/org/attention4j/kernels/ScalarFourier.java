package org.attention4j.kernels;

/** The specification, in plain Java. */
final class ScalarFourier implements Fourier {
    @Override
    public void transform(int n, float[] z, int zOffset, float[] twiddles) {
        for (int half = n / 2; half >= 1; half /= 2) {
            for (int first = 0; first < n; first += 2 * half) {
                for (int k = 0; k < half; k++) {
                    float re = twiddles[2 * k * (n / (2 * half))];
                    float im = twiddles[2 * k * (n / (2 * half)) + 1];
                    int a = zOffset + (first + k) * POINT;
                    int b = a + half * POINT;
                    for (int c = 0; c < LANES; c++) {
                        float tRe = z[a + c] - z[b + c];
                        float tIm = z[a + LANES + c] - z[b + LANES + c];
                        z[a + c] += z[b + c];
                        z[a + LANES + c] += z[b + LANES + c];
                        z[b + c] = Math.fma(tRe, re, -(tIm * im));
                        z[b + LANES + c] = Math.fma(tRe, im, tIm * re);
                    }
                }
            }
        }
    }

    @Override
    public void inverse(int n, float[] z, int zOffset, float[] twiddles) {
        for (int half = 1; half < n; half *= 2) {
            for (int first = 0; first < n; first += 2 * half) {
                for (int k = 0; k < half; k++) {
                    float re = twiddles[2 * k * (n / (2 * half))];
                    float im = twiddles[2 * k * (n / (2 * half)) + 1];
                    int a = zOffset + (first + k) * POINT;
                    int b = a + half * POINT;
                    for (int c = 0; c < LANES; c++) {
                        float tRe = Math.fma(z[b + c], re, z[b + LANES + c] * im);
                        float tIm = Math.fma(z[b + LANES + c], re, -(z[b + c] * im));
                        z[b + c] = z[a + c] - tRe;
                        z[b + LANES + c] = z[a + LANES + c] - tIm;
                        z[a + c] += tRe;
                        z[a + LANES + c] += tIm;
                    }
                }
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
        for (int m = 0; m < n; m++) {
            for (int c = 0; c < LANES; c++) {
                int re = m * POINT + c;
                int im = re + LANES;
                float sumRe = acc[accOffset + re];
                float sumIm = acc[accOffset + im];
                for (int p = 0; p < parts; p++) {
                    float xRe = x[xOffset + p * xStride + re];
                    float xIm = x[xOffset + p * xStride + im];
                    float gRe = g[gOffset + p * gStride + re];
                    float gIm = conjugate ? -g[gOffset + p * gStride + im] : g[gOffset + p * gStride + im];
                    sumRe = Math.fma(-xIm, gIm, Math.fma(xRe, gRe, sumRe));
                    sumIm = Math.fma(xIm, gRe, Math.fma(xRe, gIm, sumIm));
                }
                acc[accOffset + re] = sumRe;
                acc[accOffset + im] = sumIm;
            }
        }
    }

    @Override
    public void spread(int n, float[] x, int xOffset, float[] weights, float[] z, int zOffset) {
        for (int m = 0; m < n; m++) {
            for (int c = 0; c < LANES; c++) {
                z[zOffset + m * POINT + c] = x[xOffset + m * LANES + c] * weights[2 * m];
                z[zOffset + m * POINT + LANES + c] = x[xOffset + m * LANES + c] * weights[2 * m + 1];
            }
        }
    }

    @Override
    public void gather(int n, float[] z, int zOffset, float[] weights, float[] y, int yOffset) {
        for (int m = 0; m < n; m++) {
            for (int c = 0; c < LANES; c++) {
                float re = z[zOffset + m * POINT + c];
                float im = z[zOffset + m * POINT + LANES + c];
                y[yOffset + m * LANES + c] += Math.fma(re, weights[2 * m], im * weights[2 * m + 1]);
            }
        }
    }
}
