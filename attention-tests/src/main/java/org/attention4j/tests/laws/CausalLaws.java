package org.attention4j.tests.laws;

import java.util.List;
import java.util.stream.IntStream;
import org.attention4j.api.Capability;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;

/** What a mixer that calls itself causal keeps to. */
public final class CausalLaws {
    private static final String AHEAD = "a later position is read: an index is one too far, or a mask is missing";

    /** Positions that algorithms take at a time. */
    private static final int[] BLOCKS = {16, 32, 64, 128, 256};

    private CausalLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                law(
                        "later-inputs-do-not-matter",
                        "changing position t changes no output before t",
                        "the mask, the padding of a convolution, the direction of a recurrence",
                        CausalLaws::later),
                law(
                        "prefix-equals-whole",
                        "a prefix alone gives the outputs of the prefix in the whole sequence",
                        "uses of the length where the position is meant; blocks that are counted from the end; terms that come after the last position",
                        CausalLaws::prefix),
                law(
                                "earlier-outputs-have-no-later-gradient",
                                "the gradient of earlier outputs by later inputs is exactly 0",
                                "the same mask in backward as in forward",
                                CausalLaws::gradient)
                        .needs(Capability.DIFFERENTIABLE)
                        .when("activations that keep numbers in bounds", CellActivations::tame));
    }

    private static Law law(String id, String intent, String lookAt, Law.Check check) {
        return Law.of(Law.Group.CAUSAL, id, intent, lookAt, check).when("causal", MixerSpec::causal);
    }

    /** Positions to look from: a random one, those where blocks of usual sizes begin, and the last, before which are all others. */
    private static IntStream positions(LawCase c, int time) {
        IntStream some = IntStream.of(1 + c.random("t").nextInt(time - 1), time - 1);
        return IntStream.concat(some, IntStream.of(BLOCKS).filter(t -> t < time))
                .distinct();
    }

    private static void later(LawCase drawn) {
        for (LawCase size : Sizes.sometimesLong(drawn)) {
            laterInputs(size.full(2));
        }
    }

    private static void laterInputs(LawCase c) {
        SequenceMixer mixer = c.mixer();
        Sequences in = c.input();
        Tensor before = Runs.forward(mixer, in);
        positions(c, in.time()).forEach(t -> laterInputs(c, mixer, in, before, t));
    }

    private static void laterInputs(LawCase c, SequenceMixer mixer, Sequences in, Tensor before, int t) {
        Sequences changed = c.scaled(3 * c.scale()).sequences("later", in.width());
        Sequences broken = Batches.copy(changed);
        for (int b = 0; b < c.batch(); b++) {
            Batches.copyPositions(in.tensor(), b, 0, changed.tensor(), b, 0, t);
            Batches.copyPositions(in.tensor(), b, 0, broken.tensor(), b, 0, t);
            Batches.fill(broken.tensor(), b, t, in.time(), Float.NaN);
        }
        Tensor afterChange = Runs.forward(mixer, changed);
        Tensor afterBreak = Runs.forward(mixer, broken);
        String where = " from position " + t + " of " + in.time() + " on";
        for (int b = 0; b < c.batch(); b++) {
            Expect.positions(c.spec(), "other values" + where, before, b, 0, afterChange, b, 0, t, AHEAD);
            Expect.positions(c.spec(), "NaN" + where, before, b, 0, afterBreak, b, 0, t, AHEAD + "; 0 · NaN is NaN");
        }
    }

    private static void prefix(LawCase drawn) {
        for (LawCase size : Sizes.sometimesLong(drawn)) {
            prefixes(size.full(2));
        }
    }

    private static void prefixes(LawCase c) {
        SequenceMixer mixer = c.mixer();
        Sequences in = c.input();
        Tensor whole = Runs.forward(mixer, in);
        positions(c, in.time()).forEach(t -> prefix(c, mixer, in, whole, t));
    }

    private static void prefix(LawCase c, SequenceMixer mixer, Sequences in, Tensor whole, int t) {
        for (int b = 0; b < c.batch(); b++) {
            Tensor prefix = Runs.forward(mixer, Batches.part(in, b, 0, t));
            Expect.positions(
                    c.spec(),
                    "the first " + t + " positions of " + in.time() + " alone, then in the whole",
                    prefix,
                    0,
                    0,
                    whole,
                    b,
                    0,
                    t,
                    "the length is used where the position is meant, or changes the order of a sum");
        }
    }

    private static void gradient(LawCase c) {
        Differentiable mixer = c.mixer().require(Differentiable.class);
        Sequences in = c.full(2).input();
        positions(c, in.time()).forEach(t -> gradient(c, mixer, in, t));
    }

    private static void gradient(LawCase c, Differentiable mixer, Sequences in, int t) {
        Tensor out = Runs.output(mixer, in);
        Tensor dOut = c.tensor("cotangent", out.shape().extents());
        for (int b = 0; b < c.batch(); b++) {
            Batches.fill(dOut, b, t, in.time(), 0);
        }
        Tensor dIn = Tensor.zeros(in.tensor().shape());
        Workspace workspace = Workspace.threads(1);
        mixer.backward(mixer.record(in, out, workspace), dOut, Gradients.none().withInput(dIn), workspace);
        for (int b = 0; b < c.batch(); b++) {
            Expect.zeros(
                    "gradient of the outputs before " + t + " by the inputs from there on",
                    dIn,
                    b,
                    t,
                    in.time(),
                    "backward masks other positions than forward");
        }
    }
}
