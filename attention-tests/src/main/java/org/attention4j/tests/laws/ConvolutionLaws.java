package org.attention4j.tests.laws;

import java.util.List;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ReceptiveField;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;
import org.attention4j.tests.Tally;

/** What follows from y_t = bias + Σ_k W_k x_{t + k · dilation − left}, with PyTorch's names. */
public final class ConvolutionLaws {
    /** Longer receptive fields are the same loop for longer; a law has milliseconds. */
    private static final int LONGEST_FIELD = 4096;

    /** An input of which something is left, however many layers it goes through. */
    private static final float LARGE = 1e9f;

    private ConvolutionLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        Law field = Law.of(
                        Law.Group.CONVOLUTION,
                        "receptive-field-is-exact",
                        "inputs outside the declared receptive field do not matter, those at its ends do",
                        "receptiveField(left, right) in the spec; padding on the other side",
                        ConvolutionLaws::receptiveField)
                .when("with a receptive field of at most " + LONGEST_FIELD, ConvolutionLaws::shortField);
        return List.of(
                field,
                law(
                                "translation-equivariance",
                                "a sequence that is shifted gives outputs that are shifted, away from its ends",
                                "anything that depends on the absolute position",
                                ConvolutionLaws::translation)
                        .family(MixerFamily.CONVOLUTION, MixerFamily.LOCAL)
                        .when("with a receptive field of at most " + LONGEST_FIELD, ConvolutionLaws::shortField),
                law(
                        "linear-in-inputs",
                        "without the bias, outputs of a·x + y are a times those of x plus those of y",
                        "an activation; a bias that is added twice",
                        ConvolutionLaws::linear),
                law(
                        "one-hot-kernel-shifts",
                        "a kernel with a single 1 moves the input by its tap",
                        "which tap is which: the first reads the earliest position",
                        ConvolutionLaws::oneHot),
                Law.counting(
                                Law.Group.CONVOLUTION,
                                "dilation-is-zero-stuffing",
                                "a dilated kernel gives what the kernel with zeros between its taps gives",
                                "the distance of taps; how far the padding reaches",
                                ConvolutionLaws::dilation)
                        .family(MixerFamily.CONVOLUTION)
                        .options("kernel", "dilation")
                        .when("dilated", spec -> option(spec, "dilation") > 1 && option(spec, "kernel") > 1),
                law(
                                "groups-do-not-mix",
                                "groups give what a full kernel gives that is zero between groups",
                                "which input channels an output channel reads",
                                ConvolutionLaws::groups)
                        .options("groups")
                        .when("grouped", spec -> option(spec, "groups") > 1));
    }

    private static Law law(String id, String intent, String lookAt, Law.Check check) {
        return Law.of(Law.Group.CONVOLUTION, id, intent, lookAt, check).family(MixerFamily.CONVOLUTION);
    }

    private static boolean shortField(MixerSpec spec) {
        return spec.receptiveField()
                .filter(field -> field.left() + field.right() <= LONGEST_FIELD)
                .isPresent();
    }

    private static int option(MixerSpec spec, String name) {
        return spec.config().options().get(name) instanceof Integer number ? number : 1;
    }

    private static ReceptiveField field(LawCase c) {
        return c.spec().receptiveField().orElseThrow();
    }

    private static void receptiveField(LawCase c) {
        int left = field(c).left();
        int right = field(c).right();
        SequenceMixer mixer = c.mixer();
        Sequences in = c.full(left + right + 4).input();
        Sequences other = c.full(left + right + 4).scaled(2 * c.scale()).sequences("other", in.width());
        int t = left + c.random("t").nextInt(in.time() - left - right);
        Tensor before = Runs.forward(mixer, in);
        Sequences outside = Batches.copy(other);
        Batches.copyPositions(in.tensor(), 0, t - left, outside.tensor(), 0, t - left, left + right + 1);
        String at = "position " + t + " with the receptive field " + (t - left) + " to " + (t + right);
        Expect.positions(
                c.spec(),
                "other inputs outside: " + at,
                before,
                0,
                t,
                Runs.forward(mixer, outside),
                0,
                t,
                1,
                "the receptive field is larger than declared");
        if (c.spec().kind().family() == MixerFamily.LOCAL) {
            positiveEnds(c, left, right, t, at);
            return;
        }
        for (int edge : new int[] {t - left, t + right}) {
            Sequences inside = Batches.copy(in);
            Batches.copyPositions(other.tensor(), 0, edge, inside.tensor(), 0, edge, 1);
            Tensor after = Runs.forward(mixer, inside);
            Expect.that(
                    !before.slice(0).slice(t).sameBits(after.slice(0).slice(t)),
                    "another input at " + edge + " changes no output of " + at
                            + "\n  cause?   the receptive field is smaller than declared");
        }
    }

    /**
     * The ends of the field of something that is not linear: with signs, an activation may keep them out, and beside other inputs and biases what
     * is left of them after many layers may be rounded away. Without those all other numbers are 0.
     */
    private static void positiveEnds(LawCase c, int left, int right, int t, String at) {
        NamedTensors parameters = c.mixer().parameters();
        parameters.forEach((name, tensor) -> magnitudes(tensor, name.endsWith("bias") ? 0 : 1));
        SequenceMixer mixer = c.provider().create(c.config(), ParameterSource.of(parameters));
        Sequences in = c.full(left + right + 4).input();
        magnitudes(in.tensor(), 0);
        Tensor before = Runs.forward(mixer, in);
        for (int edge : new int[] {t - left, t + right}) {
            Sequences inside = Batches.copy(in);
            inside.tensor().slice(0).slice(edge).fill(LARGE);
            Expect.that(
                    !before.slice(0)
                            .slice(t)
                            .sameBits(Runs.forward(mixer, inside).slice(0).slice(t)),
                    "with positive weights and all else 0, " + LARGE + " at " + edge + " changes no output of " + at
                            + "\n  cause?   the receptive field is smaller than declared");
        }
    }

    private static void magnitudes(Tensor tensor, float factor) {
        float[] values = tensor.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] = factor * Math.abs(values[i]);
        }
        tensor.write(0, values, 0, values.length);
    }

    private static void translation(LawCase c) {
        int left = field(c).left();
        int right = field(c).right();
        int shift = 1 + c.random("shift").nextInt(4);
        LawCase full = c.full(left + right + 6);
        Sequences in = full.input();
        Sequences shifted = full.sequences("before", in.width());
        for (int b = 0; b < c.batch(); b++) {
            Batches.copyPositions(in.tensor(), b, 0, shifted.tensor(), b, shift, in.time() - shift);
        }
        Tensor out = Runs.forward(c.mixer(), in);
        Tensor moved = Runs.forward(c.mixer(), shifted);
        int interior = in.time() - shift - left - right;
        for (int b = 0; b < c.batch(); b++) {
            Expect.positions(
                    c.spec(),
                    "a sequence that is shifted by " + shift,
                    out,
                    b,
                    left,
                    moved,
                    b,
                    left + shift,
                    Math.max(0, interior),
                    "an output depends on the absolute position");
        }
    }

    private static Tensor combined(float a, Tensor x, Tensor y) {
        float[] first = x.toArray();
        float[] second = y.toArray();
        for (int i = 0; i < first.length; i++) {
            first[i] = a * first[i] + second[i];
        }
        return Tensor.of(first, x.shape().extents());
    }

    /** f(a·x + y) = a·f(x) + f(y) − a·f(0), with f(0) the bias. */
    private static void linear(LawCase c) {
        SequenceMixer mixer = c.mixer();
        int[] lengths = c.input().lengths();
        Tensor x = c.input().tensor();
        Tensor y = c.sequences("other", c.spec().inputWidth()).tensor();
        Tensor fx = Runs.forward(mixer, c.input());
        Tensor fy = Runs.forward(mixer, Sequences.of(y, lengths));
        Tensor f0 = Runs.forward(mixer, Sequences.of(Tensor.zeros(x.shape()), lengths));
        Tensor both = Runs.forward(mixer, Sequences.of(combined(-2, x, y), lengths));
        double[] expected = new double[(int) both.size()];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = -2.0 * fx.array()[i] + fy.array()[i] + 2.0 * f0.array()[i];
        }
        int terms = c.spec().inputWidth() * option(c.spec(), "kernel");
        Expect.near(
                "f(y − 2x), against f(y) − 2 f(x) + 2 f(0)",
                expected,
                both,
                1e-5 * (1 + terms * c.scale()),
                "f is not linear: an activation, a norm, or a bias that is added twice");
    }

    /** Every output channel takes one channel of its group, through one tap. */
    private static void oneHot(LawCase c) {
        NamedTensors parameters = c.spec().zeroParameters();
        Tensor weight = parameters.get("weight");
        int k = c.random("tap").nextInt(weight.extent(2));
        int inner = weight.extent(1);
        int perGroup = weight.extent(0) / (c.spec().inputWidth() / inner);
        for (int o = 0; o < weight.extent(0); o++) {
            weight.set(1, o, o % inner, k);
        }
        Sequences in = c.input();
        Tensor expected = Tensor.zeros(c.spec().outputShape(in));
        int offset = k * option(c.spec(), "dilation") - field(c).left();
        for (int b = 0; b < in.batch(); b++) {
            for (int t = 0; t < in.length(b); t++) {
                for (int o = 0; o < weight.extent(0) && t + offset >= 0 && t + offset < in.length(b); o++) {
                    expected.set(in.tensor().get(b, t + offset, o / perGroup * inner + o % inner), b, t, o);
                }
            }
        }
        double[] values = new double[(int) expected.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = expected.array()[i];
        }
        Expect.near( // outputs may all be 0, so a bound is that of the inputs
                "a kernel that is 1 at tap " + k + " of " + weight.extent(2) + ", so that it reads " + offset
                        + " positions ahead",
                values,
                Runs.forward(c.provider().create(c.config(), ParameterSource.of(parameters)), in),
                c.spec().exactness().amongEqualWays().bound() * c.scale(),
                "taps are counted from the other end, or channels are mixed up");
    }

    private static Tally dilation(LawCase c) {
        int dilation = option(c.spec(), "dilation");
        int kernel = option(c.spec(), "kernel");
        MixerConfig stuffed =
                c.config().with("kernel", (kernel - 1) * dilation + 1).with("dilation", 1);
        MixerSpec spec;
        try {
            spec = c.provider().spec(stuffed);
        } catch (BadConfigurationException tooLong) {
            return Tally.nothing("a kernel of all that a dilated one spans is refused: " + tooLong.getMessage());
        }
        NamedTensors parameters = c.mixer().parameters();
        NamedTensors wide = spec.zeroParameters();
        wide.forEach((name, tensor) -> {
            if (!name.equals("weight")) {
                tensor.copyFrom(parameters.get(name));
            }
        });
        Tensor weight = parameters.get("weight");
        for (int o = 0; o < weight.extent(0); o++) {
            for (int i = 0; i < weight.extent(1); i++) {
                for (int k = 0; k < kernel; k++) {
                    wide.get("weight").set(weight.get(o, i, k), o, i, k * dilation);
                }
            }
        }
        Expect.same(
                c.spec(),
                "kernel " + kernel + " with dilation " + dilation + ", against zeros between its taps",
                Runs.forward(c.provider().create(stuffed, ParameterSource.of(wide)), c.input()),
                Runs.forward(c.mixer(), c.input()),
                "taps stand at another distance, or the padding is split otherwise");
        return Tally.one();
    }

    private static void groups(LawCase c) {
        MixerConfig one = c.config().with("groups", 1);
        NamedTensors parameters = c.mixer().parameters();
        NamedTensors full = c.provider().spec(one).zeroParameters();
        full.forEach((name, tensor) -> {
            if (!name.equals("weight")) {
                tensor.copyFrom(parameters.get(name));
            }
        });
        Tensor weight = parameters.get("weight");
        int inner = weight.extent(1);
        int perGroup = weight.extent(0) / (c.spec().inputWidth() / inner);
        for (int o = 0; o < weight.extent(0); o++) {
            for (int i = 0; i < inner; i++) {
                for (int k = 0; k < weight.extent(2); k++) {
                    full.get("weight").set(weight.get(o, i, k), o, o / perGroup * inner + i, k);
                }
            }
        }
        float[] expected = Runs.forward(c.provider().create(one, ParameterSource.of(full)), c.input())
                .toArray();
        double[] exact = new double[expected.length];
        for (int i = 0; i < exact.length; i++) {
            exact[i] = expected[i];
        }
        Expect.near(
                "groups, against a full kernel that is zero between them",
                exact,
                Runs.forward(c.mixer(), c.input()),
                1e-5 * (1 + c.scale() * inner * weight.extent(2)),
                "an output channel reads the channels of another group");
    }
}
