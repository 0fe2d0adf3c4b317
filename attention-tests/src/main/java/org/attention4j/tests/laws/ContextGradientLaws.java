package org.attention4j.tests.laws;

import java.util.List;
import org.attention4j.api.Capability;
import org.attention4j.api.Contextual;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;

/** What gradients of a pass over two sequences keep to. */
public final class ContextGradientLaws {
    private ContextGradientLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                ContextualLaws.law(
                                "context-gradient-is-derivative",
                                "the gradients by context, input and parameters are the derivatives",
                                "backward: the path through keys and values; parameters that context and input share",
                                ContextGradientLaws::gradient)
                        .needs(Capability.DIFFERENTIABLE)
                        .when("no norm with an ε near 0", Kinks::smoothNorms)
                        .when("activations that keep numbers in bounds", CellActivations::tame)
                        .when("no dropout", Dropouts::none),
                ContextualLaws.law(
                                "context-gradient-adds-outside-padding",
                                "padding of a context is not read and gets no gradient, and what is there is added to",
                                "backward: loops that run to S; += where it says =",
                                ContextGradientLaws::added)
                        .needs(Capability.DIFFERENTIABLE)
                        .when("activations that keep numbers in bounds", CellActivations::tame));
    }

    private static void gradient(LawCase drawn) {
        LawCase c = drawn.scaled(Math.min(1, drawn.scale()));
        Contextual mixer = c.mixer().require(Contextual.class);
        Differentiable differentiable = c.mixer().require(Differentiable.class);
        Contextual same = (Contextual) differentiable;
        Sequences in = c.input();
        Sequences context = ContextualLaws.context(c);
        Tensor dOut = GradientLaws.cotangent(c, "cotangent", c.spec().outputShape(in));
        Tensor out = Runs.output(mixer, in);
        same.record(in, context, out, Workspace.threads(1));
        Expect.same(
                c.spec(),
                "record over a context, against forward",
                Runs.forward(mixer, in, context),
                out,
                "record computes in another way");
        boolean kinks = !Kinks.none(c.spec());
        Derivative.check(
                "gradient by the context",
                kinks,
                context.tensor(),
                c.random("direction"),
                moved -> gradients(same, in, Sequences.of(moved, context.lengths()), dOut)
                        .context()
                        .orElseThrow(),
                moved -> Derivative.Loss.of(dOut, Runs.forward(mixer, in, Sequences.of(moved, context.lengths()))));
        Derivative.check(
                "gradient by the input over a context",
                kinks,
                in.tensor(),
                c.random("other direction"),
                moved -> gradients(same, Sequences.of(moved, in.lengths()), context, dOut)
                        .input()
                        .orElseThrow(),
                moved -> Derivative.Loss.of(dOut, Runs.forward(mixer, Sequences.of(moved, in.lengths()), context)));
        DerivativeLaws.parameter(
                c,
                mixer,
                Contextual.class,
                " over a context",
                (at, name) -> gradients(at, in, context, dOut).parameters().get(name),
                at -> Derivative.Loss.of(dOut, Runs.forward(at, in, context)));
    }

    private static void added(LawCase drawn) {
        LawCase c = drawn.scaled(Math.min(1, drawn.scale()));
        Contextual mixer = c.mixer().require(Contextual.class);
        Sequences in = c.input();
        Sequences context = ContextualLaws.context(c);
        Sequences padded = Batches.padded(context, context.time(), Float.NaN);
        Tensor dOut = GradientLaws.cotangent(c, "cotangent", c.spec().outputShape(in));
        Gradients plain = gradients(mixer, in, context, dOut);
        Gradients read = gradients(mixer, in, padded, dOut);
        Tensor dContext = plain.context().orElseThrow();
        GradientLaws.sameGradients(c, "NaN at the context's padding, against 0", plain, read, "padding is read");
        Expect.same(
                c.spec(),
                "NaN at the context's padding, against 0: gradient of the context",
                dContext,
                read.context().orElseThrow(),
                "padding is read");
        for (int b = 0; b < c.batch(); b++) {
            Expect.zeros(
                    "gradient of the context past its length " + context.length(b),
                    dContext,
                    b,
                    context.length(b),
                    context.time(),
                    "padding has no gradient");
        }
        Gradients filled = Gradients.none().withContext(Tensor.zeros(dContext.shape()));
        Tensor there = filled.context().orElseThrow();
        there.fill(1.5f);
        Tensor before = there.copy();
        add(mixer, in, context, dOut, filled);
        GradientLaws.sum(
                "context gradient added to 1.5", dContext, 1, before, there, "backward overwrites, or adds twice");
    }

    private static Gradients gradients(Contextual mixer, Sequences in, Sequences context, Tensor dOut) {
        Gradients gradients = Gradients.zeros(mixer.spec(), in)
                .withContext(Tensor.zeros(context.tensor().shape()));
        add(mixer, in, context, dOut, gradients);
        return gradients;
    }

    private static void add(Contextual mixer, Sequences in, Sequences context, Tensor dOut, Gradients gradients) {
        Workspace workspace = Workspace.threads(1);
        Recording recording = mixer.record(in, context, Runs.output(mixer, in), workspace);
        ((Differentiable) mixer).backward(recording, dOut, gradients, workspace);
    }
}
