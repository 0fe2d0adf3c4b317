package org.attention4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scalar = vector of 128, 256 and 512 bits, for everything but products. */
class VectorAgreementTest {
    private static final int TRIES = 40;

    @Property(tries = 4 * TRIES)
    void rows(
            @ForAll @IntRange(max = 100) int n,
            @ForAll @IntRange(max = 5) int o,
            @ForAll boolean wild,
            @ForAll long seed) {
        Random random = new Random(seed);
        float[][] arrays = Agreement.arrays(random, wild, n + o + 3, n + o + 3, n + o + 3);
        float f = arrays[2][0];
        Agreement.check(arrays, (k, a) -> k.max(a[0], o, n));
        Agreement.check(arrays, (k, a) -> k.sum(a[0], o, n));
        Agreement.check(arrays, (k, a) -> k.dot(a[0], o, a[1], o + 1, n));
        Agreement.check(arrays, (k, a) -> k.expSum(a[0], o, n, f));
        Agreement.check(arrays, none((k, a) -> k.scale(a[0], o, n, f)));
        Agreement.check(arrays, none((k, a) -> k.scaleRows(2, a[0], o, n / 2, n / 2, a[1], 1)));
        Agreement.check(arrays, (k, a) -> k.finite(2, a[0], o, n / 2, n / 2) ? 1 : 0);
        Agreement.check(arrays, none((k, a) -> k.add(a[0], o, a[1], o + 2, n)));
        Agreement.check(arrays, none((k, a) -> k.multiplyAdd(f, a[0], o, a[1], o + 2, n)));
        Agreement.check(arrays, none((k, a) -> k.multiplyElementwise(a[0], o, a[1], o + 2, a[2], o + 1, n)));
        Agreement.check(arrays, none((k, a) -> k.multiplyElementwise(a[0], o, a[1], o + 2, a[0], o, n)));
        Agreement.check(arrays, none((k, a) -> k.multiplyAddElementwise(a[0], o, a[1], o + 2, a[2], o + 1, n)));
    }

    /** Against thresholds among the numbers themselves, so that equal ones occur, and into the row itself. */
    @Property(tries = 4 * TRIES)
    void thresholds(
            @ForAll @IntRange(max = 100) int n,
            @ForAll @IntRange(max = 5) int o,
            @ForAll boolean wild,
            @ForAll long seed) {
        Random random = new Random(seed);
        float[][] arrays = Agreement.arrays(random, wild, n + o + 3, n + o + 3);
        for (int i = random.nextInt(3); i < arrays[0].length; i += 1 + random.nextInt(9)) {
            arrays[0][i] = random.nextBoolean() ? 0f : Float.NEGATIVE_INFINITY;
        }
        float f = arrays[0][random.nextInt(arrays[0].length)];
        float low = 1e-8f * f;
        Agreement.check(arrays, (k, a) -> k.count(a[0], o, n, f));
        for (int target = 0; target < 2; target++) {
            int y = target;
            Agreement.check(arrays, (k, a) -> {
                int kept = k.keep(a[0], o, n, f, a[y], o);
                Arrays.fill(a[y], o + kept, o + n, 0f); // may be overwritten
                return kept;
            });
        }
        Agreement.check(arrays, none((k, a) -> k.clearUpTo(f, a[0], o, a[1], o + 2, n)));
        Agreement.check(arrays, none((k, a) -> k.clearUpTo(0f, a[0], o, a[0], o, n)));
        Agreement.check(arrays, (k, a) -> k.sumExcess(a[0], o, n, f, low));
        Agreement.check(arrays, (k, a) -> k.sumSquaredExcess(a[0], o, n, f, low));
    }

    /** Rows of hidden and wild scores, and maxima of anything before. */
    @Property(tries = 4 * TRIES)
    void softmax(
            @ForAll @IntRange(max = 140) int n,
            @ForAll @IntRange(max = 5) int o,
            @ForAll boolean wild,
            @ForAll boolean hidden,
            @ForAll long seed) {
        Random random = new Random(seed);
        float[][] arrays = Agreement.arrays(random, wild, 3 * n + o + 6, 3 + o, 3 + o);
        float factor = 40 * random.nextFloat();
        for (int i = 0; hidden && i < arrays[0].length; i++) {
            if (random.nextInt(3) > 0 || i > o + n) {
                arrays[0][i] = Float.NEGATIVE_INFINITY;
            }
        }
        Arrays.fill(arrays[1], random.nextBoolean() ? Float.NEGATIVE_INFINITY : arrays[2][0]);
        Agreement.check(arrays, none((k, a) -> k.scaleMaxima(3, a[0], o, n + 3, n, factor, a[1], o)));
        Agreement.check(arrays, (k, a) -> {
            k.scaleMaxima(3, a[0], o, n + 3, n, factor, a[1], o);
            return k.addExpSums(3, a[0], o, n + 3, n, a[1], o, a[2], o) ? 1f : 0f;
        });
        for (int i = 0; i < arrays[2].length; i++) {
            arrays[2][i] = Math.abs(arrays[2][i]);
        }
        Agreement.check(arrays, (k, a) -> {
            k.scaleMaxima(3, a[0].clone(), o, n + 3, n, factor, a[1], o);
            return k.softmaxWeights(3, a[0], o, n + 3, n, factor, a[1], o, a[2], o) ? 1f : 0f;
        });
        float[][] pairs = {arrays[0], Agreement.arrays(random, wild, arrays[0].length)[0], arrays[1]};
        Agreement.check(pairs, none((k, a) -> k.softmaxGradient(3, a[0], o, a[1], o + 1, n + 2, n, a[2], o, factor)));
    }

    /** Columns in panels, as above; and a column gets what it would get as a row. */
    @Property(tries = 4 * TRIES)
    void softmaxOfColumns(
            @ForAll @IntRange(max = 70) int n,
            @ForAll @IntRange(max = 5) int o,
            @ForAll boolean wild,
            @ForAll boolean hidden,
            @ForAll long seed) {
        Random random = new Random(seed);
        int panel = 16 * n + random.nextInt(3);
        float[][] arrays = Agreement.arrays(random, wild, 2 * panel + o, 32 + o, 32 + o);
        float factor = 40 * random.nextFloat() + 0x1p-60f;
        for (int i = 0; hidden && i < arrays[0].length; i++) {
            if (random.nextInt(3) > 0) {
                arrays[0][i] = Float.NEGATIVE_INFINITY;
            }
        }
        for (int j = 0; j < arrays[1].length; j++) {
            arrays[1][j] = random.nextBoolean() ? Float.NEGATIVE_INFINITY : arrays[2][j];
        }
        Agreement.check(arrays, none((k, a) -> k.columnMaxima(2, n, a[0], o, panel, factor, a[1], o)));
        Agreement.Use softmax = (k, a) -> {
            k.columnMaxima(2, n, a[0], o, panel, factor, a[1], o);
            return k.addColumnExpSums(2, n, a[0], o, panel, factor, a[1], o, a[2], o) ? 1f : 0f;
        };
        Agreement.check(arrays, softmax);
        int column = random.nextInt(32);
        int at = o + column / 16 * panel + column % 16;
        float[] row = new float[n];
        for (int i = 0; i < n; i++) {
            row[i] = arrays[0][at + 16 * i];
        }
        float[] max = {arrays[1][o + column]};
        float[] sum = {arrays[2][o + column]};
        Kernels.scalar().scaleMaxima(1, row, 0, n, n, factor, max, 0);
        Kernels.scalar().addExpSums(1, row, 0, n, n, max, 0, sum, 0);
        softmax.on(Kernels.scalar(), arrays);
        assertEquals(max[0], arrays[1][o + column]); // compares bits
        assertEquals(sum[0], arrays[2][o + column]);
        for (int i = 0; i < n; i++) {
            assertEquals(row[i], arrays[0][at + 16 * i]);
        }
    }

    /** Maxima that were there before, −∞ and NaN among them, are not above those of now. */
    @Property(tries = TRIES)
    void shrink(
            @ForAll @IntRange(max = 70) int n,
            @ForAll @IntRange(max = 5) int o,
            @ForAll boolean wild,
            @ForAll boolean grown,
            @ForAll long seed) {
        Random random = new Random(seed);
        float[][] arrays = Agreement.arrays(random, wild, n + o, n + o, n + o);
        for (int j = 0; j < n + o; j++) {
            float some = grown ? arrays[1][j] - 100 * random.nextFloat() : arrays[1][j];
            arrays[0][j] = random.nextBoolean() ? Float.NEGATIVE_INFINITY : random.nextBoolean() ? some : arrays[1][j];
        }
        Agreement.Use shrink = (k, a) -> k.shrink(n, a[0], o, a[1], o, a[2], o) ? 1f : 0f;
        Agreement.check(arrays, shrink);
        float[][] before = {arrays[0].clone(), arrays[1], arrays[2].clone()};
        boolean expected = false;
        boolean shrinking = Kernels.vector().shrink(n, arrays[0], o, arrays[1], o, arrays[2], o);
        for (int j = o; j < n + o; j++) {
            boolean stays = before[0][j] == Float.NEGATIVE_INFINITY || before[0][j] == arrays[1][j];
            float factor = stays ? 1f : ScalarMath.exp(before[0][j] - arrays[1][j]);
            assertEquals(factor, arrays[0][j]); // compares bits
            assertEquals(before[2][j] * factor, arrays[2][j]);
            expected |= factor != 1f;
        }
        assertEquals(expected, shrinking);
    }

    @Property(tries = TRIES)
    void depthwise(
            @ForAll @IntRange(max = 9) int rows,
            @ForAll @IntRange(max = 40) int width,
            @ForAll @IntRange(max = 9) int taps,
            @ForAll @IntRange(max = 3) int dilation,
            @ForAll long seed) {
        float[][] arrays = Agreement.arrays(
                new Random(seed),
                false,
                (rows + taps * dilation) * width,
                taps * (width + 2),
                rows * (width + 1) + 1,
                width);
        int ws = width + 2;
        int ys = width + 1;
        Agreement.check(
                arrays,
                none((k, a) -> k.depthwise(
                        rows, width, taps, a[0], 0, width, dilation * width, a[1], 0, ws, a[2], 1, ys, a[2], 1, ys)));
        Agreement.check(
                arrays,
                none((k, a) -> k.depthwise(
                        rows, width, taps, a[0], 0, width, dilation * width, a[1], 0, ws, a[3], 0, 0, a[2], 1, ys)));
    }

    @Property(tries = TRIES)
    void rotate(
            @ForAll @IntRange(max = 4) int rows,
            @ForAll @IntRange(max = 50) int half,
            @ForAll @IntRange(max = 3) int o,
            @ForAll boolean interleaved,
            @ForAll boolean wild,
            @ForAll long seed) {
        int stride = 2 * half + o;
        float[][] arrays = Agreement.arrays(new Random(seed), wild, rows * stride + o, half + o, half);
        Agreement.check(
                arrays, none((k, a) -> k.rotate(rows, 2 * half, interleaved, a[0], o, stride, a[1], o, a[2], 0)));
    }

    /** A maximum is the greatest number; where there is none above −∞, NaN if there is one; never −0. */
    @ParameterizedTest
    @CsvSource({
        "-1, NaN, 2, 2",
        "-Infinity, NaN, -Infinity, NaN",
        "NaN, -Infinity, -3, -3",
        "3, NaN, NaN, 3",
        "-0, -1, -0, 0"
    })
    void maxima(float before, float x0, float x1, float expected) {
        float negativeNaN = Float.intBitsToFloat(0xffc00001);
        for (Kernels kernels : List.of(Kernels.scalar(), Kernels.vector())) {
            for (float nan : new float[] {Float.NaN, negativeNaN}) {
                float[] x = new float[20];
                Arrays.fill(x, Float.NEGATIVE_INFINITY);
                x[0] = Float.isNaN(x0) ? nan : x0;
                x[1] = Float.isNaN(x1) ? nan : x1;
                x[18] = x1;
                float[] max = {before};
                kernels.scaleMaxima(1, x, 0, 20, 20, 1f, max, 0);
                assertEquals(expected, max[0], kernels.name()); // compares bits
                float[] columns = new float[16 * 20];
                for (int i = 0; i < columns.length; i++) {
                    columns[i] = x[i / 16];
                }
                float[] greatest = new float[16];
                Arrays.fill(greatest, before);
                kernels.columnMaxima(1, 20, columns, 0, 0, 1f, greatest, 0);
                assertEquals(expected, greatest[5], kernels.name());
            }
        }
    }

    /** Bits above the sixteen columns are set as they come. */
    @Property(tries = TRIES)
    void hiddenColumns(@ForAll @IntRange(max = 40) int n, @ForAll @IntRange(max = 5) int o, @ForAll long seed) {
        Random random = new Random(seed);
        float[][] arrays = Agreement.arrays(random, true, 16 * n + 2 * o);
        int[] seen = random.ints(n + o).toArray();
        float[] before = arrays[0].clone();
        Agreement.check(arrays, none((k, a) -> k.hideColumns(n, a[0], o, seen, o)));
        float[] after = arrays[0].clone();
        Kernels.vector().hideColumns(n, after, o, seen, o);
        for (int i = 0; i < after.length; i++) {
            int at = i - o;
            boolean hidden = at >= 0 && at < 16 * n && (seen[o + at / 16] & 1 << at % 16) == 0;
            assertEquals(hidden ? Float.NEGATIVE_INFINITY : before[i], after[i]);
        }
    }

    /** Whether there are zeros decides whether what they meet is read. */
    @Property(tries = TRIES)
    void zeros(@ForAll @IntRange(min = 1, max = 40) int n, @ForAll @IntRange(max = 39) int at) {
        for (Kernels kernels : List.of(Kernels.scalar(), Kernels.vector())) {
            float[] x = new float[2 * n];
            float[] shifts = {0f, 3f};
            float[] sums = new float[2];
            assertTrue(kernels.addExpSums(2, x, 0, n, n, shifts, 0, sums, 0));
            x[n + at % n] = -88f;
            assertFalse(kernels.addExpSums(2, x, 0, n, n, shifts, 0, sums, 0));
            assertEquals(0f, x[n + at % n]);
            float[] columns = new float[16 * n];
            float[] none = new float[16];
            assertTrue(kernels.addColumnExpSums(1, n, columns, 0, 0, 1f, none, 0, new float[16], 0));
            columns[at % n * 16 + 5] = -88f;
            columns[7] = Float.intBitsToFloat(0xffc00001); // a NaN whose bits are less than those of 0
            assertFalse(kernels.addColumnExpSums(1, n, columns, 0, 0, 1f, none, 0, new float[16], 0));
        }
    }

    /** One number that is not finite is found wherever it is, and nothing else is taken for one. */
    @Property(tries = TRIES)
    void finite(@ForAll @IntRange(min = 1, max = 70) int n, @ForAll @IntRange(max = 5) int o, @ForAll long seed) {
        Random random = new Random(seed);
        float[] x = new float[o + 3 * n];
        Arrays.fill(x, random.nextBoolean() ? Float.MAX_VALUE : -Float.MAX_VALUE);
        Agreement.check(new float[][] {x}, (k, a) -> k.finite(3, a[0], o, n, n) ? 1 : 0);
        assertTrue(Kernels.vector().finite(3, x, o, n, n));
        float[] each = {Float.NaN, Float.intBitsToFloat(-1), Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        x[o + random.nextInt(3 * n)] = each[random.nextInt(4)];
        Agreement.check(new float[][] {x}, (k, a) -> k.finite(3, a[0], o, n, n) ? 1 : 0);
        assertFalse(Kernels.vector().finite(3, x, o, n, n));
    }

    /** Lanes that hold −0 must survive a short row. */
    @Property(tries = TRIES)
    void sumsOfUnderflows(@ForAll @IntRange(max = 40) int n) {
        float[] tiny = new float[n];
        Arrays.fill(tiny, 1e-30f);
        float[] minus = new float[n];
        Arrays.fill(minus, -1e-30f);
        Agreement.check(new float[][] {tiny, minus}, (k, a) -> k.dot(a[0], 0, a[1], 0, n));
        Agreement.check(new float[][] {minus}, (k, a) -> k.sum(a[0], 0, n));
    }

    @Property(tries = 3 * TRIES)
    void activations(
            @ForAll Activation f,
            @ForAll @IntRange(max = 60) int n,
            @ForAll @IntRange(max = 5) int o,
            @ForAll boolean wild,
            @ForAll long seed) {
        float[][] arrays = Agreement.arrays(new Random(seed), wild, n + o + 1, n + o + 1, n + o + 1, n + o + 1);
        Agreement.check(arrays, none((k, a) -> k.apply(f, a[0], o, a[1], o + 1, n)));
        Agreement.check(arrays, none((k, a) -> k.apply(f, a[0], o, a[0], o, n)));
        Agreement.check(arrays, none((k, a) -> k.gradient(f, a[0], o, a[1], o + 1, a[2], o, a[3], o + 1, n)));
        Agreement.check(arrays, none((k, a) -> k.gradient(f, a[0], o, a[1], o, a[2], o, a[2], o, n)));
    }

    /** Every exponent and sign, many mantissas. */
    @Property(tries = 10)
    void activationsOverTheWholeRange(@ForAll Activation f, @ForAll @IntRange(max = 999_999) int phase) {
        int n = 1 << 12;
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = Float.intBitsToFloat(i * 1_048_573 + phase);
        }
        float[] ones = new float[n];
        Arrays.fill(ones, 1f);
        Agreement.check(new float[][] {x, new float[n], ones}, none((k, a) -> {
            k.apply(f, a[0], 0, a[1], 0, n);
            k.gradient(f, a[0], 0, a[1], 0, a[2], 0, a[2], 0, n);
        }));
    }

    /** Where e to minus a number is subnormal, and a factor more or less would round once more. */
    @Property(tries = 20)
    void activationsOfSubnormalExponentials(@ForAll Activation f, @ForAll long seed) {
        Random random = new Random(seed);
        int n = 1 << 10;
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            float far = 86 + 19 * random.nextFloat();
            float argument = f == Activation.ERF ? (float) Math.sqrt(far) : far;
            x[i] = random.nextBoolean() ? argument : -argument;
        }
        float[] ones = new float[n];
        Arrays.fill(ones, 1f);
        Agreement.check(new float[][] {x, new float[n], ones}, none((k, a) -> {
            k.apply(f, a[0], 0, a[1], 0, n);
            k.gradient(f, a[0], 0, a[1], 0, a[2], 0, a[2], 0, n);
        }));
    }

    @Property(tries = TRIES)
    void lstmCell(
            @ForAll @IntRange(max = 40) int width,
            @ForAll @IntRange(max = 3) int o,
            @ForAll boolean inPlace,
            @ForAll boolean wild,
            @ForAll long seed) {
        int n = width + o;
        float[][] arrays = Agreement.arrays(new Random(seed), wild, 4 * width + o, n, n, n, n, n, 4 * width + o);
        int c = inPlace ? 1 : 2;
        int gradient = inPlace ? 0 : 6;
        Agreement.check(arrays, none((k, a) -> k.lstmCell(a[0], o, a[1], o, a[c], o, a[3], o, width)));
        Agreement.check(
                arrays,
                none((k, a) -> k.lstmCellBackward(a[0], o, a[1], o, a[2], o, a[4], o, a[5], o, a[gradient], o, width)));
    }

    @Property(tries = TRIES)
    void layerNorm(
            @ForAll @IntRange(max = 70) int n,
            @ForAll @IntRange(max = 3) int o,
            @ForAll boolean inPlace,
            @ForAll boolean wild,
            @ForAll long seed) {
        int l = n + o;
        float[][] arrays = Agreement.arrays(new Random(seed), wild, l, l, l, l, l, l);
        int y = inPlace ? 0 : 1;
        float epsilon = 1e-5f;
        Agreement.check(arrays, none((k, a) -> k.layerNorm(a[0], o, a[y], o, a[2], o, a[3], o, n, epsilon)));
        Agreement.check(
                arrays, none((k, a) -> k.layerNormInputGradient(a[0], o, a[2], o, a[4], o, a[5], o, n, epsilon)));
        Agreement.check(
                arrays, none((k, a) -> k.layerNormParameterGradient(a[0], o, a[4], o, a[2], o, a[3], o, n, epsilon)));
    }

    @Property(tries = TRIES)
    void rmsNorm(
            @ForAll @IntRange(max = 70) int n,
            @ForAll @IntRange(max = 3) int o,
            @ForAll boolean inPlace,
            @ForAll boolean wild,
            @ForAll long seed) {
        int l = n + o;
        float[][] arrays = Agreement.arrays(new Random(seed), wild, l, l, l, l, l);
        int y = inPlace ? 0 : 1;
        float epsilon = 1e-5f;
        Agreement.check(arrays, none((k, a) -> k.rmsNorm(a[0], o, a[y], o, a[2], o, n, epsilon)));
        Agreement.check(arrays, none((k, a) -> k.rmsNormInputGradient(a[0], o, a[2], o, a[3], o, a[4], o, n, epsilon)));
        Agreement.check(arrays, none((k, a) -> k.rmsNormParameterGradient(a[0], o, a[3], o, a[2], o, n, epsilon)));
    }

    /** A use without a result. */
    private interface Quiet {
        void on(Kernels kernels, float[][] arrays);
    }

    private static Agreement.Use none(Quiet quiet) {
        return (k, a) -> {
            quiet.on(k, a);
            return 0f;
        };
    }
}
