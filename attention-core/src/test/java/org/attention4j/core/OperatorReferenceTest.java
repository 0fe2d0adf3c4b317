package org.attention4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.ScoreModifier;
import org.attention4j.kernels.Kernels;

/** The operator and its gradients against the naive one in float64. */
class OperatorReferenceTest {
    /** Sizes of a case, and a seed for everything else. */
    record Case(
            int keyHeads,
            int group,
            int queries,
            int keys,
            int width,
            int valueWidth,
            boolean causal,
            int features,
            long seed) {
        boolean has(int feature) {
            return (features >> feature & 1) != 0;
        }
    }

    private static final int BATCH = 2;
    private static final float CAP = 1.5f;

    @Provide
    Arbitrary<Case> cases() {
        Arbitrary<Integer> few = Arbitraries.integers().between(0, 20);
        Arbitrary<Integer> several = Arbitraries.integers().between(100, 300);
        Arbitrary<Integer> length = Arbitraries.frequencyOf(Tuple.of(3, few), Tuple.of(1, several));
        Arbitrary<Integer> width = Arbitraries.integers().between(1, 35);
        return Combinators.combine(
                        Arbitraries.integers().between(1, 2),
                        Arbitraries.integers().between(1, 3),
                        length,
                        length)
                .flatAs((k, g, t, s) -> Combinators.combine(
                                width,
                                width,
                                Arbitraries.of(true, false),
                                Arbitraries.integers().between(0, 2047),
                                Arbitraries.longs())
                        .as((e, v, causal, features, seed) -> new Case(k, g, t, s, e, v, causal, features, seed)));
    }

    /** Products of unit normal numbers reach 4, and are their own scores. What roundings move is in proportion, where a modifier bends them, too. */
    private static final double USUAL = 8;

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void valuesAndGradients(@ForAll("cases") Case c) {
        Random random = new Random(c.seed());
        int heads = c.keyHeads() * c.group();
        int[] queryLengths = lengths(random, c.queries());
        int[] keyLengths = lengths(random, c.keys());
        Tensor q = Values.random(1 + c.seed(), BATCH, heads, c.queries(), c.width());
        Tensor k = Values.random(2 + c.seed(), BATCH, c.keyHeads(), c.keys(), c.width());
        Tensor v = Values.random(3 + c.seed(), BATCH, c.keyHeads(), c.keys(), c.valueWidth());
        NaiveAttention naive = new NaiveAttention(
                heads, c.keyHeads(), c.queries(), c.keys(), c.width(), c.valueWidth(), queryLengths, keyLengths);
        ScaledDotProductAttention operator = ScaledDotProductAttention.plain().withCausal(c.causal());
        ScoreTerms terms = ScoreTerms.none();
        naive.causal = c.causal();
        naive.q = Values.doubles(q);
        naive.k = Values.doubles(k);
        naive.v = Values.doubles(v);
        if (c.has(0)) {
            operator = operator.withScale(-0.3f);
            naive.scale = -0.3f;
        }
        boolean capped = c.has(1);
        boolean modified = c.has(2);
        naive.bend = bend(capped, modified);
        operator = capped ? operator.withSoftCap(CAP) : operator;
        operator = modified ? operator.withVariant(AttentionVariant.softmax().withScores(modifier())) : operator;
        Tensor bias = Tensor.zeros(1, c.has(4) ? heads : 1, c.queries(), c.has(5) ? c.keys() : 1);
        if (c.has(3)) {
            bias.copyFrom(Values.random(4 + c.seed(), bias.shape().extents()));
            hideSome(random, bias);
            terms = terms.withBias(bias);
            spread(naive, bias);
        }
        if (c.has(6)) {
            boolean[] allowed = new boolean[BATCH * c.keys()];
            for (int i = 0; i < allowed.length; i++) {
                allowed[i] = random.nextInt(3) > 0;
            }
            terms = terms.withMask(allowed, BATCH, 1, 1, c.keys());
            naive.mask = (b, h, i, j) -> allowed[b * c.keys() + j];
        }
        poison(q, queryLengths);
        poison(k, keyLengths);
        poison(v, keyLengths);
        AttentionInputs in = AttentionInputs.of(q, k, v)
                .withLengths(queryLengths, keyLengths)
                .withTerms(terms);
        if (c.has(10)) {
            Tensor sinks = Values.random(7 + c.seed(), heads);
            in = in.withSinks(sinks);
            naive.sinks = Values.doubles(sinks);
        }
        naive.forward();
        check(c, operator, in, naive, c.has(3) ? bias : Tensor.zeros(0));
    }

    private static void check(
            Case c, ScaledDotProductAttention operator, AttentionInputs in, NaiveAttention naive, Tensor bias) {
        int heads = naive.heads;
        Tensor out = Tensor.zeros(BATCH, heads, c.queries(), c.valueWidth());
        Tensor weights = Tensor.zeros(BATCH, heads, c.queries(), c.keys());
        Tensor dOut = Values.random(5 + c.seed(), out.shape().extents());
        Tensor dWeights = Values.random(6 + c.seed(), weights.shape().extents());
        if (!c.has(7)) {
            dWeights.fill(0);
        }
        naive.backward(Values.doubles(dOut), Values.doubles(dWeights));
        double sharp = Math.max(1, naive.rounding / USUAL);
        poison(dOut, naive.queryLengths);
        Tensor dQ = Tensor.zeros(in.query().shape());
        Tensor dK = Tensor.zeros(in.key().shape());
        Tensor dV = Tensor.zeros(in.value().shape());
        Tensor dBias = Tensor.zeros(bias.shape());
        AttentionGradients gradients =
                AttentionGradients.none().withQuery(dQ).withKey(dK).withValue(dV);
        gradients = c.has(3) ? gradients.withBias(dBias) : gradients;
        Tensor dSinks = Tensor.zeros(heads);
        gradients = c.has(10) ? gradients.withSinks(dSinks) : gradients;
        gradients = c.has(7) ? gradients.withWeightCotangent(dWeights) : gradients;
        try (Workspace workspace = Workspace.threads(c.has(8) ? 3 : 1)) {
            OperatorRecording recording = operator.record(in, out, workspace);
            Values.assertClose("output", naive.out, out, 3e-6 * sharp);
            assertLogSumExp(operator, in, naive);
            operator.weights(in, weights, workspace);
            Values.assertClose("weights", naive.weights, weights, 2e-6 * sharp);
            operator.backward(recording, dOut, gradients, workspace);
        }
        Values.assertClose("gradient of the queries", naive.dQ, dQ, 2e-5 * sharp);
        Values.assertClose("gradient of the keys", naive.dK, dK, 2e-5 * sharp);
        Values.assertClose("gradient of the values", naive.dV, dV, 2e-5 * sharp);
        if (c.has(3)) {
            Values.assertClose("gradient of the bias", gathered(naive, bias), dBias, 2e-5 * sharp);
        }
        if (c.has(10)) {
            Values.assertClose("gradient of the sinks", naive.dSinks, dSinks, 2e-5 * sharp);
        }
        if (c.has(9)) {
            Tensor scalar = Tensor.zeros(out.shape());
            try (Workspace workspace = Workspace.threads(1)) {
                operator.withKernels(Kernels.scalar()).forward(in, scalar, workspace);
            }
            Values.assertSame("scalar kernels", scalar, out);
        }
    }

    /** Log-sum-exps, to a few units in the last place. */
    private static void assertLogSumExp(ScaledDotProductAttention operator, AttentionInputs in, NaiveAttention naive) {
        Tensor logs = Tensor.zeros(BATCH, naive.heads, naive.queries);
        Tensor out = Tensor.zeros(BATCH, naive.heads, naive.queries, naive.valueWidth);
        try (Workspace workspace = Workspace.create()) {
            operator.forward(in, out, logs, workspace);
        }
        double[] got = Values.doubles(logs);
        for (int row = 0; row < got.length; row++) {
            double expected = naive.logSumExp[row];
            assertTrue(
                    got[row] == expected || Math.abs(got[row] - expected) <= 4e-6 * Math.max(1, Math.abs(expected)),
                    "log-sum-exp of row " + row + ": " + got[row] + ", expected " + expected);
        }
    }

    /** The weights are the softmax of the scores, and a key that is not seen has −∞. */
    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void scoresAreWhatTheSoftmaxSees(@ForAll("cases") Case c) {
        Random random = new Random(c.seed());
        int heads = c.keyHeads() * c.group();
        Tensor q = Values.random(1 + c.seed(), BATCH, heads, c.queries(), c.width());
        Tensor k = Values.random(2 + c.seed(), BATCH, c.keyHeads(), c.keys(), c.width());
        int[] keyLengths = lengths(random, c.keys());
        int[] queryLengths = lengths(random, c.queries());
        AttentionInputs in = AttentionInputs.of(q, k, k).withLengths(queryLengths, keyLengths);
        ScaledDotProductAttention operator =
                ScaledDotProductAttention.plain().withCausal(c.causal()).withSoftCap(CAP);
        Tensor scores = Tensor.zeros(BATCH, heads, c.queries(), c.keys());
        Tensor weights = Tensor.zeros(BATCH, heads, c.queries(), c.keys());
        try (Workspace workspace = Workspace.create()) {
            operator.scores(in, scores, workspace);
            operator.weights(in, weights, workspace);
        }
        double[] softmax = Values.doubles(scores);
        for (int row = 0; row < BATCH * heads * c.queries(); row++) {
            int b = row / heads / c.queries();
            int i = row % c.queries();
            double sum = 0;
            for (int j = 0; j < c.keys(); j++) {
                boolean seen = i < queryLengths[b]
                        && j < keyLengths[b]
                        && (!c.causal() || j <= i + keyLengths[b] - queryLengths[b]);
                double score = softmax[row * c.keys() + j];
                assertEquals(seen, score != Double.NEGATIVE_INFINITY, "row " + row + ", key " + j);
                sum += Math.exp(score);
            }
            for (int j = 0; j < c.keys(); j++) {
                softmax[row * c.keys() + j] = sum == 0 ? 0 : Math.exp(softmax[row * c.keys() + j]) / sum;
            }
        }
        Values.assertClose("softmax of the scores", softmax, weights, 1e-5);
    }

    private static int[] lengths(Random random, int most) {
        return new int[] {most, random.nextInt(most + 1)};
    }

    /** The soft-cap, then a curved and position-dependent modifier. */
    private static NaiveAttention.Bend bend(boolean capped, boolean modified) {
        return new NaiveAttention.Bend() {
            private double cap(double s) {
                return capped ? CAP * Math.tanh(s / CAP) : s;
            }

            @Override
            public double of(double score, int b, int h, int query, int key) {
                double s = cap(score);
                return modified ? s + 0.25 * s * s - 0.125 * (h + 1) * ((query - key) % 5) : s;
            }

            @Override
            public double slope(double score, int b, int h, int query, int key) {
                double s = cap(score);
                double t = Math.tanh(score / CAP);
                return (capped ? 1 - t * t : 1) * (modified ? 1 + 0.5 * s : 1);
            }
        };
    }

    private static ScoreModifier modifier() {
        return new ScoreModifier() {
            @Override
            public float modify(float s, int b, int h, int query, int key) {
                return s + 0.25f * s * s - 0.125f * (h + 1) * ((query - key) % 5);
            }

            @Override
            public float derivative(float s, int b, int h, int query, int key) {
                return 1 + 0.5f * s;
            }
        };
    }

    private static void hideSome(Random random, Tensor bias) {
        for (int i = 0; i < bias.size(); i++) {
            if (random.nextInt(4) == 0) {
                bias.array()[i] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    private static int biasAt(NaiveAttention naive, Tensor bias, int h, int i, int j) {
        int head = bias.extent(1) == 1 ? 0 : h;
        int key = bias.extent(3) == 1 ? 0 : j;
        return (head * naive.queries + i) * bias.extent(3) + key;
    }

    private static void spread(NaiveAttention naive, Tensor bias) {
        for (int at = 0; at < naive.bias.length; at++) {
            int row = at / naive.keys;
            naive.bias[at] = bias.array()[
                    biasAt(naive, bias, row / naive.queries % naive.heads, row % naive.queries, at % naive.keys)];
        }
    }

    private static double[] gathered(NaiveAttention naive, Tensor bias) {
        double[] sum = new double[(int) bias.size()];
        for (int at = 0; at < naive.bias.length; at++) {
            int row = at / naive.keys;
            sum[biasAt(naive, bias, row / naive.queries % naive.heads, row % naive.queries, at % naive.keys)] +=
                    naive.dBias[at];
        }
        return sum;
    }

    /** NaN past the true lengths of [B, H, T, E]. */
    private static void poison(Tensor tensor, int[] lengths) {
        int width = tensor.extent(3);
        for (int row = 0; row < tensor.size() / width; row++) {
            int b = row / tensor.extent(2) / tensor.extent(1);
            if (row % tensor.extent(2) >= lengths[b]) {
                Arrays.fill(tensor.array(), row * width, (row + 1) * width, Float.NaN);
            }
        }
    }

    @Property(tries = 20)
    void partsMergeByLogSumExp(@ForAll long seed) {
        int keys = 200;
        int cut = 128;
        Tensor q = Values.random(seed, 1, 2, 5, 7);
        Tensor k = Values.random(seed + 1, 1, 2, keys, 7);
        Tensor v = Values.random(seed + 2, 1, 2, keys, 4);
        Tensor[] outs = new Tensor[3];
        Tensor[] logs = new Tensor[3];
        List<boolean[]> masks = List.of(new boolean[keys], new boolean[keys], new boolean[keys]);
        Arrays.fill(masks.get(0), true);
        Arrays.fill(masks.get(1), 0, cut, true);
        Arrays.fill(masks.get(2), cut, keys, true);
        try (Workspace workspace = Workspace.threads(1)) {
            for (int part = 0; part < 3; part++) {
                outs[part] = Tensor.zeros(1, 2, 5, 4);
                logs[part] = Tensor.zeros(1, 2, 5);
                ScoreTerms terms = ScoreTerms.none().withMask(masks.get(part), keys);
                ScaledDotProductAttention.plain()
                        .forward(AttentionInputs.of(q, k, v).withTerms(terms), outs[part], logs[part], workspace);
            }
        }
        for (int i = 0; i < outs[0].size(); i++) {
            double whole = logs[0].array()[i / 4];
            double merged = outs[1].array()[i] * Math.exp(logs[1].array()[i / 4] - whole)
                    + outs[2].array()[i] * Math.exp(logs[2].array()[i / 4] - whole);
            assertEquals(merged, outs[0].array()[i], 2e-6);
        }
    }
}
