package org.attention4j.model;

import static org.attention4j.model.Cases.assertBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Gradients;
import org.attention4j.api.Initializer;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PositionsTest {
    private static final int WIDTH = 7;

    static Stream<PositionLayer> layers() {
        return Stream.of(SinusoidalPositions.of(9, WIDTH), LearnedPositions.of(9, WIDTH, Initializer.seeded(3)));
    }

    private static Tensor forward(PositionLayer layer, Sequences in, int threads, long... first) {
        Tensor out = Cases.random(5, in.batch(), in.time(), WIDTH);
        try (Workspace workspace = Workspace.threads(threads)) {
            if (first.length == 0) {
                layer.forward(in, out, workspace);
            } else {
                layer.forward(in, first, out, workspace);
            }
        }
        return out;
    }

    @Test
    void sinesAndCosinesAreThoseOfThePaper() {
        Tensor out = forward(SinusoidalPositions.of(50, WIDTH), Sequences.of(Tensor.zeros(1, 50, WIDTH)), 1);
        for (int t = 0; t < 50; t++) {
            for (int i = 0; 2 * i < WIDTH; i++) {
                double angle = t * Math.exp(-Math.log(10000) * 2 * i / WIDTH);
                assertEquals(Math.sin(angle), out.get(0, t, 2 * i), 1e-6);
                if (2 * i + 1 < WIDTH) {
                    assertEquals(Math.cos(angle), out.get(0, t, 2 * i + 1), 1e-6);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void everyPositionGetsItsRowAndPaddingNothing(PositionLayer layer) {
        Sequences in = Cases.ragged(1, WIDTH, 9, 0, 4);
        Tensor table = forward(layer, Sequences.of(Tensor.zeros(1, 9, WIDTH)), 1);
        Tensor out = forward(layer, in, 1);
        assertBits(out, forward(layer, in, 3), "three threads");
        for (int b = 0; b < 3; b++) {
            for (int t = 0; t < 9; t++) {
                for (int c = 0; c < WIDTH; c++) {
                    float expected = t < in.length(b) ? in.tensor().get(b, t, c) + table.get(0, t, c) : 0;
                    assertEquals(expected, out.get(b, t, c));
                }
            }
        }
        Sequences chunk = Cases.ragged(1, WIDTH, 3, 1, 2);
        Tensor later = forward(layer, chunk, 2, 6, 8, 0);
        for (int c = 0; c < WIDTH; c++) {
            assertEquals(chunk.tensor().get(0, 2, c) + table.get(0, 8, c), later.get(0, 2, c));
            assertEquals(chunk.tensor().get(1, 0, c) + table.get(0, 8, c), later.get(1, 0, c));
            assertEquals(chunk.tensor().get(2, 1, c) + table.get(0, 1, c), later.get(2, 1, c));
        }
    }

    @ParameterizedTest
    @MethodSource("layers")
    void gradientsGoToInputAndTable(PositionLayer layer) {
        Sequences in = Cases.ragged(1, WIDTH, 5, 0, 3);
        Tensor dOut = Cases.ragged(2, WIDTH, 5, 0, 3).tensor();
        Tensor dIn = Cases.random(3, 3, 5, WIDTH);
        Tensor given = dIn.copy();
        NamedTensors dTable = layer.parameters().zerosLike();
        try (Workspace workspace = Workspace.threads(2)) {
            layer.backward(in, dOut, Gradients.none().withInput(dIn).withParameters(dTable), workspace);
        }
        for (int t = 0; t < 5; t++) {
            for (int c = 0; c < WIDTH; c++) {
                float sum = 0;
                for (int b = 0; b < 3; b++) {
                    float d = t < in.length(b) ? dOut.get(b, t, c) : 0;
                    assertEquals(given.get(b, t, c) + d, dIn.get(b, t, c));
                    sum += d;
                }
                if (dTable.contains("weight")) {
                    assertEquals(sum, dTable.get("weight").get(t, c));
                }
            }
        }
        assertEquals(layer instanceof LearnedPositions, dTable.contains("weight"));
    }

    @ParameterizedTest
    @MethodSource("layers")
    void positionsThatAreNotThereAreRefused(PositionLayer layer) {
        Workspace workspace = Workspace.threads(1);
        Sequences in = Sequences.of(Tensor.zeros(1, 10, WIDTH));
        BadShapeException refused =
                assertThrows(BadShapeException.class, () -> layer.forward(in, Tensor.zeros(1, 10, WIDTH), workspace));
        assertTrue(refused.getMessage().contains("has 10 positions from 0 on; there are 0 to 8"), refused.getMessage());
        Sequences one = Sequences.of(Tensor.zeros(1, 1, WIDTH));
        Tensor out = Tensor.zeros(1, 1, WIDTH);
        assertThrows(BadShapeException.class, () -> layer.forward(one, new long[] {9}, out, workspace));
        assertThrows(BadShapeException.class, () -> layer.forward(one, new long[] {-1}, out, workspace));
        assertThrows(BadShapeException.class, () -> layer.forward(one, new long[] {Long.MAX_VALUE}, out, workspace));
        assertThrows(BadShapeException.class, () -> layer.forward(one, new long[2], out, workspace));
        assertThrows(BadShapeException.class, () -> SinusoidalPositions.of(0, 3));
        assertThrows(BadShapeException.class, () -> LearnedPositions.of(3, 0, Initializer.seeded(1)));
        assertThrows(BadShapeException.class, () -> SinusoidalPositions.of(1 << 20, 1 << 20));
    }

    @ParameterizedTest
    @Tag("allocation")
    @MethodSource("layers")
    void stepsAllocateNothing(PositionLayer layer) {
        Sequences in = Cases.ragged(1, WIDTH, 3, 1);
        Tensor out = Tensor.zeros(2, 3, WIDTH);
        long[] first = {4, 1};
        try (Workspace workspace = Workspace.threads(1)) {
            assertEquals(0, Cases.allocated(() -> layer.forward(in, first, out, workspace)));
            assertEquals(0, Cases.allocated(() -> layer.forward(in, out, workspace)));
        }
    }
}
