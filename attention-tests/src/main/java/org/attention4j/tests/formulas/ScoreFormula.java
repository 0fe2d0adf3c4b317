package org.attention4j.tests.formulas;

import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.attention4j.api.MixerConfig;

/** Scores of multi-head attention: what a pair scores + position bias, and −∞ where a query does not see a key. */
final class ScoreFormula {
    static final Set<String> OPTIONS = Set.of(
            "causal",
            "window",
            "window-ahead",
            "chunk",
            "prefix",
            "dilation",
            "global-tokens",
            "scale",
            "soft-cap",
            "position-bias",
            "buckets",
            "max-distance",
            "sink");

    /** Of recordings and of states, which whole sequences do not see. */
    static final Set<String> WITHOUT_EFFECT = Set.of("dropout", "dropout-seed", "cache", "cache-type", "page");

    private final PairFormula pair;
    private final MixerConfig config;
    private final Map<String, double[]> parameters;
    private final int heads;
    private final boolean causal;
    private final Rounding rounding;

    ScoreFormula(PairFormula pair, MixerConfig config, Map<String, double[]> parameters, int heads, Rounding rounding) {
        this.pair = pair;
        this.config = config;
        this.parameters = parameters;
        this.heads = heads;
        this.causal = Maths.flag(config, "causal");
        this.rounding = rounding;
    }

    /** The score of query i and key j of one head. */
    double of(double[] query, double[] key, int head, int i, int j) {
        return sees(i, j)
                ? rounding.of(pair(query, key, head, OptionalInt.of(j - i)) + bias(head, i, j))
                : Double.NEGATIVE_INFINITY;
    }

    /** The score of a key that has no position, and that all see. */
    double added(double[] query, double[] key, int head) {
        return pair(query, key, head, OptionalInt.empty());
    }

    private double pair(double[] query, double[] key, int head, OptionalInt distance) {
        return pair.of(config, parameters, head, query, key, distance, rounding);
    }

    /** The logit that has no value, or −∞ where there is none. */
    double sink(int head) {
        return switch (Maths.choice(config, "sink", "none")) {
            case "learned" -> Maths.get(parameters, "sinks")[head];
            case "off-by-one" -> 0;
            default -> Double.NEGATIVE_INFINITY;
        };
    }

    private boolean sees(int i, int j) {
        int prefix = Maths.integer(config, "prefix", 0);
        return j < prefix || (!causal || j <= i) && (local(i, j) || global(i) || global(j));
    }

    private boolean global(int position) {
        return position < Maths.integer(config, "global-tokens", 0);
    }

    private boolean local(int i, int j) {
        int window = Maths.integer(config, "window", 0);
        int ahead = Maths.integer(config, "window-ahead", 0);
        int chunk = Maths.integer(config, "chunk", 0);
        int dilation = Maths.integer(config, "dilation", 1);
        boolean before = window == 0 || i - j <= (window - 1) * dilation;
        boolean after = window == 0 && ahead == 0 || j - i <= ahead * dilation;
        return before && after && (chunk == 0 || i / chunk == j / chunk) && (j - i) % dilation == 0;
    }

    private double bias(int head, int i, int j) {
        return switch (Maths.choice(config, "position-bias", "none")) {
            case "alibi" -> -slope(head) * Math.abs(i - j);
            case "t5" -> Maths.get(parameters, "relative_attention_bias.weight")[bucket(j - i) * heads + head];
            default -> 0;
        };
    }

    /** 2^(−8 h / H) for h = 1 … H; where H is no power of two, the rest are every other one of twice as many (Press et al. 2022). */
    private double slope(int head) {
        int power = Integer.highestOneBit(heads);
        double step = head < power ? 8.0 / power * (head + 1) : 4.0 / power * (2 * (head - power) + 1);
        return Math.pow(2, -step);
    }

    /** Half of the buckets for distances of their own, half for distances that grow by a factor (Raffel et al. 2020). */
    private int bucket(int ahead) {
        int buckets = Maths.integer(config, "buckets", 32) / (causal ? 1 : 2);
        int first = !causal && ahead > 0 ? buckets : 0;
        int distance = causal ? Math.max(0, -ahead) : Math.abs(ahead);
        int exact = buckets / 2;
        if (distance < exact) {
            return first + distance;
        }
        double share = Math.log((double) distance / exact)
                / Math.log((double) Maths.integer(config, "max-distance", 128) / exact);
        return first + Math.min(buckets - 1, exact + (int) (share * (buckets - exact)));
    }
}
