package org.attention4j.core;

import static org.attention4j.core.Values.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Gradients;
import org.attention4j.api.InitialValue;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerState;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionRow;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionWeighting;
import org.attention4j.api.variant.ScoreWeighting;
import org.junit.jupiter.api.Test;

/** A weighting that happens to be the softmax, of scores or of queries and keys, inherits all that the softmax has. */
class ScoreWeightingTest {
    private static final Initializer SEED = Initializer.seeded(3);
    private static final int TIME = 150;
    private static final MixerConfig CAUSAL =
            MixerConfig.width(12).with("heads", 4).with("key-value-heads", 2).with("causal", true);

    /** softmax(τ_h · scores). */
    private static final class Scored implements ScoreWeighting {
        @Override
        public void weights(AttentionRow row, float[] scores, float[] weights) {
            float max = Float.NEGATIVE_INFINITY;
            for (int j = row.firstKey(); j < row.keys(); j++) {
                scores[j] *= row.parameter(row.head());
                max = Math.max(max, scores[j]);
            }
            double sum = 0;
            for (int j = row.firstKey(); j < row.keys(); j++) {
                weights[j] = (float) Math.exp(scores[j] - max);
                sum += weights[j];
            }
            for (int j = row.firstKey(); j < row.keys(); j++) {
                weights[j] /= (float) sum;
            }
        }

        @Override
        public void backward(
                AttentionRow row,
                float[] scores,
                float[] weights,
                float[] dWeights,
                float[] dScores,
                float[] dParameters) {
            double mean = 0;
            for (int j = row.firstKey(); j < row.keys(); j++) {
                mean += (double) weights[j] * dWeights[j];
            }
            for (int j = row.firstKey(); j < row.keys(); j++) {
                float d = (float) (weights[j] * (dWeights[j] - mean));
                dScores[j] = d * row.parameter(row.head());
                dParameters[row.head()] += weights[j] == 0 ? 0 : d * scores[j];
            }
        }
    }

    private record Pass(Tensor out, Tensor recorded, Gradients gradients, Tensor weights) {
        static Pass of(MultiHeadAttention mixer) {
            Tensor tensor = Values.random(5, 2, TIME, 12);
            tensor.slice(1).range(31, TIME).fill(Float.NaN);
            Sequences in = Sequences.of(tensor, TIME, 31);
            Pass pass = new Pass(
                    Tensor.zeros(2, TIME, 12),
                    Tensor.zeros(2, TIME, 12),
                    Gradients.zeros(mixer.spec(), in),
                    Tensor.zeros(2, 4, TIME, TIME));
            mixer.forward(in, pass.out);
            try (Workspace workspace = Workspace.threads(3)) {
                Recording recording = mixer.record(in, pass.recorded, workspace);
                mixer.backward(recording, Values.random(6, 2, TIME, 12), pass.gradients, workspace);
            }
            mixer.weights(in, pass.weights);
            return pass;
        }

        void assertClose(Pass expected) {
            Values.assertClose("output", Values.doubles(expected.out), out, 3e-5);
            Values.assertClose("recorded output", Values.doubles(expected.recorded), recorded, 3e-5);
            Values.assertClose("weights", Values.doubles(expected.weights), weights, 1e-5);
            Values.assertClose(
                    "dIn",
                    Values.doubles(expected.gradients.input().orElseThrow()),
                    gradients.input().orElseThrow(),
                    2e-4);
            expected.gradients
                    .parameters()
                    .forEach((name, tensor) -> Values.assertClose(
                            name, Values.doubles(tensor), gradients.parameters().get(name), 1e-3));
        }
    }

    private static AttentionVariant scored() {
        return AttentionVariant.of(new Scored()).withParameter("temperature", InitialValue.ones(), 4);
    }

    private static MultiHeadAttention attention(MixerConfig config) {
        return MultiHeadAttention.of(config, SEED);
    }

    @Test
    void aScoreWeightingInheritsEverything() {
        for (MixerConfig config : List.of(
                CAUSAL,
                CAUSAL.with("causal", false).with("position-bias", "t5").with("soft-cap", 2.0),
                CAUSAL.with("window", 40).with("dropout", 0.3).with("position-bias", "alibi"),
                CAUSAL.with("bias-key-value", true).with("zero-attention", true).with("position-bias", "t5"),
                CAUSAL.with("query-key-norm", "rms").with("rotary", "half").with("head-width", 4))) {
            MultiHeadAttention plain = attention(config);
            Pass.of(plain.withVariant(scored(), SEED)).assertClose(Pass.of(plain));
            AttentionVariant bent =
                    AttentionVariant.softmax().withScores((score, b, h, i, j) -> score - 0.1f * (i - j));
            AttentionVariant both = scored().withScores((score, b, h, i, j) -> score - 0.1f * (i - j));
            Pass.of(plain.withVariant(both, SEED)).assertClose(Pass.of(plain.withVariant(bent)));
        }
    }

    /** As in {@link #aScoreWeightingInheritsEverything}, from queries and keys. */
    @Test
    void aWeightingHasTheSameDropout() {
        AttentionWeighting byHand = new AttentionWeighting() {
            private final Scored softmax = new Scored();

            @Override
            public void weights(AttentionRow row, float[] weights) {
                float[] scores = new float[row.keys()];
                for (int j = row.firstKey(); j < row.keys(); j++) {
                    scores[j] = row.sees(j) ? row.score(j) : Float.NEGATIVE_INFINITY;
                }
                softmax.weights(row, scores, weights);
            }

            @Override
            public void backward(
                    AttentionRow row, float[] w, float[] dWeights, float[] dQuery, float[] dKeys, float[] dParameters) {
                float[] scores = new float[row.keys()];
                float[] dScores = new float[row.keys()];
                for (int j = row.firstKey(); j < row.keys(); j++) {
                    scores[j] = row.sees(j) ? row.score(j) : 0;
                }
                softmax.backward(row, scores, w, dWeights, dScores, dParameters);
                float scale = (float) (1 / Math.sqrt(row.headWidth()));
                for (int j = row.firstKey(); j < row.keys(); j++) {
                    for (int e = 0; e < row.headWidth() && dScores[j] != 0; e++) {
                        dQuery[e] += scale * dScores[j] * row.key(j, e);
                        dKeys[j * row.headWidth() + e] += scale * dScores[j] * row.query(e);
                    }
                }
            }
        };
        MultiHeadAttention plain = attention(CAUSAL.with("dropout", 0.4));
        AttentionVariant variant = AttentionVariant.of(byHand).withParameter("temperature", InitialValue.ones(), 4);
        Pass.of(plain.withVariant(variant, SEED)).assertClose(Pass.of(plain));
    }

    /** The gradient of a temperature is that of the scale: by both ways, Σ over heads dL/dτ_h = dL/dscale · scale. */
    @Test
    void parametersHaveGradients() {
        MultiHeadAttention mixer = attention(CAUSAL).withVariant(scored(), SEED);
        Pass pass = Pass.of(mixer);
        double sum = 0;
        for (float d : pass.gradients.parameters().get("temperature").toArray()) {
            sum += d;
        }
        double h = 1.0 / 64;
        Tensor dOut = Values.random(6, 2, TIME, 12);
        double rise = 0;
        for (int sign = -1; sign <= 1; sign += 2) {
            double scale = Math.sqrt(1 / 3.0) * (1 + sign * h);
            Tensor out = Pass.of(attention(CAUSAL.with("scale", scale))).out;
            for (int b = 0; b < 2; b++) {
                for (int t = 0; t < (b == 0 ? TIME : 31); t++) {
                    for (int d = 0; d < 12; d++) {
                        rise += sign * (double) out.get(b, t, d) * dOut.get(b, t, d);
                    }
                }
            }
        }
        assertEquals(rise / (2 * h), sum, 2e-3 * Math.abs(sum));
    }

    @Test
    void stepsKeepTheBits() {
        MultiHeadAttention mixer =
                attention(CAUSAL.with("window", 20).with("position-bias", "t5")).withVariant(scored(), SEED);
        Tensor tensor = Values.random(8, 1, 140, 12);
        Tensor whole = Tensor.zeros(1, 140, 12);
        mixer.forward(Sequences.of(tensor), whole);
        MixerState state = mixer.newState(1, 140);
        for (int t = 0; t < 140; t += 7) {
            Tensor out = Tensor.zeros(1, 7, 12);
            mixer.step(Sequences.of(tensor.slice(0).range(t, t + 7).reshape(1, 7, 12)), state, out);
            assertSame("step " + t, whole.slice(0).range(t, t + 7), out.slice(0));
        }
    }

    @Test
    void whatContradictsAVariantIsRefused() {
        assertThrows(BadConfigurationException.class, () -> attention(CAUSAL).withVariant(scored()));
        assertThrows(BadConfigurationException.class, () -> attention(CAUSAL.with("sink", "learned"))
                .withVariant(scored(), SEED));
        assertThrows(BadConfigurationException.class, () -> ScaledDotProductAttention.plain()
                .withVariant(scored()));
        assertThrows(IllegalStateException.class, () -> AttentionVariant.softmax()
                .withParameter("unread", InitialValue.ones(), 1));
    }
}
