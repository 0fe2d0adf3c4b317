package org.attention4j.tests.laws;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.attention4j.api.Tensor;
import org.attention4j.tests.Violation;

/**
 * Compares a gradient g of a loss L = Σ w · f with central differences of L along a random direction u.
 *
 * <p>With float32 outputs a difference of step h carries a rounding error of about ε Σ|w f| / h and a truncation error of
 * h² L‴ / 6, and neither is known. So it is done for eight steps, each a half of the one before:
 *
 * <ol>
 *   <li>D_h = (L(x + h u) − L(x − h u)) / 2h, in float64, with the steps that float32 really took;
 *   <li>R_h = (4 D_{h/2} − D_h) / 3, without the error of order h² (Richardson 1911);
 *   <li>the error of R_h is at most a few times |R_h − D_{h/2}|, plus the rounding error: that, and 0.2 % of the result, is
 *       its tolerance;
 *   <li>what a smaller step contradicts by more than its own tolerance is not resolved: the contradiction is added to its tolerance, as where
 *       f turns within a step and is flat around it;
 *   <li>the gradient is wrong if the three steps of the smallest tolerances all say so: one may be deceived by chance, or
 *       by a kink of f between the two points;
 *   <li>and if they say so among {@value #ALL_STEPS} steps, too: f may turn within the smallest of the eight, as a norm does near 0.
 * </ol>
 *
 * <p>A gradient that is known at other points, too, is wrong only if it is so at a second one beside the first: among thousands of vectors whose length f
 * divides by, one may be so short that f turns within every step. Where f is known to have kinks or jumps, it must be so at {@value #POINTS} points: a kink that
 * deceives at one of them is elsewhere at the next, and a missing term is missing at all. Of many kinks, one is near everywhere; so L(x + h u)
 * − L(x − h u) must contradict the integral of the gradient between the two points, too, which kinks do not trouble: the mean of {@value
 * #SAMPLES} samples is off by at most their variation by twice their number (Koksma 1942).
 */
final class Derivative {
    private static final int FIRST_STEP = 2;
    private static final int STEPS = 8;
    private static final int ALL_STEPS = 14;
    private static final int POINTS = 4;
    /** How far a point is from the first, in each coordinate, at most: where numbers are about 1, past the largest difference's ends. */
    private static final double BESIDE = 0.375;

    private static final int SAMPLES = 32;
    private static final float SEGMENT = 0x1p-4f;

    private static final double RELATIVE = 2e-3;
    /** Rounding errors of a mixer in units of the last place of its outputs: sums of some dozens of terms. */
    private static final double ROUNDING = 64 * 0x1p-24;

    /** A loss and the sum of the magnitudes that it is made of. */
    record Loss(double value, double magnitude) {
        /** Σ w · f. */
        static Loss of(Tensor weights, Tensor outputs) {
            float[] w = weights.toArray();
            float[] f = outputs.toArray();
            double sum = 0;
            double magnitude = 0;
            double largest = 0;
            for (int i = 0; i < w.length; i++) {
                if (w[i] != 0) {
                    sum += (double) w[i] * f[i];
                    magnitude += Math.abs((double) w[i] * f[i]);
                    largest = Math.max(largest, Math.abs(w[i]));
                }
            }
            return new Loss(sum, magnitude + largest * 0.1);
        }

        Loss plus(Loss other) {
            return new Loss(value + other.value, magnitude + other.magnitude);
        }
    }

    private record Estimate(double difference, double gradient, double tolerance) {
        boolean agrees() {
            return Math.abs(difference - gradient) <= tolerance;
        }

        /** The same, no surer than smaller steps allow. */
        Estimate against(List<Estimate> smaller) {
            double contradiction = 0;
            for (Estimate other : smaller) {
                contradiction = Math.max(contradiction, Math.abs(difference - other.difference) - other.tolerance);
            }
            return new Estimate(difference, gradient, tolerance + contradiction);
        }
    }

    private Derivative() {}

    /** As below, where f has no kinks; the gradient and the point have one shape. */
    static void check(
            String what, Tensor point, Tensor gradient, SplittableRandom random, Function<Tensor, Loss> loss) {
        check(what, false, 1, point, random, same -> gradient, loss);
    }

    /**
     * Checks a gradient of a loss.
     *
     * @param what the gradient's name
     * @param kinks whether f may have kinks or jumps
     * @param point where
     * @param random draws the direction and the points
     * @param gradient is given a point, of the first one's shape
     * @param loss is given a point
     */
    static void check(
            String what,
            boolean kinks,
            Tensor point,
            SplittableRandom random,
            UnaryOperator<Tensor> gradient,
            Function<Tensor, Loss> loss) {
        check(what, kinks, kinks ? POINTS : 2, point, random, gradient, loss);
    }

    private static void check(
            String what,
            boolean kinks,
            int points,
            Tensor point,
            SplittableRandom random,
            UnaryOperator<Tensor> gradient,
            Function<Tensor, Loss> loss) {
        if (point.size() == 0) {
            return;
        }
        float[] direction = direction((int) point.size(), random);
        Estimate wrong = null;
        for (int i = 0; i < points; i++) {
            Tensor at = i == 0 ? point : beside(point, random);
            Tensor there = gradient.apply(at);
            Optional<Estimate> contradiction = contradiction(at, there, direction, loss, STEPS)
                    .flatMap(some -> contradiction(at, there, direction, loss, ALL_STEPS));
            if (contradiction.isEmpty()
                    || kinks && integral(at, gradient, direction, loss).agrees()) {
                return;
            }
            wrong = wrong == null ? contradiction.get() : wrong;
        }
        throw new Violation(String.format(
                Locale.ROOT,
                "%s: along a random direction %s the gradient says %.6g, central differences say %.6g, allowed ±%.2g%s%n"
                        + "  cause?   a term is missing or wrong in backward; forward and record disagree",
                what,
                described(direction),
                wrong.gradient,
                wrong.difference,
                wrong.tolerance,
                points > 1 ? "; no better at " + (points - 1) + (points > 2 ? " points" : " point") + " beside" : ""));
    }

    /** The surest of the estimates, if the surest ones contradict the gradient. */
    private static Optional<Estimate> contradiction(
            Tensor point, Tensor gradient, float[] direction, Function<Tensor, Loss> loss, int steps) {
        double[] differences = new double[steps];
        double[] gradients = new double[steps];
        double magnitude = 0;
        for (int k = 0; k < steps; k++) {
            float h = (float) Math.scalb(1.0, -FIRST_STEP - k);
            Tensor ahead = moved(point, direction, h);
            Tensor behind = moved(point, direction, -h);
            Loss more = loss.apply(ahead);
            Loss less = loss.apply(behind);
            differences[k] = (more.value - less.value) / (2.0 * h);
            gradients[k] = along(gradient, ahead, behind) / (2.0 * h);
            magnitude = Math.max(magnitude, Math.max(more.magnitude, less.magnitude));
        }
        List<Estimate> estimates = new ArrayList<>();
        for (int k = 0; k + 1 < steps; k++) {
            double refined = (4 * differences[k + 1] - differences[k]) / 3;
            double rounding = ROUNDING * magnitude * Math.scalb(1.0, FIRST_STEP + k + 1);
            double tolerance = 4 * Math.abs(refined - differences[k + 1])
                    + RELATIVE * Math.max(Math.abs(refined), Math.abs(gradients[k + 1]))
                    + rounding;
            estimates.add(new Estimate(refined, gradients[k + 1], tolerance));
        }
        for (int k = 0; k < estimates.size(); k++) {
            estimates.set(k, estimates.get(k).against(estimates.subList(k + 1, estimates.size())));
        }
        estimates.sort(Comparator.comparingDouble(Estimate::tolerance));
        return estimates.subList(0, 3).stream().noneMatch(Estimate::agrees)
                ? Optional.of(estimates.get(0))
                : Optional.empty();
    }

    /** The difference over a segment, by its length, and the mean of the gradients on the way. */
    private static Estimate integral(
            Tensor point, UnaryOperator<Tensor> gradient, float[] direction, Function<Tensor, Loss> loss) {
        Loss more = loss.apply(moved(point, direction, SEGMENT));
        Loss less = loss.apply(moved(point, direction, -SEGMENT));
        double sum = 0;
        double variation = 0;
        double last = Double.NaN;
        for (int i = 0; i < SAMPLES; i++) {
            float[] g = gradient.apply(moved(point, direction, SEGMENT * (2 * i + 1 - SAMPLES) / SAMPLES))
                    .toArray();
            double along = 0;
            for (int j = 0; j < g.length; j++) {
                along += direction[j] == 0 ? 0 : (double) g[j] * direction[j];
            }
            sum += along;
            variation += i == 0 ? 0 : Math.abs(along - last);
            last = along;
        }
        double mean = sum / SAMPLES;
        double rounding = ROUNDING * Math.max(more.magnitude, less.magnitude) / SEGMENT;
        double tolerance = 2 * variation / (2 * SAMPLES) + RELATIVE * Math.abs(mean) + rounding;
        return new Estimate((more.value - less.value) / (2.0 * SEGMENT), mean, tolerance);
    }

    private static Tensor beside(Tensor point, SplittableRandom random) {
        float[] values = point.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] += (float) random.nextDouble(-BESIDE, BESIDE);
        }
        return Tensor.of(values, point.shape().extents());
    }

    /** All elements, or a few: a dense direction hides an error in one of many. */
    private static float[] direction(int size, SplittableRandom random) {
        float[] direction = new float[size];
        int few = random.nextInt(3);
        for (int i = 0; i < (few == 0 ? size : few); i++) {
            direction[few == 0 ? i : random.nextInt(size)] = random.nextBoolean() ? 1 : -0.5f;
        }
        return direction;
    }

    private static String described(float[] direction) {
        int[] moved = java.util.stream.IntStream.range(0, direction.length)
                .filter(i -> direction[i] != 0)
                .toArray();
        return moved.length > 4
                ? "of all " + direction.length + " elements"
                : "of the elements " + Arrays.toString(moved);
    }

    private static Tensor moved(Tensor point, float[] direction, float h) {
        float[] values = point.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] += h * direction[i];
        }
        return Tensor.of(values, point.shape().extents());
    }

    private static double along(Tensor gradient, Tensor ahead, Tensor behind) {
        float[] g = gradient.toArray();
        float[] a = ahead.toArray();
        float[] b = behind.toArray();
        double sum = 0;
        for (int i = 0; i < g.length; i++) {
            sum += a[i] == b[i] ? 0 : g[i] * ((double) a[i] - b[i]);
        }
        return sum;
    }
}
