package org.attention4j.tests.laws;

import java.util.Arrays;
import java.util.Locale;
import org.attention4j.api.Exactness;
import org.attention4j.api.MixerException;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Tensor;
import org.attention4j.tests.Violation;

/** Compares what came with what was expected, and says where they part. */
final class Expect {
    /** A difference of so small a share of the largest number beside it is rounding: that of sums of some thousand terms. */
    private static final double ROUNDING = 1e-5;

    private Expect() {}

    static void that(boolean holds, String otherwise) {
        if (!holds) {
            throw new Violation(otherwise);
        }
    }

    static void equal(Object expected, Object got, String what) {
        that(expected.equals(got), what + ": expected " + expected + ", got " + got);
    }

    /** Same shape and, as exactly as the mixer promises, same elements. */
    static void same(MixerSpec spec, String done, Tensor expected, Tensor got, String cause) {
        same(spec.exactness().amongEqualWays(), done, expected, got, cause);
    }

    /** Same elements, bit for bit, whatever the mixer promises. */
    static void sameBits(String done, Tensor expected, Tensor got, String cause) {
        same(Exactness.bits(), done, expected, got, cause);
    }

    private static void same(Exactness exactness, String done, Tensor expected, Tensor got, String cause) {
        equal(expected.shape(), got.shape(), done + ": the shape");
        int row = expected.shape().rank() == 0
                ? 1
                : expected.extent(expected.shape().rank() - 1);
        float[] want = expected.toArray();
        float[] have = got.toArray();
        for (int at = 0; row > 0 && at < want.length; at += row) {
            row(exactness, done, want, at, have, at, row, sequence(expected), got, cause);
        }
    }

    /** {@code count} positions of sequence {@code eb} from {@code et} on are those of sequence {@code gb} from {@code gt}. */
    static void positions(
            MixerSpec spec,
            String done,
            Tensor expected,
            int eb,
            int et,
            Tensor got,
            int gb,
            int gt,
            int count,
            String cause) {
        float[] want = expected.toArray();
        float[] have = got.toArray();
        int width = got.extent(2);
        for (int t = 0; t < count; t++) {
            int wantAt = (eb * expected.extent(1) + et + t) * width;
            int haveAt = (gb * got.extent(1) + gt + t) * width;
            row(
                    spec.exactness().amongEqualWays(),
                    done,
                    want,
                    wantAt,
                    have,
                    haveAt,
                    width,
                    sequence(expected),
                    got,
                    cause);
        }
    }

    /** The floats of one sequence of {@code [B, T, D]}; of what is no sequences, all. */
    private static int sequence(Tensor tensor) {
        return (int) (tensor.shape().rank() < 3 ? tensor.size() : tensor.size() / Math.max(1, tensor.extent(0)));
    }

    private static void row(
            Exactness exactness,
            String done,
            float[] want,
            int wantAt,
            float[] have,
            int haveAt,
            int count,
            int sequence,
            Tensor got,
            String cause) {
        double largest = 0;
        boolean ofSequence = exactness.measure() == Exactness.Measure.SEQUENCE;
        int of = ofSequence ? sequence : count;
        int from = ofSequence ? wantAt / sequence * sequence : wantAt;
        for (int i = 0; i < of; i++) {
            largest = Math.max(largest, Math.abs(want[from + i]));
        }
        for (int i = 0; i < count; i++) {
            float a = want[wantAt + i];
            float b = have[haveAt + i];
            if (a == b || Float.isNaN(a) && Float.isNaN(b)) {
                continue;
            }
            double difference = Math.abs((double) a - b);
            if (!(difference <= exactness.bound() * largest)) {
                throw new Violation(done + ": element " + index(got, haveAt + i) + " differs: expected " + bits(a)
                        + ", got " + bits(b) + size(exactness, difference, largest) + "\n  cause?   "
                        + (difference <= ROUNDING * largest ? "rounding, as of a sum in another order; or " : "")
                        + cause);
            }
            Differences.letPass(exactness.measure(), difference / largest);
        }
    }

    /** How large a difference is, as far as that says more than the two numbers. */
    private static String size(Exactness exactness, double difference, double largest) {
        if (exactness.isBits() && !(difference <= ROUNDING * largest)) {
            return "";
        }
        String whose = exactness.measure() == Exactness.Measure.SEQUENCE ? "sequence" : "row";
        return String.format(Locale.ROOT, ", off by %.2g of the largest number of its %s", difference / largest, whose)
                + (exactness.isBits() ? ", and bits are promised" : ", where " + exactness.bound() + " is declared");
    }

    /** Every element within a tolerance of a float64 value. */
    static void near(String done, double[] expected, Tensor got, double tolerance, String cause) {
        float[] have = got.toArray();
        for (int i = 0; i < have.length; i++) {
            near(done, index(got, i), expected[i], have[i], tolerance, cause);
        }
    }

    static void near(String done, String where, double expected, double got, double tolerance, String cause) {
        if (!(Math.abs(expected - got) <= tolerance)) {
            throw new Violation(String.format(
                    Locale.ROOT,
                    "%s: element %s differs: expected %.9g, got %.9g, difference %.3g, allowed %.3g%n  cause?   %s",
                    done,
                    where,
                    expected,
                    got,
                    Math.abs(expected - got),
                    tolerance,
                    cause));
        }
    }

    /** All elements of these positions are 0. */
    static void zeros(String done, Tensor got, int b, int from, int to, String cause) {
        int width = got.extent(2);
        float[] have = got.toArray();
        for (int i = (b * got.extent(1) + from) * width; i < (b * got.extent(1) + to) * width; i++) {
            that(
                    have[i] == 0,
                    done + ": element " + index(got, i) + " must be 0, got " + bits(have[i]) + "\n  cause?   " + cause);
        }
    }

    static void finite(String done, Tensor got, String cause) {
        float[] have = got.toArray();
        for (int i = 0; i < have.length; i++) {
            that(
                    Float.isFinite(have[i]),
                    done + ": element " + index(got, i) + " is " + have[i] + "\n  cause?   " + cause);
        }
    }

    /** The call throws the documented exception. */
    static <E extends MixerException> E refused(Class<E> type, String done, Runnable call) {
        try {
            call.run();
        } catch (MixerException
                | IllegalArgumentException
                | IndexOutOfBoundsException
                | ClassCastException
                | IllegalStateException
                | NullPointerException
                | ArithmeticException
                | NegativeArraySizeException
                | UnsupportedOperationException
                | ArrayStoreException
                | AssertionError
                | OutOfMemoryError thrown) {
            if (type.isInstance(thrown)) {
                return type.cast(thrown);
            }
            throw new Violation(done + " must be refused with " + type.getSimpleName() + ", threw " + thrown, thrown);
        }
        throw new Violation(done + " must be refused with " + type.getSimpleName() + ", was accepted");
    }

    /** A message has every one of these values in it. */
    static void message(MixerException refusal, String done, Object... values) {
        for (Object value : values) {
            that(
                    String.valueOf(refusal.getMessage()).contains(String.valueOf(value)),
                    done + ": the message must name " + value + ", is: " + refusal.getMessage());
        }
    }

    /** {@code [b=1, t=2, d=0]}, as far as a tensor of three dimensions has that meaning. */
    static String index(Tensor tensor, int at) {
        int[] index = new int[tensor.shape().rank()];
        int rest = at;
        for (int d = index.length - 1; d >= 0; d--) {
            index[d] = rest % tensor.extent(d);
            rest /= tensor.extent(d);
        }
        return index.length == 3
                ? "[b=" + index[0] + ", t=" + index[1] + ", d=" + index[2] + "]"
                : Arrays.toString(index);
    }

    static String bits(float value) {
        return value + " (0x" + Integer.toHexString(Float.floatToRawIntBits(value)) + ")";
    }
}
