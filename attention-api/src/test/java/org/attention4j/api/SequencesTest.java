package org.attention4j.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SequencesTest {
    private final Tensor tensor = Tensor.zeros(2, 5, 3);

    @Test
    void withoutLengthsAllAreFull() {
        Sequences full = Sequences.of(tensor);
        assertEquals(2, full.batch());
        assertEquals(5, full.time());
        assertEquals(3, full.width());
        assertArrayEquals(new int[] {5, 5}, full.lengths());
        assertEquals(5, full.length(1));
        assertThrows(IndexOutOfBoundsException.class, () -> full.length(2));
    }

    @Test
    void lengthsAreCopiedInAndOut() {
        int[] lengths = {0, 5};
        Sequences ragged = Sequences.of(tensor, lengths);
        lengths[0] = 4;
        ragged.lengths()[1] = 4;
        assertArrayEquals(new int[] {0, 5}, ragged.lengths());
        assertEquals(0, ragged.length(0));
    }

    @Test
    void badLengthsAreRefusedWithTheirValues() {
        assertThrows(BadShapeException.class, () -> Sequences.of(tensor, 1));
        assertThrows(BadShapeException.class, () -> Sequences.of(tensor, 1, 2, 3));
        assertThrows(BadShapeException.class, () -> Sequences.of(tensor, -1, 2));
        String message = assertThrows(BadShapeException.class, () -> Sequences.of(tensor, 1, 6))
                .getMessage();
        assertTrue(message.contains("length 6 of sequence 1"), message);
        assertThrows(BadShapeException.class, () -> Sequences.of(Tensor.zeros(2, 5)));
        assertThrows(BadShapeException.class, () -> Sequences.of(Tensor.zeros(2, 5), 1, 1));
    }

    @Test
    void nothingIsASequenceToo() {
        assertEquals(0, Sequences.of(Tensor.zeros(0, 5, 3), new int[0]).batch());
        assertEquals(0, Sequences.of(Tensor.zeros(2, 0, 3), 0, 0).time());
    }
}
