package org.attention4j.tests.laws;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.attention4j.api.Capability;
import org.attention4j.api.Differentiable;
import org.attention4j.api.ForeignStateException;
import org.attention4j.api.Gradients;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.OverlapException;
import org.attention4j.api.Recording;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;

/** What gradients keep to. */
public final class GradientLaws {
    private GradientLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                law(
                                "recording-computes-forward",
                                "record gives the outputs of forward",
                                "record: the same kernels, the same order",
                                GradientLaws::record)
                        .when("no dropout", Dropouts::none),
                law(
                                "gradients-accumulate",
                                "backward adds to what is there",
                                "backward: += where it says =",
                                GradientLaws::accumulate)
                        .when("activations that keep numbers in bounds", CellActivations::tame),
                law(
                        "recording-used-twice",
                        "a recording gives the same gradients again, whatever is recorded in between",
                        "backward: buffers of the recording that are overwritten; record: what it keeps must be its own",
                        GradientLaws::twice),
                law(
                        "only-wanted-gradients",
                        "asking for some gradients gives them the bits they have when all are asked for",
                        "backward: what is computed for one gradient and used by another",
                        GradientLaws::wanted),
                law(
                        "padding-has-no-gradient",
                        "padding is not read and gets no gradient, whatever input and cotangent hold there",
                        "backward: loops that run to T; 0 · NaN is NaN",
                        GradientLaws::padding),
                law(
                        "gradient-threads-do-not-matter",
                        "gradients have the same bits on any number of threads",
                        "backward: sums over the batch that threads split among them",
                        GradientLaws::threads),
                law(
                        "foreign-recording-refused",
                        "a recording of another mixer is refused, and a recording names its own",
                        "backward: begin with spec().check(this, recording, …)",
                        GradientLaws::foreign),
                law(
                        "bad-cotangent-refused",
                        "a cotangent of another shape, or in the memory of a gradient, is refused before anything is added",
                        "backward: begin with spec().check(this, recording, …)",
                        GradientLaws::cotangent));
    }

    static Law law(String id, String intent, String lookAt, Law.Check check) {
        return Law.of(Law.Group.DIFFERENTIABLE, id, intent, lookAt, check).needs(Capability.DIFFERENTIABLE);
    }

    /** A random cotangent: of all outputs, or of few, since a loss of one output shows small errors. */
    static Tensor cotangent(LawCase c, String name, Shape shape) {
        SplittableRandom random = c.random(name);
        Tensor dOut = c.scaled(1).tensor(name, shape.extents());
        if (random.nextBoolean() && shape.size() > 0) {
            float[] sparse = new float[(int) shape.size()];
            for (int i = 0; i < 3; i++) {
                sparse[random.nextInt(sparse.length)] = 1;
            }
            dOut.write(0, sparse, 0, sparse.length);
        }
        return dOut;
    }

    static Gradients gradients(LawCase c, Differentiable mixer, Sequences in, Tensor dOut, int threads) {
        Gradients gradients = Gradients.zeros(c.spec(), in);
        try (Workspace workspace = Workspace.threads(threads)) {
            mixer.backward(mixer.record(in, Runs.output(mixer, in), workspace), dOut, gradients, workspace);
        }
        return gradients;
    }

    static LawCase gentle(LawCase c) {
        return c.scaled(Math.min(1, c.scale()));
    }

    private static void record(LawCase c) {
        Differentiable mixer = c.mixer().require(Differentiable.class);
        Sequences in = Batches.padded(c.input(), c.time(), Float.NaN);
        Tensor out = Runs.output(mixer, in);
        mixer.record(in, out, Workspace.threads(1));
        Expect.same(
                c.spec(), "record, against forward", Runs.forward(mixer, in), out, "record computes in another way");
    }

    /** g is a·x + y within rounding, relative to the largest of all. */
    static void sum(String done, Tensor x, float a, Tensor y, Tensor got, String cause) {
        sum(done, x, a, y, got, asked -> 0, cause);
    }

    /** As above, and a noise that is asked for where that is not enough: it is given how much would be. */
    static void sum(String done, Tensor x, float a, Tensor y, Tensor got, DoubleUnaryOperator noise, String cause) {
        float[] first = x.toArray();
        float[] second = y.toArray();
        float[] have = got.toArray();
        double[] expected = new double[first.length];
        double largest = 1e-30;
        double off = 0;
        for (int i = 0; i < first.length; i++) {
            expected[i] = (double) a * first[i] + second[i];
            largest = Math.max(largest, Math.max(Math.abs(a * first[i]), Math.abs(second[i])));
            off = Math.max(off, Math.abs(expected[i] - have[i]));
        }
        double tolerance = 2e-4 * largest;
        double carried = off <= tolerance ? 0 : noise.applyAsDouble(off - tolerance);
        Expect.near(done, expected, got, tolerance + carried, cause);
    }

    private static void accumulate(LawCase drawn) {
        LawCase c = gentle(drawn);
        Calls.Kind kind = Calls.Kind.anyBackward(c);
        Calls calls = new Calls(c, c.mixer(), c.input());
        Workspace workspace = Workspace.threads(1);
        Calls.Call plain = calls.plain(kind).run(workspace);
        Calls.Call filled = calls.plain(kind);
        filled.gradients.values().forEach(tensor -> tensor.fill(1.5f));
        filled.backward(filled.record(workspace), workspace);
        filled.gradients.forEach((name, got) -> {
            Tensor expected = plain.gradients.get(name);
            String done = kind.label + ": the " + name + " added to 1.5";
            sum(done, expected, 1, ones(expected), got, "backward overwrites, or adds twice");
        });
    }

    private static Tensor ones(Tensor like) {
        Tensor ones = Tensor.zeros(like.shape());
        ones.fill(1.5f);
        return ones;
    }

    static void sameGradients(LawCase c, String done, Gradients expected, Gradients got, String cause) {
        Expect.same(
                c.spec(),
                done + ": gradient of the input",
                expected.input().orElseThrow(),
                got.input().orElseThrow(),
                cause);
        expected.parameters()
                .forEach((name, gradient) -> Expect.same(
                        c.spec(),
                        done + ": gradient of '" + name + "'",
                        gradient,
                        got.parameters().get(name),
                        cause));
    }

    /** With another recording in between, and with outputs that are no longer there. */
    private static void twice(LawCase c) {
        Calls.Kind kind = Calls.Kind.anyBackward(c);
        SequenceMixer mixer = c.mixer();
        Workspace workspace = Workspace.threads(1);
        Calls.Call expected = new Calls(c, mixer, c.input()).plain(kind).run(workspace);
        Calls.Call call = new Calls(c, mixer, c.input()).plain(kind);
        LawCase otherwise = c.seeded(c.seed() + 1);
        Calls.Call other = new Calls(otherwise, mixer, otherwise.input()).plain(kind);
        Recording recording = call.record(workspace);
        Expect.that(recording.bytes() >= 0, "bytes() of the recording is " + recording.bytes());
        call.written.forEach((name, tensor) -> tensor.fill(call.gradients.containsKey(name) ? 0 : Float.NaN));
        Recording another = other.record(workspace);
        again(c, kind.label + " of another batch, then the first's gradients", expected, call, recording, workspace);
        other.backward(another, workspace);
        call.gradients.values().forEach(tensor -> tensor.fill(0));
        again(c, kind.label + ", and again after those of another batch", expected, call, recording, workspace);
    }

    private static void again(
            LawCase c, String done, Calls.Call expected, Calls.Call call, Recording recording, Workspace workspace) {
        Map<String, Tensor> before = new LinkedHashMap<>();
        call.read.forEach((name, tensor) -> before.put(name, tensor.copy()));
        call.backward(recording, workspace);
        String cause = "backward changes the recording, or the recording does not keep what it needs";
        call.gradients.forEach(
                (name, got) -> Expect.same(c.spec(), done + ": the " + name, expected.gradients.get(name), got, cause));
        before.forEach((name, tensor) -> Expect.sameBits(
                "the " + name + " after backward", tensor, call.read.get(name), "backward writes to it"));
    }

    private static void wanted(LawCase c) {
        Differentiable mixer = c.mixer().require(Differentiable.class);
        Sequences in = c.input();
        Tensor dOut = cotangent(c, "cotangent", c.spec().outputShape(in));
        Gradients all = gradients(c, mixer, in, dOut, 1);
        Workspace workspace = Workspace.threads(1);
        Recording recording = mixer.record(in, Runs.output(mixer, in), workspace);
        mixer.backward(recording, dOut, Gradients.none(), workspace);
        Tensor dIn = Tensor.zeros(in.tensor().shape());
        mixer.backward(recording, dOut, Gradients.none().withInput(dIn), workspace);
        Expect.same(
                c.spec(),
                "the input's gradient alone, against all",
                all.input().orElseThrow(),
                dIn,
                "it is computed with something that is only there for the others");
        for (String name : all.parameters().names()) {
            Tensor alone = Tensor.zeros(all.parameters().get(name).shape());
            mixer.backward(
                    recording,
                    dOut,
                    Gradients.none().withParameters(NamedTensors.empty().with(name, alone)),
                    workspace);
            Expect.same(
                    c.spec(),
                    "the gradient of '" + name + "' alone, against all",
                    all.parameters().get(name),
                    alone,
                    "it is computed with something that is only there for the others");
        }
    }

    private static void padding(LawCase c) {
        Differentiable mixer = c.mixer().require(Differentiable.class);
        Sequences plain = Batches.padded(c.input(), c.time() + 1, 0);
        Sequences in = Batches.padded(c.input(), c.time() + 1, Float.NaN);
        Tensor dOut = cotangent(c, "cotangent", c.spec().outputShape(in));
        Tensor dOutNaN = dOut.copy();
        for (int b = 0; b < in.batch(); b++) {
            Batches.fill(dOut, b, in.length(b), in.time(), 0);
            Batches.fill(dOutNaN, b, in.length(b), in.time(), Float.NaN);
        }
        paddingOfOthers(c);
        Gradients got = gradients(c, mixer, in, dOutNaN, 1);
        sameGradients(
                c,
                "NaN at the padding of input and cotangent, against 0",
                gradients(c, mixer, plain, dOut, 1),
                got,
                "padding is read");
        for (int b = 0; b < in.batch(); b++) {
            Expect.zeros(
                    "gradient of the input past the length " + in.length(b),
                    got.input().orElseThrow(),
                    b,
                    in.length(b),
                    in.time(),
                    "padding has no gradient");
        }
    }

    /** As above, of passes over a context or from a hidden state. */
    private static void paddingOfOthers(LawCase c) {
        Calls.Kind kind = Calls.Kind.anyBackward(c);
        SequenceMixer mixer = c.mixer();
        int time = c.time() + 1;
        Workspace workspace = Workspace.threads(1);
        Calls.Call zeros = new Calls(c, mixer, Batches.padded(c.input(), time, 0), 0)
                .plain(kind)
                .run(workspace);
        Calls.Call holes = new Calls(c, mixer, Batches.padded(c.input(), time, Float.NaN), Float.NaN)
                .plain(kind)
                .run(workspace);
        zeros.written.forEach((name, tensor) -> Expect.same(
                c.spec(),
                kind.label + ": NaN at the padding of all that is read, against 0: the " + name,
                tensor,
                holes.written.get(name),
                "padding is read"));
    }

    private static void threads(LawCase c) {
        LawCase full = c.full(20);
        Differentiable mixer = full.mixer().require(Differentiable.class);
        Tensor dOut =
                full.tensor("cotangent", full.spec().outputShape(full.input()).extents());
        sameGradients(
                c,
                "1 thread, then " + c.threads(),
                gradients(full, mixer, full.input(), dOut, 1),
                gradients(full, mixer, full.input(), dOut, c.threads()),
                "a sum over the batch is split by the number of threads, or two threads add to one place");
    }

    private static void foreign(LawCase c) {
        Differentiable mixer = c.mixer().require(Differentiable.class);
        Differentiable other = c.mixer().require(Differentiable.class);
        Sequences in = c.input();
        Workspace workspace = Workspace.threads(1);
        Recording recording = other.record(in, Runs.output(other, in), workspace);
        Expect.that(recording.mixer() == other, "recording.mixer() is not the mixer that made it");
        Gradients gradients = Gradients.zeros(c.spec(), in);
        Expect.refused(
                ForeignStateException.class,
                "backward with a recording of another mixer of the same configuration",
                () -> mixer.backward(
                        recording, cotangent(c, "cotangent", c.spec().outputShape(in)), gradients, workspace));
    }

    private static void cotangent(LawCase c) {
        Differentiable mixer = c.mixer().require(Differentiable.class);
        Sequences in = c.input();
        Workspace workspace = Workspace.threads(1);
        Recording recording = mixer.record(in, Runs.output(mixer, in), workspace);
        Gradients gradients = Gradients.zeros(c.spec(), in);
        Tensor dOut = c.tensor("cotangent", c.batch(), c.time() + 1, c.spec().outputWidth());
        String done = "a cotangent " + dOut.shape() + " instead of " + c.spec().outputShape(in);
        Expect.message(
                Expect.refused(
                        ShapeMismatchException.class,
                        done,
                        () -> mixer.backward(recording, dOut, gradients, workspace)),
                done,
                dOut.shape());
        sameGradients(
                c,
                done + ": after the refusal",
                Gradients.zeros(c.spec(), in),
                gradients,
                "something is added before all arguments have been checked");
        if (c.spec().outputWidth() == c.spec().inputWidth() && in.tensor().size() > 0) {
            Tensor both = c.tensor(
                    "cotangent and gradient", c.batch(), c.time(), c.spec().outputWidth());
            Tensor before = both.copy();
            String overlap = "a cotangent that is the gradient of the input, too,";
            Expect.refused(
                    OverlapException.class,
                    overlap,
                    () -> mixer.backward(recording, both, Gradients.none().withInput(both), workspace));
            Expect.sameBits(overlap + ": after the refusal", before, both, "it is added to before it is checked");
        }
    }
}
