package org.attention4j.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class InitializerTest {
    private static float[] draw(long seed, String name, double bound, int count) {
        Tensor target = Tensor.zeros(count);
        Initializer.seeded(seed).fill(new ParameterSpec(name, Shape.of(count), InitialValue.uniform(bound)), target);
        return target.array();
    }

    /** These numbers are a promise: whoever has a seed of ours has these parameters, in every version. */
    @Test
    void theBitsOfASeedArePinned() {
        assertArrayEquals(
                new float[] {0x1.36f600p-4f, -0x1.667588p-1f, 0x1.a971e8p-2f, 0x1.437074p-1f},
                draw(42, "weight", 1, 4));
        assertArrayEquals(
                new float[] {-0x1.a96e40p-5f, -0x1.640ddep-4f, -0x1.04de60p-5f}, draw(-1, "in_proj_weight", 0.1, 3));
    }

    @Test
    void parametersHaveStreamsOfTheirOwn() {
        assertFalse(Arrays.equals(draw(42, "weight", 1, 8), draw(42, "bias", 1, 8)));
        assertFalse(Arrays.equals(draw(42, "weight", 1, 8), draw(43, "weight", 1, 8)));
        assertFalse(Arrays.equals(draw(42, "ab", 1, 8), draw(42, "ba", 1, 8)));
        assertArrayEquals(draw(42, "weight", 1, 8), Arrays.copyOf(draw(42, "weight", 1, 5000), 8));
    }

    @Test
    void memoryMakesNoDifference() {
        Tensor outside = Tensor.of(Arena.ofAuto().allocate(4 * 5000, 4), Shape.of(5000));
        Initializer.seeded(7).fill(new ParameterSpec("w", Shape.of(5000), InitialValue.uniform(1)), outside);
        assertArrayEquals(draw(7, "w", 1, 5000), outside.toArray());
    }

    /** The first two numbers are those of ±1 above, moved. */
    @Test
    void aRangeNeedNotBeCentred() {
        Tensor target = Tensor.zeros(4);
        InitialValue range = InitialValue.between(-3, -1);
        Initializer.seeded(42).fill(new ParameterSpec("weight", Shape.of(4), range), target);
        float[] centred = draw(42, "weight", 1, 4);
        for (int i = 0; i < 4; i++) {
            assertEquals(centred[i] - 2, target.get(i), 0x1p-22f);
        }
        assertThrows(IllegalArgumentException.class, () -> InitialValue.between(2, 1));
        assertThrows(IllegalArgumentException.class, () -> InitialValue.between(0, Double.POSITIVE_INFINITY));
        assertThrows(IllegalArgumentException.class, () -> InitialValue.between(Double.NaN, 1));
    }

    @Property(tries = 100)
    void valuesAreUniformInTheirRange(@ForAll long seed) {
        float[] drawn = draw(seed, "w", 0.25, 10_000);
        double sum = 0;
        double squares = 0;
        for (float value : drawn) {
            assertTrue(value >= -0.25f && value < 0.25f, () -> "value " + value);
            sum += value;
            squares += (double) value * value;
        }
        // six standard deviations: of the mean bound/√3/100, of the mean square bound²·√(4/45)/100
        assertEquals(0, sum / drawn.length, 6 * 0.25 / Math.sqrt(3) / 100);
        assertEquals(0.0625 / 3, squares / drawn.length, 6 * 0.0625 * Math.sqrt(4.0 / 45) / 100);
    }

    @Test
    void constantsAreConstant() {
        Tensor ones = Tensor.zeros(3);
        Initializer.seeded(1).fill(new ParameterSpec("gain", Shape.of(3), InitialValue.ones()), ones);
        assertArrayEquals(new float[] {1, 1, 1}, ones.array());
        Tensor zeros = Tensor.of(new float[] {5}, 1);
        Initializer.seeded(1).fill(new ParameterSpec("bias", Shape.of(1), InitialValue.zeros()), zeros);
        assertArrayEquals(new float[] {0}, zeros.array());
        assertEquals(new InitialValue.Uniform((float) Math.sqrt(0.5)), InitialValue.xavier(4, 8));
        assertTrue(Initializer.seeded(99).toString().contains("99"));
        assertEquals(99, Initializer.seeded(99).seed());
    }
}
