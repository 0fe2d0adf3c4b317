package org.attention4j.core;

import java.util.List;
import org.attention4j.api.BadConfigurationException;

/**
 * How rotary frequencies are changed so that a model attends over more positions than it was trained with. Unscaled, pair p of a rotary
 * width R turns by θ_p = base^(−2p/R) a position (Su et al. 2021, section 3.2.2); a scaling gives other θ, and a factor for cosines and
 * sines. The forms are those of the papers and of the Transformers library ({@code modeling_rope_utils}).
 *
 * <p>Immutable. Numbers that make no sense are refused with a {@link BadConfigurationException}.
 */
public sealed interface RotaryScaling {
    /** The frequencies as they are. */
    record None() implements RotaryScaling {
        @Override
        public double frequency(int pair, int width, double base, long length) {
            return plain(pair, width, base);
        }
    }

    /**
     * Positions squeezed: θ_p / factor (Chen et al. 2023, "position interpolation").
     *
     * @param factor s, at least 1
     */
    record Linear(double factor) implements RotaryScaling {
        /** Checks the factor. */
        public Linear {
            atLeast("rotary-factor", factor, 1);
        }

        @Override
        public double frequency(int pair, int width, double base, long length) {
            return plain(pair, width, base) / factor;
        }
    }

    /**
     * Another base: base · factor^(R / (R − 2)), so that the slowest pair is as slow as with {@link Linear} and the fastest as before
     * (bloc97 2023, "NTK-aware scaled RoPE"; Peng et al. 2023, definition 1).
     *
     * @param factor s, at least 1
     */
    record Ntk(double factor) implements RotaryScaling {
        /** Checks the factor. */
        public Ntk {
            atLeast("rotary-factor", factor, 1);
        }

        @Override
        public double frequency(int pair, int width, double base, long length) {
            return plain(pair, width, base * power(width, factor));
        }

        private static double power(int width, double factor) {
            return width == 2
                    ? 1
                    : StrictMath.pow(factor, (double) width / (width - 2)); // one pair has θ = 1 in any base
        }
    }

    /**
     * {@link Ntk} with a factor that grows with the length n past the trained one: s · n / trained − (s − 1) (emozilla 2023; Peng et al. 2023,
     * section 3.3). Position t counts as the end of a sequence: it turns by the frequencies of n = max(trained, t + 1), as in a decoder
     * that keeps turned keys. So what a position gets does not depend on later ones, and chunks give the bits of the whole.
     *
     * @param factor s, at least 1
     * @param trained positions that the model was trained with
     */
    record DynamicNtk(double factor, int trained) implements RotaryScaling {
        /** Checks both. */
        public DynamicNtk {
            atLeast("rotary-factor", factor, 1);
            atLeast("rotary-trained-length", trained, 1);
        }

        @Override
        public double frequency(int pair, int width, double base, long length) {
            if (length <= trained || pair == 0) {
                return plain(pair, width, base);
            }
            double grown = factor * length / trained - (factor - 1);
            double logarithm = StrictMath.log(base) + StrictMath.log(grown) * width / (width - 2);
            return StrictMath.exp(-2.0 * pair / width * logarithm); // a step comes here; StrictMath.pow makes objects
        }

        @Override
        public long fixedUpTo() {
            return trained;
        }
    }

    /**
     * Slow pairs squeezed, fast ones not, with a ramp between (YaRN, Peng et al. 2023, section 3.2): with γ = 1 for pairs up to low, 0 from
     * high on and linear between, θ_p · (γ + (1 − γ) / s). Low and high are the pairs that turn {@code fast} and {@code slow} times within
     * the trained length, rounded down and up as in the authors' code, or not, as in gpt-oss. Cosines and sines are multiplied by 0.1 ln s + 1.
     *
     * @param factor s, at least 1
     * @param trained positions that the model was trained with
     * @param fast turns from which a pair is not squeezed, 32 in the paper; at least {@code slow}
     * @param slow turns up to which a pair is squeezed wholly, 1 in the paper; positive
     * @param attentionFactor instead of 0.1 ln s + 1, or 0
     * @param truncate whether low and high are rounded
     */
    record Yarn(double factor, int trained, double fast, double slow, double attentionFactor, boolean truncate)
            implements RotaryScaling {
        /** Checks them. */
        public Yarn {
            atLeast("rotary-factor", factor, 1);
            atLeast("rotary-trained-length", trained, 1);
            atLeast("rotary-beta-slow", slow, Double.MIN_NORMAL);
            atLeast("rotary-beta-fast", fast, slow);
            atLeast("rotary-attention-factor", attentionFactor, 0);
        }

        @Override
        public double frequency(int pair, int width, double base, long length) {
            double first = turning(fast, width, base);
            double last = turning(slow, width, base);
            double low = Math.max(0, truncate ? Math.floor(first) : first);
            double high = Math.min(width - 1, truncate ? Math.ceil(last) : last);
            double span = low == high ? 0.001 : high - low;
            double squeezed = Math.max(0, Math.min(1, (pair - low) / span));
            double theta = plain(pair, width, base);
            return theta / factor * squeezed + theta * (1 - squeezed);
        }

        /** Which pair turns so often within the trained length. */
        private double turning(double turns, int width, double base) {
            return width * StrictMath.log(trained / (turns * 2 * Math.PI)) / (2 * StrictMath.log(base));
        }

        @Override
        public double amplitude() {
            return attentionFactor != 0 ? attentionFactor : 0.1 * StrictMath.log(factor) + 1;
        }
    }

    /**
     * A divisor for each pair, found by search (LongRoPE, Ding et al. 2024): θ_p / λ_p with the long λ where the model is to serve more
     * positions than it was trained with, s &gt; 1, and the short ones otherwise. The choice is made once, not by the length of a call, so that
     * a position does not depend on later ones. Cosines and sines are multiplied by √(1 + ln s / ln trained), if s &gt; 1.
     *
     * @param factor s, the length to serve by the trained length
     * @param trained positions that the model was trained with, at least 2
     * @param shortDivisors λ [R/2], or one for all pairs
     * @param longDivisors λ [R/2], or one for all pairs
     * @param attentionFactor instead of √(1 + ln s / ln trained), or 0
     */
    record LongRope(
            double factor, int trained, List<Double> shortDivisors, List<Double> longDivisors, double attentionFactor)
            implements RotaryScaling {
        /** Checks and copies them. */
        public LongRope {
            atLeast("rotary-factor", factor, 1);
            atLeast("rotary-trained-length", trained, 2);
            atLeast("rotary-attention-factor", attentionFactor, 0);
            shortDivisors = List.copyOf(shortDivisors);
            longDivisors = List.copyOf(longDivisors);
            shortDivisors.forEach(divisor -> atLeast("rotary-short-factor", divisor, Double.MIN_NORMAL));
            longDivisors.forEach(divisor -> atLeast("rotary-long-factor", divisor, Double.MIN_NORMAL));
        }

        @Override
        public double frequency(int pair, int width, double base, long length) {
            check(width);
            List<Double> divisors = factor > 1 ? longDivisors : shortDivisors;
            return plain(pair, width, base) / divisors.get(divisors.size() == 1 ? 0 : pair);
        }

        /** Refuses lists that do not fit a rotary width, also the one that is not read. */
        void check(int width) {
            check("rotary-short-factor", shortDivisors, width);
            check("rotary-long-factor", longDivisors, width);
        }

        private static void check(String option, List<Double> divisors, int width) {
            if (divisors.size() != 1 && divisors.size() != width / 2) {
                throw new BadConfigurationException(
                        option,
                        divisors.size() + " divisors",
                        "must be one, or one for each of rotary-width / 2 = " + width / 2 + " pairs");
            }
        }

        @Override
        public double amplitude() {
            if (attentionFactor != 0) {
                return attentionFactor;
            }
            return factor > 1 ? Math.sqrt(1 + StrictMath.log(factor) / StrictMath.log(trained)) : 1;
        }
    }

    /**
     * Slow pairs squeezed, fast ones not, by wave length (Llama 3.1, Grattafiori et al. 2024): with w = 2π / θ_p, θ_p where w is below
     * trained / high, θ_p / s where it is above trained / low, and between them a mean of both with the weight (trained / w − low) / (high
     * − low) of the first.
     *
     * @param factor s, at least 1; 8 in the model
     * @param trained positions that the model was trained with, 8,192 in the model
     * @param low waves in the trained length up to which a pair is squeezed, 1 in the model; positive
     * @param high waves in the trained length from which it is not, 4 in the model; above low
     */
    record Llama3(double factor, int trained, double low, double high) implements RotaryScaling {
        /** Checks them. */
        public Llama3 {
            atLeast("rotary-factor", factor, 1);
            atLeast("rotary-trained-length", trained, 1);
            atLeast("rotary-low-frequency-factor", low, Double.MIN_NORMAL);
            atLeast("rotary-high-frequency-factor", high, Math.nextUp(low));
        }

        @Override
        public double frequency(int pair, int width, double base, long length) {
            double theta = plain(pair, width, base);
            double waves = trained * theta / (2 * Math.PI);
            double kept = Math.max(0, Math.min(1, (waves - low) / (high - low)));
            return theta / factor * (1 - kept) + theta * kept;
        }
    }

    /**
     * The angle that a pair turns by a position.
     *
     * @param pair p, 0 to R/2 − 1
     * @param width R, even
     * @param base of the powers
     * @param length n of the sequence, which matters past {@link #fixedUpTo}
     * @return θ
     */
    double frequency(int pair, int width, double base, long length);

    /**
     * What cosines and sines are multiplied by.
     *
     * @return 1 for most
     */
    default double amplitude() {
        return 1;
    }

    /**
     * The length up to which frequencies do not depend on it.
     *
     * @return {@link Long#MAX_VALUE} for most
     */
    default long fixedUpTo() {
        return Long.MAX_VALUE;
    }

    private static double plain(int pair, int width, double base) {
        return StrictMath.pow(base, -2.0 * pair / width);
    }

    private static void atLeast(String option, double value, double least) {
        if (!(value >= least && value <= Double.MAX_VALUE)) {
            throw new BadConfigurationException(
                    option, Double.toString(value), "must be a finite number, at least " + least);
        }
    }
}
