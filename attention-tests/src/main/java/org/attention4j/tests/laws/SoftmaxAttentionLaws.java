package org.attention4j.tests.laws;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.attention4j.api.Capability;
import org.attention4j.api.Contextual;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;
import org.attention4j.tests.laws.Projections.Part;

/** What follows from y = Concat(softmax(QKᵀ/√E) V) W_O. */
public final class SoftmaxAttentionLaws {
    /** Options whose meaning the laws know; all others must be at their defaults for a law to speak of a configuration. */
    private static final Set<String> KNOWN = Set.of(
            "heads",
            "key-value-heads",
            "head-width",
            "value-head-width",
            "causal",
            "window",
            "bias",
            "key-width",
            "value-width");

    private static final double ROUNDING = 1e-4;

    private SoftmaxAttentionLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                law(
                                "permutation-equivariance",
                                "positions in another order give the outputs in that order",
                                "positions that are built in without being asked for",
                                SoftmaxAttentionLaws::permutation)
                        .when("not causal", spec -> !spec.causal()),
                law(
                                "logit-shift-invariance",
                                "adding one vector to all keys changes nothing: it shifts all scores of a row",
                                "the softmax: the maximum is subtracted, and the sum is over the same keys",
                                SoftmaxAttentionLaws::shift)
                        .when("with in_proj_bias", spec -> hasParameter(spec, "in_proj_bias")),
                law(
                        "outputs-in-hull-of-values",
                        "each head's output lies between the least and the greatest visible value",
                        "weights that are negative or do not sum to 1",
                        SoftmaxAttentionLaws::hull),
                law(
                        "linear-in-values",
                        "values twice as large give outputs twice as large",
                        "the values' path: nothing but weights and the output projection",
                        SoftmaxAttentionLaws::linear),
                law(
                        "equal-scores-give-mean",
                        "with queries of zero, outputs are the mean of the visible values",
                        "which keys are visible; a score that does not come from queries and keys",
                        SoftmaxAttentionLaws::mean),
                law(
                                "grouped-heads-are-repeated-heads",
                                "K key/value heads give what H heads give whose keys and values are repeated",
                                "query head h reads key/value head ⌊h · K / H⌋",
                                SoftmaxAttentionLaws::grouped)
                        .options("key-value-heads")
                        .when(
                                "with groups",
                                spec -> new Projections(spec, spec.zeroParameters()).kvHeads() < spec.heads()),
                law(
                                "long-window-is-full",
                                "a window as long as the sequence is no window",
                                "the window: a query sees at most W keys, itself included",
                                SoftmaxAttentionLaws::window)
                        .options("window")
                        .when(
                                "with a window",
                                spec -> spec.config().options().get("window") instanceof Integer w && w > 0),
                DistanceLaws.law(),
                law(
                                "context-of-itself-is-forward",
                                "a sequence as its own context gives the outputs of forward",
                                "the causal corner is lower-right; the order of sums",
                                SoftmaxAttentionLaws::itself)
                        .needs(Capability.CONTEXTUAL));
    }

    static Law law(String id, String intent, String lookAt, Law.Check check) {
        return Law.of(Law.Group.SOFTMAX_ATTENTION, id, intent, lookAt, check)
                .family(MixerFamily.SOFTMAX_ATTENTION)
                .when("plain (other options at their defaults)", SoftmaxAttentionLaws::plain);
    }

    private static boolean plain(MixerSpec spec) {
        return spec.kind().options().options().stream()
                .allMatch(
                        option -> KNOWN.contains(option.name()) || spec.config().isDefault(option));
    }

    private static boolean hasParameter(MixerSpec spec, String name) {
        return spec.parameters().stream().anyMatch(parameter -> parameter.name().equals(name));
    }

    static LawCase gentle(LawCase c) {
        return c.scaled(Math.min(1, c.scale()));
    }

    /** The case's mixer with its parameters changed. */
    private static SequenceMixer changed(LawCase c, Consumer<Projections> change) {
        NamedTensors parameters = c.mixer().parameters();
        change.accept(new Projections(c.spec(), parameters));
        return c.provider().create(c.config(), ParameterSource.of(parameters));
    }

    static Projections projections(LawCase c, SequenceMixer mixer) {
        return new Projections(c.spec(), mixer.parameters());
    }

    /** Within rounding, relative to the largest expected magnitude. */
    private static void near(String done, Tensor expected, Tensor got, String cause) {
        near(done, expected, got, ROUNDING, cause);
    }

    static void near(String done, Tensor expected, Tensor got, double rounding, String cause) {
        float[] want = expected.toArray();
        double[] exact = new double[want.length];
        double largest = 1e-3;
        for (int i = 0; i < want.length; i++) {
            exact[i] = want[i];
            largest = Math.max(largest, Math.abs(want[i]));
        }
        Expect.near(done, exact, got, rounding * largest, cause);
    }

    private static void permutation(LawCase c) {
        Sequences in = gentle(c).full(2).input();
        SequenceMixer mixer = c.mixer();
        int[] order = Batches.shuffled(in.time(), c.random("order"));
        Tensor shuffled = Tensor.zeros(in.tensor().shape());
        Tensor out = Runs.forward(mixer, in);
        Tensor expected = Tensor.zeros(out.shape());
        for (int b = 0; b < c.batch(); b++) {
            for (int t = 0; t < order.length; t++) {
                Batches.copyPositions(in.tensor(), b, order[t], shuffled, b, t, 1);
                Batches.copyPositions(out, b, order[t], expected, b, t, 1);
            }
        }
        near(
                "positions in another order",
                expected,
                Runs.forward(mixer, Sequences.of(shuffled)),
                "outputs depend on where a key stands");
    }

    private static void shift(LawCase drawn) {
        LawCase c = gentle(drawn);
        SequenceMixer shifted = changed(c, projections -> {
            Tensor bias = projections.bias(Part.KEY);
            for (int i = 0; i < bias.size(); i++) {
                bias.set(bias.get(i) + 0.5f + 0.25f * i % 1, i);
            }
        });
        near(
                "keys that are all moved by one vector",
                Runs.forward(c.mixer(), c.input()),
                Runs.forward(shifted, c.input()),
                "scores become weights by something else than exp(score) / Σ exp(score)");
    }

    private static void hull(LawCase drawn) {
        LawCase c = gentle(drawn);
        SequenceMixer mixer = changed(c, Projections::showHeads);
        Projections projections = projections(c, mixer);
        Tensor out = Runs.forward(mixer, c.input());
        int width = projections.headWidth(Part.VALUE);
        for (int b = 0; b < c.batch(); b++) {
            double[][] values = projections.project(Part.VALUE, c.input(), b);
            for (int i = 0; i < values.length; i++) {
                for (int d = 0; d < projections.shown(out); d++) {
                    double least = Double.POSITIVE_INFINITY;
                    double most = Double.NEGATIVE_INFINITY;
                    for (int j = projections.begin(i); j < projections.end(i, values.length); j++) {
                        double value = values[j][projections.first(Part.VALUE, d / width) + d % width];
                        least = Math.min(least, value);
                        most = Math.max(most, value);
                    }
                    float got = out.get(b, i, d);
                    double slack = ROUNDING * Math.max(1, Math.max(-least, most));
                    Expect.that(
                            got >= least - slack && got <= most + slack,
                            "the head's output [b=" + b + ", t=" + i + ", d="
                                    + d + "] is " + got + ", the values that its query sees are " + least + " to "
                                    + most
                                    + "\n  cause?   weights that are negative or do not sum to 1; another mask");
                }
            }
        }
    }

    private static void linear(LawCase drawn) {
        LawCase c = gentle(drawn);
        Tensor single = Runs.forward(changed(c, Projections::showHeads), c.input());
        Tensor twice = Runs.forward(
                changed(c, projections -> {
                    projections.showHeads();
                    projections.scale(Part.VALUE, 2);
                }),
                c.input());
        float[] doubled = single.toArray();
        for (int i = 0; i < doubled.length; i++) {
            doubled[i] *= 2;
        }
        near(
                "values twice as large",
                Tensor.of(doubled, single.shape().extents()),
                twice,
                "something else than weights acts on values");
    }

    private static void mean(LawCase drawn) {
        LawCase c = gentle(drawn);
        SequenceMixer mixer = changed(c, projections -> {
            projections.showHeads();
            projections.fill(Part.QUERY, 0);
        });
        Projections projections = projections(c, mixer);
        Tensor out = Runs.forward(mixer, c.input());
        int width = projections.headWidth(Part.VALUE);
        for (int b = 0; b < c.batch(); b++) {
            double[][] values = projections.project(Part.VALUE, c.input(), b);
            for (int i = 0; i < values.length; i++) {
                for (int d = 0; d < projections.shown(out); d++) {
                    double sum = 0;
                    int end = projections.end(i, values.length);
                    for (int j = projections.begin(i); j < end; j++) {
                        sum += values[j][projections.first(Part.VALUE, d / width) + d % width];
                    }
                    Expect.near(
                            "queries of zero, so that all scores are equal",
                            "[b=" + b + ", t=" + i + ", d=" + d + "]",
                            sum / (end - projections.begin(i)),
                            out.get(b, i, d),
                            ROUNDING,
                            "another set of keys is visible, or a score is not q · k");
                }
            }
        }
    }

    private static void grouped(LawCase drawn) {
        LawCase c = gentle(drawn);
        MixerConfig config = c.config().with("key-value-heads", c.spec().heads());
        MixerSpec spec = c.provider().spec(config);
        NamedTensors few = c.mixer().parameters();
        NamedTensors many = spec.zeroParameters();
        few.forEach((name, tensor) -> {
            if (tensor.shape().equals(many.get(name).shape())) {
                many.get(name).copyFrom(tensor);
            }
        });
        Projections source = new Projections(c.spec(), few);
        Projections target = new Projections(spec, many);
        for (Part part : Part.values()) {
            int width = target.headWidth(part);
            for (int h = 0; h < spec.heads(); h++) {
                int from = part == Part.QUERY ? h * width : source.first(part, h);
                target.weight(part)
                        .range(h * width, (h + 1) * width)
                        .copyFrom(source.weight(part).range(from, from + width));
                if (source.hasBias()) {
                    target.bias(part)
                            .range(h * width, (h + 1) * width)
                            .copyFrom(source.bias(part).range(from, from + width));
                }
            }
        }
        near(
                source.kvHeads() + " key/value heads, against " + spec.heads() + " repeated ones",
                Runs.forward(c.provider().create(config, ParameterSource.of(many)), c.input()),
                Runs.forward(c.mixer(), c.input()),
                "query head h reads another key/value head than ⌊h · K / H⌋");
    }

    private static void window(LawCase c) {
        MixerConfig none = c.config().without("window");
        Expect.same(
                c.spec(),
                "a window of " + c.time() + " over " + c.time() + " positions, against none",
                Runs.forward(c.mixer(none), c.input()),
                Runs.forward(c.mixer(c.config().with("window", c.time())), c.input()),
                "a query sees one key too few");
    }

    private static void itself(LawCase c) {
        SequenceMixer mixer = c.mixer();
        Expect.same(
                c.spec(),
                "a sequence as its own context, against forward",
                Runs.forward(mixer, c.input()),
                Runs.forward(mixer.require(Contextual.class), c.input(), c.input()),
                "two ways of computing that sum in another order, or another causal corner");
    }
}
