package org.attention4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnknownTensorException;
import org.attention4j.api.Workspace;
import org.junit.jupiter.api.Test;

class AdamWTest {
    private static final float[][] GRADIENTS = {
        {0.5f, -1, 1e-4f, 0}, {-0.25f, 3, 2, 0}, {1, 1, -1, 1e-3f},
    };

    /**
     * The operations of PyTorch's {@code _single_tensor_adamw} done by NumPy in float32, with η = 0.1 and its defaults; the
     * same in double agrees to 2e-7.
     */
    private static final float[][] EXPECTED = {
        {0x1.cc49bcp-1f, -0x1.e5e354p0f, 0x1.991928p-2f, 0},
        {0x1.be30f8p-1f, -0x1.f20dacp0f, 0x1.4c7c74p-2f, 0},
        {0x1.9c0cbep-1f, -0x1.ffdp0f, 0x1.34bd10p-2f, -0x1.05a74cp-4f},
    };

    @Test
    void threeStepsAsPyTorchMakesThem() {
        Tensor theta = Tensor.of(new float[] {1, -2, 0.5f, 0}, 4);
        AdamW optimiser = new AdamW(NamedTensors.empty().with("theta", theta), AdamW.Options.of(0.1));
        try (Workspace workspace = Workspace.threads(2)) {
            for (int step = 0; step < 3; step++) {
                optimiser.step(NamedTensors.empty().with("theta", Tensor.of(GRADIENTS[step], 4)), workspace);
                assertArrayEquals(EXPECTED[step], theta.toArray(), "after step " + (step + 1));
            }
        }
        assertEquals(3, optimiser.steps());
    }

    @Test
    void weightDecayIsDecoupled() {
        Tensor theta = Tensor.of(new float[] {2}, 1);
        AdamW.Options options = AdamW.Options.of(0.5).withWeightDecay(0.5);
        AdamW optimiser = new AdamW(NamedTensors.empty().with("theta", theta), options);
        NamedTensors none = NamedTensors.empty().with("theta", Tensor.zeros(1));
        optimiser.step(none, Workspace.threads(1));
        assertEquals(1.5f, theta.get(0));
        optimiser.setOptions(options.withLearningRate(0));
        optimiser.step(none, Workspace.threads(1));
        assertEquals(1.5f, theta.get(0));
    }

    @Test
    void bitsDoNotDependOnThreadsOrMemory() {
        Tensor one = Cases.random(1, 50_001);
        try (Arena arena = Arena.ofConfined();
                Workspace single = Workspace.threads(1);
                Workspace three = Workspace.threads(3)) {
            Tensor two = Cases.outside(arena, one);
            AdamW first = new AdamW(NamedTensors.empty().with("theta", one), AdamW.Options.of(0.1));
            AdamW second = new AdamW(NamedTensors.empty().with("theta", two), AdamW.Options.of(0.1));
            for (int step = 0; step < 3; step++) {
                NamedTensors gradient = NamedTensors.empty().with("theta", Cases.random(2 + step, 50_001));
                first.step(gradient, single);
                second.step(gradient, three);
            }
            Cases.assertBits(one, two, "three threads, native memory");
        }
    }

    @Test
    void gradientsThatDoNotFitAreRefusedBeforeAnythingChanges() {
        Tensor theta = Tensor.of(new float[] {2}, 1);
        AdamW optimiser = new AdamW(NamedTensors.empty().with("theta", theta), AdamW.Options.of(0.5));
        Workspace workspace = Workspace.threads(1);
        assertThrows(UnknownTensorException.class, () -> optimiser.step(NamedTensors.empty(), workspace));
        NamedTensors wrong = NamedTensors.empty().with("theta", Tensor.zeros(2));
        assertThrows(ShapeMismatchException.class, () -> optimiser.step(wrong, workspace));
        assertEquals(2f, theta.get(0));
        assertEquals(0, optimiser.steps());
        assertThrows(IllegalArgumentException.class, () -> AdamW.Options.of(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> AdamW.Options.of(Double.POSITIVE_INFINITY));
        String message = assertThrows(IllegalArgumentException.class, () -> new AdamW.Options(0.1, 1, 0.9, 1e-8, 0))
                .getMessage();
        assertEquals("beta1 1.0; it must be at least 0 and less than 1.0", message);
    }
}
