package org.attention4j.kernels;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The errors that {@link ScalarMath} states, and their measurement against double precision.
 *
 * <p>{@code main} tries all 2³² floats (minutes a function, on all processors) and prints the worst of each function; the tests try a sample.
 */
final class ActivationErrors {
    /** All floats in order of their bits go in so many parts. */
    private static final int PARTS = 256;

    private static final long PART = (1L << 32) / PARTS;
    private static final Worst NONE = new Worst(0, 0f, 0f);

    private ActivationErrors() {}

    /** A function in single precision. */
    interface Single {
        float at(float x);
    }

    /** The same function in double precision. */
    interface Truth {
        double at(double x);
    }

    /** The largest error found, in the claim's unit, and where. */
    record Worst(double error, float x, float y) {
        private Worst orWorse(Worst other) {
            return other.error <= error ? this : other;
        }
    }

    /**
     * A stated error, in ulp of max(|true value|, floor), for x ≥ from.
     */
    record Claim(
            String name,
            Optional<Activation> activation,
            Single f,
            Truth truth,
            float from,
            float floor,
            double stated) {
        /** Of every {@code step}th float, on all processors. */
        Worst measure(int step) {
            return IntStream.range(0, PARTS)
                    .parallel()
                    .mapToObj(part -> measure(step, Integer.MIN_VALUE + part * PART, PART))
                    .reduce(NONE, Worst::orWorse);
        }

        private Worst measure(int step, long first, long count) {
            Worst worst = NONE;
            for (long bits = first + Math.floorMod(-first, step); bits < first + count; bits += step) {
                float x = Float.intBitsToFloat((int) bits);
                if (x >= from) {
                    float y = f.at(x);
                    double error = error(y, truth.at(x));
                    if (!(error <= worst.error())) {
                        worst = new Worst(error, x, y);
                    }
                }
            }
            return worst;
        }

        /** In ulp; 0 for two NaN or for an overflow to the same infinity, else infinite if either is not finite. */
        private double error(float y, double exact) {
            float rounded = (float) exact;
            if (Float.isNaN(y) || Float.isNaN(rounded) || Float.isInfinite(y)) {
                return Float.compare(y, rounded) == 0 ? 0 : Double.POSITIVE_INFINITY;
            }
            double size = Math.min(Float.MAX_VALUE, Math.max(Math.abs(rounded), floor));
            return Math.abs(y - exact) / Math.ulp((float) size);
        }
    }

    static List<Claim> all() {
        float any = Float.NEGATIVE_INFINITY;
        return List.of(
                claim(Activation.EXP, StrictMath::exp, any, 0f, 1.1),
                claim(Activation.TANH, StrictMath::tanh, any, 0f, 1.5),
                claim(Activation.SIGMOID, ActivationErrors::sigmoid, any, 0f, 2.5),
                claim(Activation.RELU, x -> Math.max(x, 0), any, 0f, 0),
                claim(Activation.SQUARED_RELU, x -> Math.max(x, 0) * Math.max(x, 0), any, 0f, 0.5),
                claim(Activation.ERF, ActivationErrors::erf, any, 0f, 1.1),
                new Claim(
                        "normalDistribution",
                        Optional.empty(),
                        ScalarMath::normalDistribution,
                        ActivationErrors::normalDistribution,
                        any,
                        0.5f,
                        1.5),
                claim(Activation.GELU, x -> x < -1e3 ? -0.0 : x * normalDistribution(x), any, 0.5f, 2),
                claim(Activation.GELU_TANH, ActivationErrors::geluTanh, any, 0.5f, 2.5),
                claim(Activation.SILU, ActivationErrors::silu, -87f, 0f, 3.5),
                claim(
                        Activation.SOFTPLUS,
                        x -> Math.max(x, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(x))),
                        any,
                        0f,
                        3),
                claim(Activation.LOG, StrictMath::log, any, 0f, 1));
    }

    private static Claim claim(Activation f, Truth truth, float from, float floor, double stated) {
        return new Claim(f.name(), Optional.of(f), x -> ScalarMath.of(f, x), truth, from, floor, stated);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + StrictMath.exp(-x));
    }

    private static double silu(double x) {
        return x < -1e3 ? -0.0 : x * sigmoid(x);
    }

    private static double geluTanh(double x) {
        return x < -1e3 ? -0.0 : x * sigmoid(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x));
    }

    private static double normalDistribution(double x) {
        return 0.5 * erfc(-x / Math.sqrt(2));
    }

    /** Taylor series near 0, continued fraction beyond 3: both good to 1e−15 of 1. */
    static double erf(double x) {
        double a = Math.abs(x);
        double y;
        if (a < 3) {
            double term = a;
            double sum = a;
            for (int n = 1; Math.abs(term) > 1e-18 * a; n++) {
                term *= -a * a / n;
                sum += term / (2 * n + 1);
            }
            y = 2 / Math.sqrt(Math.PI) * sum;
        } else {
            y = 1 - tail(a);
        }
        return Math.copySign(y, x);
    }

    private static double erfc(double x) {
        return x >= 3 ? tail(x) : 1 - erf(x);
    }

    private static double tail(double a) {
        if (a > 28) {
            return 0; // less than the least double
        }
        double fraction = 0;
        for (int k = 80; k > 0; k--) {
            fraction = k / 2.0 / (a + fraction);
        }
        return StrictMath.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction);
    }

    /**
     * Measures claims over all floats and exits with 1 if one does not hold; arguments: a step, 1 for all floats, and the names of
     * the functions, none for all of them.
     */
    public static void main(String[] args) {
        int step = args.length == 0 ? 1 : Integer.parseInt(args[0]);
        boolean held = true;
        List<String> names = List.of(args).subList(Math.min(1, args.length), args.length);
        for (Claim claim : all()) {
            if (!names.isEmpty() && !names.contains(claim.name())) {
                continue;
            }
            Worst worst = claim.measure(step);
            held &= worst.error() <= claim.stated();
            System.out.printf(
                    Locale.ROOT,
                    "%-20s stated %.1f, worst %.4f ulp at %s (gave %s)%n",
                    claim.name(),
                    claim.stated(),
                    worst.error(),
                    worst.x(),
                    worst.y());
        }
        System.exit(held ? 0 : 1);
    }
}
