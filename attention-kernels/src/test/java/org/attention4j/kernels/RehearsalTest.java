package org.attention4j.kernels;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** When a vector kernel takes over. Times are so long that those of the test itself play no part. */
class RehearsalTest {
    private static final long SECOND = 1_000_000_000;
    private static final int WORK = 1 << 20;

    private final Rehearsal.Time time = new Rehearsal.Time();
    private final Rehearsal rehearsal = Rehearsal.of(time);

    @Test
    void takesOverOnceItIsFasterThreeTimesInARow() {
        performed(rehearsal, SECOND);
        for (int round = 0; round < 3; round++) {
            rehearsed(rehearsal, WORK / 100, SECOND / 200);
            rehearsed(rehearsal, WORK / 100, SECOND / 200);
            rehearsed(rehearsal, WORK / 100, SECOND / 100);
            assertFalse(rehearsal.over(WORK));
        }
        rehearsed(rehearsal, WORK / 100, SECOND / 200);
        rehearsed(rehearsal, WORK / 100, SECOND / 200);
        assertFalse(rehearsal.over(WORK));
        rehearsed(rehearsal, WORK / 100, SECOND / 200);
        assertTrue(rehearsal.over(WORK));
        assertFalse(rehearsal.due());
        rehearsed(rehearsal, WORK / 100, SECOND / 100);
        assertTrue(rehearsal.over(WORK), "for good");
    }

    @Test
    void theScalarKernelsBestCounts() {
        performed(rehearsal, SECOND);
        performed(rehearsal, SECOND / 10);
        performed(rehearsal, SECOND);
        for (int i = 0; i < 9; i++) {
            rehearsed(rehearsal, WORK / 100, SECOND / 1000);
        }
        assertFalse(rehearsal.over(WORK));
    }

    @Test
    void takesAShareOfTheTime() {
        Rehearsal other = Rehearsal.of(time);
        performed(rehearsal, SECOND);
        assertTrue(rehearsal.due());
        rehearsed(rehearsal, WORK, SECOND / 3);
        assertTrue(rehearsal.due());
        rehearsed(other, WORK, SECOND / 3);
        assertFalse(rehearsal.due(), "what all of them take is limited");
        assertFalse(other.due());
        performed(other, SECOND);
        assertTrue(rehearsal.due(), "the time of all scalar kernels counts");
    }

    @Test
    void aSmallKernelHasAShareOfItsOwn() {
        Rehearsal small = Rehearsal.ofSmall(time);
        performed(small, SECOND / 10);
        rehearsed(small, WORK, SECOND / 5);
        assertFalse(rehearsal.due(), "what all of them may take is gone");
        assertTrue(small.due());
        rehearsed(small, WORK, SECOND / 3);
        assertFalse(small.due());
        performed(small, SECOND / 10);
        assertTrue(small.due());
    }

    @Test
    void whereTheTwinIsAVectorKernelNotMuchSlowerIsEnough() {
        Rehearsal other = Rehearsal.ofVectors(time);
        performed(other, SECOND);
        for (int i = 0; i < 3; i++) {
            rehearsed(other, WORK / 100, SECOND / 40);
        }
        assertFalse(other.over(WORK));
        for (int i = 0; i < 3; i++) {
            rehearsed(other, WORK / 100, SECOND / 66);
        }
        assertTrue(other.over(WORK));
    }

    @Test
    void aKernelThatStaysSlowIsUsedAllTheSame() {
        performed(rehearsal, SECOND);
        rehearsed(rehearsal, WORK, SECOND * 9 / 10);
        assertFalse(rehearsal.over(WORK));
        rehearsed(rehearsal, WORK, SECOND * 2 / 10);
        assertTrue(rehearsal.over(WORK));
    }

    @Test
    void littleWorkIsNotWorthAClock() {
        assertTrue(rehearsal.over(1023));
        assertFalse(rehearsal.over(1024));
        assertTrue(Rehearsal.none().over(1024));
    }

    private static void performed(Rehearsal rehearsal, long nanos) {
        rehearsal.performed(WORK, System.nanoTime() - nanos);
    }

    private static void rehearsed(Rehearsal rehearsal, long work, long nanos) {
        rehearsal.rehearsed(work, System.nanoTime() - nanos);
    }
}
