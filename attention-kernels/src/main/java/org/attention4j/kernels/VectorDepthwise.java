package org.attention4j.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Depthwise convolution: four positions at a time, so that a weight is read once for four outputs, which stay in registers. */
final class VectorDepthwise {
    private static final int ROWS = 4;

    private VectorDepthwise() {}

    static void add(
            Width w,
            int rows,
            int width,
            int taps,
            float[] x,
            int xo,
            int xrs,
            int tapStride,
            float[] f,
            int fo,
            float[] y,
            int yo,
            int yrs) {
        int r = 0;
        for (; r <= rows - ROWS; r += ROWS) {
            fourRows(w, width, taps, x, xo + r * xrs, xrs, tapStride, f, fo, y, yo + r * yrs, yrs);
        }
        for (; r < rows; r++) {
            oneRow(w, width, taps, x, xo + r * xrs, tapStride, f, fo, y, yo + r * yrs);
        }
    }

    private static void fourRows(
            Width w,
            int width,
            int taps,
            float[] x,
            int x0,
            int xrs,
            int tapStride,
            float[] f,
            int fo,
            float[] y,
            int y0,
            int yrs) {
        VectorSpecies<Float> s = w.species();
        int x1 = x0 + xrs;
        int x2 = x1 + xrs;
        int x3 = x2 + xrs;
        int y1 = y0 + yrs;
        int y2 = y1 + yrs;
        int y3 = y2 + yrs;
        int c = 0;
        for (; c <= width - s.length(); c += s.length()) {
            FloatVector sum0 = FloatVector.fromArray(s, y, y0 + c);
            FloatVector sum1 = FloatVector.fromArray(s, y, y1 + c);
            FloatVector sum2 = FloatVector.fromArray(s, y, y2 + c);
            FloatVector sum3 = FloatVector.fromArray(s, y, y3 + c);
            for (int k = 0; k < taps; k++) {
                int at = k * tapStride + c;
                FloatVector weight = FloatVector.fromArray(s, f, fo + k * width + c);
                sum0 = FloatVector.fromArray(s, x, x0 + at).fma(weight, sum0);
                sum1 = FloatVector.fromArray(s, x, x1 + at).fma(weight, sum1);
                sum2 = FloatVector.fromArray(s, x, x2 + at).fma(weight, sum2);
                sum3 = FloatVector.fromArray(s, x, x3 + at).fma(weight, sum3);
            }
            sum0.intoArray(y, y0 + c);
            sum1.intoArray(y, y1 + c);
            sum2.intoArray(y, y2 + c);
            sum3.intoArray(y, y3 + c);
        }
        for (int r = 0; r < ROWS; r++) {
            tail(c, width, taps, x, x0 + r * xrs, tapStride, f, fo, y, y0 + r * yrs);
        }
    }

    private static void oneRow(
            Width w, int width, int taps, float[] x, int xo, int tapStride, float[] f, int fo, float[] y, int yo) {
        VectorSpecies<Float> s = w.species();
        int c = 0;
        for (; c <= width - s.length(); c += s.length()) {
            FloatVector sum = FloatVector.fromArray(s, y, yo + c);
            for (int k = 0; k < taps; k++) {
                FloatVector weight = FloatVector.fromArray(s, f, fo + k * width + c);
                sum = FloatVector.fromArray(s, x, xo + k * tapStride + c).fma(weight, sum);
            }
            sum.intoArray(y, yo + c);
        }
        tail(c, width, taps, x, xo, tapStride, f, fo, y, yo);
    }

    /** The channels that fill no vector. */
    private static void tail(
            int from, int width, int taps, float[] x, int xo, int tapStride, float[] f, int fo, float[] y, int yo) {
        for (int c = from; c < width; c++) {
            float sum = y[yo + c];
            for (int k = 0; k < taps; k++) {
                sum = Math.fma(x[xo + k * tapStride + c], f[fo + k * width + c], sum);
            }
            y[yo + c] = sum;
        }
    }
}
