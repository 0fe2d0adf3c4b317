package org.attention4j.tests.laws;

import java.util.Map;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;

/** What holds where a query sees the last few positions, and knows them by their distance. */
final class DistanceLaws {
    /** Angles and biases of other positions are rounded otherwise, and a softmax of large scores shows it. */
    private static final double ROUNDING = 2e-3;

    private DistanceLaws() {}

    static Law law() {
        return Law.of(
                        Law.Group.SOFTMAX_ATTENTION,
                        "only-distances-matter",
                        "behind a window, what came before it and how much of it there was changes nothing",
                        "positions: rotary angles, biases and windows go by the distance of query and key",
                        DistanceLaws::distances)
                .family(MixerFamily.SOFTMAX_ATTENTION)
                .options("window")
                .when("with a window, and nothing that goes by positions alone", DistanceLaws::local);
    }

    /** Whether a query sees no further than a window, and everything goes by distance. */
    private static boolean local(MixerSpec spec) {
        Map<String, Object> options = spec.config().options();
        return spec.causal()
                && number(spec, "window", 0) > 0
                && number(spec, "chunk", 0) == 0
                && number(spec, "prefix", 0) == 0
                && number(spec, "global-tokens", 0) == 0
                && !Boolean.TRUE.equals(options.get("bias-key-value")) // a key without a position
                && Double.valueOf(0).equals(options.getOrDefault("scale-growth", 0.0))
                && ("none".equals(options.getOrDefault("rotary", "none")) || turnedByDistance(options));
    }

    /** Whether products of what is turned go by distance: angles do not grow with it, and weights of a norm do not come behind the turn. */
    private static boolean turnedByDistance(Map<String, Object> options) {
        return !"dynamic-ntk".equals(options.get("rotary-scaling"))
                && ("none".equals(options.getOrDefault("query-key-norm", "none"))
                        || !Boolean.TRUE.equals(options.get("query-key-norm-turned")));
    }

    private static int number(MixerSpec spec, String option, int otherwise) {
        return spec.config().options().get(option) instanceof Integer number ? number : otherwise;
    }

    private static void distances(LawCase drawn) {
        int reach = (number(drawn.spec(), "window", 0) - 1) * number(drawn.spec(), "dilation", 1) + 1;
        LawCase c = SoftmaxAttentionLaws.gentle(drawn).full(reach + 3);
        Sequences in = c.input();
        int before = 1 + c.random("before").nextInt(in.time() - reach - 1);
        int left = in.time() - before;
        Tensor tail = Tensor.zeros(c.batch(), left, in.width());
        for (int b = 0; b < c.batch(); b++) {
            Batches.copyPositions(in.tensor(), b, before, tail, b, 0, left);
        }
        Tensor whole = Runs.forward(c.mixer(), in);
        Tensor alone = Runs.forward(c.mixer(), Sequences.of(tail));
        Tensor expected = Tensor.zeros(c.batch(), left - reach + 1, whole.extent(2));
        Tensor got = Tensor.zeros(expected.shape());
        for (int b = 0; b < c.batch(); b++) {
            Batches.copyPositions(alone, b, reach - 1, expected, b, 0, left - reach + 1);
            Batches.copyPositions(whole, b, before + reach - 1, got, b, 0, left - reach + 1);
        }
        String done = "behind a window, with " + before + " positions more before it";
        SoftmaxAttentionLaws.near(
                done, expected, got, ROUNDING, "a position counts, not a distance; or a window sees too far");
    }
}
