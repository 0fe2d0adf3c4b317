package org.attention4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The stated errors and the special values of the elementwise functions. */
class ScalarMathTest {
    /** Odd, so that the sample of bit patterns meets every exponent and many mantissas. */
    private static final int STEP = 16_411;

    @TestFactory
    Stream<DynamicTest> errorsAreAsStated() {
        return errorsOverEach(STEP);
    }

    /** All 2³² of them. */
    @TestFactory
    @Tag("long")
    Stream<DynamicTest> errorsAreAsStatedOverAllFloats() {
        return errorsOverEach(1);
    }

    private static Stream<DynamicTest> errorsOverEach(int step) {
        return ActivationErrors.all().stream()
                .map(claim -> DynamicTest.dynamicTest(claim.name(), () -> {
                    ActivationErrors.Worst worst = claim.measure(step);
                    assertTrue(worst.error() <= claim.stated(), () -> claim.name() + ": " + worst);
                }));
    }

    @Test
    void nanGivesNan() {
        for (Activation f : Activation.values()) {
            assertTrue(Float.isNaN(ScalarMath.of(f, Float.NaN)), f::name);
            assertTrue(Float.isNaN(ScalarMath.of(f, Float.intBitsToFloat(0xffc01234))), f::name);
        }
    }

    @Test
    void limitsAreRight() {
        float inf = Float.POSITIVE_INFINITY;
        record Limit(Activation f, float x, float y) {}
        for (Limit c : List.of(
                new Limit(Activation.EXP, inf, inf),
                new Limit(Activation.EXP, -inf, 0f),
                new Limit(Activation.EXP, 0f, 1f),
                new Limit(Activation.EXP, -0f, 1f),
                new Limit(Activation.TANH, inf, 1f),
                new Limit(Activation.TANH, -inf, -1f),
                new Limit(Activation.TANH, 0f, 0f),
                new Limit(Activation.TANH, -0f, -0f),
                new Limit(Activation.SIGMOID, inf, 1f),
                new Limit(Activation.SIGMOID, -inf, 0f),
                new Limit(Activation.SIGMOID, 0f, 0.5f),
                new Limit(Activation.RELU, inf, inf),
                new Limit(Activation.RELU, -inf, 0f),
                new Limit(Activation.SQUARED_RELU, inf, inf),
                new Limit(Activation.SQUARED_RELU, -inf, 0f),
                new Limit(Activation.SQUARED_RELU, -0f, 0f),
                new Limit(Activation.ERF, inf, 1f),
                new Limit(Activation.ERF, -inf, -1f),
                new Limit(Activation.ERF, -0f, -0f),
                new Limit(Activation.GELU, inf, inf),
                new Limit(Activation.GELU, -inf, -0f),
                new Limit(Activation.GELU, 0f, 0f),
                new Limit(Activation.GELU, Float.MAX_VALUE, Float.MAX_VALUE),
                new Limit(Activation.GELU_TANH, inf, inf),
                new Limit(Activation.GELU_TANH, -inf, -0f),
                new Limit(Activation.GELU_TANH, Float.MAX_VALUE, Float.MAX_VALUE),
                new Limit(Activation.SILU, inf, inf),
                new Limit(Activation.SILU, -inf, -0f),
                new Limit(Activation.SOFTPLUS, inf, inf),
                new Limit(Activation.SOFTPLUS, -inf, 0f),
                new Limit(Activation.LOG, inf, inf),
                new Limit(Activation.LOG, 0f, -inf),
                new Limit(Activation.LOG, -0f, -inf),
                new Limit(Activation.LOG, -1f, Float.NaN),
                new Limit(Activation.LOG, -inf, Float.NaN),
                new Limit(Activation.LOG, 1f, 0f))) {
            assertEquals(c.y(), ScalarMath.of(c.f(), c.x()), () -> c.f() + "(" + c.x() + ")");
        }
    }

    /** f′ against a central difference in double of the measured function itself. */
    @Test
    void gradientsAreSlopes() {
        for (ActivationErrors.Claim claim : ActivationErrors.all()) {
            if (claim.activation().isEmpty()) {
                continue;
            }
            Activation f = claim.activation().get();
            for (float x = -9.03f; x < 9f; x += 0.11f) {
                if (f == Activation.LOG && x < 0.1f) {
                    continue;
                }
                double slope = (claim.truth().at(x + 1e-5) - claim.truth().at(x - 1e-5)) / 2e-5;
                float v = f.gradientFromOutput() ? ScalarMath.of(f, x) : x;
                float at = x;
                double error = Math.abs(ScalarGradients.of(f, v) - slope);
                assertTrue(error <= 4e-6 * Math.max(1, Math.abs(slope)), () -> f + "′(" + at + "): error " + error);
            }
        }
    }

    @Test
    void gradientsAreFiniteAtTheLimits() {
        Set<Activation> steep = Set.of(Activation.EXP, Activation.LOG, Activation.SQUARED_RELU);
        for (Activation f : Activation.values()) {
            for (float x : new float[] {Float.NEGATIVE_INFINITY, -Float.MAX_VALUE, Float.MAX_VALUE}) {
                if (steep.contains(f)) {
                    continue;
                }
                float d = ScalarGradients.of(f, f.gradientFromOutput() ? ScalarMath.of(f, x) : x);
                assertTrue(d >= 0f && d <= 1f, () -> f + "′(" + x + ") = " + d);
            }
        }
    }
}
