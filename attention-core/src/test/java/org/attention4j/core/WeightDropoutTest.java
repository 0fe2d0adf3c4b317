package org.attention4j.core;

import static org.attention4j.core.Values.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.junit.jupiter.api.Test;

/** What a recording leaves out, and that its gradients leave out the same. */
class WeightDropoutTest {
    private static final int KEYS = 150;
    private static final int QUERIES = 140;
    private static final int HEADS = 2;
    private static final ScaledDotProductAttention PLAIN =
            ScaledDotProductAttention.plain().withCausal(true);
    private static final ScaledDotProductAttention DROPPING = PLAIN.withDropout(0.3, 5);

    private final Tensor q = Values.random(1, 1, HEADS, QUERIES, 8);
    private final Tensor k = Values.random(2, 1, 1, KEYS, 8);

    private record Pass(Tensor out, Tensor dQ, Tensor dK, Tensor dV) {}

    private Pass pass(ScaledDotProductAttention operator, Tensor v, Tensor dOut, int threads) {
        Pass pass = new Pass(
                Tensor.zeros(dOut.shape()), Tensor.zeros(q.shape()), Tensor.zeros(k.shape()), Tensor.zeros(v.shape()));
        AttentionGradients wanted =
                AttentionGradients.none().withQuery(pass.dQ).withKey(pass.dK).withValue(pass.dV);
        try (Workspace workspace = Workspace.threads(threads)) {
            OperatorRecording recording = operator.record(AttentionInputs.of(q, k, v), pass.out, workspace);
            operator.backward(recording, dOut, wanted, workspace);
        }
        return pass;
    }

    /** With one-hot values, outputs are weights. */
    private Tensor dropped(ScaledDotProductAttention operator) {
        Tensor v = Tensor.zeros(1, 1, KEYS, KEYS);
        for (int j = 0; j < KEYS; j++) {
            v.set(1, 0, 0, j, j);
        }
        return pass(operator, v, Tensor.zeros(1, HEADS, QUERIES, KEYS), 1).out;
    }

    private Tensor weights() {
        Tensor weights = Tensor.zeros(1, HEADS, QUERIES, KEYS);
        try (Workspace workspace = Workspace.create()) {
            DROPPING.weights(AttentionInputs.of(q, k, Tensor.zeros(1, 1, KEYS, 1)), weights, workspace);
        }
        return weights;
    }

    @Test
    void aShareIsLeftOutAndTheRestIsScaled() {
        float[] all = weights().array();
        float[] left = dropped(DROPPING).array();
        int kept = 0;
        int seen = 0;
        for (int i = 0; i < all.length; i++) {
            seen += all[i] == 0 ? 0 : 1;
            kept += left[i] == 0 ? 0 : 1;
            assertTrue(left[i] == 0 || Math.abs(left[i] / all[i] * 0.7 - 1) < 1e-5, "weight " + i);
        }
        assertEquals(0.7, (double) kept / seen, 0.02);
    }

    /** Neighbouring rows and columns, heads and seeds agree where chance says so: in 0.7² + 0.3² of the places. */
    @Test
    void nothingRepeats() {
        Tensor one = dropped(DROPPING);
        Tensor other = dropped(PLAIN.withDropout(0.3, 6));
        int[] same = new int[4];
        int pairs = 0;
        for (int i = 1; i < QUERIES; i++) {
            for (int j = 1; j < i; j++, pairs++) {
                boolean here = one.get(0, 0, i, j) == 0;
                same[0] += here == (one.get(0, 0, i, j - 1) == 0) ? 1 : 0;
                same[1] += here == (one.get(0, 0, i - 1, j) == 0) ? 1 : 0;
                same[2] += here == (one.get(0, 1, i, j) == 0) ? 1 : 0;
                same[3] += here == (other.get(0, 0, i, j) == 0) ? 1 : 0;
            }
        }
        for (int count : same) {
            assertEquals(0.58, (double) count / pairs, 0.03);
        }
    }

    /** The gradients of Σ dOut · (m ∘ softmax(scale · QKᵀ)) V in float64, with the m that forward used. */
    @Test
    void gradientsLeaveOutTheSame() {
        Tensor v = Values.random(3, 1, 1, KEYS, 5);
        Tensor dOut = Values.random(4, 1, HEADS, QUERIES, 5);
        double[] w = Values.doubles(weights());
        double[] m = Values.doubles(dropped(DROPPING));
        double[] dQ = new double[(int) q.size()];
        double[] dK = new double[(int) k.size()];
        double[] dV = new double[(int) v.size()];
        double[] d = new double[KEYS];
        for (int r = 0; r < HEADS * QUERIES; r++) {
            double mean = 0;
            for (int j = 0; j < KEYS; j++) {
                double factor = m[r * KEYS + j] == 0 ? 0 : 1 / 0.7;
                d[j] = 0;
                for (int e = 0; e < 5; e++) {
                    d[j] += factor * dOut.array()[r * 5 + e] * v.array()[j * 5 + e];
                    dV[j * 5 + e] += factor * w[r * KEYS + j] * dOut.array()[r * 5 + e];
                }
                mean += w[r * KEYS + j] * d[j];
            }
            for (int j = 0; j < KEYS; j++) {
                double ds = w[r * KEYS + j] * (d[j] - mean) / Math.sqrt(8);
                for (int e = 0; e < 8; e++) {
                    dQ[r * 8 + e] += ds * k.array()[j * 8 + e];
                    dK[j * 8 + e] += ds * q.array()[r * 8 + e];
                }
            }
        }
        Pass got = pass(DROPPING, v, dOut, 1);
        Values.assertClose("dQ", dQ, got.dQ, 2e-5);
        Values.assertClose("dK", dK, got.dK, 2e-5);
        Values.assertClose("dV", dV, got.dV, 2e-5);
        Pass shared = pass(DROPPING.withKernels(Kernels.scalar()), v, dOut, 3);
        assertSame("out on other kernels and threads", got.out, shared.out);
        assertSame("dQ on other kernels and threads", got.dQ, shared.dQ);
        assertSame("dK on other kernels and threads", got.dK, shared.dK);
    }

    /** A recording of a sequence alone is that in a batch, and forward leaves out nothing. */
    @Test
    void onlyRecordingsLeaveOut() {
        MixerConfig config = MixerConfig.width(12).with("heads", 3).with("causal", true);
        MultiHeadAttention plain = MultiHeadAttention.of(config, Initializer.seeded(1));
        MultiHeadAttention dropping = MultiHeadAttention.of(config.with("dropout", 0.5), Initializer.seeded(1));
        Tensor tensor = Values.random(9, 2, 20, 12);
        Tensor expected = Tensor.zeros(2, 20, 12);
        plain.forward(Sequences.of(tensor), expected);
        Tensor out = Tensor.zeros(2, 20, 12);
        dropping.forward(Sequences.of(tensor), out);
        assertSame("forward", expected, out);
        dropping.record(Sequences.of(tensor), out);
        assertFalse(expected.sameBits(out));
        Tensor alone = Tensor.zeros(1, 20, 12);
        dropping.record(Sequences.of(tensor.slice(1).reshape(1, 20, 12)), alone);
        assertSame("a sequence alone", out.slice(1), alone.slice(0));
        Tensor single = Tensor.zeros(1, 1, 12);
        dropping.record(Sequences.of(tensor.slice(1).range(0, 1).reshape(1, 1, 12)), single);
        assertSame("its first position alone", out.slice(1).range(0, 1), single.slice(0));
        MultiHeadAttention.of(config.with("dropout", 0.5).with("dropout-seed", 3), Initializer.seeded(1))
                .record(Sequences.of(tensor), expected);
        assertFalse(expected.sameBits(out), "another seed");
    }

    @Test
    void sharesThatAreNoneAreRefused() {
        for (double share : new double[] {-0.1, 1, Double.NaN}) {
            assertThrows(BadConfigurationException.class, () -> PLAIN.withDropout(share, 1));
        }
    }
}
