package org.attention4j.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ExactnessTest {
    private static final Exactness BITS = Exactness.bits();
    private static final Exactness ROW = Exactness.within(1e-6);
    private static final Exactness SEQUENCE = Exactness.withinSequence(1e-7);
    private static final Exactness STATE = Exactness.ofStates(1e-3);

    private static void together(Exactness expected, Exactness one, Exactness two) {
        assertEquals(expected, one.and(two));
        assertEquals(expected, two.and(one));
    }

    @Test
    void bitsAddNothing() {
        together(BITS, BITS, BITS);
        together(ROW, BITS, ROW);
        together(STATE, BITS, STATE);
        together(ROW, Exactness.ofStates(0), ROW);
    }

    @Test
    void ofOneMeasureTheLargerBoundHolds() {
        together(ROW, ROW, Exactness.within(1e-8));
        together(STATE, STATE, Exactness.ofStates(1e-8));
    }

    @Test
    void theLargestOfASequenceIsNoLessThanThatOfARow() {
        together(Exactness.withinSequence(1e-6), ROW, SEQUENCE);
    }

    @Test
    void roundedStatesAndOtherOutputsLeaveHardlyAnythingToSay() {
        together(Exactness.withinSequence(Math.nextDown(1.0)), STATE, ROW);
        together(Exactness.withinSequence(Math.nextDown(1.0)), STATE, SEQUENCE);
    }
}
