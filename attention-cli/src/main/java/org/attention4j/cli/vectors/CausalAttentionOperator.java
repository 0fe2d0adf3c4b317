package org.attention4j.cli.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.core.AttentionGradients;
import org.attention4j.core.AttentionInputs;
import org.attention4j.core.OperatorRecording;
import org.attention4j.core.ScaledDotProductAttention;
import org.attention4j.core.ScoreTerms;

/**
 * The causal attention of fla's naive references, heads behind the time: q and o {@code [B, T, H, E]}, k and v {@code [B, T, K, E]}, over a
 * window of the last {@code window_size} positions where the case has one.
 *
 * <p>{@code attn_sink}: one logit more a head, {@code sink_bias [H]}, in the denominator alone (gpt-oss). {@code forgetting_attn}: the scores
 * have G_i − G_j added, G the sum of the log gates {@code g [B, T, H]} up to a position (Lin et al. 2025, Forgetting Transformer).
 */
final class CausalAttentionOperator implements Operator {
    private final String name;

    /** The operator of a name. */
    CausalAttentionOperator(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Map<String, Tensor> run(ReferenceCase reference) throws UnsupportedCaseException {
        return new Call(reference).run();
    }

    /** One case; its tensors are [B, H, T, E]. */
    private static final class Call {
        private final ReferenceCase reference;
        private final Tensor query;
        private final Tensor key;
        private final Tensor value;
        private final ScaledDotProductAttention attention;

        Call(ReferenceCase reference) throws UnsupportedCaseException {
            this.reference = reference;
            query = Layouts.headsFirst(reference.input("q"));
            key = Layouts.headsFirst(reference.input("k"));
            value = Layouts.headsFirst(reference.input("v"));
            JsonNode scale = reference.attribute("scale");
            if (scale.isTextual() && !scale.asText().equals("D^-0.5")) {
                throw new UnsupportedCaseException("a scale of " + scale + ": a number or D^-0.5 is known");
            }
            int window = reference.integer("window_size", Integer.MAX_VALUE);
            int ahead = key.extent(2) - query.extent(2);
            attention = (scale.isTextual()
                            ? ScaledDotProductAttention.plain()
                            : ScaledDotProductOperator.scaled(reference))
                    .withVariant(AttentionVariant.softmax().withMask((b, h, position, j) -> {
                        int distance = position - ahead - j;
                        return distance >= 0 && distance < window;
                    }));
        }

        Map<String, Tensor> run() {
            boolean sink = reference.hasInput("sink_bias");
            boolean gated = reference.hasInput("g");
            AttentionInputs in = AttentionInputs.of(query, key, value);
            in = sink ? in.withSinks(reference.input("sink_bias")) : in;
            in = gated ? in.withTerms(ScoreTerms.none().withBias(decays())) : in;
            Tensor out = Tensor.zeros(query.extent(0), query.extent(1), query.extent(2), value.extent(3));
            Map<String, Tensor> results = new LinkedHashMap<>();
            try (Workspace workspace = Workspace.create()) {
                OperatorRecording recording = attention.record(in, out, workspace);
                results.put("output.o", Layouts.headsLast(out));
                if (reference.hasGradients()) {
                    Tensor dQuery = Tensor.zeros(query.shape());
                    Tensor dKey = Tensor.zeros(key.shape());
                    Tensor dValue = Tensor.zeros(value.shape());
                    Tensor dSinks = Tensor.zeros(query.extent(1));
                    Tensor dScores = zeroScores();
                    AttentionGradients gradients = AttentionGradients.none()
                            .withQuery(dQuery)
                            .withKey(dKey)
                            .withValue(dValue);
                    gradients = sink ? gradients.withSinks(dSinks) : gradients;
                    gradients = gated ? gradients.withBias(dScores) : gradients;
                    Tensor dOut = reference.cotangent("o");
                    attention.backward(recording, Layouts.headsFirst(dOut), gradients, workspace);
                    results.put("grad.input.q", Layouts.headsLast(dQuery));
                    results.put("grad.input.k", Layouts.headsLast(dKey));
                    results.put("grad.input.v", Layouts.headsLast(dValue));
                    results.put("grad.input.sink_bias", dSinks);
                    results.put("grad.input.g", gateGradient(dScores));
                }
            }
            return results;
        }

        private Tensor zeroScores() {
            return Tensor.zeros(query.extent(0), query.extent(1), query.extent(2), key.extent(2));
        }

        /** G_i − G_j, which is the sum of the gates behind j up to i. */
        private Tensor decays() {
            Tensor gates = reference.input("g");
            int heads = query.extent(1);
            int time = query.extent(2);
            MixerSpec.check("g", gates, Shape.of(query.extent(0), time, heads));
            MixerSpec.check("k", key, Shape.of(query.extent(0), key.extent(1), time, query.extent(3)));
            float[] g = gates.toArray();
            Tensor decays = zeroScores();
            for (int row = 0; row < query.extent(0) * heads; row++) {
                for (int i = 0; i < time; i++) {
                    double sum = 0;
                    for (int j = i - 1; j >= 0; j--) {
                        sum += g[(row / heads * time + j + 1) * heads + row % heads];
                        decays.array()[(row * time + i) * time + j] = (float) sum;
                    }
                }
            }
            return decays;
        }

        /** A gate is in all scores of a query at or behind it and a key before it. */
        private Tensor gateGradient(Tensor dScores) {
            int heads = query.extent(1);
            int time = query.extent(2);
            Tensor gradient = Tensor.zeros(query.extent(0), time, heads);
            for (int row = 0; row < query.extent(0) * heads; row++) {
                double[] sums = new double[time + 1];
                for (int i = 0; i < time; i++) {
                    for (int j = 0; j < i; j++) { // the gates j + 1 to i
                        double d = dScores.array()[(row * time + i) * time + j];
                        sums[j + 1] += d;
                        sums[i + 1] -= d;
                    }
                }
                double sum = 0;
                for (int t = 0; t < time; t++) {
                    sum += sums[t];
                    gradient.array()[(row / heads * time + t) * heads + row % heads] = (float) sum;
                }
            }
            return gradient;
        }
    }
}
