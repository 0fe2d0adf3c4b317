package org.attention4j.tests.laws;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.attention4j.api.Exactness;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.Tensor;
import org.attention4j.tests.Violation;
import org.junit.jupiter.api.Test;

/** What a declared bound is relative to. */
class ExpectTest {
    private static final MixerKind KIND =
            new MixerKind("subject", MixerFamily.OTHER, "none", OptionSchema.of(), Set.of());

    private static void compare(Exactness exactness, float[] expected, float... got) {
        MixerSpec spec =
                MixerSpec.of(KIND, MixerConfig.width(1)).exactness(exactness).build();
        int batch = expected.length / 2;
        Expect.same(spec, "done", Tensor.of(expected, batch, 2, 1), Tensor.of(got, batch, 2, 1), "none");
    }

    @Test
    void aRowIsComparedWithItsOwnMagnitude() {
        Exactness row = Exactness.within(1e-3);
        assertDoesNotThrow(() -> compare(row, new float[] {1000, 1}, 1000.5f, 1.0005f));
        assertThrows(Violation.class, () -> compare(row, new float[] {1000, 1}, 1000, 1.5f));
    }

    @Test
    void aSequenceIsComparedWithTheLargestOfIt() {
        Exactness sequence = Exactness.withinSequence(1e-3);
        assertDoesNotThrow(() -> compare(sequence, new float[] {1000, 1}, 1000, 1.5f));
        Violation violation = assertThrows(Violation.class, () -> compare(sequence, new float[] {1000, 1}, 1000, 2.5f));
        String size = ", off by 0.0015 of the largest number of its sequence, where 0.001 is declared";
        assertTrue(violation.getMessage().contains(size), violation::getMessage);
    }

    @Test
    void whatIsOfTheSizeOfRoundingIsCalledSo() {
        float next = Math.nextUp(1000f);
        Violation rounded =
                assertThrows(Violation.class, () -> compare(Exactness.bits(), new float[] {1, 1000}, 1, next));
        String size =
                ", off by 6.1e-08 of the largest number of its row, and bits are promised\n  cause?   rounding, as of";
        assertTrue(rounded.getMessage().contains(size), rounded::getMessage);
        Violation wrong =
                assertThrows(Violation.class, () -> compare(Exactness.bits(), new float[] {1, 1000}, 1, 1001));
        assertTrue(wrong.getMessage().endsWith("(0x447a4000)\n  cause?   none"), wrong::getMessage);
        Violation lost = assertThrows(Violation.class, () -> compare(Exactness.bits(), new float[] {0, 1}, 1e-30f, 1));
        assertTrue(lost.getMessage().endsWith("\n  cause?   none"), lost::getMessage);
    }

    @Test
    void whatIsLetPassIsRemembered() {
        Differences differences = new Differences();
        differences.during(() -> {
            compare(Exactness.within(1e-2), new float[] {1000, 1}, 1000, 1.0078125f);
            compare(Exactness.within(1e-2), new float[] {1000, 1}, 1001, 1);
        });
        assertEquals(0x1p-7, differences.largest(Exactness.Measure.ROW));
        assertEquals(0, differences.largest(Exactness.Measure.SEQUENCE));
        compare(Exactness.withinSequence(1e-2), new float[] {1000, 1}, 1001, 1); // of no run
        assertEquals(0, differences.largest(Exactness.Measure.SEQUENCE));
    }

    @Test
    void anotherSequenceDoesNotCount() {
        Exactness sequence = Exactness.withinSequence(1e-3);
        assertThrows(Violation.class, () -> compare(sequence, new float[] {1000, 1, 1, 1}, 1000, 1, 1, 1.5f));
    }
}
