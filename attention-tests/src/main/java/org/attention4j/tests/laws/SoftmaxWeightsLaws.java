package org.attention4j.tests.laws;

import java.util.List;
import org.attention4j.api.Attentive;
import org.attention4j.api.Capability;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Tensor;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;
import org.attention4j.tests.laws.Projections.Part;

/** What the shown weights of a softmax attention are. */
public final class SoftmaxWeightsLaws {
    private static final double ROUNDING = 1e-4;

    private SoftmaxWeightsLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                SoftmaxAttentionLaws.law(
                                "weights-sum-to-one",
                                "the weights of every true query sum to 1",
                                "the division by the sum; masked keys in the sum",
                                SoftmaxWeightsLaws::sumToOne)
                        .needs(Capability.ATTENTIVE),
                SoftmaxAttentionLaws.law(
                                "weights-are-softmax-of-scores",
                                "weights are softmax(QKᵀ/√E) over the keys that a query sees, in float64",
                                "the scale 1/√E of the head's width; which key head a query head reads; the mask",
                                SoftmaxWeightsLaws::softmax)
                        .needs(Capability.ATTENTIVE),
                SoftmaxAttentionLaws.law(
                                "output-is-weights-times-values",
                                "outputs are the shown weights times values, projected",
                                "weights(…) shows what forward uses; the order of heads in the projection",
                                SoftmaxWeightsLaws::weightsTimesValues)
                        .needs(Capability.ATTENTIVE));
    }

    private static void sumToOne(LawCase c) {
        Tensor weights = AttentiveLaws.weights(c.mixer().require(Attentive.class), c.input(), 1);
        for (int b = 0; b < c.batch(); b++) {
            for (int h = 0; h < c.spec().heads(); h++) {
                for (int i = 0; i < c.lengths().get(b); i++) {
                    double sum = 0;
                    for (float weight : weights.slice(b).slice(h).slice(i).toArray()) {
                        sum += weight;
                    }
                    Expect.near(
                            "weights",
                            "sum over keys [b=" + b + ", head=" + h + ", query=" + i + "]",
                            1,
                            sum,
                            ROUNDING,
                            "the division by the sum of the exponentials");
                }
            }
        }
    }

    private static void softmax(LawCase drawn) {
        LawCase c = SoftmaxAttentionLaws.gentle(drawn);
        SequenceMixer mixer = c.mixer();
        Projections projections = SoftmaxAttentionLaws.projections(c, mixer);
        Tensor weights = AttentiveLaws.weights(mixer.require(Attentive.class), c.input(), 1);
        for (int b = 0; b < c.batch(); b++) {
            double[][] queries = projections.project(Part.QUERY, c.input(), b);
            double[][] keys = projections.project(Part.KEY, c.input(), b);
            for (int h = 0; h < c.spec().heads(); h++) {
                for (int i = 0; i < queries.length; i++) {
                    double[] expected = softmax(projections, queries[i], keys, h, i);
                    for (int j = 0; j < keys.length; j++) {
                        Expect.near(
                                "weights, against softmax(QKᵀ/√E) in float64",
                                "[b=" + b + ", head=" + h + ", query=" + i + ", key=" + j + "]",
                                expected[j],
                                weights.get(b, h, i, j),
                                ROUNDING,
                                "the scale 1/√E, the head that is read, or the mask");
                    }
                }
            }
        }
    }

    private static double[] softmax(Projections projections, double[] query, double[][] keys, int h, int i) {
        int width = projections.headWidth(Part.QUERY);
        double[] weights = new double[keys.length];
        double largest = Double.NEGATIVE_INFINITY;
        for (int j = projections.begin(i); j < projections.end(i, keys.length); j++) {
            for (int e = 0; e < width; e++) {
                weights[j] += query[h * width + e] * keys[j][projections.first(Part.KEY, h) + e];
            }
            weights[j] /= Math.sqrt(width);
            largest = Math.max(largest, weights[j]);
        }
        double sum = 0;
        for (int j = projections.begin(i); j < projections.end(i, keys.length); j++) {
            weights[j] = Math.exp(weights[j] - largest);
            sum += weights[j];
        }
        for (int j = 0; j < keys.length; j++) {
            weights[j] /= sum;
        }
        return weights;
    }

    private static void weightsTimesValues(LawCase drawn) {
        LawCase c = SoftmaxAttentionLaws.gentle(drawn);
        SequenceMixer mixer = c.mixer();
        Projections projections = SoftmaxAttentionLaws.projections(c, mixer);
        NamedTensors parameters = mixer.parameters();
        Tensor weights = AttentiveLaws.weights(mixer.require(Attentive.class), c.input(), 1);
        Tensor out = Runs.forward(mixer, c.input());
        int width = projections.headWidth(Part.VALUE);
        for (int b = 0; b < c.batch(); b++) {
            double[][] values = projections.project(Part.VALUE, c.input(), b);
            for (int i = 0; i < values.length; i++) {
                double[] heads = new double[c.spec().heads() * width];
                for (int n = 0; n < heads.length; n++) {
                    for (int j = 0; j < values.length; j++) {
                        heads[n] += weights.get(b, n / width, i, j)
                                * values[j][projections.first(Part.VALUE, n / width) + n % width];
                    }
                }
                double[] expected = projected(parameters, heads);
                for (int d = 0; d < expected.length; d++) {
                    Expect.near(
                            "outputs, against weights × values in float64",
                            "[b=" + b + ", t=" + i + ", d=" + d + "]",
                            expected[d],
                            out.get(b, i, d),
                            ROUNDING * Math.max(1, Math.abs(expected[d])),
                            "weights(…) shows others than forward uses, or heads are joined in another order");
                }
            }
        }
    }

    private static double[] projected(NamedTensors parameters, double[] heads) {
        if (!parameters.contains("out_proj.weight")) {
            return heads;
        }
        Tensor weight = parameters.get("out_proj.weight");
        double[] result = new double[weight.extent(0)];
        for (int d = 0; d < result.length; d++) {
            result[d] = parameters.contains("out_proj.bias")
                    ? parameters.get("out_proj.bias").get(d)
                    : 0;
            for (int n = 0; n < heads.length; n++) {
                result[d] += weight.get(d, n) * heads[n];
            }
        }
        return result;
    }
}
