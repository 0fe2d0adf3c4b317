package org.attention4j.tests.laws;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.attention4j.api.Contextual;
import org.attention4j.api.PreparedContext;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;

/** What every mixer does with the caller's memory. */
public final class MemoryLaws {
    private MemoryLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                law(
                        "views-with-offset",
                        "views into larger arrays work in every call, and nothing around a result is written",
                        "index arithmetic: every array access adds tensor.offset()",
                        MemoryLaws::views),
                law(
                        "native-memory",
                        "tensors in native memory give the same bits as tensors on arrays, in every call",
                        "tensor.array(): use readable, writable and commit, or read and write",
                        MemoryLaws::nativeMemory),
                law(
                        "no-garbage",
                        "after warm-up, forward into given outputs allocates 0 bytes, also over a context or from a hidden state",
                        Allocation.LOOK_AT,
                        MemoryLaws::noGarbage));
    }

    private static Law law(String id, String intent, String lookAt, Law.Check check) {
        return Law.of(Law.Group.EVERY_MIXER, id, intent, lookAt, check);
    }

    private static void views(LawCase c) {
        Calls calls = new Calls(c, c.mixer(), c.input());
        for (Calls.Kind kind : Calls.Kind.of(c.spec())) {
            Calls.Call expected = calls.plain(kind).run(Workspace.threads(1));
            SplittableRandom random = c.random("offset");
            Calls.Call call = calls.of(kind, plain -> inside(plain, 1 + random.nextInt(9)))
                    .run(Workspace.threads(1));
            same(kind, "views into larger arrays", expected, call, onHeap -> "an offset is forgotten");
            call.written.forEach((name, out) -> {
                float[] array = out.array();
                for (int i = 0; i < array.length; i++) {
                    boolean around = i < out.offset() || i >= out.offset() + out.size();
                    Expect.that(
                            !around || array[i] == -77,
                            kind.label + " wrote to element " + i + " of the array of the " + name + ", which is "
                                    + out.offset() + " to " + (out.offset() + out.size())
                                    + "\n  cause?   an offset is forgotten");
                }
            });
        }
    }

    private static Tensor inside(Tensor plain, int offset) {
        float[] array = new float[(int) plain.size() + offset + 5];
        Arrays.fill(array, -77);
        Tensor view = Tensor.of(array, offset, plain.shape());
        view.copyFrom(plain);
        return view;
    }

    private static void same(
            Calls.Kind kind, String where, Calls.Call expected, Calls.Call got, Function<Tensor, String> cause) {
        expected.written.forEach((name, tensor) -> Expect.sameBits(
                kind.label + " with all tensors as " + where + ": the " + name,
                tensor,
                got.written.get(name),
                cause.apply(tensor)));
    }

    private static void nativeMemory(LawCase c) {
        Calls calls = new Calls(c, c.mixer(), c.input());
        for (Calls.Kind kind : Calls.Kind.of(c.spec())) {
            Calls.Call expected = calls.plain(kind).run(Workspace.threads(1));
            try (Arena arena = Arena.ofConfined()) {
                Calls.Call call = calls.of(kind, plain -> outside(plain, arena)).run(Workspace.threads(1));
                same(
                        kind,
                        "native memory",
                        expected,
                        call,
                        onHeap -> hasNaN(onHeap)
                                ? "an element is not written, wherever the tensor lies"
                                : "results are not stored: commit is missing");
            }
        }
    }

    private static boolean hasNaN(Tensor tensor) {
        for (float element : tensor.toArray()) {
            if (Float.isNaN(element)) {
                return true;
            }
        }
        return false;
    }

    private static Tensor outside(Tensor plain, Arena arena) {
        Tensor placed = Tensor.of(arena.allocate(4 * plain.size() + 4, 4), plain.shape());
        placed.copyFrom(plain);
        return placed;
    }

    /** Of a pass of any kind into given outputs; recordings are new memory, and what goes back through one may make some. */
    private static void noGarbage(LawCase c) {
        Set<Calls.Kind> kinds = Calls.Kind.of(c.spec());
        kinds.retainAll(Set.of(Calls.Kind.FORWARD, Calls.Kind.CONTEXT, Calls.Kind.HIDDEN));
        List<Calls.Kind> passes = List.copyOf(kinds);
        SplittableRandom random = c.random("pass");
        Calls.Kind kind = passes.get(random.nextInt(passes.size()));
        SequenceMixer mixer = c.mixer();
        Calls.Call call = new Calls(c, mixer, c.input()).plain(kind);
        Workspace workspace = Workspace.threads(1);
        Runnable pass = () -> call.run(workspace);
        String done = kind.label;
        if (kind == Calls.Kind.CONTEXT && random.nextBoolean()) {
            Contextual contextual = mixer.require(Contextual.class);
            Sequences in = c.input();
            Tensor out = call.written.get("output");
            PreparedContext prepared = contextual.prepare(ContextualLaws.context(c), workspace);
            pass = () -> contextual.forward(in, prepared, out, workspace);
            done = "forward over a prepared context";
        }
        long bytes = new Allocation().ofCall(pass);
        Expect.equal(0L, bytes, "bytes that a warmed-up " + done + " allocates on the calling thread");
    }
}
