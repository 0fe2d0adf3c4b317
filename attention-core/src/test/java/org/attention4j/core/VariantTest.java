package org.attention4j.core;

import static org.attention4j.core.Values.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionRow;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionVariantProvider;
import org.attention4j.api.variant.AttentionWeighting;
import org.attention4j.api.variant.ScoreModifier;
import org.junit.jupiter.api.Test;

/** What a variant changes, and what it inherits. */
class VariantTest {
    private static final Initializer SEED = Initializer.seeded(3);
    private static final MixerConfig CAUSAL =
            MixerConfig.width(12).with("heads", 3).with("causal", true);

    /** Softmax by hand, row by row. */
    private static final AttentionWeighting BY_HAND = new AttentionWeighting() {
        @Override
        public void weights(AttentionRow row, float[] weights) {
            double sum = 0;
            for (int j = 0; j < row.keys(); j++) {
                weights[j] = row.sees(j) ? (float) Math.exp(row.score(j)) : 0;
                sum += weights[j];
            }
            for (int j = 0; j < row.keys() && sum > 0; j++) {
                weights[j] = (float) (weights[j] / sum);
            }
        }

        @Override
        public void backward(
                AttentionRow row, float[] w, float[] dWeights, float[] dQuery, float[] dKeys, float[] dParameters) {
            double mean = 0;
            for (int j = 0; j < row.keys(); j++) {
                mean += (double) w[j] * dWeights[j];
            }
            float scale = (float) (1 / Math.sqrt(row.headWidth()));
            for (int j = 0; j < row.keys(); j++) {
                float d = (float) (w[j] * (dWeights[j] - mean)) * scale;
                for (int e = 0; e < row.headWidth() && d != 0; e++) {
                    dQuery[e] += d * row.key(j, e);
                    dKeys[j * row.headWidth() + e] += d * row.query(e);
                }
            }
        }
    };

    private static Sequences input() {
        Tensor tensor = Values.random(5, 2, 7, 12);
        tensor.slice(1).range(4, 7).fill(Float.NaN);
        return Sequences.of(tensor, 7, 4);
    }

    private record Pass(Tensor out, Gradients gradients, Tensor weights) {
        static Pass of(MultiHeadAttention mixer) {
            Sequences in = input();
            Pass pass = new Pass(
                    Tensor.zeros(2, 7, 12),
                    Gradients.zeros(mixer.spec(), in),
                    Tensor.zeros(2, mixer.spec().heads(), 7, 7));
            Recording recording = mixer.record(in, pass.out);
            mixer.backward(recording, Values.random(6, 2, 7, 12), pass.gradients);
            mixer.weights(in, pass.weights);
            return pass;
        }

        void assertClose(Pass other, double tolerance) {
            Values.assertClose("output", Values.doubles(out), other.out, tolerance);
            Values.assertClose("weights", Values.doubles(weights), other.weights, tolerance);
            Tensor dIn = gradients.input().orElseThrow();
            Values.assertClose(
                    "dIn", Values.doubles(dIn), other.gradients.input().orElseThrow(), tolerance);
            gradients
                    .parameters()
                    .forEach((name, tensor) -> Values.assertClose(
                            name,
                            Values.doubles(tensor),
                            other.gradients.parameters().get(name),
                            tolerance));
        }
    }

    @Test
    void aWeightingInheritsEverything() {
        MultiHeadAttention plain = MultiHeadAttention.of(CAUSAL, SEED);
        MultiHeadAttention byHand = plain.withVariant(AttentionVariant.of(BY_HAND));
        Pass.of(plain).assertClose(Pass.of(byHand), 1e-5);
        MultiHeadAttention extra =
                MultiHeadAttention.of(CAUSAL.with("bias-key-value", true).with("zero-attention", true), SEED);
        Pass.of(extra).assertClose(Pass.of(extra.withVariant(AttentionVariant.of(BY_HAND))), 1e-5);
        assertSteps(byHand);
    }

    /** Token by token = whole, to the bit. */
    private static void assertSteps(MultiHeadAttention mixer) {
        Tensor tensor = Values.random(8, 1, 9, 12);
        Tensor whole = Tensor.zeros(1, 9, 12);
        mixer.forward(Sequences.of(tensor), whole);
        MixerState state = mixer.newState(1, 9);
        for (int t = 0; t < 9; t++) {
            Tensor out = Tensor.zeros(1, 1, 12);
            mixer.step(Sequences.of(tensor.slice(0).range(t, t + 1).reshape(1, 1, 12)), state, out);
            assertSame("step " + t, whole.slice(0).range(t, t + 1), out.slice(0));
        }
    }

    @Test
    void aModifierIsTheBiasThatItAdds() {
        MultiHeadAttention plain = MultiHeadAttention.of(CAUSAL, SEED);
        MultiHeadAttention exact = plain.withVariant(AttentionVariant.softmax()
                .withScores(ScoreModifier.bias((b, h, query, key) -> -0.25f * (h + 1) * (query - key))));
        MultiHeadAttention lambda = plain.withVariant(AttentionVariant.softmax()
                .withScores((score, b, h, query, key) -> score - 0.25f * (h + 1) * (query - key)));
        Pass.of(exact).assertClose(Pass.of(lambda), 1e-4);
        Tensor bias = Tensor.zeros(1, 3, 7, 7);
        for (int h = 0; h < 3; h++) {
            for (int i = 0; i < 7; i++) {
                for (int j = 0; j < 7; j++) {
                    bias.set(-0.25f * (h + 1) * (i - j), 0, h, i, j);
                }
            }
        }
        Sequences in = input();
        Tensor out = Tensor.zeros(2, 7, 12);
        try (Workspace workspace = Workspace.threads(1)) {
            plain.forward(in, in, in, ScoreTerms.none().withBias(bias), out, workspace);
        }
        assertSame("output", Pass.of(exact).out, out);
        assertSteps(lambda);
    }

    @Test
    void masksHideEvenNaN() {
        MultiHeadAttention plain = MultiHeadAttention.of(MixerConfig.width(12).with("heads", 3), SEED);
        Sequences in = Sequences.of(Values.random(4, 1, 6, 12));
        Tensor expected = Tensor.zeros(1, 6, 12);
        Sequences visible = Sequences.of(in.tensor().slice(0).range(0, 5).reshape(1, 5, 12));
        plain.forward(in, visible, expected);
        Sequences context = Sequences.of(in.tensor().copy());
        context.tensor().slice(0).range(5, 6).fill(Float.NaN);
        boolean[] allowed = {true, true, true, true, true, false};
        Tensor bias = Tensor.zeros(6);
        bias.set(Float.NEGATIVE_INFINITY, 5);
        try (Workspace workspace = Workspace.threads(1)) {
            for (ScoreTerms terms : new ScoreTerms[] {
                ScoreTerms.none().withMask(allowed, 6), ScoreTerms.none().withBias(bias)
            }) {
                Tensor out = Tensor.zeros(1, 6, 12);
                plain.forward(in, context, context, terms, out, workspace);
                assertSame("masked", expected, out);
            }
        }
        Tensor masked = Tensor.zeros(1, 6, 12);
        plain.withVariant(AttentionVariant.softmax().withMask((b, h, query, key) -> key != 5))
                .forward(in, context, masked);
        assertSame("variant", expected, masked);
    }

    @Test
    void aRowWithoutKeysIsZero() {
        SelfAttention mixer = SelfAttention.of(MixerConfig.width(4), SEED)
                .withVariant(AttentionVariant.softmax().withMask((b, h, query, key) -> query != 1));
        Sequences in = Sequences.of(Values.random(2, 1, 3, 4));
        Tensor out = Tensor.zeros(1, 3, 4);
        Recording recording = mixer.record(in, out);
        assertEquals(
                0,
                Arrays.stream(toDoubles(out.slice(0).slice(1))).map(Math::abs).sum());
        Tensor dOut = Tensor.zeros(1, 3, 4);
        dOut.slice(0).slice(1).fill(3);
        Gradients gradients = Gradients.zeros(mixer.spec(), in);
        mixer.backward(recording, dOut, gradients);
        assertTrue(gradients.input().orElseThrow().sameBits(Tensor.zeros(1, 3, 4)));
        Tensor weights = Tensor.zeros(1, 1, 3, 3);
        weights.fill(9);
        mixer.weights(in, weights);
        assertEquals(0, weights.get(0, 0, 1, 0) + weights.get(0, 0, 1, 1) + weights.get(0, 0, 1, 2));
        assertEquals(1, weights.get(0, 0, 0, 0) + weights.get(0, 0, 0, 1) + weights.get(0, 0, 0, 2), 1e-6);
    }

    private static double[] toDoubles(Tensor tensor) {
        return Values.doubles(tensor.copy());
    }

    private static final class Slope implements AttentionVariantProvider {
        static final Option<Double> SLOPE = Option.decimal("slope", 0, 4, 0.5, "How fast scores fall with distance.");

        @Override
        public String id() {
            return "sloped";
        }

        @Override
        public String summary() {
            return "Scores fall with distance.";
        }

        @Override
        public OptionSchema options() {
            return OptionSchema.of(SLOPE);
        }

        @Override
        public AttentionVariant variant(MixerSpec spec) {
            if (spec.config().get(SLOPE) == 3) {
                throw new BadConfigurationException("slope", "3", "is unlucky");
            }
            float slope = spec.config().get(SLOPE).floatValue();
            return AttentionVariant.softmax()
                    .withScores((score, b, h, query, key) -> score - slope * Math.abs(query - key));
        }
    }

    @Test
    void theHostMakesAMixerOfAVariant() {
        MixerProvider provider = new MultiHeadAttentionHost().host(new Slope());
        assertEquals("sloped", provider.kind().id());
        MixerConfig config = CAUSAL.with("slope", 1.0);
        MultiHeadAttention hosted = (MultiHeadAttention) provider.create(config, SEED);
        assertEquals(provider.spec(config).fingerprint(), hosted.spec().fingerprint());
        MultiHeadAttention typed = MultiHeadAttention.of(CAUSAL, SEED)
                .withVariant(AttentionVariant.softmax()
                        .withScores((score, b, h, query, key) -> score - Math.abs(query - key)));
        assertSame("output", Pass.of(typed).out, Pass.of(hosted).out);
        assertSteps((MultiHeadAttention) hosted.require(Incremental.class));
        assertThrows(BadConfigurationException.class, () -> provider.spec(CAUSAL.with("slope", 3.0)));
        assertThrows(BadConfigurationException.class, () -> provider.spec(CAUSAL.with("slop", 1.0)));
    }
}
