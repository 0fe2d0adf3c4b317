package org.attention4j.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Depthwise convolution: four positions and up to four taps at a time, so that a weight is read once for four outputs, which stay in
 * registers. Loops over so few taps would cost more than their terms; more taps take turns, in order.
 *
 * <p>Where the taps of one position are next to each other, as those of four positions are, seven inputs serve all sixteen terms.
 */
final class VectorDepthwise {
    private static final int ROWS = 4;
    private static final int TAPS = 4;

    private VectorDepthwise() {}

    /** At least one tap. */
    static void run(
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
            int fs,
            float[] start,
            int so,
            int srs,
            float[] y,
            int yo,
            int yrs) {
        int r = 0;
        for (; r <= rows - ROWS; r += ROWS) {
            int done = 0;
            while (done < taps) {
                boolean first = done == 0;
                done += fourRows(
                        w,
                        width,
                        taps - done,
                        x,
                        xo + r * xrs + done * tapStride,
                        xrs,
                        tapStride,
                        f,
                        fo + done * fs,
                        fs,
                        first ? start : y,
                        first ? so + r * srs : yo + r * yrs,
                        first ? srs : yrs,
                        y,
                        yo + r * yrs,
                        yrs);
            }
            for (int i = r; i < r + ROWS; i++) {
                tail(w, width, taps, x, xo + i * xrs, tapStride, f, fo, fs, start, so + i * srs, y, yo + i * yrs);
            }
        }
        for (; r < rows; r++) {
            oneRow(w, width, taps, x, xo + r * xrs, tapStride, f, fo, fs, start, so + r * srs, y, yo + r * yrs);
        }
    }

    /** Adds some taps, at most {@code taps}; returns how many. */
    private static int fourRows(
            Width w,
            int width,
            int taps,
            float[] x,
            int xo,
            int xs,
            int tapStride,
            float[] f,
            int fo,
            int fs,
            float[] start,
            int so,
            int ss,
            float[] y,
            int yo,
            int ys) {
        boolean neighbours = xs == tapStride;
        if (taps >= TAPS && neighbours) {
            fourNeighbours(w, width, x, xo, xs, f, fo, fs, start, so, ss, y, yo, ys);
            return TAPS;
        }
        if (taps >= TAPS) {
            fourTaps(w, width, x, xo, xs, tapStride, f, fo, fs, start, so, ss, y, yo, ys);
            return TAPS;
        }
        if (taps == TAPS - 1 && neighbours) {
            threeNeighbours(w, width, x, xo, xs, f, fo, fs, start, so, ss, y, yo, ys);
            return TAPS - 1;
        }
        oneTap(w, width, x, xo, xs, f, fo, fs, start, so, ss, y, yo, ys);
        return 1;
    }

    /** Each row is the next one's tap before. */
    private static void fourNeighbours(
            Width w,
            int width,
            float[] x,
            int xo,
            int xs,
            float[] f,
            int fo,
            int fs,
            float[] start,
            int so,
            int ss,
            float[] y,
            int yo,
            int ys) {
        VectorSpecies<Float> s = w.species();
        for (int c = 0; c <= width - s.length(); c += s.length()) {
            FloatVector w0 = FloatVector.fromArray(s, f, fo + c);
            FloatVector w1 = FloatVector.fromArray(s, f, fo + fs + c);
            FloatVector w2 = FloatVector.fromArray(s, f, fo + 2 * fs + c);
            FloatVector w3 = FloatVector.fromArray(s, f, fo + 3 * fs + c);
            FloatVector x0 = FloatVector.fromArray(s, x, xo + c);
            FloatVector x1 = FloatVector.fromArray(s, x, xo + xs + c);
            FloatVector x2 = FloatVector.fromArray(s, x, xo + 2 * xs + c);
            FloatVector x3 = FloatVector.fromArray(s, x, xo + 3 * xs + c);
            FloatVector x4 = FloatVector.fromArray(s, x, xo + 4 * xs + c);
            FloatVector x5 = FloatVector.fromArray(s, x, xo + 5 * xs + c);
            FloatVector x6 = FloatVector.fromArray(s, x, xo + 6 * xs + c);
            FloatVector sum0 = x0.fma(w0, FloatVector.fromArray(s, start, so + c));
            FloatVector sum1 = x1.fma(w0, FloatVector.fromArray(s, start, so + ss + c));
            FloatVector sum2 = x2.fma(w0, FloatVector.fromArray(s, start, so + 2 * ss + c));
            FloatVector sum3 = x3.fma(w0, FloatVector.fromArray(s, start, so + 3 * ss + c));
            x3.fma(w3, x2.fma(w2, x1.fma(w1, sum0))).intoArray(y, yo + c);
            x4.fma(w3, x3.fma(w2, x2.fma(w1, sum1))).intoArray(y, yo + ys + c);
            x5.fma(w3, x4.fma(w2, x3.fma(w1, sum2))).intoArray(y, yo + 2 * ys + c);
            x6.fma(w3, x5.fma(w2, x4.fma(w1, sum3))).intoArray(y, yo + 3 * ys + c);
        }
    }

    private static void threeNeighbours(
            Width w,
            int width,
            float[] x,
            int xo,
            int xs,
            float[] f,
            int fo,
            int fs,
            float[] start,
            int so,
            int ss,
            float[] y,
            int yo,
            int ys) {
        VectorSpecies<Float> s = w.species();
        for (int c = 0; c <= width - s.length(); c += s.length()) {
            FloatVector w0 = FloatVector.fromArray(s, f, fo + c);
            FloatVector w1 = FloatVector.fromArray(s, f, fo + fs + c);
            FloatVector w2 = FloatVector.fromArray(s, f, fo + 2 * fs + c);
            FloatVector x0 = FloatVector.fromArray(s, x, xo + c);
            FloatVector x1 = FloatVector.fromArray(s, x, xo + xs + c);
            FloatVector x2 = FloatVector.fromArray(s, x, xo + 2 * xs + c);
            FloatVector x3 = FloatVector.fromArray(s, x, xo + 3 * xs + c);
            FloatVector x4 = FloatVector.fromArray(s, x, xo + 4 * xs + c);
            FloatVector x5 = FloatVector.fromArray(s, x, xo + 5 * xs + c);
            FloatVector sum0 = x0.fma(w0, FloatVector.fromArray(s, start, so + c));
            FloatVector sum1 = x1.fma(w0, FloatVector.fromArray(s, start, so + ss + c));
            FloatVector sum2 = x2.fma(w0, FloatVector.fromArray(s, start, so + 2 * ss + c));
            FloatVector sum3 = x3.fma(w0, FloatVector.fromArray(s, start, so + 3 * ss + c));
            x2.fma(w2, x1.fma(w1, sum0)).intoArray(y, yo + c);
            x3.fma(w2, x2.fma(w1, sum1)).intoArray(y, yo + ys + c);
            x4.fma(w2, x3.fma(w1, sum2)).intoArray(y, yo + 2 * ys + c);
            x5.fma(w2, x4.fma(w1, sum3)).intoArray(y, yo + 3 * ys + c);
        }
    }

    private static void fourTaps(
            Width w,
            int width,
            float[] x,
            int xo,
            int xs,
            int tapStride,
            float[] f,
            int fo,
            int fs,
            float[] start,
            int so,
            int ss,
            float[] y,
            int yo,
            int ys) {
        VectorSpecies<Float> s = w.species();
        for (int c = 0; c <= width - s.length(); c += s.length()) {
            FloatVector w0 = FloatVector.fromArray(s, f, fo + c);
            FloatVector w1 = FloatVector.fromArray(s, f, fo + fs + c);
            FloatVector w2 = FloatVector.fromArray(s, f, fo + 2 * fs + c);
            FloatVector w3 = FloatVector.fromArray(s, f, fo + 3 * fs + c);
            for (int r = 0; r < ROWS; r++) {
                int at = xo + r * xs + c;
                FloatVector sum = FloatVector.fromArray(s, start, so + r * ss + c);
                sum = FloatVector.fromArray(s, x, at).fma(w0, sum);
                sum = FloatVector.fromArray(s, x, at + tapStride).fma(w1, sum);
                sum = FloatVector.fromArray(s, x, at + 2 * tapStride).fma(w2, sum);
                sum = FloatVector.fromArray(s, x, at + 3 * tapStride).fma(w3, sum);
                sum.intoArray(y, yo + r * ys + c);
            }
        }
    }

    private static void oneTap(
            Width w,
            int width,
            float[] x,
            int xo,
            int xs,
            float[] f,
            int fo,
            int fs,
            float[] start,
            int so,
            int ss,
            float[] y,
            int yo,
            int ys) {
        VectorSpecies<Float> s = w.species();
        for (int c = 0; c <= width - s.length(); c += s.length()) {
            FloatVector weight = FloatVector.fromArray(s, f, fo + c);
            for (int r = 0; r < ROWS; r++) {
                FloatVector.fromArray(s, x, xo + r * xs + c)
                        .fma(weight, FloatVector.fromArray(s, start, so + r * ss + c))
                        .intoArray(y, yo + r * ys + c);
            }
        }
    }

    private static void oneRow(
            Width w,
            int width,
            int taps,
            float[] x,
            int xo,
            int tapStride,
            float[] f,
            int fo,
            int fs,
            float[] start,
            int so,
            float[] y,
            int yo) {
        VectorSpecies<Float> s = w.species();
        for (int c = 0; c <= width - s.length(); c += s.length()) {
            FloatVector sum = FloatVector.fromArray(s, start, so + c);
            for (int k = 0; k < taps; k++) {
                FloatVector weight = FloatVector.fromArray(s, f, fo + k * fs + c);
                sum = FloatVector.fromArray(s, x, xo + k * tapStride + c).fma(weight, sum);
            }
            FloatVector.broadcast(s, Width.MINUS_ZERO).add(sum).intoArray(y, yo + c);
        }
        tail(w, width, taps, x, xo, tapStride, f, fo, fs, start, so, y, yo);
    }

    /** The channels that fill no vector. */
    private static void tail(
            Width w,
            int width,
            int taps,
            float[] x,
            int xo,
            int tapStride,
            float[] f,
            int fo,
            int fs,
            float[] start,
            int so,
            float[] y,
            int yo) {
        for (int c = width - width % w.species().length(); c < width; c++) {
            float sum = start[so + c];
            for (int k = 0; k < taps; k++) {
                sum = Math.fma(x[xo + k * tapStride + c], f[fo + k * fs + c], sum);
            }
            y[yo + c] = sum;
        }
    }
}
