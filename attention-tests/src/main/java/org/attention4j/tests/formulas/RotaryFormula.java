package org.attention4j.tests.formulas;

import java.util.Set;
import org.attention4j.api.MixerConfig;

/** Pairs (u, v) of the first R numbers of a head turned to (u cos − v sin, u sin + v cos) by t θ_p, with θ_p = base^(−2p/R) and its scalings. */
final class RotaryFormula {
    static final Set<String> OPTIONS = Set.of(
            "rotary",
            "rotary-width",
            "rotary-base",
            "rotary-scaling",
            "rotary-factor",
            "rotary-trained-length",
            "rotary-beta-fast",
            "rotary-beta-slow",
            "rotary-low-frequency-factor",
            "rotary-high-frequency-factor",
            "rotary-short-factor",
            "rotary-long-factor",
            "rotary-attention-factor",
            "rotary-truncate");

    private final MixerConfig config;
    private final Rounding rounding;
    private final String scaling;
    private final int width;
    private final double base;
    private final double factor;
    private final double trained;

    RotaryFormula(MixerConfig config, Rounding rounding) {
        this.config = config;
        this.rounding = rounding;
        scaling = Maths.choice(config, "rotary-scaling", "none");
        width = Maths.integer(config, "rotary-width", 2);
        base = Maths.decimal(config, "rotary-base", 10_000);
        factor = Maths.decimal(config, "rotary-factor", 1);
        trained = Maths.integer(config, "rotary-trained-length", 2048);
    }

    /** A head at a position, turned. */
    double[] turned(double[] head, int position) {
        String pairs = Maths.choice(config, "rotary", "none");
        if (pairs.equals("none")) {
            return head;
        }
        double[] turned = head.clone();
        for (int p = 0; p < width / 2; p++) {
            int u = pairs.equals("half") ? p : 2 * p;
            int v = pairs.equals("half") ? p + width / 2 : 2 * p + 1;
            double cos = rounding.of(amplitude() * Math.cos(position * frequency(p, position + 1)));
            double sin = rounding.of(amplitude() * Math.sin(position * frequency(p, position + 1)));
            turned[u] = rounding.of(head[u] * cos - head[v] * sin);
            turned[v] = rounding.of(head[u] * sin + head[v] * cos);
        }
        return turned;
    }

    /** θ_p; of dynamic-ntk in a sequence that ends with the position. */
    private double frequency(int p, int length) {
        double theta = power(base, p);
        return switch (scaling) {
            case "linear" -> theta / factor;
            case "ntk" -> power(base * stretched(factor), p);
            case "dynamic-ntk" ->
                length <= trained ? theta : power(base * stretched(factor * length / trained - (factor - 1)), p);
            case "yarn" -> mixed(theta, 1 - squeezed(p));
            case "longrope" -> theta / divisor(p);
            case "llama3" -> mixed(theta, keptByWaves(trained * theta / (2 * Math.PI)));
            default -> theta;
        };
    }

    /** λ_p: one number for all pairs, or one for each. */
    private double divisor(int p) {
        double[] divisors = Maths.decimals(config, factor > 1 ? "rotary-long-factor" : "rotary-short-factor", 1);
        return divisors[divisors.length == 1 ? 0 : p];
    }

    private double power(double ofBase, int p) {
        return Math.pow(ofBase, -2.0 * p / width);
    }

    private double stretched(double by) {
        return width == 2 ? 1 : Math.pow(by, width / (width - 2.0));
    }

    private double mixed(double theta, double kept) {
        return theta * kept + theta / factor * (1 - kept);
    }

    /** 0 up to the pair that turns often, 1 from the one that turns seldom. */
    private double squeezed(int p) {
        boolean whole = !Boolean.FALSE.equals(config.options().get("rotary-truncate"));
        double first = pairTurning(Maths.decimal(config, "rotary-beta-fast", 32));
        double last = pairTurning(Maths.decimal(config, "rotary-beta-slow", 1));
        double low = Math.max(0, whole ? Math.floor(first) : first);
        double high = Math.min(width - 1, whole ? Math.ceil(last) : last);
        return clamped((p - low) / (low == high ? 0.001 : high - low));
    }

    private double pairTurning(double times) {
        return width * Math.log(trained / (times * 2 * Math.PI)) / (2 * Math.log(base));
    }

    private double keptByWaves(double waves) {
        double low = Maths.decimal(config, "rotary-low-frequency-factor", 1);
        double high = Maths.decimal(config, "rotary-high-frequency-factor", 4);
        return clamped((waves - low) / (high - low));
    }

    private static double clamped(double share) {
        return Math.max(0, Math.min(1, share));
    }

    private double amplitude() {
        double given = Maths.decimal(config, "rotary-attention-factor", 0);
        return switch (scaling) {
            case "yarn" -> given != 0 ? given : 0.1 * Math.log(factor) + 1;
            case "longrope" ->
                given != 0 ? given : factor > 1 ? Math.sqrt(1 + Math.log(factor) / Math.log(trained)) : 1;
            default -> 1;
        };
    }
}
