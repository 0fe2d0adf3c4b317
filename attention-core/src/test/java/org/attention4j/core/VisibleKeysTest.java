package org.attention4j.core;

import static org.attention4j.core.Values.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.attention4j.api.Gradients;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionMask;
import org.attention4j.api.variant.AttentionMasks;
import org.attention4j.api.variant.AttentionRow;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionWeighting;
import org.attention4j.api.variant.PositionMask;
import org.junit.jupiter.api.Test;

/** Leaving out what a mask hides changes no bit: a mask as a value gives what it gives pair by pair, which leaves out nothing. */
class VisibleKeysTest {
    private static final int BATCH = 2;

    /** Adds up what the row sees, in parts of the score's sigmoid; not a softmax. */
    private static final AttentionWeighting SIGMOID = new AttentionWeighting() {
        @Override
        public void weights(AttentionRow row, float[] weights) {
            for (int j = row.firstKey(); j < row.keys(); j++) {
                weights[j] = 1f / (1f + Math.abs(row.score(j)));
            }
        }

        @Override
        public void backward(
                AttentionRow row,
                float[] weights,
                float[] dWeights,
                float[] dQuery,
                float[] dKeys,
                float[] dParameters) {
            for (int j = 0; j < row.keys(); j++) {
                float d = -weights[j] * weights[j] * dWeights[j];
                for (int e = 0; e < row.headWidth() && d != 0; e++) {
                    dQuery[e] += d * row.key(j, e);
                    dKeys[j * row.headWidth() + e] += d * row.query(e);
                }
            }
        }
    };

    private static AttentionMask single(Random random, int keys) {
        return switch (random.nextInt(9)) {
            case 0 -> AttentionMasks.causal(random.nextInt(9) - 4);
            case 1 -> AttentionMasks.window(random.nextInt(keys), random.nextInt(20));
            case 2 -> AttentionMasks.chunked(1 + random.nextInt(keys));
            case 3 -> AttentionMasks.prefix(new int[] {random.nextInt(keys), random.nextInt(40)});
            case 4 -> AttentionMasks.documents(random.ints(keys, 0, 4).sorted().toArray());
            case 5 -> {
                boolean[][] table = new boolean[8][8];
                for (boolean[] row : table) {
                    for (int c = 0; c < row.length; c++) {
                        row[c] = random.nextInt(3) == 0;
                    }
                }
                yield AttentionMasks.blockSparse(Math.max(1, keys / 8), table);
            }
            case 6 -> AttentionMasks.dilated(1 + random.nextInt(60));
            case 7 -> AttentionMasks.globalPositions(random.nextInt(keys), random.nextInt(keys));
            default -> AttentionMasks.window(random.nextInt(10), 0).not();
        };
    }

    private static AttentionMask any(Random random, int keys) {
        AttentionMask mask = single(random, keys);
        for (int more = random.nextInt(3); more > 0; more--) {
            AttentionMask other = single(random, keys);
            mask = random.nextBoolean() ? mask.and(other) : mask.or(other);
        }
        return mask;
    }

    private record Pass(Tensor out, Tensor weights, Tensor dQ, Tensor dK, Tensor dV) {
        static Pass of(AttentionVariant variant, boolean causal, AttentionInputs in, boolean weightsToo, int threads) {
            ScaledDotProductAttention operator =
                    ScaledDotProductAttention.plain().withCausal(causal).withVariant(variant);
            Tensor q = in.query();
            int width = in.value().extent(3);
            Pass pass = new Pass(
                    Tensor.zeros(BATCH, q.extent(1), q.extent(2), width),
                    Tensor.zeros(BATCH, q.extent(1), q.extent(2), in.key().extent(2)),
                    Tensor.zeros(q.shape()),
                    Tensor.zeros(in.key().shape()),
                    Tensor.zeros(in.value().shape()));
            AttentionGradients wanted = AttentionGradients.none()
                    .withQuery(pass.dQ)
                    .withKey(pass.dK)
                    .withValue(pass.dV);
            if (weightsToo) {
                wanted = wanted.withWeightCotangent(
                        Values.random(8, pass.weights.shape().extents()));
            }
            try (Workspace workspace = Workspace.threads(threads)) {
                OperatorRecording recording = operator.record(in, pass.out, workspace);
                operator.backward(recording, Values.random(9, pass.out.shape().extents()), wanted, workspace);
                operator.weights(in, pass.weights, workspace);
            }
            return pass;
        }

        void assertSameAs(Pass other) {
            assertSame("output", out, other.out);
            assertSame("weights", weights, other.weights);
            assertSame("gradient of the queries", dQ, other.dQ);
            assertSame("gradient of the keys", dK, other.dK);
            assertSame("gradient of the values", dV, other.dV);
        }
    }

    private static AttentionInputs inputs(Random random, long seed) {
        int queries = 1 + random.nextInt(random.nextInt(3) == 0 ? 400 : 40);
        int keys = 1 + random.nextInt(random.nextInt(3) > 0 ? 600 : 40);
        int width = 1 + random.nextInt(20);
        int group = 1 + random.nextInt(2);
        Tensor q = Values.random(seed, BATCH, 2 * group, queries, width);
        Tensor k = Values.random(seed + 1, BATCH, 2, keys, width);
        Tensor v = Values.random(seed + 2, BATCH, 2, keys, width + 1);
        int[] queryLengths = {queries, random.nextInt(queries + 1)};
        int[] keyLengths = {random.nextInt(keys + 1), keys};
        return AttentionInputs.of(q, k, v).withLengths(queryLengths, keyLengths);
    }

    @Property(tries = 120, edgeCases = EdgeCasesMode.NONE)
    void skippedIsHidden(@ForAll long seed) {
        Random random = new Random(seed);
        AttentionInputs in = inputs(random, seed);
        AttentionMask mask = any(random, in.key().extent(2));
        AttentionVariant skipping = AttentionVariant.softmax().withMask(mask);
        AttentionVariant pairs = AttentionVariant.softmax().withMask(mask::allows);
        boolean causal = random.nextBoolean();
        boolean cotangents = random.nextBoolean();
        Pass expected = Pass.of(pairs, causal, in, cotangents, 1);
        expected.assertSameAs(Pass.of(skipping, causal, in, cotangents, 1));
        expected.assertSameAs(Pass.of(skipping, causal, in, cotangents, 3));
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void skippedIsHiddenFromAWeighting(@ForAll long seed) {
        Random random = new Random(seed);
        AttentionInputs in = inputs(random, seed);
        AttentionMask mask = any(random, in.key().extent(2));
        boolean causal = random.nextBoolean();
        Pass expected = Pass.of(AttentionVariant.of(SIGMOID).withMask(mask::allows), causal, in, true, 1);
        expected.assertSameAs(Pass.of(AttentionVariant.of(SIGMOID).withMask(mask), causal, in, true, 1));
    }

    /** Asked once for all heads that a thread computes, also of more blocks of keys than are remembered from one head to the next. */
    @Property(tries = 20, edgeCases = EdgeCasesMode.NONE)
    void aMaskOfPositionsIsTheSameForAllHeads(@ForAll long seed) {
        Random random = new Random(seed);
        int keys = random.nextBoolean() ? 9000 : 200;
        int queries = 1 + random.nextInt(40);
        AttentionInputs in = AttentionInputs.of(
                Values.random(seed, BATCH, 3, queries, 2),
                Values.random(seed + 1, BATCH, 3, keys, 2),
                Values.random(seed + 2, BATCH, 3, keys, 3));
        int period = 1 + random.nextInt(1000);
        int from = random.nextInt(keys);
        PositionMask mask = (b, i, j) -> j >= from && (i * 7 + j / period + b) % 3 != 0;
        AttentionVariant once = AttentionVariant.softmax().withMask(mask);
        AttentionVariant pairs = AttentionVariant.softmax().withMask(mask::allows);
        Pass expected = Pass.of(pairs, false, in, false, 1);
        expected.assertSameAs(Pass.of(once, false, in, false, 1));
        expected.assertSameAs(Pass.of(once, false, in, false, 2));
    }

    @Test
    void aMaskOfPositionsIsAskedOnceForAllHeads() {
        AttentionInputs in = AttentionInputs.of(
                Values.random(1, 1, 8, 300, 4), Values.random(2, 1, 8, 300, 4), Values.random(3, 1, 8, 300, 4));
        LongAdder asked = new LongAdder();
        PositionMask mask = (b, i, j) -> {
            asked.increment();
            return j <= i;
        };
        Tensor out = Tensor.zeros(1, 8, 300, 4);
        try (Workspace workspace = Workspace.threads(1)) {
            ScaledDotProductAttention.plain()
                    .withVariant(AttentionVariant.softmax().withMask(mask))
                    .forward(in, out, workspace);
        }
        assertEquals(300 * 300, asked.sum());
    }

    /** A mask and a bias of the call hide blocks too. */
    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void tensorsHideAsMasksDo(@ForAll long seed) {
        Random random = new Random(seed);
        AttentionInputs in = inputs(random, seed);
        int queries = in.query().extent(2);
        int keys = in.key().extent(2);
        AttentionMask mask = any(random, keys);
        boolean[] allowed = new boolean[BATCH * queries * keys];
        Tensor bias = Tensor.zeros(BATCH, 1, queries, keys);
        for (int i = 0; i < allowed.length; i++) {
            int b = i / keys / queries;
            int position = i / keys % queries + in.keyLength(b) - in.queryLength(b);
            allowed[i] = mask.allows(b, 0, position, i % keys);
            bias.array()[i] = allowed[i] ? 0 : Float.NEGATIVE_INFINITY;
        }
        Pass expected = Pass.of(AttentionVariant.softmax().withMask(mask), false, in, true, 1);
        AttentionVariant plain = AttentionVariant.softmax();
        ScoreTerms asMask = ScoreTerms.none().withMask(allowed, BATCH, 1, queries, keys);
        expected.assertSameAs(Pass.of(plain, false, in.withTerms(asMask), true, 1));
        expected.assertSameAs(
                Pass.of(plain, false, in.withTerms(ScoreTerms.none().withBias(bias)), true, 1));
    }

    /** So do those that have a part for each head. */
    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void tensorsOfEachHeadHideAsMasksDo(@ForAll long seed) {
        Random random = new Random(seed);
        AttentionInputs in = inputs(random, seed);
        int heads = in.query().extent(1);
        int queries = in.query().extent(2);
        int keys = in.key().extent(2);
        AttentionMask mask = any(random, keys).and((b, h, i, j) -> (h + j / 20) % 2 == 0);
        boolean[] allowed = new boolean[BATCH * heads * queries * keys];
        Tensor bias = Tensor.zeros(BATCH, heads, queries, keys);
        for (int i = 0; i < allowed.length; i++) {
            int b = i / keys / queries / heads;
            int h = i / keys / queries % heads;
            int position = i / keys % queries + in.keyLength(b) - in.queryLength(b);
            allowed[i] = mask.allows(b, h, position, i % keys);
            bias.array()[i] = allowed[i] ? 0 : Float.NEGATIVE_INFINITY;
        }
        AttentionVariant plain = AttentionVariant.softmax();
        Pass expected = Pass.of(plain.withMask(mask), false, in, true, 1);
        ScoreTerms asMask = ScoreTerms.none().withMask(allowed, BATCH, heads, queries, keys);
        expected.assertSameAs(Pass.of(plain, false, in.withTerms(asMask), true, 1));
        ScoreTerms asBias = ScoreTerms.none().withBias(bias);
        expected.assertSameAs(Pass.of(plain, false, in.withTerms(asBias), true, 1));
    }

    /** Learned keys stand before the first true one, and every query sees them. */
    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void addedKeysAreSeen(@ForAll long seed) {
        Random random = new Random(seed);
        int time = 1 + random.nextInt(300);
        MixerConfig config = MixerConfig.width(6)
                .with("heads", 2)
                .with("causal", random.nextBoolean())
                .with("bias-key-value", true)
                .with("zero-attention", random.nextBoolean());
        MultiHeadAttention plain = MultiHeadAttention.of(config, Initializer.seeded(seed));
        Sequences in = Sequences.of(Values.random(seed, 2, time, 6), time, random.nextInt(time + 1));
        AttentionMask mask = any(random, time);
        MultiHeadAttention skipping =
                plain.withVariant(AttentionVariant.softmax().withMask(mask));
        MultiHeadAttention pairs = plain.withVariant(AttentionVariant.softmax().withMask(mask::allows));
        Tensor[] expected = pass(pairs, in);
        Tensor[] given = pass(skipping, in);
        for (int t = 0; t < given.length; t++) {
            assertSame("tensor " + t, expected[t], given[t]);
        }
    }

    private static Tensor[] pass(MultiHeadAttention mixer, Sequences in) {
        Tensor out = Tensor.zeros(in.tensor().shape());
        Tensor weights = Tensor.zeros(in.batch(), 2, in.time(), in.time());
        Gradients gradients = Gradients.zeros(mixer.spec(), in);
        mixer.backward(mixer.record(in, out), Values.random(5, out.shape().extents()), gradients);
        mixer.weights(in, weights);
        return new Tensor[] {
            out,
            weights,
            gradients.input().orElseThrow(),
            gradients.parameters().get("bias_k")
        };
    }

    /** What nobody sees is not read. */
    @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
    void hiddenKeysMayHoldNaN(@ForAll long seed) {
        Random random = new Random(seed);
        AttentionInputs in = inputs(random, seed);
        int keys = in.key().extent(2);
        int hidden = random.nextInt(keys);
        AttentionMask mask = any(random, keys).and((b, h, query, key) -> key != hidden);
        Tensor k = in.key().copy();
        Tensor v = in.value().copy();
        for (int b = 0; b < BATCH; b++) {
            for (int h = 0; h < 2; h++) {
                k.slice(b).slice(h).range(hidden, hidden + 1).fill(Float.NaN);
                v.slice(b).slice(h).range(hidden, hidden + 1).fill(Float.NaN);
            }
        }
        int[] queryLengths = {in.queryLength(0), in.queryLength(1)};
        int[] keyLengths = {in.keyLength(0), in.keyLength(1)};
        AttentionInputs broken = AttentionInputs.of(in.query(), k, v).withLengths(queryLengths, keyLengths);
        AttentionVariant variant = AttentionVariant.softmax().withMask(mask);
        Pass.of(variant, true, in, false, 1).assertSameAs(Pass.of(variant, true, broken, false, 1));
    }

    /** What is counted as seen has a weight; what is computed holds it, and what is hidden in whole blocks is not computed. */
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void pairsAreCounted(@ForAll long seed) {
        Random random = new Random(seed);
        AttentionInputs in = inputs(random, seed);
        Tensor q = in.query();
        int keys = in.key().extent(2);
        boolean causal = random.nextBoolean();
        ScaledDotProductAttention operator = ScaledDotProductAttention.plain()
                .withCausal(causal)
                .withVariant(AttentionVariant.softmax().withMask(any(random, keys)));
        Tensor weights = Tensor.zeros(BATCH, q.extent(1), q.extent(2), keys);
        try (Workspace workspace = Workspace.threads(1 + random.nextInt(3))) {
            operator.withScale(1e-6f).weights(in, weights, workspace);
            PairCount count = operator.pairs(in, workspace);
            long seen = 0;
            for (float weight : weights.array()) {
                seen += weight > 0 ? 1 : 0;
            }
            assertEquals(seen, count.visible());
            long all = 0;
            for (int b = 0; b < BATCH; b++) {
                all += (long) q.extent(1) * in.queryLength(b) * in.keyLength(b);
            }
            assertEquals(all, count.all());
        }
    }

    @Test
    void aWindowSkips() {
        int n = 8_192;
        AttentionInputs in =
                AttentionInputs.of(Tensor.zeros(1, 2, n, 1), Tensor.zeros(1, 2, n, 1), Tensor.zeros(1, 2, n, 1));
        ScaledDotProductAttention plain = ScaledDotProductAttention.plain();
        try (Workspace workspace = Workspace.threads(1)) {
            assertEquals(0, plain.pairs(in, workspace).skipped());
            PairCount causal = plain.withCausal(true).pairs(in, workspace);
            assertEquals((long) n * (n + 1), causal.visible());
            assertTrue(causal.computed() < 1.01 * causal.visible(), causal::toString);
            PairCount window = plain.withVariant(AttentionVariant.softmax().withMask(AttentionMasks.window(255, 0)))
                    .pairs(in, workspace);
            assertEquals(2L * (256L * n - 255 * 256 / 2), window.visible());
            assertTrue(window.computed() < 1.1 * window.visible(), window::toString);
            assertTrue(window.skipped() > 0.965, window::toString);
        }
    }

    @Test
    void pairsOfHeads() {
        MultiHeadAttention mixer = MultiHeadAttention.of(
                MixerConfig.width(4)
                        .with("heads", 2)
                        .with("causal", true)
                        .with("window", 2)
                        .with("zero-attention", true),
                Initializer.seeded(1));
        Sequences in = Sequences.of(Tensor.zeros(2, 5, 4), 5, 3);
        PairCount count = mixer.pairs(in, in, ScoreTerms.none(), Workspace.threads(1));
        assertEquals(2 * (9 + 5 + 5 + 3), count.visible());
        assertEquals(2 * (5 * 6 + 3 * 4), count.all());
    }
}
