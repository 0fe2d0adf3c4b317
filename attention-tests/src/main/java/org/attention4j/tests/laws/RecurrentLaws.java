package org.attention4j.tests.laws;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.api.Capability;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Recording;
import org.attention4j.api.Recurrent;
import org.attention4j.api.Sequences;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;

/** What a pass from a given hidden state keeps to. */
public final class RecurrentLaws {
    private RecurrentLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                law(
                        "zero-hidden-is-forward",
                        "from the hidden state of newHidden, a pass gives the outputs of forward",
                        "newHidden: zeros, one for each sequence of the batch",
                        RecurrentLaws::zeros),
                law(
                                "hidden-carried-equals-whole",
                                "two parts of a sequence, the hidden state carried over, give the whole",
                                "the last state: after the last true position, not after T",
                                RecurrentLaws::carried)
                        .when("causal", MixerSpec::causal),
                law(
                        "hidden-of-empty-sequence-stays",
                        "a sequence of length 0 ends in the state it began with",
                        "the last state of sequences that take no step",
                        RecurrentLaws::stays),
                law(
                        "initial-hidden-not-written",
                        "the initial state is not written, unless it is given as the last one too",
                        "where the running state is kept",
                        RecurrentLaws::notWritten),
                law(
                                "hidden-starts-a-state",
                                "newState from a hidden state goes on as forward from it does",
                                "newState(initial, …): the row before position 0",
                                RecurrentLaws::startsState)
                        .needs(Capability.INCREMENTAL),
                law(
                        "bad-hidden-refused",
                        "a hidden state of another shape is refused",
                        "forward: check initial and last",
                        RecurrentLaws::bad),
                law(
                                "initial-hidden-gradient-is-derivative",
                                "gradients by the initial state, input and parameters are the derivatives, also through the last state",
                                "backward: what is left of the running gradient at position 0; dLast",
                                RecurrentLaws::gradient)
                        .needs(Capability.DIFFERENTIABLE)
                        .when("no norm with an ε near 0", Kinks::smoothNorms)
                        .when("activations that keep numbers in bounds", CellActivations::tame)
                        .when("no dropout", Dropouts::none));
    }

    private static Law law(String id, String intent, String lookAt, Law.Check check) {
        return Law.of(Law.Group.RECURRENT, id, intent, lookAt, check).needs(Capability.RECURRENT);
    }

    /** Random values in the shapes of {@code newHidden}. */
    private static NamedTensors hidden(LawCase c, Recurrent mixer, String name) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        mixer.newHidden(c.batch())
                .forEach((tensor, zeros) -> tensors.put(
                        tensor,
                        c.scaled(0.5f).tensor(name + tensor, zeros.shape().extents())));
        return NamedTensors.of(tensors);
    }

    private static NamedTensors marked(NamedTensors like) {
        NamedTensors marked = like.zerosLike();
        marked.fill(Float.NaN);
        return marked;
    }

    private static Tensor run(Recurrent mixer, Sequences in, NamedTensors initial, NamedTensors last) {
        Tensor out = Runs.output(mixer, in);
        mixer.forward(in, initial, out, last, Workspace.threads(1));
        return out;
    }

    private static void zeros(LawCase c) {
        Recurrent mixer = c.mixer().require(Recurrent.class);
        NamedTensors initial = mixer.newHidden(c.batch());
        initial.forEach(
                (name, tensor) -> Expect.equal(c.batch(), tensor.extent(1), "second extent of hidden '" + name + "'"));
        Sequences in = Batches.padded(c.input(), c.time(), Float.NaN);
        Expect.same(
                c.spec(),
                "from newHidden(…), against forward",
                Runs.forward(mixer, in),
                run(mixer, in, initial, marked(initial)),
                "forward starts from something else, or padding is read");
    }

    private static void carried(LawCase c) {
        Recurrent mixer = c.mixer().require(Recurrent.class);
        NamedTensors initial = hidden(c, mixer, "initial");
        NamedTensors lastOfWhole = marked(initial);
        Tensor whole = run(mixer, c.input(), initial, lastOfWhole);
        int[] none = new int[c.batch()];
        int[] first = new int[c.batch()];
        int[] rest = new int[c.batch()];
        for (int b = 0; b < c.batch(); b++) {
            first[b] = c.random("cut " + b).nextInt(c.lengths().get(b) + 1);
            rest[b] = c.lengths().get(b) - first[b];
        }
        NamedTensors between = marked(initial);
        NamedTensors last = marked(initial);
        Tensor one = run(mixer, Batches.cut(c.input(), none, first), initial, between);
        Tensor two = run(mixer, Batches.cut(c.input(), first, rest), between, last);
        for (int b = 0; b < c.batch(); b++) {
            Expect.positions(
                    c.spec(), "the first part of two", whole, b, 0, one, b, 0, first[b], "a later position is read");
            Expect.positions(
                    c.spec(),
                    "the second part of two",
                    whole,
                    b,
                    first[b],
                    two,
                    b,
                    0,
                    rest[b],
                    "the hidden state after the first part is not that after its last true position");
        }
        last.forEach((name, tensor) -> Expect.same(
                c.spec(),
                "last hidden '" + name + "' of two parts, against the whole",
                lastOfWhole.get(name),
                tensor,
                "the hidden state is that after T instead of after the length"));
    }

    private static void stays(LawCase c) {
        LawCase empty = c.with(c.lengths().stream().map(length -> 0).toList(), c.time());
        Recurrent mixer = c.mixer().require(Recurrent.class);
        NamedTensors initial = hidden(empty, mixer, "initial");
        NamedTensors last = marked(initial);
        run(mixer, empty.input(), initial, last);
        initial.forEach((name, tensor) -> Expect.sameBits(
                "last hidden '" + name + "' of sequences of length 0",
                tensor,
                last.get(name),
                "the last state is not written, or a step is taken"));
    }

    private static void notWritten(LawCase c) {
        Recurrent mixer = c.mixer().require(Recurrent.class);
        NamedTensors initial = hidden(c, mixer, "initial");
        NamedTensors kept = initial.copy();
        NamedTensors last = marked(initial);
        Tensor out = run(mixer, c.input(), initial, last);
        kept.forEach((name, tensor) -> Expect.sameBits(
                "initial hidden '" + name + "' after forward",
                tensor,
                initial.get(name),
                "the running state is kept in the initial one"));
        NamedTensors both = kept.copy();
        Expect.same(
                c.spec(),
                "one hidden state as initial and last",
                out,
                run(mixer, c.input(), both, both),
                "the last state is written before the initial one has been read");
        last.forEach((name, tensor) -> Expect.same(
                c.spec(),
                "last hidden '" + name + "', given as initial too",
                tensor,
                both.get(name),
                "the last state is written before the initial one has been read"));
    }

    private static void startsState(LawCase c) {
        Recurrent mixer = c.mixer().require(Recurrent.class);
        NamedTensors initial = hidden(c, mixer, "initial");
        Tensor whole = run(mixer, c.input(), initial, marked(initial));
        Steps steps =
                new Steps((Incremental) mixer, c.input(), mixer.newState(initial, c.time()), Workspace.threads(1));
        initial.fill(9); // it is copied
        steps.takeAll(b -> 2);
        Expect.same(
                c.spec(),
                "steps from a hidden state, against forward from it",
                whole,
                steps.out,
                "newState does not copy the hidden state, or not to where the first step reads it");
    }

    private static void bad(LawCase c) {
        Recurrent mixer = c.mixer().require(Recurrent.class);
        NamedTensors right = mixer.newHidden(c.batch());
        NamedTensors wrong = mixer.newHidden(c.batch() + 1);
        Expect.refused(
                ShapeMismatchException.class,
                "an initial state of batch " + (c.batch() + 1),
                () -> run(mixer, c.input(), wrong, right));
        Expect.refused(
                ShapeMismatchException.class,
                "a last state of batch " + (c.batch() + 1),
                () -> run(mixer, c.input(), right, wrong));
    }

    private static void gradient(LawCase drawn) {
        LawCase c = drawn.scaled(Math.min(1, drawn.scale()));
        Recurrent mixer = c.mixer().require(Recurrent.class);
        NamedTensors initial = hidden(c, mixer, "initial");
        NamedTensors dLast = hidden(c, mixer, "cotangent of last");
        Sequences in = c.input();
        Tensor dOut = GradientLaws.cotangent(c, "cotangent", c.spec().outputShape(in));
        NamedTensors dInitial = initial.zerosLike();
        Tensor dIn = Tensor.zeros(in.tensor().shape());
        Workspace workspace = Workspace.threads(1);
        Recording recording = mixer.record(in, initial, Runs.output(mixer, in), marked(initial), workspace);
        mixer.backward(recording, dOut, dLast, Gradients.none().withInput(dIn).withInitial(dInitial), workspace);
        boolean kinks = !Kinks.none(c.spec());
        for (String name : initial.names()) {
            Derivative.check(
                    "gradient by the initial hidden '" + name + "'",
                    kinks,
                    initial.get(name),
                    c.random(name),
                    moved -> gradients(mixer, in, with(initial, name, moved), dOut, dLast)
                            .initial()
                            .orElseThrow()
                            .get(name),
                    moved -> loss(mixer, in, with(initial, name, moved), dOut, dLast));
        }
        NamedTensors alone = initial.zerosLike();
        mixer.backward(recording, dOut, dLast, Gradients.none().withInitial(alone), workspace);
        alone.forEach((name, tensor) -> Expect.same(
                c.spec(),
                "the gradient by the initial hidden '" + name + "' alone, against that with the input's",
                dInitial.get(name),
                tensor,
                "it is computed with something that is only there for the others"));
        Derivative.check(
                "gradient by the input, through outputs and last state",
                kinks,
                in.tensor(),
                c.random("input"),
                moved -> gradients(mixer, Sequences.of(moved, in.lengths()), initial, dOut, dLast)
                        .input()
                        .orElseThrow(),
                moved -> loss(mixer, Sequences.of(moved, in.lengths()), initial, dOut, dLast));
        DerivativeLaws.parameter(
                c,
                mixer,
                Recurrent.class,
                ", through outputs and last state",
                (at, name) ->
                        gradients(at, in, initial, dOut, dLast).parameters().get(name),
                at -> loss(at, in, initial, dOut, dLast));
        Tensor plain = Tensor.zeros(in.tensor().shape());
        Tensor zeroed = Tensor.zeros(in.tensor().shape());
        ((Differentiable) mixer).backward(recording, dOut, Gradients.none().withInput(plain), workspace);
        mixer.backward(recording, dOut, dLast.zerosLike(), Gradients.none().withInput(zeroed), workspace);
        Expect.same(
                c.spec(),
                "backward without a cotangent of the last state, against one of zeros",
                zeroed,
                plain,
                "backward of a recording from a given state");
    }

    private static NamedTensors with(NamedTensors hidden, String name, Tensor value) {
        NamedTensors changed = hidden.copy();
        changed.get(name).copyFrom(value);
        return changed;
    }

    private static Gradients gradients(
            Recurrent mixer, Sequences in, NamedTensors initial, Tensor dOut, NamedTensors dLast) {
        Gradients gradients = Gradients.zeros(mixer.spec(), in).withInitial(initial.zerosLike());
        Workspace workspace = Workspace.threads(1);
        Recording recording = mixer.record(in, initial, Runs.output(mixer, in), marked(initial), workspace);
        mixer.backward(recording, dOut, dLast, gradients, workspace);
        return gradients;
    }

    private static Derivative.Loss loss(
            Recurrent mixer, Sequences in, NamedTensors initial, Tensor dOut, NamedTensors dLast) {
        NamedTensors last = marked(initial);
        Derivative.Loss loss = Derivative.Loss.of(dOut, run(mixer, in, initial, last));
        for (String name : last.names()) {
            loss = loss.plus(Derivative.Loss.of(dLast.get(name), last.get(name)));
        }
        return loss;
    }
}
