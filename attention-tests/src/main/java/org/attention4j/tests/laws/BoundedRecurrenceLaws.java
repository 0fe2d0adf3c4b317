package org.attention4j.tests.laws;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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

/** What follows from a gated or plain recurrence whose hidden values stay within [−1, 1], with PyTorch's names. */
public final class BoundedRecurrenceLaws {
    private BoundedRecurrenceLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                law(
                                "outputs-bounded",
                                "hidden values stay within [−1, 1], whatever the inputs",
                                "the last activation of the cell",
                                BoundedRecurrenceLaws::bounded)
                        .when("activations that are bounded, and no projection", CellActivations::bounded),
                law(
                                "saturated-gates-latch",
                                "with gates driven to 0 and 1, what is taken in at the first position is kept",
                                "the order of the gates in the parameters: i, f, g, o and r, z, n",
                                BoundedRecurrenceLaws::latch)
                        .when("one gated layer in one direction, of width 2 or more", BoundedRecurrenceLaws::gated),
                law(
                                "bidirectional-is-two-directions",
                                "both directions give what each gives, the second on sequences reversed by their true lengths",
                                "where the reverse direction begins: at the last true position, not at T",
                                BoundedRecurrenceLaws::directions)
                        .options("bidirectional")
                        .when("one layer in two directions", spec -> flag(spec, "bidirectional") && layers(spec) == 1),
                law(
                                "layers-are-a-stack",
                                "two layers give what one gives on the outputs of the other",
                                "the input of the second layer, and its parameters' names",
                                BoundedRecurrenceLaws::stack)
                        .options("layers")
                        .when("two layers", spec -> layers(spec) == 2));
    }

    private static Law law(String id, String intent, String lookAt, Law.Check check) {
        return Law.of(Law.Group.BOUNDED_RECURRENCE, id, intent, lookAt, check).family(MixerFamily.BOUNDED_RECURRENCE);
    }

    private static boolean flag(MixerSpec spec, String option) {
        return Boolean.TRUE.equals(spec.config().options().get(option));
    }

    private static int layers(MixerSpec spec) {
        return spec.config().options().get("layers") instanceof Integer number ? number : 1;
    }

    /** Gates of the first layer: 4 of an LSTM, 3 of a GRU, 1 of a plain recurrence. */
    private static int gates(MixerSpec spec) {
        return spec.zeroParameters().get("weight_hh_l0").extent(0)
                / spec.zeroParameters().get("weight_hh_l0").extent(1);
    }

    private static boolean gated(MixerSpec spec) {
        return CellActivations.textbook(spec)
                && gates(spec) >= 3
                && layers(spec) == 1
                && !flag(spec, "bidirectional")
                && spec.inputWidth() >= 2
                && spec.outputWidth()
                        == spec.zeroParameters().get("weight_hh_l0").extent(1);
    }

    private static void bounded(LawCase c) {
        for (float scale : new float[] {c.scale(), 1e4f}) {
            Tensor out = Runs.forward(c.mixer(), c.scaled(scale).input());
            float[] values = out.toArray();
            for (int i = 0; i < values.length; i++) {
                Expect.that(
                        values[i] >= -1 && values[i] <= 1,
                        "inputs in ±" + scale + ": output " + Expect.index(out, i) + " is " + values[i]
                                + "\n  cause?   the last activation is missing, or is no tanh");
            }
        }
    }

    /** x₀ is 1 at first and −1 then, x₁ is 1; gates read x₀ with a weight of 30, so that σ is 0 or 1 in float32. */
    private static void latch(LawCase c) {
        NamedTensors parameters = c.spec().zeroParameters();
        Tensor weight = parameters.get("weight_ih_l0");
        int hidden = weight.extent(0) / gates(c.spec());
        boolean lstm = gates(c.spec()) == 4;
        for (int u = 0; u < hidden; u++) {
            weight.set(lstm ? 30 : 0, u, 0); // i opens at the first position; r does not matter
            weight.set(-30, hidden + u, 0); // f, z: forget at first, keep then
            weight.set(0.5f, 2 * hidden + u, 1); // g, n
            if (lstm) {
                weight.set(30, 3 * hidden + u, 1); // o is open
            }
        }
        LawCase full = c.full(3);
        Tensor in = Tensor.zeros(full.batch(), full.time(), c.spec().inputWidth());
        for (int b = 0; b < full.batch(); b++) {
            for (int t = 0; t < full.time(); t++) {
                in.set(t == 0 ? 1 : -1, b, t, 0);
                in.set(1, b, t, 1);
            }
        }
        double taken = Math.tanh(0.5);
        double kept = lstm ? Math.tanh(taken) : taken;
        Tensor out = Runs.forward(c.provider().create(c.config(), ParameterSource.of(parameters)), Sequences.of(in));
        double[] expected = new double[(int) out.size()];
        Arrays.fill(expected, kept);
        Expect.near(
                String.format(Locale.ROOT, "gates that take in %.4f at position 0 and keep it", kept),
                expected,
                out,
                1e-5,
                "gates stand in another order than " + (lstm ? "i, f, g, o" : "r, z, n"));
    }

    private static void directions(LawCase c) {
        MixerConfig one = c.config().with("bidirectional", false);
        MixerSpec spec = c.provider().spec(one);
        NamedTensors parameters = c.mixer().parameters();
        SequenceMixer ahead = c.provider().create(one, ParameterSource.of(parameters));
        SequenceMixer back = c.provider().create(one, renamed(spec, parameters, "_l0", "_l0_reverse"));
        Sequences in = c.input();
        Tensor both = Runs.forward(c.mixer(), in);
        Tensor first = Runs.forward(ahead, in);
        Tensor second = reversed(Sequences.of(Runs.forward(back, reversed(in)), in.lengths()))
                .tensor();
        Tensor expected = Tensor.zeros(both.shape());
        int half = first.extent(2);
        for (int b = 0; b < c.batch(); b++) {
            for (int t = 0; t < c.time(); t++) {
                expected.slice(b).slice(t).write(0, first.slice(b).slice(t).toArray(), 0, half);
                expected.slice(b).slice(t).write(half, second.slice(b).slice(t).toArray(), 0, half);
            }
        }
        Expect.same(
                c.spec(),
                "two directions, against each alone",
                expected,
                both,
                "the reverse direction begins at T instead of at the length, or its outputs stand elsewhere");
    }

    private static ParameterSource renamed(MixerSpec spec, NamedTensors parameters, String name, String given) {
        NamedTensors renamed = spec.zeroParameters();
        renamed.forEach((parameter, tensor) -> tensor.copyFrom(parameters.get(parameter.replace(name, given))));
        return ParameterSource.of(renamed);
    }

    /** Each sequence from its last true position to its first. */
    private static Sequences reversed(Sequences in) {
        Tensor tensor = Tensor.zeros(in.tensor().shape());
        for (int b = 0; b < in.batch(); b++) {
            for (int t = 0; t < in.length(b); t++) {
                Batches.copyPositions(in.tensor(), b, t, tensor, b, in.length(b) - 1 - t, 1);
            }
        }
        return Sequences.of(tensor, in.lengths());
    }

    private static void stack(LawCase c) {
        NamedTensors parameters = c.mixer().parameters();
        MixerConfig one = c.config().with("layers", 1);
        SequenceMixer lower = c.provider().create(one, ParameterSource.of(parameters));
        MixerConfig next = one.withWidth(lower.spec().outputWidth());
        SequenceMixer upper = c.provider().create(next, renamed(c.provider().spec(next), parameters, "_l0", "_l1"));
        Tensor between = Runs.forward(lower, c.input());
        Tensor expected = Runs.forward(upper, Sequences.of(between, c.input().lengths()));
        Expect.same(
                c.spec(),
                "two layers, against one on the other",
                expected,
                Runs.forward(c.mixer(), c.input()),
                "the second layer reads something else than the outputs of the first");
    }
}
