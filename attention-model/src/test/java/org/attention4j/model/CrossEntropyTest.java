package org.attention4j.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.attention4j.api.Sequences;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.junit.jupiter.api.Test;

class CrossEntropyTest {
    private static final int CLASSES = 21;

    private static double naive(double[] logits, Sequences in, Tokens targets) {
        double sum = 0;
        int count = 0;
        for (int b = 0; b < targets.batch(); b++) {
            for (int t = 0; t < targets.length(b); t++, count++) {
                int at = (b * in.time() + t) * CLASSES;
                double exponentials = 0;
                for (int v = 0; v < CLASSES; v++) {
                    exponentials += Math.exp(logits[at + v]);
                }
                sum += Math.log(exponentials) - logits[at + targets.id(b, t)];
            }
        }
        return sum / count;
    }

    @Test
    void lossAndGradientAreTheFormula() {
        Sequences logits = Cases.ragged(1, CLASSES, 5, 0, 3, 1);
        Tokens targets = Tokens.of(new int[] {3, 20, 0, 4, 4}, new int[] {}, new int[] {7, 8, 9}, new int[] {1})
                .next();
        Tensor dLogits = Cases.random(2, 4, 5, CLASSES);
        double[] wide = Cases.doubles(logits.tensor());
        double expected = naive(wide, logits, targets);
        for (int threads : new int[] {1, 3}) {
            try (Workspace workspace = Workspace.threads(threads)) {
                assertEquals(expected, CrossEntropy.loss(logits, targets, workspace), 1e-6);
                assertEquals(expected, CrossEntropy.gradient(logits, targets, dLogits, workspace), 1e-6);
            }
            double[] d = Cases.differences(wide, moved -> naive(moved, logits, targets));
            Cases.assertClose(d, dLogits, 1e-6, "gradient");
        }
    }

    @Test
    void hugeLogitsAndNoTargetsAreNoNaN() {
        Tensor logits = Tensor.of(new float[] {3e38f, -3e38f, 0}, 1, 1, 3);
        Tensor dLogits = Tensor.zeros(1, 1, 3);
        try (Workspace workspace = Workspace.threads(1)) {
            assertEquals(0, CrossEntropy.gradient(Sequences.of(logits), Tokens.of(new int[] {0}), dLogits, workspace));
            Tokens none = Tokens.of(new int[] {0}).shortened(0);
            assertEquals(0, CrossEntropy.gradient(Sequences.of(logits), none, dLogits, workspace));
            assertEquals(0, dLogits.get(0, 0, 0));
        }
    }

    @Test
    void targetsThatDoNotFitAreRefused() {
        Sequences logits = Sequences.of(Tensor.zeros(1, 2, 3), 1);
        Workspace workspace = Workspace.threads(1);
        assertThrows(
                ShapeMismatchException.class, () -> CrossEntropy.loss(logits, Tokens.of(new int[] {0, 1}), workspace));
        assertThrows(
                UnknownTokenException.class,
                () -> CrossEntropy.loss(logits, Tokens.of(new int[] {3, 1}).shortened(1), workspace));
    }
}
