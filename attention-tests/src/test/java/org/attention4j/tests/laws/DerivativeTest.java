package org.attention4j.tests.laws;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.attention4j.api.Tensor;
import org.attention4j.tests.Violation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Right gradients pass and wrong ones do not, also of a loss that turns within a short way: the length of a vector near 0. */
class DerivativeTest {
    private static final double SHORT = 1e-4;

    @ParameterizedTest
    @ValueSource(doubles = {-2, -0.3, -0.01, -4e-4, -1e-4, -1e-5, 0, 2e-5, 3e-4, 1e-3, 0.2, 1})
    void aNormNearZero(double x) {
        double derivative = x / length(x);
        assertDoesNotThrow(() -> check(x, derivative));
        Violation wrong = assertThrows(Violation.class, () -> check(x, derivative + 3));
        assertTrue(wrong.getMessage().contains("of x: along a random direction"), wrong::getMessage);
    }

    private static double length(double x) {
        return Math.sqrt(x * x + SHORT * SHORT);
    }

    private static void check(double x, double gradient) {
        Derivative.check(
                "of x",
                Tensor.of(new float[] {(float) x}, 1),
                Tensor.of(new float[] {(float) gradient}, 1),
                new SplittableRandom(3),
                moved -> new Derivative.Loss(length(moved.get(0)), length(moved.get(0))));
    }
}
