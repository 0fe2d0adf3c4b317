package org.attention4j.tests.laws;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
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
                        "inputs-not-written",
                        "forward writes nothing to its input, padding included",
                        "in-place scaling, masks applied to the input",
                        MemoryLaws::inputsNotWritten),
                law(
                        "views-with-offset",
                        "views into larger arrays work, and nothing around an output is written",
                        "index arithmetic: every array access adds tensor.offset()",
                        MemoryLaws::views),
                law(
                        "native-memory",
                        "tensors in native memory give the same bits as tensors on arrays",
                        "tensor.array(): use readable, writable and commit, or read and write",
                        MemoryLaws::nativeMemory),
                law(
                        "no-garbage",
                        "after warm-up, forward into given outputs allocates 0 bytes",
                        "new arrays, lambdas that capture, boxing, iterators, varargs such as tensor.get(b, t, d) on the hot path; scratch memory"
                                + " that is not given back: workspace.end(mark)",
                        MemoryLaws::noGarbage));
    }

    private static Law law(String id, String intent, String lookAt, Law.Check check) {
        return Law.of(Law.Group.EVERY_MIXER, id, intent, lookAt, check);
    }

    private static void inputsNotWritten(LawCase c) {
        Sequences in = Batches.padded(c.input(), c.time() + 1, 55);
        Tensor before = in.tensor().copy();
        Runs.forward(c.mixer(), in);
        Expect.sameBits("the input after forward", before, in.tensor(), "the mixer writes to its input");
    }

    private static void views(LawCase c) {
        SequenceMixer mixer = c.mixer();
        Sequences in = c.input();
        Tensor expected = Runs.forward(mixer, in);
        int offset = 1 + c.random("offset").nextInt(9);
        Tensor input = inside(in.tensor().shape(), offset);
        input.copyFrom(in.tensor());
        Tensor out = inside(expected.shape(), offset + 3);
        mixer.forward(Sequences.of(input, in.lengths()), out, Workspace.threads(1));
        Expect.sameBits("input and output as views into larger arrays", expected, out, "an offset is forgotten");
        float[] array = out.array();
        for (int i = 0; i < array.length; i++) {
            boolean around = i < out.offset() || i >= out.offset() + out.size();
            Expect.that(
                    !around || array[i] == -77,
                    "forward wrote to element " + i + " of the output's array; the output is " + out.offset() + " to "
                            + (out.offset() + out.size()) + "\n  cause?   an offset is forgotten");
        }
    }

    private static Tensor inside(Shape shape, int offset) {
        float[] array = new float[(int) shape.size() + offset + 5];
        Arrays.fill(array, -77);
        return Tensor.of(array, offset, shape);
    }

    private static void nativeMemory(LawCase c) {
        SequenceMixer mixer = c.mixer();
        Sequences in = c.input();
        Tensor expected = Runs.forward(mixer, in);
        try (Arena arena = Arena.ofConfined()) {
            Tensor input = Tensor.of(
                    arena.allocate(4 * in.tensor().size() + 4, 4), in.tensor().shape());
            input.copyFrom(in.tensor());
            Tensor out = Tensor.of(arena.allocate(4 * expected.size() + 4, 4), expected.shape());
            out.fill(Float.NaN);
            mixer.forward(Sequences.of(input, in.lengths()), out, Workspace.threads(1));
            Expect.sameBits(
                    "input and output in native memory", expected, out, "results are not stored: commit is missing");
        }
    }

    private static void noGarbage(LawCase c) {
        SequenceMixer mixer = c.mixer();
        Sequences in = c.input();
        Tensor out = Runs.output(mixer, in);
        Workspace workspace = Workspace.threads(1);
        long bytes = new Allocation().ofCall(() -> mixer.forward(in, out, workspace));
        Expect.equal(0L, bytes, "bytes that a warmed-up forward allocates on the calling thread");
    }
}
