package org.attention4j.kernels;

/** The specification of {@link Kernels}: the shortest loops that say what every element is, and for products a second one that does eight of them. */
final class ScalarKernels implements Kernels {
    static final ScalarKernels INSTANCE = new ScalarKernels();

    private final Fourier fourier = new ScalarFourier();

    private ScalarKernels() {}

    @Override
    public String name() {
        return "scalar";
    }

    static void checkSizes(int m, int n, int k) {
        if (m < 0 || n < 0 || k < 0) {
            throw new IllegalArgumentException(
                    "a product [m, k] × [k, n] with m = " + m + ", n = " + n + ", k = " + k + " has a negative size");
        }
    }

    @Override
    public void multiply(
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aRowStride,
            int aColumnStride,
            float[] panels,
            int panelsOffset,
            int panelStride,
            float[] c,
            int cOffset,
            int cRowStride,
            boolean accumulate) {
        checkSizes(m, n, k);
        for (int i = 0; i < m; i++) {
            int row = aOffset + i * aRowStride;
            int to = cOffset + i * cRowStride;
            int j = 0;
            for (; j <= n - LANES / 2; j += LANES / 2) {
                int b = panelsOffset + j / LANES * panelStride + j % LANES;
                eightColumns(k, a, row, aColumnStride, panels, b, c, to + j, accumulate);
            }
            for (; j < n; j++) {
                int b = panelsOffset + j / LANES * panelStride + j % LANES;
                float acc = accumulate ? c[to + j] : 0f;
                for (int p = 0, ia = row; p < k; p++, ia += aColumnStride) {
                    acc = Math.fma(a[ia], panels[b + LANES * p], acc);
                }
                c[to + j] = acc;
            }
        }
    }

    /** The same, eight chains at a time: each waits some cycles for its last multiply-add, and meanwhile it is the others' turn. */
    private static void eightColumns(
            int k, float[] a, int ao, int aColumnStride, float[] b, int bo, float[] c, int co, boolean accumulate) {
        float c0 = accumulate ? c[co] : 0f;
        float c1 = accumulate ? c[co + 1] : 0f;
        float c2 = accumulate ? c[co + 2] : 0f;
        float c3 = accumulate ? c[co + 3] : 0f;
        float c4 = accumulate ? c[co + 4] : 0f;
        float c5 = accumulate ? c[co + 5] : 0f;
        float c6 = accumulate ? c[co + 6] : 0f;
        float c7 = accumulate ? c[co + 7] : 0f;
        for (int p = 0, ia = ao, ib = bo; p < k; p++, ia += aColumnStride, ib += LANES) {
            float x = a[ia];
            c0 = Math.fma(x, b[ib], c0);
            c1 = Math.fma(x, b[ib + 1], c1);
            c2 = Math.fma(x, b[ib + 2], c2);
            c3 = Math.fma(x, b[ib + 3], c3);
            c4 = Math.fma(x, b[ib + 4], c4);
            c5 = Math.fma(x, b[ib + 5], c5);
            c6 = Math.fma(x, b[ib + 6], c6);
            c7 = Math.fma(x, b[ib + 7], c7);
        }
        c[co] = c0;
        c[co + 1] = c1;
        c[co + 2] = c2;
        c[co + 3] = c3;
        c[co + 4] = c4;
        c[co + 5] = c5;
        c[co + 6] = c6;
        c[co + 7] = c7;
    }

    @Override
    public void multiplySkippingZeros(
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aRowStride,
            int aColumnStride,
            float[] panels,
            int panelsOffset,
            int panelStride,
            float[] c,
            int cOffset,
            int cRowStride,
            boolean accumulate) {
        checkSizes(m, n, k);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                int b = panelsOffset + j / LANES * panelStride + j % LANES;
                int to = cOffset + i * cRowStride + j;
                float acc = accumulate ? c[to] : 0f;
                for (int p = 0, ia = aOffset + i * aRowStride; p < k; p++, ia += aColumnStride) {
                    if (a[ia] != 0f) {
                        acc = Math.fma(a[ia], panels[b + LANES * p], acc);
                    }
                }
                c[to] = acc + 0f;
            }
        }
    }

    @Override
    public void multiplyPanels(
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            float[] c,
            int cOffset,
            int cPanelStride,
            int cRowStride) {
        checkSizes(m, n, k);
        for (int i = 0; i < m; i += LANES) {
            for (int j = 0; j < n; j += LANES) {
                int to = cOffset + j / LANES * cPanelStride + i * cRowStride;
                multiply(
                        LANES, LANES, k, a, aOffset + i * k, 1, LANES, b, bOffset + j * k, 0, c, to, cRowStride, false);
            }
        }
    }

    @Override
    public float max(float[] x, int xOffset, int n) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            max = Math.max(max, x[xOffset + i]);
        }
        return max;
    }

    @Override
    public float sum(float[] x, int xOffset, int n) {
        return sum(x, xOffset, 1, n, 0, 1);
    }

    /** Sum of the lanes lane, lane + width, lane + 2 · width, …: a lane itself, or the fold of two halves. */
    private static float sum(float[] x, int xOffset, int xStride, int n, int lane, int width) {
        if (width < LANES) {
            return sum(x, xOffset, xStride, n, lane, 2 * width) + sum(x, xOffset, xStride, n, lane + width, 2 * width);
        }
        float acc = 0f;
        for (int i = lane; i < n; i += LANES) {
            acc += x[xOffset + i * xStride];
        }
        return acc;
    }

    @Override
    public float dot(float[] x, int xOffset, float[] y, int yOffset, int n) {
        return dot(x, xOffset, y, yOffset, n, 0, 1);
    }

    private static float dot(float[] x, int xOffset, float[] y, int yOffset, int n, int lane, int width) {
        if (width < LANES) {
            return dot(x, xOffset, y, yOffset, n, lane, 2 * width)
                    + dot(x, xOffset, y, yOffset, n, lane + width, 2 * width);
        }
        float acc = 0f;
        for (int i = lane; i < n; i += LANES) {
            acc = Math.fma(x[xOffset + i], y[yOffset + i], acc);
        }
        return acc;
    }

    @Override
    public int count(float[] x, int xOffset, int n, float threshold) {
        int count = 0;
        for (int i = 0; i < n; i++) {
            count += x[xOffset + i] > threshold ? 1 : 0;
        }
        return count;
    }

    @Override
    public int keep(float[] x, int xOffset, int n, float threshold, float[] y, int yOffset) {
        int past = yOffset;
        for (int i = 0; i < n; i++) {
            float value = x[xOffset + i];
            if (value > threshold) {
                y[past++] = value;
            }
        }
        return past - yOffset;
    }

    @Override
    public void clearUpTo(float threshold, float[] x, int xOffset, float[] y, int yOffset, int n) {
        for (int i = 0; i < n; i++) {
            y[yOffset + i] = x[xOffset + i] <= threshold ? 0f : y[yOffset + i];
        }
    }

    @Override
    public float sumExcess(float[] x, int xOffset, int n, float high, float low) {
        return ScalarThresholds.sum(x, xOffset, n, high, low, 0, 1);
    }

    @Override
    public float sumSquaredExcess(float[] x, int xOffset, int n, float high, float low) {
        return ScalarThresholds.sumOfSquares(x, xOffset, n, high, low, 0, 1);
    }

    @Override
    public float expSum(float[] x, int xOffset, int n, float shift) {
        for (int i = 0; i < n; i++) {
            x[xOffset + i] = ScalarMath.exp(x[xOffset + i] - shift);
        }
        return sum(x, xOffset, n);
    }

    @Override
    public void scaleMaxima(
            int rows, float[] x, int xOffset, int xRowStride, int n, float factor, float[] maxima, int maximaOffset) {
        for (int r = 0; r < rows; r++) {
            float max = maxima[maximaOffset + r];
            for (int i = 0, at = xOffset + r * xRowStride; i < n; i++) {
                x[at + i] *= factor;
                max = greater(max, x[at + i]);
            }
            maxima[maximaOffset + r] = max + 0f;
        }
    }

    /** x where it is greater than a maximum, or where that is no number above −∞ and x is more of one. */
    private static float greater(float max, float x) {
        boolean replaces = max == Float.NEGATIVE_INFINITY && x != x;
        replaces |= max != max && x > Float.NEGATIVE_INFINITY;
        return x > max || replaces ? x : max;
    }

    @Override
    public void columnMaxima(
            int panels,
            int n,
            float[] x,
            int xOffset,
            int panelStride,
            float factor,
            float[] maxima,
            int maximaOffset) {
        for (int j = 0; j < LANES * panels; j++) {
            float max = maxima[maximaOffset + j];
            for (int i = 0, at = xOffset + j / LANES * panelStride + j % LANES; i < n; i++) {
                max = greater(max, x[at + LANES * i] * factor);
            }
            maxima[maximaOffset + j] = max + 0f;
        }
    }

    @Override
    public boolean shrink(
            int n, float[] factors, int factorsOffset, float[] maxima, int maximaOffset, float[] sums, int sumsOffset) {
        boolean shrinking = false;
        for (int j = 0; j < n; j++) {
            float before = factors[factorsOffset + j];
            float max = maxima[maximaOffset + j];
            boolean alike = before == Float.NEGATIVE_INFINITY || before == max;
            float factor = alike ? 1f : ScalarMath.exp(before - max);
            shrinking |= factor != 1f;
            factors[factorsOffset + j] = factor;
            sums[sumsOffset + j] *= factor;
        }
        return shrinking;
    }

    @Override
    public boolean finite(int rows, float[] x, int xOffset, int xRowStride, int n) {
        for (int r = 0; r < rows; r++) {
            for (int i = xOffset + r * xRowStride; i < xOffset + r * xRowStride + n; i++) {
                if (!Float.isFinite(x[i])) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public void hideColumns(int n, float[] x, int xOffset, int[] seen, int seenOffset) {
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < LANES; j++) {
                if ((seen[seenOffset + i] >> j & 1) == 0) {
                    x[xOffset + LANES * i + j] = Float.NEGATIVE_INFINITY;
                }
            }
        }
    }

    @Override
    public boolean addColumnExpSums(
            int panels,
            int n,
            float[] x,
            int xOffset,
            int panelStride,
            float factor,
            float[] shifts,
            int shiftsOffset,
            float[] sums,
            int sumsOffset) {
        boolean positive = true;
        for (int j = 0; j < LANES * panels; j++) {
            int column = xOffset + j / LANES * panelStride + j % LANES;
            float given = shifts[shiftsOffset + j];
            float shift = given == Float.NEGATIVE_INFINITY ? 0f : given;
            for (int i = column; i < column + LANES * n; i += LANES) {
                x[i] = ScalarMath.decay(x[i] * factor - shift);
                positive &= x[i] != 0f;
            }
            sums[sumsOffset + j] += sum(x, column, LANES, n, 0, 1);
        }
        return positive;
    }

    @Override
    public boolean addExpSums(
            int rows,
            float[] x,
            int xOffset,
            int xRowStride,
            int n,
            float[] shifts,
            int shiftsOffset,
            float[] sums,
            int sumsOffset) {
        boolean positive = true;
        for (int r = 0; r < rows; r++) {
            int row = xOffset + r * xRowStride;
            float given = shifts[shiftsOffset + r];
            float shift = given == Float.NEGATIVE_INFINITY ? 0f : given;
            for (int i = row; i < row + n; i++) {
                x[i] = ScalarMath.decay(x[i] - shift);
                positive &= x[i] != 0f;
            }
            sums[sumsOffset + r] += sum(x, row, n);
        }
        return positive;
    }

    @Override
    public boolean softmaxWeights(
            int rows,
            float[] x,
            int xOffset,
            int xRowStride,
            int n,
            float factor,
            float[] shifts,
            int shiftsOffset,
            float[] factors,
            int factorsOffset) {
        boolean positive = true;
        for (int r = 0; r < rows; r++) {
            float given = shifts[shiftsOffset + r];
            float shift = given == Float.NEGATIVE_INFINITY ? 0f : given;
            for (int i = xOffset + r * xRowStride; i < xOffset + r * xRowStride + n; i++) {
                x[i] = ScalarMath.decay(x[i] * factor - shift) * factors[factorsOffset + r];
                positive &= x[i] != 0f;
            }
        }
        return positive;
    }

    @Override
    public void softmaxGradient(
            int rows,
            float[] p,
            int pOffset,
            float[] d,
            int dOffset,
            int rowStride,
            int n,
            float[] means,
            int meansOffset,
            float factor) {
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < n; i++) {
                float weight = p[pOffset + r * rowStride + i];
                int to = dOffset + r * rowStride + i;
                d[to] = weight == 0f ? 0f : weight * (d[to] - means[meansOffset + r]) * factor;
            }
        }
    }

    @Override
    public void scaleRows(int rows, float[] x, int xOffset, int xRowStride, int n, float[] factors, int factorsOffset) {
        for (int r = 0; r < rows; r++) {
            for (int i = xOffset + r * xRowStride; i < xOffset + r * xRowStride + n; i++) {
                x[i] = x[i] * factors[factorsOffset + r] + 0f;
            }
        }
    }

    @Override
    public void scale(float[] x, int xOffset, int n, float factor) {
        for (int i = 0; i < n; i++) {
            x[xOffset + i] *= factor;
        }
    }

    @Override
    public void add(float[] x, int xOffset, float[] y, int yOffset, int n) {
        for (int i = 0; i < n; i++) {
            y[yOffset + i] += x[xOffset + i];
        }
    }

    @Override
    public void multiplyAdd(float a, float[] x, int xOffset, float[] y, int yOffset, int n) {
        for (int i = 0; i < n; i++) {
            y[yOffset + i] = Math.fma(a, x[xOffset + i], y[yOffset + i]);
        }
    }

    @Override
    public void multiplyElementwise(float[] x, int xOffset, float[] w, int wOffset, float[] y, int yOffset, int n) {
        for (int i = 0; i < n; i++) {
            y[yOffset + i] = x[xOffset + i] * w[wOffset + i];
        }
    }

    @Override
    public void multiplyAddElementwise(float[] x, int xOffset, float[] w, int wOffset, float[] y, int yOffset, int n) {
        for (int i = 0; i < n; i++) {
            y[yOffset + i] = Math.fma(x[xOffset + i], w[wOffset + i], y[yOffset + i]);
        }
    }

    @Override
    public void rotate(
            int rows,
            int width,
            boolean interleaved,
            float[] x,
            int xOffset,
            int xRowStride,
            float[] cos,
            int cosOffset,
            float[] sin,
            int sinOffset) {
        int half = width / 2;
        int step = interleaved ? 2 : 1;
        int apart = interleaved ? 1 : half;
        for (int r = 0; r < rows; r++) {
            int at = xOffset + r * xRowStride;
            for (int p = 0; p < half; p++) {
                float u = x[at + p * step];
                float v = x[at + p * step + apart];
                float c = cos[cosOffset + p];
                float s = sin[sinOffset + p];
                x[at + p * step] = Math.fma(-v, s, u * c);
                x[at + p * step + apart] = Math.fma(u, s, v * c);
            }
        }
    }

    @Override
    public void depthwise(
            int rows,
            int width,
            int taps,
            float[] x,
            int xOffset,
            int xRowStride,
            int tapStride,
            float[] w,
            int wOffset,
            int wTapStride,
            float[] start,
            int startOffset,
            int startRowStride,
            float[] y,
            int yOffset,
            int yRowStride) {
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < width; c++) {
                float sum = start[startOffset + r * startRowStride + c];
                for (int k = 0; k < taps; k++) {
                    float in = x[xOffset + r * xRowStride + k * tapStride + c];
                    sum = Math.fma(in, w[wOffset + k * wTapStride + c], sum);
                }
                y[yOffset + r * yRowStride + c] = sum;
            }
        }
    }

    @Override
    public Fourier fourier() {
        return fourier;
    }

    @Override
    public void apply(Activation f, float[] x, int xOffset, float[] y, int yOffset, int n) {
        for (int i = 0; i < n; i++) {
            y[yOffset + i] = ScalarMath.of(f, x[xOffset + i]);
        }
    }

    @Override
    public void gradient(
            Activation f,
            float[] x,
            int xOffset,
            float[] y,
            int yOffset,
            float[] dY,
            int dYOffset,
            float[] dX,
            int dXOffset,
            int n) {
        float[] source = f.gradientFromOutput() ? y : x;
        int offset = f.gradientFromOutput() ? yOffset : xOffset;
        for (int i = 0; i < n; i++) {
            dX[dXOffset + i] = dY[dYOffset + i] * ScalarGradients.of(f, source[offset + i]);
        }
    }

    @Override
    public void lstmCell(
            float[] gates,
            int gatesOffset,
            float[] cPrevious,
            int cPreviousOffset,
            float[] c,
            int cOffset,
            float[] h,
            int hOffset,
            int width) {
        for (int j = 0; j < width; j++) {
            int at = gatesOffset + j;
            float i = ScalarMath.sigmoid(gates[at]);
            float f = ScalarMath.sigmoid(gates[at + width]);
            float g = ScalarMath.tanh(gates[at + 2 * width]);
            float o = ScalarMath.sigmoid(gates[at + 3 * width]);
            float cell = Math.fma(f, cPrevious[cPreviousOffset + j], i * g);
            gates[at] = i;
            gates[at + width] = f;
            gates[at + 2 * width] = g;
            gates[at + 3 * width] = o;
            c[cOffset + j] = cell;
            h[hOffset + j] = o * ScalarMath.tanh(cell);
        }
    }

    @Override
    public void lstmCellBackward(
            float[] gates,
            int gatesOffset,
            float[] cPrevious,
            int cPreviousOffset,
            float[] c,
            int cOffset,
            float[] dH,
            int dHOffset,
            float[] dC,
            int dCOffset,
            float[] dGates,
            int dGatesOffset,
            int width) {
        for (int j = 0; j < width; j++) {
            int at = gatesOffset + j;
            float i = gates[at];
            float f = gates[at + width];
            float g = gates[at + 2 * width];
            float o = gates[at + 3 * width];
            float t = ScalarMath.tanh(c[cOffset + j]);
            float dh = dH[dHOffset + j];
            float d = Math.fma(dh * o, ScalarGradients.tanhFromOutput(t), dC[dCOffset + j]);
            int to = dGatesOffset + j;
            dGates[to] = d * g * ScalarGradients.sigmoidFromOutput(i);
            dGates[to + width] = d * cPrevious[cPreviousOffset + j] * ScalarGradients.sigmoidFromOutput(f);
            dGates[to + 2 * width] = d * i * ScalarGradients.tanhFromOutput(g);
            dGates[to + 3 * width] = dh * t * ScalarGradients.sigmoidFromOutput(o);
            dC[dCOffset + j] = d * f;
        }
    }

    @Override
    public void layerNorm(
            float[] x,
            int xOffset,
            float[] y,
            int yOffset,
            float[] weight,
            int weightOffset,
            float[] bias,
            int biasOffset,
            int n,
            float epsilon) {
        float mean = sum(x, xOffset, n) / n;
        float s = inverseDeviation(x, xOffset, n, mean, epsilon);
        for (int i = 0; i < n; i++) {
            float normal = (x[xOffset + i] - mean) * s;
            y[yOffset + i] = Math.fma(normal, weight[weightOffset + i], bias[biasOffset + i]);
        }
    }

    private static float inverseDeviation(float[] x, int xOffset, int n, float mean, float epsilon) {
        return 1f / (float) Math.sqrt(squares(x, xOffset, n, mean, 0, 1) / n + epsilon);
    }

    /** Σ (x − mean)² of the lanes lane, lane + width, …. */
    private static float squares(float[] x, int xOffset, int n, float mean, int lane, int width) {
        if (width < LANES) {
            return squares(x, xOffset, n, mean, lane, 2 * width)
                    + squares(x, xOffset, n, mean, lane + width, 2 * width);
        }
        float acc = 0f;
        for (int i = lane; i < n; i += LANES) {
            float d = x[xOffset + i] - mean;
            acc = Math.fma(d, d, acc);
        }
        return acc;
    }

    @Override
    public void layerNormInputGradient(
            float[] x,
            int xOffset,
            float[] weight,
            int weightOffset,
            float[] dY,
            int dYOffset,
            float[] dX,
            int dXOffset,
            int n,
            float epsilon) {
        float mean = sum(x, xOffset, n) / n;
        float meanG = dot(dY, dYOffset, weight, weightOffset, n) / n;
        normInputGradient(x, xOffset, weight, weightOffset, dY, dYOffset, dX, dXOffset, n, mean, meanG, epsilon);
    }

    /** dX += s · (g − mean(g) − x̂ · mean(g · x̂)). */
    private static void normInputGradient(
            float[] x,
            int xOffset,
            float[] weight,
            int weightOffset,
            float[] dY,
            int dYOffset,
            float[] dX,
            int dXOffset,
            int n,
            float mean,
            float meanG,
            float epsilon) {
        float s = inverseDeviation(x, xOffset, n, mean, epsilon);
        float meanGx = gradientAlong(x, xOffset, weight, weightOffset, dY, dYOffset, n, mean, s, 0, 1) / n;
        for (int i = 0; i < n; i++) {
            float normal = (x[xOffset + i] - mean) * s;
            float g = dY[dYOffset + i] * weight[weightOffset + i];
            dX[dXOffset + i] = Math.fma(s, Math.fma(-normal, meanGx, g - meanG), dX[dXOffset + i]);
        }
    }

    /** Σ (dY · weight) · x̂ of the lanes lane, lane + width, …. */
    private static float gradientAlong(
            float[] x,
            int xOffset,
            float[] weight,
            int weightOffset,
            float[] dY,
            int dYOffset,
            int n,
            float mean,
            float s,
            int lane,
            int width) {
        if (width < LANES) {
            return gradientAlong(x, xOffset, weight, weightOffset, dY, dYOffset, n, mean, s, lane, 2 * width)
                    + gradientAlong(
                            x, xOffset, weight, weightOffset, dY, dYOffset, n, mean, s, lane + width, 2 * width);
        }
        float acc = 0f;
        for (int i = lane; i < n; i += LANES) {
            float g = dY[dYOffset + i] * weight[weightOffset + i];
            acc = Math.fma(g, (x[xOffset + i] - mean) * s, acc);
        }
        return acc;
    }

    @Override
    public void layerNormParameterGradient(
            float[] x,
            int xOffset,
            float[] dY,
            int dYOffset,
            float[] dWeight,
            int dWeightOffset,
            float[] dBias,
            int dBiasOffset,
            int n,
            float epsilon) {
        float mean = sum(x, xOffset, n) / n;
        float s = inverseDeviation(x, xOffset, n, mean, epsilon);
        for (int i = 0; i < n; i++) {
            float normal = (x[xOffset + i] - mean) * s;
            dWeight[dWeightOffset + i] = Math.fma(dY[dYOffset + i], normal, dWeight[dWeightOffset + i]);
            dBias[dBiasOffset + i] += dY[dYOffset + i];
        }
    }

    @Override
    public void rmsNorm(
            float[] x, int xOffset, float[] y, int yOffset, float[] weight, int weightOffset, int n, float epsilon) {
        float s = inverseDeviation(x, xOffset, n, 0f, epsilon);
        for (int i = 0; i < n; i++) {
            y[yOffset + i] = x[xOffset + i] * s * weight[weightOffset + i];
        }
    }

    /** That of {@link #layerNormInputGradient} where nothing is taken off: both means are 0. */
    @Override
    public void rmsNormInputGradient(
            float[] x,
            int xOffset,
            float[] weight,
            int weightOffset,
            float[] dY,
            int dYOffset,
            float[] dX,
            int dXOffset,
            int n,
            float epsilon) {
        normInputGradient(x, xOffset, weight, weightOffset, dY, dYOffset, dX, dXOffset, n, 0f, 0f, epsilon);
    }

    @Override
    public void rmsNormParameterGradient(
            float[] x,
            int xOffset,
            float[] dY,
            int dYOffset,
            float[] dWeight,
            int dWeightOffset,
            int n,
            float epsilon) {
        float s = inverseDeviation(x, xOffset, n, 0f, epsilon);
        for (int i = 0; i < n; i++) {
            dWeight[dWeightOffset + i] = Math.fma(dY[dYOffset + i], x[xOffset + i] * s, dWeight[dWeightOffset + i]);
        }
    }
}
