package org.attention4j.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ShapeTest {
    @Test
    void sizeIsTheProductOfTheExtents() {
        assertEquals(24, Shape.of(2, 3, 4).size());
        assertEquals(1, Shape.of().size());
        assertEquals(0, Shape.of(5, 0, 7).size());
        assertEquals(3, Shape.of(5, 0, 7).rank());
        assertEquals(7, Shape.of(5, 0, 7).extent(2));
    }

    @Test
    void sizesUpToALongAreCounted() {
        int most = Integer.MAX_VALUE;
        assertEquals((long) most * most, Shape.of(most, most).size());
        assertEquals(0, Shape.of(most, most, most, 0).size());
    }

    @Test
    void sizesPastALongAreRefusedWithTheShape() {
        int most = Integer.MAX_VALUE;
        assertTrue(assertThrows(BadShapeException.class, () -> Shape.of(most, most, 3))
                .getMessage()
                .contains("[2147483647, 2147483647, 3]"));
        assertThrows(BadShapeException.class, () -> Shape.of(1 << 30, 1 << 30, 1 << 3));
        assertThrows(BadShapeException.class, () -> Shape.of(1 << 30, 1 << 30, 1 << 30, 1 << 30));
        assertEquals(1L << 62, Shape.of(1 << 30, 1 << 30, 1 << 2).size());
    }

    @Test
    void negativeExtentsAreRefusedEvenBesideAZero() {
        assertTrue(assertThrows(BadShapeException.class, () -> Shape.of(0, -2))
                .getMessage()
                .contains("-2"));
    }

    @Test
    void extentsAreCopiedInAndOut() {
        int[] extents = {2, 3};
        Shape shape = Shape.of(extents);
        extents[0] = 9;
        shape.extents()[1] = 9;
        assertEquals(Shape.of(2, 3), shape);
    }

    @Test
    void equalityIsThatOfTheExtents() {
        assertEquals(Shape.of(2, 3).hashCode(), Shape.of(2, 3).hashCode());
        assertNotEquals(Shape.of(2, 3), Shape.of(3, 2));
        assertNotEquals(Shape.of(6), Shape.of(2, 3));
        assertEquals("[2, 3]", Shape.of(2, 3).toString());
        assertThrows(IndexOutOfBoundsException.class, () -> Shape.of(2).extent(1));
    }
}
