package org.attention4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HalfTurnTest {
    private static final double BOUND = 0x1p-30;

    private static void check(float z) {
        double sine = HalfTurn.sine(z);
        double cosine = HalfTurn.cosine(z);
        assertEquals(Math.abs(StrictMath.sin(z)), Math.abs(sine), BOUND, () -> "sin " + z);
        assertEquals(StrictMath.sin(2 * (double) z), 2 * sine * cosine, 4 * BOUND, () -> "sin cos " + z);
    }

    @Test
    void sineAndCosineAreThoseOfTheStrictLibrary() {
        Random random = new Random(7);
        for (int i = 0; i < 200_000; i++) {
            check((float) (random.nextGaussian() * Math.scalb(1.0, random.nextInt(-20, 36))));
        }
        for (int k = -1000; k <= 1000; k++) {
            check((float) (k * Math.PI / 2)); // the ends of a half turn
        }
        check(0x1p30f);
        check(0x1.fffffep29f);
        check(1e38f);
        assertTrue(Double.isNaN(HalfTurn.sine(Float.POSITIVE_INFINITY)));
    }

    @Test
    void tinyNumbersKeepTheirDigits() {
        assertEquals(1e-30f, HalfTurn.sine(1e-30f));
        assertEquals(1, HalfTurn.cosine(1e-30f));
    }
}
