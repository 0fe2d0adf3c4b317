package org.attention4j.tests.laws;

import org.attention4j.api.Attentive;
import org.attention4j.api.Capability;
import org.attention4j.api.Contextual;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Incremental;
import org.attention4j.api.Recurrent;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnsupportedCapabilityException;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;

/** What a mixer does about a capability that it does not declare. */
public final class Refusals {
    /** Capabilities that are not declared are refused, each with its reason. */
    public static final Law LAW = Law.of(
            Law.Group.EVERY_MIXER,
            "undeclared-capability-refused",
            "a capability that is not declared is refused with UnsupportedCapabilityException and a reason",
            "methods of capability interfaces: each begins with spec().require(…) or one of the spec's checks",
            Refusals::check);

    private Refusals() {}

    private static void check(LawCase c) {
        SequenceMixer mixer = c.mixer();
        for (Capability capability : Capability.values()) {
            if (!c.spec().supports(capability)) {
                refused(
                        mixer,
                        capability,
                        "require(" + capability.type().getSimpleName() + ".class)",
                        () -> mixer.require(capability.type()));
                if (capability.type().isInstance(mixer)) {
                    refused(mixer, capability, called(capability), () -> call(c, mixer, capability));
                }
            }
        }
    }

    private static void refused(SequenceMixer mixer, Capability capability, String done, Runnable call) {
        String what = done + " of a mixer that does not declare " + capability.label();
        UnsupportedCapabilityException refusal = Expect.refused(UnsupportedCapabilityException.class, what, call);
        Expect.equal(capability, refusal.capability(), what + ": the refusal's capability");
        Expect.that(!refusal.reason().isBlank(), what + ": the refusal gives no reason");
        Expect.message(refusal, what, mixer.spec().kind().id());
    }

    private static String called(Capability capability) {
        return switch (capability) {
            case INCREMENTAL -> "newState(…)";
            case DIFFERENTIABLE -> "record(…)";
            case ATTENTIVE -> "weights(…)";
            case CONTEXTUAL -> "forward(in, context, out)";
            case RECURRENT -> "newHidden(…)";
        };
    }

    private static void call(LawCase c, SequenceMixer mixer, Capability capability) {
        Sequences in = c.input();
        Tensor out = Runs.output(mixer, in);
        switch (capability) {
            case INCREMENTAL -> ((Incremental) mixer).newState(c.batch(), 4);
            case DIFFERENTIABLE -> ((Differentiable) mixer).record(in, out);
            case ATTENTIVE ->
                ((Attentive) mixer).weights(in, Tensor.zeros(c.batch(), c.spec().heads(), c.time(), c.time()));
            case CONTEXTUAL ->
                ((Contextual) mixer).forward(in, c.sequences("context", c.spec().contextWidth()), out);
            case RECURRENT -> ((Recurrent) mixer).newHidden(c.batch());
        }
    }
}
