package org.attention4j.tests.laws;

import java.util.List;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;

/** What every mixer does with numbers that are large, tiny or none. */
public final class NumberLaws {
    /** Positions, for those whose first outputs depend on nothing: a position may see others alone, and none nearby. */
    private static final int ENOUGH = 8;

    private NumberLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                EveryMixerLaws.law(
                                "finite-in-finite-out",
                                "finite inputs of ordinary size give finite outputs",
                                "divisions, logarithms, square roots",
                                c -> finite(c, c.scale()))
                        .when("activations that keep numbers in bounds", CellActivations::tame),
                EveryMixerLaws.law(
                                "large-inputs-stay-finite",
                                "inputs of a million give finite outputs",
                                "exp of what was not shifted by its maximum first; squares of squares",
                                c -> finite(c, 1e6f))
                        .when("activations that keep numbers in bounds", CellActivations::tame),
                EveryMixerLaws.law(
                                "tiny-inputs-stay-finite",
                                "tiny and subnormal inputs and zeros give finite outputs",
                                "divisions by a norm, a variance or a sum that underflows to 0",
                                NumberLaws::tiny)
                        .when("activations that keep numbers in bounds", CellActivations::tame),
                EveryMixerLaws.law(
                        "nan-stays-in-its-sequence",
                        "a NaN in one sequence reaches no other sequence",
                        "statistics over the batch; 0 · NaN is NaN",
                        NumberLaws::nan),
                EveryMixerLaws.law(
                        "nan-is-not-swallowed",
                        "a NaN inside the true length spreads to an output that depends on it",
                        "comparisons such as max(…) or if (x > 0) that treat NaN as a number",
                        NumberLaws::nanSpreads));
    }

    private static void finite(LawCase c, float scale) {
        Expect.finite(
                "inputs in ±" + scale, Runs.forward(c.mixer(), c.scaled(scale).input()), "overflow, or 0 / 0");
    }

    private static void tiny(LawCase c) {
        for (float scale : new float[] {1e-20f, 1e-40f, 0}) {
            finite(c, scale);
        }
    }

    private static void nan(LawCase c) {
        Sequences in = c.input();
        SequenceMixer mixer = c.mixer();
        Tensor before = Runs.forward(mixer, in);
        int hit = c.random("hit").nextInt(c.batch());
        Batches.fill(in.tensor(), hit, 0, in.length(hit), Float.NaN);
        Tensor after = Runs.forward(mixer, in);
        for (int b = 0; b < c.batch(); b++) {
            if (b != hit) {
                Expect.positions(
                        c.spec(),
                        "NaN in sequence " + hit,
                        before,
                        b,
                        0,
                        after,
                        b,
                        0,
                        c.time(),
                        EveryMixerLaws.MIXED_UP);
            }
        }
    }

    private static void nanSpreads(LawCase c) {
        LawCase full = c.full(ENOUGH
                + c.spec()
                        .receptiveField()
                        .map(field -> field.left() + field.right())
                        .orElse(0));
        Sequences in = full.input();
        in.tensor().slice(0).fill(Float.NaN);
        Tensor out = Runs.forward(full.mixer(), in);
        boolean found = false;
        for (float value : out.slice(0).toArray()) {
            found |= Float.isNaN(value);
        }
        Expect.that(
                found,
                "NaN in all elements of sequence 0: no output of the sequence is NaN"
                        + "\n  cause?   a comparison treats NaN as a number");
    }
}
