package org.attention4j.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class EmbeddingTest {
    private static final Tensor WEIGHT = Cases.random(1, 5, 3);
    private static final Embedding EMBEDDING =
            Embedding.of(5, 3, ParameterSource.of(NamedTensors.empty().with("weight", WEIGHT)));
    private static final Workspace TWO = Workspace.threads(2);

    @Test
    void looksUpAndLeavesPaddingZero() {
        Tokens tokens = Tokens.of(new int[] {4, 0, 4}, new int[] {}, new int[] {2});
        Tensor out = Cases.random(2, 3, 3, 3);
        EMBEDDING.forward(tokens, out, TWO);

        for (int b = 0; b < 3; b++) {
            for (int t = 0; t < 3; t++) {
                Tensor expected = t < tokens.length(b) ? WEIGHT.slice(tokens.id(b, t)) : Tensor.zeros(3);
                Cases.assertBits(expected, out.slice(b).slice(t), b + ", " + t);
            }
        }
        EMBEDDING.add(tokens.positions(0, 0, 1), out, TWO);
        assertEquals(WEIGHT.get(4, 0) + WEIGHT.get(2, 0), out.get(0, 2, 0));
        assertEquals(WEIGHT.get(2, 1) + WEIGHT.get(1, 1), out.get(2, 0, 1));
        assertEquals(0, out.get(1, 2, 2));
    }

    @Test
    void moreTokensThanAnArrayHoldsAreRefusedWithTheirShape() {
        int[][] sequences = new int[50_000][];
        Arrays.fill(sequences, new int[50_000]);
        String refused = assertThrows(BadShapeException.class, () -> Tokens.of(sequences))
                .getMessage();
        assertTrue(refused.contains("[50000, 50000]"), refused);
    }

    @Test
    void gradientAddsRows() {
        Tokens tokens = Tokens.of(new int[] {4, 0, 4}, new int[] {0});
        Tensor dOut = Cases.random(3, 2, 3, 3);
        dOut.slice(1).range(1, 3).fill(Float.NaN);
        NamedTensors d = NamedTensors.empty().with("weight", Tensor.zeros(5, 3));
        EMBEDDING.backward(tokens, dOut, d, TWO);
        for (int i = 0; i < 3; i++) {
            assertEquals(dOut.get(0, 0, i) + dOut.get(0, 2, i), d.get("weight").get(4, i));
            assertEquals(dOut.get(0, 1, i) + dOut.get(1, 0, i), d.get("weight").get(0, i));
            assertEquals(0, d.get("weight").get(1, i));
        }
    }

    @Test
    void unknownTokensAreRefusedBeforeAnythingIsWritten() {
        Tensor out = Tensor.zeros(1, 2, 3);
        UnknownTokenException refused = assertThrows(
                UnknownTokenException.class, () -> EMBEDDING.forward(Tokens.of(new int[] {1, 5}), out, TWO));
        assertEquals("token id 5 at position 1 of sequence 0 is not in 0 to 4", refused.getMessage());
        assertEquals(0, out.get(0, 0, 0));
        assertThrows(ShapeMismatchException.class, () -> EMBEDDING.forward(Tokens.of(new int[] {1}), out, TWO));
        assertThrows(BadShapeException.class, () -> Tokens.view(new int[3], 2, 2));
    }

    @Test
    void positionsThatNoIdHasAreRefused() {
        Tokens tokens = Tokens.of(new int[] {4, 0, 4}, new int[] {2});
        int most = Integer.MAX_VALUE;
        assertEquals(most - 1, tokens.positions(most - 3, 0).id(0, 2));
        assertThrows(BadShapeException.class, () -> tokens.positions(0));
        for (long first : new long[] {-1, most - 2, Long.MAX_VALUE}) {
            BadShapeException refused = assertThrows(BadShapeException.class, () -> tokens.positions(first, 0));
            assertTrue(
                    refused.getMessage().contains("sequence 0 has 3 positions from " + first + " on"),
                    refused.getMessage());
        }
    }

    @Test
    void paddingMayHoldAnything() {
        Tokens tokens = Tokens.view(new int[] {1, -7, 2, 99}, 2, 2).shortened(1, 1);
        EMBEDDING.forward(tokens, Tensor.zeros(2, 2, 3), TWO);
    }

    @Test
    @Tag("allocation")
    void lookingUpAllocatesNothing() {
        Tokens tokens = Tokens.of(new int[] {4, 0, 4}, new int[] {0});
        Tensor out = Tensor.zeros(2, 3, 3);
        assertEquals(0, Cases.allocated(() -> EMBEDDING.forward(tokens, out, TWO)));
    }

    @Test
    void nextTokensAreTargets() {
        Tokens next =
                Tokens.of(new int[] {7, 8, 9}, new int[] {}, new int[] {3}).next();
        assertArrayEquals(new int[] {2, 0, 0}, next.extents().lengths());
        assertEquals(8, next.id(0, 0));
        assertEquals(9, next.id(0, 1));
    }
}
