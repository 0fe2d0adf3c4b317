package org.attention4j.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.attention4j.api.InitialValue;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionMasks;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.ScoreBlock;
import org.attention4j.api.variant.ScoreFunction;
import org.junit.jupiter.api.Test;

/** A third party's score function that is the plain product gets what plain attention gets. */
class ScoreFunctionTest {
    private static final int WIDTH = 5;
    private static final float SCALE = (float) (1 / Math.sqrt(WIDTH));

    private record Product() implements ScoreFunction {
        @Override
        public void scores(ScoreBlock block, float[] scores, int at, int stride) {
            for (int i = 0; i < block.queries(); i++) {
                for (int j = 0; j < block.keys(); j++) {
                    float score = 0;
                    for (int e = 0; e < block.headWidth(); e++) {
                        float q = block.query()[block.queryAt() + i * block.queryStride() + e];
                        float k = block.key()[block.keyAt() + j / 16 * 16 * block.headWidth() + 16 * e + j % 16];
                        score = Math.fma(q, k, score);
                    }
                    scores[at + i * stride + j] = score * SCALE;
                }
            }
        }

        @Override
        public void backward(
                ScoreBlock block,
                float[] dScores,
                int at,
                int stride,
                float[] dQueries,
                float[] dKeys,
                float[] dParameters) {
            throw new UnsupportedOperationException();
        }
    }

    /** One that needs memory on the way, more than a block has scores. */
    private record Remembering(ScoreFunction product) implements ScoreFunction {
        static final int SIZE = 100_000;

        @Override
        public void scores(ScoreBlock block, float[] scores, int at, int stride) {
            float[] first = block.memory(0, SIZE);
            float[] second = block.memory(1, SIZE);
            assertTrue(first.length >= SIZE && second.length >= SIZE && first != second);
            assertSame(first, block.memory(0, 1));
            product.scores(block, scores, at, stride);
        }

        @Override
        public void backward(
                ScoreBlock block,
                float[] dScores,
                int at,
                int stride,
                float[] dQueries,
                float[] dKeys,
                float[] dParameters) {
            throw new UnsupportedOperationException();
        }
    }

    private static Tensor tensor(long seed, int heads, int rows) {
        Random random = new Random(seed);
        float[] x = new float[heads * rows * WIDTH];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return Tensor.of(x, 1, heads, rows, WIDTH);
    }

    @Test
    void scoresOfTheProductAreThoseOfPlainAttention() {
        AttentionVariant window = AttentionVariant.softmax().withMask(AttentionMasks.window(40, 3));
        AttentionVariant own = AttentionVariant.of(new Product()).withMask(AttentionMasks.window(40, 3));
        for (int queries : new int[] {1, 150}) {
            for (boolean causal : new boolean[] {false, true}) {
                Tensor q = tensor(1, 4, queries);
                Tensor k = tensor(2, 2, 150);
                Tensor v = tensor(3, 2, 150);
                AttentionInputs in = AttentionInputs.of(q, k, v);
                ScaledDotProductAttention plain =
                        ScaledDotProductAttention.plain().withCausal(causal);
                for (boolean masked : new boolean[] {false, true}) {
                    Tensor expected = Tensor.zeros(1, 4, queries, WIDTH);
                    Tensor out = Tensor.zeros(1, 4, queries, WIDTH);
                    try (Workspace workspace = Workspace.threads(2)) {
                        plain.withVariant(masked ? window : AttentionVariant.softmax())
                                .forward(in, expected, workspace);
                        plain.withVariant(masked ? own : AttentionVariant.of(new Product()))
                                .forward(in, out, workspace);
                    }
                    assertArrayEquals(expected.toArray(), out.toArray(), queries + " queries, causal=" + causal);
                }
            }
        }
    }

    @Test
    void memoryOfScoreFunctionsIsTheWorkspaces() {
        ScaledDotProductAttention attention =
                ScaledDotProductAttention.plain().withVariant(AttentionVariant.of(new Remembering(new Product())));
        AttentionInputs in = AttentionInputs.of(tensor(1, 4, 150), tensor(2, 2, 150), tensor(3, 2, 150));
        Tensor out = Tensor.zeros(1, 4, 150, WIDTH);
        Workspace workspace = Workspace.threads(1);
        attention.forward(in, out, workspace);
        long bytes = workspace.bytes();
        assertTrue(bytes >= 2 * 4 * Remembering.SIZE, () -> bytes + " bytes");
        attention.forward(in, out, workspace);
        assertEquals(bytes, workspace.bytes());
    }

    @Test
    void scoreFunctionsMayLearn() {
        AttentionVariant variant = AttentionVariant.of(new Product()).withParameter("bend", InitialValue.zeros(), 2);
        assertEquals("bend", variant.parameters().get(0).name());
        assertThrows(IllegalStateException.class, () -> AttentionVariant.softmax()
                .withParameter("bend", InitialValue.zeros(), 2));
    }
}
