package org.attention4j.tests.laws;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;

/** What the whole-sequence pass of every mixer keeps to. */
public final class EveryMixerLaws {
    static final String MIXED_UP =
            "a sequence begins with what the one before it left, or an index uses another sequence or the batch's extent";

    private EveryMixerLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                law(
                        "inputs-not-written",
                        "no call writes to what it is given to read, padding included",
                        "in-place scaling, masks applied to the input or the cotangent",
                        EveryMixerLaws::inputsNotWritten),
                law(
                        "every-output-written",
                        "forward writes every element of [B, T, D'], whatever was there before",
                        "the loop over positions, at its ends and at padding",
                        EveryMixerLaws::everyOutputWritten),
                law(
                        "deterministic",
                        "the same call gives the same bits again",
                        "fields that calls write to, scratch memory that is read before it is written, random numbers",
                        EveryMixerLaws::deterministic),
                law(
                        "used-workspace-does-not-matter",
                        "what a workspace was used for before changes no bit of any call",
                        "scratch memory that is read, or added to, before it is written",
                        EveryMixerLaws::usedWorkspace),
                law(
                        "neighbours-do-not-matter",
                        "a sequence's outputs do not depend on the other sequences of its batch",
                        "sums and maxima over the whole batch",
                        EveryMixerLaws::neighbours),
                law(
                        "batch-order-does-not-matter",
                        "the sequences of a batch in another order give the outputs in that order",
                        "uses of the batch index",
                        EveryMixerLaws::order),
                law(
                        "padding-not-read",
                        "positions at or past a sequence's length are never read; they may hold NaN",
                        "loops that run to T instead of to the length; 0 · NaN is NaN",
                        EveryMixerLaws::paddingNotRead),
                law(
                        "padding-outputs-zero",
                        "outputs at padding are 0",
                        "what is written past the length; a bias is not added there",
                        EveryMixerLaws::paddingZero),
                law(
                        "padded-time-does-not-matter",
                        "more padding changes no output",
                        "uses of T where the length is meant",
                        EveryMixerLaws::moreTime),
                law(
                        "ragged-equals-alone",
                        "a sequence in a ragged batch gives the outputs of the sequence alone",
                        "uses of T or B where the length is meant; kernels chosen by size that sum in another order",
                        EveryMixerLaws::alone),
                law(
                                "length-one",
                                "sequences of one position work",
                                "divisions by T − 1, windows wider than the sequence",
                                EveryMixerLaws::lengthOne)
                        .when("activations that keep numbers in bounds", CellActivations::tame),
                law(
                                "empty-input",
                                "an empty batch, an empty time and sequences of length 0 work",
                                "divisions by the length; first and last positions that are taken for granted",
                                EveryMixerLaws::empty)
                        .when("activations that keep numbers in bounds", CellActivations::tame));
    }

    static Law law(String id, String intent, String lookAt, Law.Check check) {
        return Law.of(Law.Group.EVERY_MIXER, id, intent, lookAt, check);
    }

    private static void inputsNotWritten(LawCase c) {
        SequenceMixer mixer = c.mixer();
        Calls calls = new Calls(c, mixer, Batches.padded(c.input(), c.time() + 1, 55));
        for (Calls.Kind kind : Calls.Kind.of(c.spec())) {
            Calls.Call call = calls.plain(kind);
            Map<String, Tensor> before = new LinkedHashMap<>();
            call.read.forEach((name, tensor) -> before.put(name, tensor.copy()));
            call.run(Workspace.threads(1));
            before.forEach((name, tensor) -> Expect.sameBits(
                    "the " + name + " after " + kind.label,
                    tensor,
                    call.read.get(name),
                    "the mixer writes to its input"));
        }
    }

    private static void everyOutputWritten(LawCase c) {
        SequenceMixer mixer = c.mixer();
        Tensor first = Runs.output(mixer, c.input());
        Tensor second = Runs.output(mixer, c.input());
        first.fill(777);
        second.fill(-777);
        mixer.forward(c.input(), first, Workspace.threads(1));
        mixer.forward(c.input(), second, Workspace.threads(1));
        Expect.sameBits(
                "forward into outputs full of 777, then full of −777",
                first,
                second,
                "this element is not written, or added to instead of overwritten");
    }

    private static void deterministic(LawCase c) {
        SequenceMixer mixer = c.mixer();
        Workspace kept = Workspace.threads(1);
        Tensor first = Runs.forward(mixer, c.input());
        for (int i = 0; i < 3; i++) {
            Tensor again = Runs.output(mixer, c.input());
            mixer.forward(c.input(), again, kept);
            Expect.sameBits(
                    "forward, call " + (i + 2) + " with the same input",
                    first,
                    again,
                    "the mixer keeps something between calls, or reads scratch memory before writing it");
            mixer.forward(c.scaled(3).sequences("other", c.spec().inputWidth()), Runs.output(mixer, c.input()), kept);
        }
    }

    private static void usedWorkspace(LawCase c) {
        Calls calls = new Calls(c, c.mixer(), c.input());
        for (Calls.Kind kind : Calls.Kind.of(c.spec())) {
            Calls.Call expected = calls.plain(kind).run(Workspace.threads(1));
            Workspace used = Workspace.threads(1);
            calls.plain(kind).run(used);
            Calls.Call call = calls.plain(kind).run(spoilt(used));
            expected.written.forEach((name, tensor) -> Expect.sameBits(
                    kind.label + " in a workspace whose memory has been used, against a new one: the " + name,
                    tensor,
                    call.written.get(name),
                    "scratch memory is read before it is written"));
        }
    }

    /** A workspace with as many arrays as another has, all as large as the largest, and in them what no call can use. */
    private static Workspace spoilt(Workspace used) {
        Workspace spoilt = Workspace.threads(1);
        int theirs = used.begin();
        int mine = spoilt.begin();
        int floats = 0;
        int ints = 0;
        int count = 0;
        for (long bytes = used.bytes(); ; count++) { // one that had to be made is none of theirs
            int length = used.scratch().floats(1).length;
            if (used.bytes() != bytes) {
                break;
            }
            floats = Math.max(floats, length);
        }
        for (int i = 0; i < count; i++) {
            Arrays.fill(spoilt.scratch().floats(floats), Float.NaN);
        }
        count = 0;
        for (long bytes = used.bytes(); ; count++) {
            int length = used.scratch().ints(1).length;
            if (used.bytes() != bytes) {
                break;
            }
            ints = Math.max(ints, length);
        }
        for (int i = 0; i < count; i++) {
            Arrays.fill(spoilt.scratch().ints(ints), -1);
        }
        spoilt.end(mine);
        used.end(theirs);
        return spoilt;
    }

    private static void neighbours(LawCase c) {
        Sequences in = c.input();
        SequenceMixer mixer = c.mixer();
        Tensor before = Runs.forward(mixer, in);
        int kept = c.random("kept").nextInt(c.batch());
        Sequences other = c.scaled(5 * c.scale()).sequences("neighbours", in.width());
        other.tensor().slice(kept).copyFrom(in.tensor().slice(kept));
        Expect.positions(
                c.spec(),
                "other values in every sequence but " + kept,
                before,
                kept,
                0,
                Runs.forward(mixer, other),
                kept,
                0,
                c.time(),
                MIXED_UP);
    }

    private static void order(LawCase c) {
        Sequences in = c.input();
        int[] order = Batches.shuffled(c.batch(), c.random("order"));
        SequenceMixer mixer = c.mixer();
        Tensor before = Runs.forward(mixer, in);
        Tensor after = Runs.forward(mixer, Batches.ordered(in, order));
        for (int b = 0; b < order.length; b++) {
            Expect.positions(
                    c.spec(),
                    "sequences in the order " + Arrays.toString(order),
                    before,
                    order[b],
                    0,
                    after,
                    b,
                    0,
                    c.time(),
                    MIXED_UP);
        }
    }

    private static void paddingNotRead(LawCase c) {
        Sequences in = Batches.padded(c.input(), c.time() + 1, 0);
        SequenceMixer mixer = c.mixer();
        Tensor before = Runs.forward(mixer, in);
        for (float garbage : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 1e30f}) {
            Expect.same(
                    c.spec(),
                    "padding filled with " + garbage,
                    before,
                    Runs.forward(mixer, Batches.padded(in, in.time(), garbage)),
                    "positions past the length are read");
        }
    }

    private static void paddingZero(LawCase c) {
        Sequences in = Batches.padded(c.input(), c.time() + 1, 0);
        Tensor out = Runs.forward(c.mixer(), in);
        for (int b = 0; b < c.batch(); b++) {
            Expect.zeros(
                    "outputs past the length " + in.length(b),
                    out,
                    b,
                    in.length(b),
                    in.time(),
                    "a bias is added at padding, or padding is not written");
        }
    }

    private static void moreTime(LawCase drawn) {
        Sizes.sometimesLong(drawn).forEach(EveryMixerLaws::morePadding);
    }

    private static void morePadding(LawCase c) {
        SequenceMixer mixer = c.mixer();
        Tensor before = Runs.forward(mixer, c.input());
        int more = 1 + c.random("more").nextInt(5);
        Tensor after = Runs.forward(mixer, Batches.padded(c.input(), c.time() + more, 0));
        for (int b = 0; b < c.batch(); b++) {
            Expect.positions(
                    c.spec(),
                    more + " more positions of padding",
                    before,
                    b,
                    0,
                    after,
                    b,
                    0,
                    c.time(),
                    "T is used where the sequence's length is meant");
        }
    }

    private static void alone(LawCase drawn) {
        Sizes.sometimesMany(drawn).forEach(EveryMixerLaws::eachAlone);
    }

    private static void eachAlone(LawCase c) {
        Sequences in = c.input();
        SequenceMixer mixer = c.mixer();
        Tensor batch = Runs.forward(mixer, in);
        for (int b = 0; b < c.batch(); b++) {
            Tensor alone = Runs.forward(mixer, Batches.alone(in, b));
            Expect.positions(
                    c.spec(),
                    "sequence " + b + " alone, then in a batch of " + c.batch(),
                    alone,
                    0,
                    0,
                    batch,
                    b,
                    0,
                    in.length(b),
                    "T or B is used where the length is meant, or sums have another order in a batch");
        }
    }

    private static void lengthOne(LawCase c) {
        LawCase single = c.with(Collections.nCopies(c.batch(), 1), 1);
        SequenceMixer mixer = c.mixer();
        Tensor out = Runs.forward(mixer, single.input());
        Expect.finite("forward of sequences of length 1", out, "a division by T − 1 or by a variance");
        Sequences longer = Batches.padded(single.input(), 3, Float.NaN);
        for (int b = 0; b < c.batch(); b++) {
            Expect.positions(
                    c.spec(),
                    "length 1, then the same padded to 3",
                    out,
                    b,
                    0,
                    Runs.forward(mixer, longer),
                    b,
                    0,
                    1,
                    "T is used where the sequence's length is meant");
        }
    }

    private static void empty(LawCase c) {
        SequenceMixer mixer = c.mixer();
        int width = c.spec().inputWidth();
        Runs.forward(mixer, Sequences.of(Tensor.zeros(0, c.time(), width)));
        Runs.forward(mixer, Sequences.of(Tensor.zeros(c.batch(), 0, width)));
        Runs.forward(mixer, Sequences.of(Tensor.zeros(0, 0, width)));
        int empty = c.random("empty").nextInt(c.batch());
        List<Integer> lengths = new ArrayList<>(c.lengths());
        lengths.set(empty, 0);
        Sequences in = c.with(lengths, c.time()).input();
        Tensor out = Runs.forward(mixer, Batches.padded(in, c.time(), Float.NaN));
        Expect.zeros(
                "outputs of a sequence of length 0", out, empty, 0, c.time(), "the length is taken to be at least 1");
        Expect.finite("a batch with a sequence of length 0", out, "a division by the length");
    }
}
