package org.attention4j.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CanaryTest {
    @Test
    void aKernelFarBelowItsUsualShareIsDead() {
        assertTrue(new Canary.Sighting("listed", "dot", 0.0029, 0.03).dead());
        assertTrue(new Canary.Sighting("listed", "dot", Double.NaN, 0.03).dead());
        assertFalse(new Canary.Sighting("listed", "dot", 0.0031, 0.03).dead());
    }

    @Test
    void fullSpeedIsReachedWhereRunsAreAsFastAsTheLast() {
        double[] durations = new double[100];
        Arrays.fill(durations, 1);
        Arrays.fill(durations, 0, 40, 5);
        durations[45] = 9;

        // the first window in which most runs are fast: 6 slow ones, 45 and 8 fast ones
        assertEquals(34, ColdStart.fullSpeed(durations));
    }

    @Test
    void theProbeIsWithinReason() {
        Machine machine = new Machine();
        double probe = machine.probe(1);

        assertTrue(probe > 0.5 && probe < 2_000, "GFLOP/s: " + probe);
        assertTrue(machine.peak(1) >= probe);
        assertTrue(machine.read(1 << 20, 1) > 0.1);
    }
}
