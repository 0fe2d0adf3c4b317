package org.attention4j.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Gradients;
import org.attention4j.api.InitialValue;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Sequences;
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

    private interface ForwardAlone extends ScoreFunction {
        @Override
        default void backward(
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

    private record Product() implements ForwardAlone {
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
    }

    /** One that needs memory on the way, more than a block has scores. */
    private record Remembering(ScoreFunction product) implements ForwardAlone {
        static final int SIZE = 100_000;

        @Override
        public void scores(ScoreBlock block, float[] scores, int at, int stride) {
            float[] first = block.memory(0, SIZE);
            float[] second = block.memory(1, SIZE);
            assertTrue(first.length >= SIZE && second.length >= SIZE && first != second);
            assertSame(first, block.memory(0, 1));
            product.scores(block, scores, at, stride);
        }
    }

    /** The product and a number that depends on both positions. */
    private record Placed(ScoreFunction product) implements ForwardAlone {
        static float number(int query, int key) {
            return (float) Math.sin(query + 0.3 * key);
        }

        @Override
        public void scores(ScoreBlock block, float[] scores, int at, int stride) {
            product.scores(block, scores, at, stride);
            for (int i = 0; i < block.queries(); i++) {
                for (int j = 0; j < block.keys(); j++) {
                    scores[at + i * stride + j] += number(block.queryPosition() + i, block.keyPosition() + j);
                }
            }
        }
    }

    /** q_0 k_0 times a learned number of the head. */
    private record Learned() implements ScoreFunction {
        @Override
        public void scores(ScoreBlock block, float[] scores, int at, int stride) {
            for (int i = 0; i < block.queries(); i++) {
                for (int j = 0; j < block.keys(); j++) {
                    scores[at + i * stride + j] = block.parameters()[block.head()] * query(block, i) * key(block, j);
                }
            }
        }

        private static float query(ScoreBlock block, int i) {
            return block.query()[block.queryAt() + i * block.queryStride()];
        }

        private static float key(ScoreBlock block, int j) {
            return block.key()[PairBlock.keyAt(block, j)];
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
            int head = block.head();
            float number = block.parameters()[head];
            for (int i = 0; i < block.queries(); i++) {
                for (int j = 0; j < block.keys(); j++) {
                    float d = dScores[at + i * stride + j];
                    dQueries[i * block.headWidth()] += d * number * key(block, j);
                    dKeys[j * block.headWidth()] += d * number * query(block, i);
                    dParameters[head] += d * query(block, i) * key(block, j);
                }
            }
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

    /** A whole sequence, the last of its queries alone, and more queries than keys. */
    @Test
    void positionsAreThoseOfModifiers() {
        AttentionVariant modified = AttentionVariant.softmax()
                .withScores((score, batch, head, query, key) -> score + Placed.number(query, key));
        AttentionVariant placed = AttentionVariant.of(new Placed(new Product()));
        for (int queries : new int[] {1, 150, 200}) {
            for (boolean causal : new boolean[] {false, true}) {
                AttentionInputs in = AttentionInputs.of(tensor(1, 4, queries), tensor(2, 2, 150), tensor(3, 2, 150));
                Tensor expected = Tensor.zeros(1, 4, queries, WIDTH);
                Tensor out = Tensor.zeros(1, 4, queries, WIDTH);
                ScaledDotProductAttention plain =
                        ScaledDotProductAttention.plain().withCausal(causal);
                try (Workspace workspace = Workspace.threads(2)) {
                    plain.withVariant(modified).forward(in, expected, workspace);
                    plain.withVariant(placed).forward(in, out, workspace);
                }
                assertArrayEquals(expected.toArray(), out.toArray(), queries + " queries, causal=" + causal);
            }
        }
    }

    @Test
    void gradientsOfHeadsAreAddedUpAsThoseOfAll() {
        MixerConfig config = MixerConfig.width(8).with("heads", 4).with("key-value-heads", 2);
        AttentionVariant all = AttentionVariant.of(new Learned()).withParameter("number", InitialValue.uniform(2), 4);
        AttentionVariant heads =
                AttentionVariant.of(new Learned()).withHeadParameter("number", InitialValue.uniform(2), 4);
        Tensor expected = gradient(config, all);
        assertArrayEquals(expected.toArray(), gradient(config, heads).toArray());
        for (float number : expected.toArray()) {
            assertTrue(number != 0, expected::toString);
        }
    }

    private static Tensor gradient(MixerConfig config, AttentionVariant variant) {
        MultiHeadAttention mixer =
                MultiHeadAttention.of(config, Initializer.seeded(1)).withVariant(variant, Initializer.seeded(2));
        Tensor out = Tensor.zeros(2, 9, 8);
        Sequences in = Sequences.of(Values.random(3, 2, 9, 8), 9, 7);
        NamedTensors gradients = mixer.spec().zeroParameters();
        mixer.backward(
                mixer.record(in, out),
                Values.random(4, 2, 9, 8),
                Gradients.none().withParameters(gradients));
        return gradients.get("number");
    }

    @Test
    void aPartForEachHeadNeedsAllOfThem() {
        AttentionVariant three =
                AttentionVariant.of(new Learned()).withHeadParameter("number", InitialValue.uniform(2), 3);
        MultiHeadAttention mixer = MultiHeadAttention.of(MixerConfig.width(8).with("heads", 4), Initializer.seeded(1));
        BadConfigurationException refusal =
                assertThrows(BadConfigurationException.class, () -> mixer.withVariant(three, Initializer.seeded(2)));
        assertTrue(refusal.getMessage().contains("number [3]"), refusal::getMessage);
    }
}
