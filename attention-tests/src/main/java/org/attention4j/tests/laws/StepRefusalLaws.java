package org.attention4j.tests.laws;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.CancelledException;
import org.attention4j.api.Incremental;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.StateExhaustedException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;

/** Which steps and sizes of states are refused, and that a step which is not done changes nothing. */
public final class StepRefusalLaws {
    private StepRefusalLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                StateLaws.law(
                                "full-state-refuses-more",
                                "a step past the capacity is refused and leaves state and output as they were",
                                "step: check the room of all sequences before anything is written",
                                StepRefusalLaws::full)
                        .when("with a state that grows", spec -> !spec.boundedState()),
                StateLaws.law(
                        "bad-step-refused",
                        "a step of another batch, width or output shape is refused and changes nothing",
                        "step: begin with spec().check(chunk, state, out)",
                        StepRefusalLaws::badStep),
                StateLaws.law(
                        "bad-state-size-refused",
                        "newState refuses a negative batch, a capacity below 1, and what is larger than Java's arrays",
                        "newState, stateBytes: RowState checks all; products of ints overflow",
                        StepRefusalLaws::badSize),
                StateLaws.law(
                        "cancelled-step-leaves-state",
                        "a step whose thread is interrupted is done all the same, or throws CancelledException and leaves the state as it was",
                        "step: what can be cancelled (workspace.run) comes before what changes the state, or workspace.mustFinish() before both",
                        StepRefusalLaws::cancelled));
    }

    private static void full(LawCase c) {
        LawCase full = c.full(2);
        Incremental mixer = full.mixer().require(Incremental.class);
        Sequences in = full.input();
        int capacity = in.time() - 1;
        int b = c.random("which").nextInt(c.batch());
        Steps steps = Steps.of(mixer, in, capacity).take(one -> one == b ? capacity : capacity - 1);
        Tensor out = marked(Shape.of(c.batch(), 1, c.spec().outputWidth()));
        String done = "a step of sequence " + b + " past the capacity " + capacity;
        int[] ones = new int[c.batch()];
        Arrays.fill(ones, 1);
        Sequences chunk = Batches.cut(in, steps.taken, ones);
        Expect.refused(
                StateExhaustedException.class, done, () -> mixer.step(chunk, steps.state, out, Workspace.threads(1)));
        unchanged(done, steps, out);
        steps.rollback(b, 1);
        steps.takeAll(one -> Math.min(1, capacity - steps.taken[one]), capacity);
        Tensor whole = Steps.whole(mixer, in);
        for (int s = 0; s < c.batch(); s++) {
            Expect.positions(
                    c.spec(),
                    done + ", then a roll-back and a replay",
                    whole,
                    s,
                    0,
                    steps.out,
                    s,
                    0,
                    capacity,
                    "the refused step changed the state");
        }
    }

    private static Tensor marked(Shape shape) {
        Tensor tensor = Tensor.zeros(shape);
        tensor.fill(-77);
        return tensor;
    }

    private static void unchanged(String done, Steps steps, Tensor out) {
        for (int b = 0; b < steps.taken.length; b++) {
            Expect.equal(
                    (long) steps.taken[b],
                    steps.state.position(b),
                    done + ": position of sequence " + b + " afterwards");
        }
        Expect.sameBits(
                done + ": the output after the refusal",
                marked(out.shape()),
                out,
                "something is written before all arguments have been checked");
    }

    private static void badStep(LawCase c) {
        Incremental mixer = c.mixer().require(Incremental.class);
        int width = c.spec().inputWidth();
        int outputs = c.spec().outputWidth();
        Steps steps = Steps.of(mixer, c.input(), c.time() + 2).take(b -> 1);
        refusedStep(
                "a step of batch " + (c.batch() + 1) + " with a state of batch " + c.batch(),
                mixer,
                steps,
                Tensor.zeros(c.batch() + 1, 1, width),
                Shape.of(c.batch() + 1, 1, outputs));
        refusedStep(
                "a step of width " + (width + 1),
                mixer,
                steps,
                Tensor.zeros(c.batch(), 1, width + 1),
                Shape.of(c.batch(), 1, outputs));
        refusedStep(
                "a step of 1 position with an output of 2",
                mixer,
                steps,
                Tensor.zeros(c.batch(), 1, width),
                Shape.of(c.batch(), 2, outputs));
    }

    private static void refusedStep(String done, Incremental mixer, Steps steps, Tensor in, Shape shape) {
        Tensor out = marked(shape);
        Expect.refused(
                ShapeMismatchException.class,
                done,
                () -> mixer.step(Sequences.of(in), steps.state, out, Workspace.threads(1)));
        unchanged(done, steps, out);
    }

    private static void badSize(LawCase c) {
        Incremental mixer = c.mixer().require(Incremental.class);
        Expect.message(
                Expect.refused(BadShapeException.class, "newState(-1, 4)", () -> mixer.newState(-1, 4)),
                "newState(-1, 4)",
                -1);
        Expect.message(
                Expect.refused(BadShapeException.class, "newState(1, 0)", () -> mixer.newState(1, 0)),
                "newState(1, 0)",
                0);
        Expect.equal(0, mixer.newState(0, 1).batch(), "batch of newState(0, 1)");
        huge(mixer, 1);
        huge(mixer, Integer.MAX_VALUE);
    }

    /** A state of the largest capacity has a size that is no less than a smaller one's, or is refused, when it is measured and when it is made. */
    private static void huge(Incremental mixer, int batch) {
        String measured = "stateBytes(" + batch + ", " + Integer.MAX_VALUE + ")";
        long bytes;
        try {
            bytes = mixer.stateBytes(batch, Integer.MAX_VALUE);
        } catch (BadShapeException refusal) {
            Expect.refused(
                    BadShapeException.class,
                    "newState(" + batch + ", " + Integer.MAX_VALUE + "), as " + measured + " is,",
                    () -> mixer.newState(batch, Integer.MAX_VALUE));
            return;
        }
        long less = mixer.stateBytes(1, 1 << 16);
        Expect.that(
                bytes >= less,
                measured + " is " + bytes + ", and stateBytes(1, 65536) is " + less
                        + "\n  cause?   a product of ints overflows");
    }

    private static void cancelled(LawCase c) {
        Incremental mixer = c.mixer().require(Incremental.class);
        Steps before = StateLaws.halfWay(c, mixer);
        int when = c.random("when").nextInt(5);
        Thread caller = Thread.currentThread();
        AtomicInteger asked = new AtomicInteger();
        Workspace workspace = Workspace.on(
                helper -> {
                    if (asked.incrementAndGet() == when) {
                        caller.interrupt();
                    }
                    throw new RejectedExecutionException("no thread to lend");
                },
                2);
        Steps steps = new Steps(mixer, c.input(), before.state, workspace);
        System.arraycopy(before.taken, 0, steps.taken, 0, before.taken.length);
        int[] from = before.taken.clone();
        String done = "a step whose thread is interrupted "
                + (when == 0 ? "before" : "when it asks for help the " + when + ". time");
        try {
            if (when == 0) {
                caller.interrupt();
            }
            steps.take(b -> c.time());
        } catch (CancelledException cancelled) {
            done += " and that threw " + cancelled.getClass().getSimpleName();
        } finally {
            Thread.interrupted();
        }
        for (int b = 0; b < c.batch(); b++) {
            Expect.equal((long) steps.taken[b], steps.state.position(b), done + ": position of sequence " + b);
        }
        steps.takeAll(b -> 2);
        Tensor whole = Steps.whole(mixer, c.input());
        for (int b = 0; b < c.batch(); b++) {
            Expect.positions(
                    c.spec(),
                    done + ", then the rest, against the whole sequence",
                    whole,
                    b,
                    from[b],
                    steps.out,
                    b,
                    from[b],
                    steps.taken[b] - from[b],
                    "the state is changed before what can be cancelled is done");
        }
    }
}
