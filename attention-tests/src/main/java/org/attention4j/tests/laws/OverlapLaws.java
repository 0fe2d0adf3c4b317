package org.attention4j.tests.laws;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.attention4j.api.OverlapException;
import org.attention4j.api.Recording;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;

/** That no call writes over what it reads. */
final class OverlapLaws {
    /** What is written may not share memory with what is read. */
    private record Pair(String written, String read) {
        /** Those of a call that the contract refuses. */
        static List<Pair> of(Calls.Kind kind, LawCase c) {
            List<Pair> pairs = new ArrayList<>();
            switch (kind) {
                case STEPS -> pairs.add(new Pair("output of the first chunk", "first chunk"));
                case WEIGHTS, CONTEXT_WEIGHTS -> {}
                default -> pairs.add(new Pair("output", "input"));
            }
            if (kind == Calls.Kind.CONTEXT || kind == Calls.Kind.CONTEXT_BACKWARD) {
                pairs.add(new Pair("output", "context"));
            }
            if (kind == Calls.Kind.CONTEXT_BACKWARD) {
                pairs.add(new Pair("gradient of the context", "cotangent"));
            }
            if (kind.isBackward()) {
                pairs.add(new Pair("gradient of the input", "cotangent"));
                pairs.add(new Pair("gradient of the input", "input"));
                c.spec()
                        .parameters()
                        .forEach(parameter ->
                                pairs.add(new Pair("gradient of '" + parameter.name() + "'", "cotangent")));
            }
            return pairs;
        }
    }

    private OverlapLaws() {}

    static Law law() {
        return EveryMixerLaws.law(
                "overlap-refused",
                "what is written must not share memory with what the same call reads, and is refused before anything is written",
                "begin each call with its spec().check(…): in and out, chunk and state, context, recording",
                OverlapLaws::overlap);
    }

    private static void overlap(LawCase drawn) {
        LawCase c = drawn.full(2);
        overlap(c, Calls.Kind.FORWARD);
        Calls.Kind other = Calls.Kind.any(c);
        if (other != Calls.Kind.FORWARD) {
            overlap(c, other);
        }
    }

    private static void overlap(LawCase c, Calls.Kind kind) {
        List<Pair> pairs = Pair.of(kind, c);
        Calls calls = new Calls(c, c.mixer(), c.input());
        Calls.Call plain = calls.plain(kind);
        SplittableRandom random = c.random("overlap");
        pairs.removeIf(pair -> plain.written.get(pair.written).size() == 0
                || plain.read.get(pair.read).size() == 0);
        if (pairs.isEmpty()) {
            return;
        }
        Pair pair = pairs.get(random.nextInt(pairs.size()));
        int sizeRead = (int) plain.read.get(pair.read).size();
        int sizeWritten = (int) plain.written.get(pair.written).size();
        int shared = 1 + random.nextInt(Math.min(sizeRead, sizeWritten));
        float[] array = new float[sizeRead + sizeWritten - shared];
        Calls.Call call = calls.of(
                kind,
                (name, tensor) -> name.equals(pair.read)
                        ? placed(tensor, array, 0)
                        : name.equals(pair.written) ? placed(tensor, array, sizeRead - shared) : tensor.copy());
        Tensor written = call.written.get(pair.written);
        Workspace workspace = Workspace.threads(1);
        boolean second = call.gradients.containsKey(pair.written);
        List<Recording> recordings = new ArrayList<>();
        if (second) {
            recordings.add(call.record(workspace));
        }
        Tensor before = written.copy();
        String done = kind.label + " with " + (second ? "the " : "an ") + pair.written + " that shares " + shared
                + " elements with the " + pair.read;
        Expect.refused(OverlapException.class, done, () -> {
            if (second) {
                call.backward(recordings.get(0), workspace);
            } else {
                call.run(workspace);
            }
        });
        Expect.sameBits(
                done + ": the " + pair.written + " after the refusal",
                before,
                written,
                "something is written before all arguments have been checked");
    }

    private static Tensor placed(Tensor plain, float[] array, int at) {
        Shape shape = plain.shape();
        Tensor view = Tensor.of(array, at, shape);
        view.copyFrom(plain);
        return view;
    }
}
