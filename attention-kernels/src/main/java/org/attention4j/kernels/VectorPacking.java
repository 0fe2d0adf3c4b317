package org.attention4j.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Copies of a matrix into panels. Whole panels go by vectors, what is left by {@link PackedMatrix#packPanels}.
 *
 * <p>Columns are turned in squares of 4 × 4 in 128-bit vectors, whatever the machine's width: larger ones win nothing, as each of their stores lies across
 * two cache lines.
 */
final class VectorPacking {
    private static final VectorSpecies<Float> SQUARE = FloatVector.SPECIES_128;
    private static final VectorSpecies<Integer> INDICES = IntVector.SPECIES_128;

    /** The numbers of two vectors in turn, as indices of both together: of their first halves, and of their second ones. */
    private static final int[] FIRST_HALVES = {0, 4, 1, 5};

    private static final int[] SECOND_HALVES = {2, 6, 3, 7};

    private static final VectorLoop ROWS =
            (w, x, xo, y, yo, z, rowStride, v, k, n, parameter) -> rows(w, x, xo, rowStride, k, n, y, yo);

    private static final VectorLoop COLUMNS =
            (w, x, xo, y, yo, z, columnStride, v, k, n, parameter) -> columns(x, xo, columnStride, k, n, y, yo);

    /** Numbers that are read ahead, or a panel's: 32 KB, so that they are still in the first-level cache or at the head of the second one. */
    private static final int AHEAD = 1 << 13;

    private VectorPacking() {}

    /** As {@link PackedMatrix#packPanels} for k of 4 or more; sizes and the range of the panels have been checked. */
    static void pack(
            Width w,
            float[] source,
            int offset,
            int rowStride,
            int columnStride,
            int k,
            int n,
            float[] panels,
            int panelsOffset) {
        int whole = columnStride == 1 || rowStride == 1 ? n & -16 : 0;
        if (whole > 0) {
            VectorLoop loop = columnStride == 1 ? ROWS : COLUMNS;
            int stride = columnStride == 1 ? rowStride : columnStride;
            VectorLoop.alone(loop, w, source, offset, panels, panelsOffset, source, stride, source, k, whole, 0f);
        }
        if (whole < n) {
            int from = offset + whole * columnStride;
            int to = panelsOffset + whole * k;
            PackedMatrix.packPanels(source, from, rowStride, columnStride, k, n - whole, panels, to);
        }
    }

    /** Panels whose rows lie in the source as they are, four at a time: what is read side by side is there, too. */
    private static void rows(Width w, float[] source, int from, int rowStride, int k, int n, float[] panels, int to) {
        VectorSpecies<Float> s = w.species();
        int j = 0;
        for (; j + 48 < n; j += 64) {
            int x = from + j;
            int y = to + j * k;
            for (int p = 0; p < k; p++, x += rowStride, y += 16) {
                sixteen(s, source, x, panels, y);
                sixteen(s, source, x + 16, panels, y + 16 * k);
                sixteen(s, source, x + 32, panels, y + 32 * k);
                sixteen(s, source, x + 48, panels, y + 48 * k);
            }
        }
        for (; j < n; j += 16) {
            int x = from + j;
            int y = to + j * k;
            for (int p = 0; p < k; p++, x += rowStride, y += 16) {
                sixteen(s, source, x, panels, y);
            }
        }
    }

    private static void sixteen(VectorSpecies<Float> s, float[] x, int xo, float[] y, int yo) {
        int l = s.length();
        FloatVector.fromArray(s, x, xo).intoArray(y, yo);
        if (l < 16) {
            FloatVector.fromArray(s, x, xo + l).intoArray(y, yo + l);
        }
        if (l < 8) {
            FloatVector.fromArray(s, x, xo + 2 * l).intoArray(y, yo + 2 * l);
            FloatVector.fromArray(s, x, xo + 3 * l).intoArray(y, yo + 3 * l);
        }
    }

    /** Panels of columns that lie in the source without gaps; before some are turned, all of their lines are fetched: while squares are made, few are at a time. */
    private static void columns(float[] source, int from, int columnStride, int k, int n, float[] panels, int to) {
        int block = Math.max(16, AHEAD / k & -16);
        for (int j = 0; j < n; j += block) {
            int count = Math.min(block, n - j);
            int x = from + j * columnStride;
            int y = to + j * k;
            panels[y] =
                    fetch(source, x, columnStride, k, count); // until a number comes there, so that it is not left out
            squares(source, x, columnStride, k, count, 16, panels, y);
        }
    }

    /** Reads a number of every cache line. */
    private static float fetch(float[] source, int from, int columnStride, int k, int n) {
        float sum = 0f;
        for (int j = 0; j < n; j++) {
            for (int i = from + j * columnStride; i < from + j * columnStride + k; i += 16) {
                sum += source[i];
            }
        }
        return sum;
    }

    /**
     * Panels of {@code panel} columns that lie in the source without gaps: four of them at a time, and the last four of a panel, even if some of those
     * are there already; of the last panel only as many as there are, a multiple of four if they do not fill it. Short enough to become part of each loop that calls it, where {@code panel} is a constant: then no check of bounds is left
     * in it.
     */
    static void squares(float[] source, int from, int columnStride, int k, int n, int panel, float[] panels, int to) {
        for (int j = 0; j < n; j += panel) {
            for (int c = 0; c < Math.min(panel, n - j); c += 4) {
                int column = Math.min(c, panel - 4);
                int a = from + (j + column) * columnStride;
                int at = to + j * k + column;
                int p = 0;
                for (; p <= k - 4; p += 4) {
                    turn(source, a + p, columnStride, panels, at + panel * p, panel);
                }
                for (; p < k; p++) {
                    for (int i = 0; i < 4; i++) {
                        panels[at + panel * p + i] = source[a + i * columnStride + p];
                    }
                }
            }
        }
    }

    /** A square of 4 × 4. */
    private static void turn(float[] x, int xo, int xs, float[] y, int yo, int ys) {
        IntVector low = IntVector.fromArray(INDICES, FIRST_HALVES, 0);
        IntVector high = IntVector.fromArray(INDICES, SECOND_HALVES, 0);
        IntVector a = FloatVector.fromArray(SQUARE, x, xo).reinterpretAsInts();
        IntVector b = FloatVector.fromArray(SQUARE, x, xo + xs).reinterpretAsInts();
        IntVector c = FloatVector.fromArray(SQUARE, x, xo + 2 * xs).reinterpretAsInts();
        IntVector d = FloatVector.fromArray(SQUARE, x, xo + 3 * xs).reinterpretAsInts();
        IntVector lowAc = low.selectFrom(a, c);
        IntVector lowBd = low.selectFrom(b, d);
        IntVector highAc = high.selectFrom(a, c);
        IntVector highBd = high.selectFrom(b, d);
        low.selectFrom(lowAc, lowBd).reinterpretAsFloats().intoArray(y, yo);
        high.selectFrom(lowAc, lowBd).reinterpretAsFloats().intoArray(y, yo + ys);
        low.selectFrom(highAc, highBd).reinterpretAsFloats().intoArray(y, yo + 2 * ys);
        high.selectFrom(highAc, highBd).reinterpretAsFloats().intoArray(y, yo + 3 * ys);
    }
}
