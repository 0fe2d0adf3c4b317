package org.attention4j.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.junit.jupiter.api.Test;

/** The rotation against its formula, and what follows from it. */
class RotaryEmbeddingTest {
    private static Tensor turn(RotaryEmbedding rotary, Tensor x, int... at) {
        Tensor out = Tensor.zeros(x.shape());
        try (Workspace workspace = Workspace.threads(1)) {
            rotary.forward(x, at, out, workspace);
        }
        return out;
    }

    private static double dot(Tensor a, Tensor b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            sum += (double) a.array()[i] * b.array()[i];
        }
        return sum;
    }

    /** cos(t · θ_p) of float64 operands, by turns taken off exactly. */
    private static double exactAngle(int t, double theta) {
        BigDecimal pi = new BigDecimal("3.14159265358979323846264338327950288419716939937510582097494459");
        BigDecimal angle = new BigDecimal(theta).multiply(BigDecimal.valueOf(t));
        return angle.remainder(pi.multiply(BigDecimal.valueOf(2)), MathContext.UNLIMITED)
                .doubleValue();
    }

    @Property(tries = 60)
    void asTheFormula(
            @ForAll @IntRange(min = 1, max = 20) int pairs,
            @ForAll @IntRange(max = 3) int more,
            @ForAll @IntRange(min = -3_000_000, max = 3_000_000) int t,
            @ForAll boolean interleaved,
            @ForAll long seed) {
        int width = 2 * pairs;
        Tensor x = Values.random(seed, 1, 2, 1, width + more);
        Tensor y = turn(RotaryEmbedding.of(width).withInterleaved(interleaved), x, t);
        for (int h = 0; h < 2; h++) {
            for (int p = 0; p < pairs; p++) {
                int i = interleaved ? 2 * p : p;
                int j = interleaved ? 2 * p + 1 : p + pairs;
                double angle = exactAngle(t, Math.pow(10_000, -2.0 * p / width));
                double u = x.get(0, h, 0, i);
                double v = x.get(0, h, 0, j);
                double near = 2e-7 * (Math.abs(u) + Math.abs(v));
                assertEquals(u * Math.cos(angle) - v * Math.sin(angle), y.get(0, h, 0, i), near, "u of pair " + p);
                assertEquals(u * Math.sin(angle) + v * Math.cos(angle), y.get(0, h, 0, j), near, "v of pair " + p);
            }
            for (int e = width; e < width + more; e++) {
                assertEquals(x.get(0, h, 0, e), y.get(0, h, 0, e), "behind the rotary width");
            }
        }
    }

    @Property(tries = 60)
    void onlyTheDistanceMatters(
            @ForAll @IntRange(min = 1, max = 40) int pairs,
            @ForAll @IntRange(max = 1000) int t,
            @ForAll @IntRange(max = 1000) int s,
            @ForAll @IntRange(min = -1_000_000, max = 1_000_000) int shift,
            @ForAll boolean interleaved,
            @ForAll long seed) {
        RotaryEmbedding rotary = RotaryEmbedding.of(2 * pairs).withInterleaved(interleaved);
        Tensor q = Values.random(seed, 1, 1, 1, 2 * pairs);
        Tensor k = Values.random(seed + 1, 1, 1, 1, 2 * pairs);
        double here = dot(turn(rotary, q, t), turn(rotary, k, s));
        double there = dot(turn(rotary, q, t + shift), turn(rotary, k, s + shift));
        assertEquals(here, there, 1e-6 * 2 * pairs, "shifted by " + shift);
        Tensor turned = turn(rotary, q, t);
        assertEquals(dot(q, q), dot(turned, turned), 1e-6 * 2 * pairs, "norm");
        assertArrayEquals(q.array(), turn(rotary, q, 0).array(), "position 0");
    }

    @Property(tries = 30)
    void theGradientTurnsBack(
            @ForAll @IntRange(min = 1, max = 20) int pairs, @ForAll boolean interleaved, @ForAll long seed) {
        RotaryEmbedding rotary = RotaryEmbedding.of(2 * pairs)
                .withInterleaved(interleaved)
                .withScaling(new RotaryScaling.Yarn(4, 64, 32, 1, 0, true));
        int[] at = {5, 90, -7, 1, 2, 3};
        Tensor x = Values.random(seed, 2, 2, 3, 2 * pairs + 1);
        Tensor dOut = Values.random(seed + 1, 2, 2, 3, 2 * pairs + 1);
        Tensor dX = Tensor.zeros(x.shape());
        dX.fill(1);
        try (Workspace workspace = Workspace.threads(1)) {
            rotary.backward(dOut, at, dX, workspace);
        }
        double sum = dot(x, dX) - dot(x, ones(x));
        assertEquals(dot(dOut, turn(rotary, x, at)), sum, 1e-5 * x.size(), "x · Rᵀ dOut = R x · dOut");
    }

    private static Tensor ones(Tensor like) {
        Tensor ones = Tensor.zeros(like.shape());
        ones.fill(1);
        return ones;
    }

    @Test
    void byTablesAsByAngles() {
        RotaryEmbedding rotary = RotaryEmbedding.of(6);
        float[] cos = new float[30];
        float[] sin = new float[30];
        for (int t = 0; t < 10; t++) {
            rotary.write(t, false, cos, 3 * t, sin, 3 * t);
        }
        Tensor x = Values.random(3, 2, 3, 2, 7);
        for (boolean interleaved : new boolean[] {false, true}) {
            RotaryEmbedding tables =
                    RotaryEmbedding.ofTables(Tensor.of(cos, 10, 3), Tensor.of(sin, 10, 3), interleaved);
            assertArrayEquals(
                    turn(rotary.withInterleaved(interleaved), x, 9, 0, 4, 4).array(),
                    turn(tables, x, 9, 0, 4, 4).array());
            String refusal = assertThrows(BadShapeException.class, () -> turn(tables, x, 0, 10, 0, 0))
                    .getMessage();
            assertTrue(refusal.contains("10") && refusal.contains("0 to 9"), refusal);
            assertThrows(BadConfigurationException.class, () -> tables.withBase(500));
        }
    }

    /** Numbers of the Transformers library's {@code ROPE_INIT_FUNCTIONS}, computed in float64. */
    @Test
    void scaledFrequencies() {
        frequencies(new RotaryScaling.None(), 1, SCALED[0]);
        frequencies(new RotaryScaling.Linear(4), 1, SCALED[1]);
        frequencies(new RotaryScaling.Ntk(4), 1, SCALED[2]);
        frequencies(new RotaryScaling.DynamicNtk(4, 128), 128, SCALED[0]);
        frequencies(new RotaryScaling.DynamicNtk(4, 128), 1000, SCALED[3]);
        frequencies(new RotaryScaling.Yarn(4, 128, 32, 1, 0, true), 1, SCALED[4]);
        frequencies(new RotaryScaling.Yarn(4, 128, 2, 0.5, 0, true), 1, SCALED[5]);
        frequencies(new RotaryScaling.Yarn(4, 128, 32, 0.1, 0, false), 1, SCALED[9]);
        frequencies(new RotaryScaling.Yarn(4, 128, 4, 0.1, 0, false), 1, SCALED[10]);
        frequencies(new RotaryScaling.Llama3(8, 128, 1, 4), 1, SCALED[6]);
        List<Double> shorts = List.of(1.0, 1.25, 1.5, 2.0);
        List<Double> longs = List.of(1.0, 3.0, 5.0, 9.0);
        frequencies(new RotaryScaling.LongRope(1, 128, shorts, longs, 0), 1, SCALED[7]);
        frequencies(new RotaryScaling.LongRope(4, 128, shorts, longs, 0), 1, SCALED[8]);
        assertEquals(1.138629436111989, new RotaryScaling.Yarn(4, 128, 32, 1, 0, true).amplitude(), 1e-15);
        assertEquals(1.1338934190276817, new RotaryScaling.LongRope(4, 128, shorts, longs, 0).amplitude(), 1e-15);
        assertEquals(1, new RotaryScaling.LongRope(1, 128, shorts, longs, 0).amplitude());
        assertEquals(0.5, new RotaryScaling.Yarn(4, 128, 32, 1, 0.5, true).amplitude());
    }

    private static final double[][] SCALED = {
        {1.0, 0.1, 0.01, 0.001},
        {0.25, 0.025, 0.0025, 0.00025},
        {1.0, 0.06299605249474366, 0.003968502629920499, 0.00025},
        {1.0, 0.03283425620201842, 0.001078088380339785, 3.539823008849558e-05},
        {1.0, 0.0625, 0.0025, 0.00025},
        {1.0, 0.1, 0.0025, 0.00025},
        {1.0, 0.042751178754307596, 0.00125, 0.000125},
        {1.0, 0.08, 0.006666666666666667, 0.0005},
        {1.0, 0.03333333333333333, 0.002, 0.00011111111111111112},
        {1.0, 0.06751882967740122, 0.0035037659354802426, 0.00025},
        {1.0, 0.08628188590200761, 0.003946715960837374, 0.00025}
    };

    private static void frequencies(RotaryScaling scaling, long length, double[] expected) {
        double[] got = new double[4];
        Arrays.setAll(got, p -> scaling.frequency(p, 8, 10_000, length));
        for (int p = 0; p < 4; p++) {
            assertEquals(expected[p], got[p], 1e-14 * expected[p], scaling + ", pair " + p);
        }
    }

    @Test
    void refused() {
        assertThrows(BadConfigurationException.class, () -> RotaryEmbedding.of(3));
        assertThrows(
                BadConfigurationException.class, () -> RotaryEmbedding.of(4).withBase(1));
        assertThrows(BadConfigurationException.class, () -> new RotaryScaling.Linear(0.5));
        assertThrows(BadConfigurationException.class, () -> new RotaryScaling.Llama3(8, 128, 4, 4));
        assertThrows(BadConfigurationException.class, () -> new RotaryScaling.Yarn(2, 128, 1, 32, 0, true));
        String longs = assertThrows(BadConfigurationException.class, () -> RotaryEmbedding.of(8)
                        .withScaling(new RotaryScaling.LongRope(2, 64, List.of(1.0), List.of(1.0, 2.0), 0)))
                .getMessage();
        assertTrue(longs.contains("2 divisors") && longs.contains("4 pairs"), longs);
        assertThrows(BadShapeException.class, () -> turn(RotaryEmbedding.of(8), Tensor.zeros(1, 1, 1, 7), 0));
        assertThrows(BadShapeException.class, () -> turn(RotaryEmbedding.of(2), Tensor.zeros(1, 1, 2, 7), 0));
    }
}
