package org.attention4j.tests.laws;

import java.util.List;
import org.attention4j.api.Attentive;
import org.attention4j.api.Capability;
import org.attention4j.api.Contextual;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Sequences;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.WeightSum;
import org.attention4j.api.Workspace;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;

/** What shown weights keep to. */
public final class AttentiveLaws {
    private static final double ROUNDING = 1e-4;

    private AttentiveLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                law(
                        "weights-are-shares",
                        "weights are at least 0, and those of a row sum to what the specification says",
                        "weights(…): what is shown is what the values are multiplied with",
                        AttentiveLaws::shares),
                law(
                        "weights-of-padding-are-zero",
                        "padding attends to nothing, is attended by nothing, and is not read",
                        "weights(…): rows and columns past the length",
                        AttentiveLaws::padding),
                law(
                                "weights-respect-causality",
                                "no weight lies on a later position",
                                "weights(…): the mask of forward",
                                AttentiveLaws::causal)
                        .when("causal", MixerSpec::causal),
                law(
                        "weights-of-sequences-alone",
                        "a sequence's weights do not depend on its batch or on threads",
                        "weights(…): uses of T or B where the length is meant",
                        AttentiveLaws::alone),
                Law.counting(
                                Law.Group.ATTENTIVE,
                                "step-weights-equal-whole",
                                "the weights of steps are those of the whole sequence, in as many columns as are asked for",
                                "weights(chunk, state, …): which column is which position, before and after the window",
                                StepWeights::check)
                        .needs(Capability.ATTENTIVE, Capability.INCREMENTAL)
                        .when("whose states do not round", spec -> !spec.exactness()
                                .isOfStates()),
                law(
                                "context-weights-are-shares",
                                "weights over a context are at least 0, sum to what the specification says, and are 0 at padding and on later"
                                        + " positions",
                                "weights over a context: S and the context's length, T and the input's",
                                AttentiveLaws::contextShares)
                        .needs(Capability.CONTEXTUAL),
                law(
                        "bad-weights-shape-refused",
                        "weights of another shape are refused before anything is written",
                        "weights: begin with spec().checkWeights(…)",
                        AttentiveLaws::shape));
    }

    private static Law law(String id, String intent, String lookAt, Law.Check check) {
        return Law.of(Law.Group.ATTENTIVE, id, intent, lookAt, check).needs(Capability.ATTENTIVE);
    }

    /** [B, H, T, T], NaN where nothing was written. */
    static Tensor weights(Attentive mixer, Sequences in, int threads) {
        Tensor weights = Tensor.zeros(in.batch(), mixer.spec().heads(), in.time(), in.time());
        weights.fill(Float.NaN);
        try (Workspace workspace = Workspace.threads(threads)) {
            mixer.weights(in, weights, workspace);
        }
        return weights;
    }

    private static String row(int b, int h, int i) {
        return "weights of sequence " + b + ", head " + h + ", query " + i;
    }

    private static void shares(LawCase c) {
        Tensor weights = weights(c.mixer().require(Attentive.class), c.input(), 1);
        for (int b = 0; b < c.batch(); b++) {
            for (int h = 0; h < c.spec().heads(); h++) {
                for (int i = 0; i < c.time(); i++) {
                    double sum = 0;
                    for (int j = 0; j < c.time(); j++) {
                        float weight = weights.get(b, h, i, j);
                        Expect.that(weight >= 0, row(b, h, i) + ": the one on key " + j + " is " + weight);
                        sum += weight;
                    }
                    WeightSum promised = c.spec().weightSum();
                    Expect.that(
                            promised.holds(sum, ROUNDING),
                            row(b, h, i) + " sum to " + sum + ", must be " + promised.label()
                                    + "\n  cause?   they are not divided by their sum, or scores are shown");
                }
            }
        }
    }

    private static void contextShares(LawCase c) {
        Contextual mixer = c.mixer().require(Contextual.class);
        Sequences in = Batches.padded(c.input(), c.time() + 1, Float.NaN);
        Sequences drawn = ContextualLaws.context(c);
        Sequences context = Batches.padded(drawn, drawn.time() + 1, Float.NaN);
        Tensor weights = Tensor.zeros(c.batch(), c.spec().heads(), in.time(), context.time());
        weights.fill(Float.NaN);
        mixer.weights(in, context, weights, Workspace.threads(1));
        for (int b = 0; b < c.batch(); b++) {
            int keys = context.length(b);
            for (int h = 0; h < c.spec().heads(); h++) {
                for (int i = 0; i < in.time(); i++) {
                    String row = row(b, h, i) + " of " + in.length(b) + " over a context of " + keys;
                    int seen = i >= in.length(b) ? 0 : c.spec().causal() ? i + 1 + keys - in.length(b) : keys;
                    double sum = 0;
                    for (int j = 0; j < context.time(); j++) {
                        float weight = weights.get(b, h, i, j);
                        Expect.that(
                                j < Math.min(seen, keys) ? weight >= 0 : weight == 0,
                                row + ": the one on key " + j + " is " + weight);
                        sum += weight;
                    }
                    WeightSum promised = c.spec().weightSum();
                    Expect.that(
                            promised.holds(sum, ROUNDING) || sum == 0 && seen <= 0,
                            row + " sum to " + sum + ", must be " + promised.label());
                }
            }
        }
    }

    private static void padding(LawCase c) {
        Sequences in = Batches.padded(c.input(), c.time() + 1, Float.NaN);
        Attentive mixer = c.mixer().require(Attentive.class);
        Tensor weights = weights(mixer, in, 1);
        Expect.same(
                c.spec(),
                "weights with NaN at padding, against 0",
                weights(mixer, Batches.padded(in, in.time(), 0), 1),
                weights,
                "padding is read");
        for (int b = 0; b < c.batch(); b++) {
            for (int h = 0; h < c.spec().heads(); h++) {
                for (int i = 0; i < in.time(); i++) {
                    for (int j = 0; j < in.time(); j++) {
                        boolean inside = i < in.length(b) && j < in.length(b);
                        Expect.that(
                                inside || weights.get(b, h, i, j) == 0,
                                row(b, h, i) + ": the one on key " + j + " is " + weights.get(b, h, i, j)
                                        + ", but the length is " + in.length(b));
                    }
                }
            }
        }
    }

    private static void causal(LawCase c) {
        Tensor weights = weights(c.mixer().require(Attentive.class), c.full(2).input(), 1);
        for (int b = 0; b < c.batch(); b++) {
            for (int h = 0; h < c.spec().heads(); h++) {
                for (int i = 0; i < weights.extent(2); i++) {
                    for (int j = i + 1; j < weights.extent(3); j++) {
                        Expect.that(
                                weights.get(b, h, i, j) == 0,
                                row(b, h, i) + ": the one on the later key " + j + " is " + weights.get(b, h, i, j));
                    }
                }
            }
        }
    }

    private static void alone(LawCase c) {
        Sequences in = c.input();
        Attentive mixer = c.mixer().require(Attentive.class);
        Tensor batch = weights(mixer, in, c.threads());
        for (int b = 0; b < c.batch(); b++) {
            int length = in.length(b);
            Tensor alone = weights(mixer, Batches.alone(in, b), 1);
            for (int h = 0; h < c.spec().heads(); h++) {
                for (int i = 0; i < length; i++) {
                    Tensor expected = alone.slice(0).slice(h).slice(i).reshape(length);
                    Tensor got = Tensor.zeros(length);
                    batch.slice(b).slice(h).slice(i).read(0, got.array(), 0, length);
                    Expect.same(
                            c.spec(),
                            row(b, h, i) + " alone, then in a batch of " + c.batch(),
                            expected,
                            got,
                            "T or B is used where the length is meant");
                }
            }
        }
    }

    private static void shape(LawCase c) {
        Attentive mixer = c.mixer().require(Attentive.class);
        Tensor weights = Tensor.zeros(c.batch(), c.spec().heads() + 1, c.time(), c.time());
        weights.fill(-77);
        Tensor before = weights.copy();
        String done =
                "weights " + weights.shape() + " of a mixer of " + c.spec().heads() + " heads";
        Expect.message(
                Expect.refused(
                        ShapeMismatchException.class,
                        done,
                        () -> mixer.weights(c.input(), weights, Workspace.threads(1))),
                done,
                weights.shape());
        Expect.sameBits(
                done + ": after the refusal", before, weights, "something is written before all arguments are checked");
    }
}
