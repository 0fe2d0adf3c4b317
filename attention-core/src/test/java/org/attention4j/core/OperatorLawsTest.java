package org.attention4j.core;

import static org.attention4j.core.Values.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionMasks;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.kernels.Kernels;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The operator over more queries and keys than a block has. */
class OperatorLawsTest {
    private static final ScaledDotProductAttention PLAIN = ScaledDotProductAttention.plain();

    /** Whichever queries share a block, on whatever kernels and threads, a query gets the same bits. */
    @Property(tries = 12)
    void aQueryGetsWhatItGetsAlone(
            @ForAll @IntRange(min = 1, max = 300) int queries,
            @ForAll @IntRange(min = 100, max = 300) int keys,
            @ForAll @IntRange(min = 1, max = 21) int width,
            @ForAll boolean causal,
            @ForAll long seed) {
        ScaledDotProductAttention operator = PLAIN.withCausal(causal);
        Tensor q = Values.random(seed, 1, 4, queries, width);
        Tensor k = Values.random(seed + 1, 1, 2, keys, width);
        Tensor v = Values.random(seed + 2, 1, 2, keys, width + 3);
        Tensor out = forward(operator, AttentionInputs.of(q, k, v), 1);
        assertSame("threads", out, forward(operator, AttentionInputs.of(q, k, v), 3));
        ScaledDotProductAttention scalar = operator.withKernels(Kernels.scalar());
        assertSame("scalar", out, forward(scalar, AttentionInputs.of(q, k, v), 1));
        if (!causal) {
            for (int i = 0; i < queries; i += 37) {
                Tensor alone = forward(operator, AttentionInputs.of(rows(q, i, 1), k, v), 1);
                assertSame("alone", alone, rows(out, i, 1));
            }
        }
    }

    /** One value that is no number, in any column: the queries that do not see its key, some of them in a square with others that do. */
    @Property(tries = 20)
    void aHiddenNaNChangesNothing(
            @ForAll @IntRange(min = 20, max = 300) int n,
            @ForAll @IntRange(min = 1, max = 70) int width,
            @ForAll @IntRange(min = 1, max = 150) int window,
            @ForAll boolean infinite,
            @ForAll long seed) {
        ScaledDotProductAttention operator = PLAIN.withCausal(true)
                .withVariant(AttentionVariant.softmax().withMask(AttentionMasks.window(window, 0)));
        Tensor q = Values.random(seed, 1, 1, n, width);
        Tensor k = Values.random(seed + 1, 1, 1, n, width);
        Tensor v = Values.random(seed + 2, 1, 1, n, width);
        Tensor expected = forward(operator, AttentionInputs.of(q, k, v), 1);
        int key = Math.floorMod(seed, n);
        int column = Math.floorMod(seed / 1000, width);
        v.array()[key * width + column] = infinite ? Float.NEGATIVE_INFINITY : Float.NaN;
        Tensor out = forward(operator, AttentionInputs.of(q, k, v), 1);
        for (int i = 0; i < n; i++) {
            boolean sees = key <= i && key >= i - window;
            if (sees) {
                assertFalse(Float.isFinite(rows(out, i, 1).toArray()[column]), "query " + i);
            } else {
                assertSame("query " + i, rows(expected, i, 1), rows(out, i, 1));
            }
        }
    }

    /** Values so small that their share of a sum is −0, to which a hidden key of the block adds +0, or does not. */
    @Property(tries = 12)
    void underflowsAreWhatTheyAreAlone(
            @ForAll @IntRange(min = 100, max = 300) int n,
            @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll @IntRange(min = 1, max = 150) int window,
            @ForAll long seed) {
        ScaledDotProductAttention operator = PLAIN.withCausal(true)
                .withVariant(AttentionVariant.softmax().withMask(AttentionMasks.window(window, 0)));
        Tensor q = Values.random(seed, 1, 2, n, width);
        Tensor k = Values.random(seed + 1, 1, 2, n, width);
        Tensor v = Values.random(seed + 2, 1, 2, n, width);
        for (int i = 0; i < v.size(); i++) {
            v.array()[i] = Math.signum(v.array()[i] - 1) * Float.MIN_VALUE;
        }
        Tensor out = forward(operator, AttentionInputs.of(q, k, v), 1);
        ScaledDotProductAttention scalar = operator.withKernels(Kernels.scalar());
        assertSame("scalar", out, forward(scalar, AttentionInputs.of(q, k, v), 1));
        for (int i = 0; i < n; i += 7) {
            AttentionInputs step = AttentionInputs.of(rows(q, i, 1), rows(k, 0, i + 1), rows(v, 0, i + 1));
            assertSame("alone", forward(operator, step, 1), rows(out, i, 1));
        }
    }

    /** Queries, keys, values and outputs of 2 MB each: a call takes less than an eighth of one besides. */
    @Test
    void memoryDoesNotGrowWithTheKeys() {
        int n = 8_192;
        AttentionInputs in = AttentionInputs.of(
                Values.random(1, 1, 1, n, 64), Values.random(2, 1, 1, n, 64), Values.random(3, 1, 1, n, 64));
        Tensor out = Tensor.zeros(1, 1, n, 64);
        try (Workspace workspace = Workspace.threads(1)) {
            PLAIN.withCausal(true).forward(in, out, workspace);
            AttentionInputs longer = AttentionInputs.of(
                    Values.random(1, 1, 1, 1, 64), Tensor.zeros(1, 1, 65_536, 64), Tensor.zeros(1, 1, 65_536, 64));
            PLAIN.forward(longer, Tensor.zeros(1, 1, 1, 64), workspace);
            assertTrue(workspace.bytes() < 256 << 10, () -> workspace.bytes() + " bytes");
        }
    }

    /** The scores of 8 heads would take 128 GB. */
    @Test
    @Tag("long")
    void longSequencesFitInLittleMemory() {
        int n = 65_536;
        AttentionInputs in = AttentionInputs.of(
                Values.random(1, 1, 8, n, 64), Values.random(2, 1, 8, n, 64), Values.random(3, 1, 8, n, 64));
        Tensor out = Tensor.zeros(1, 8, n, 64);
        try (Workspace workspace = Workspace.threads(2)) {
            PLAIN.withCausal(true).forward(in, out, workspace);
            assertTrue(workspace.bytes() < 1 << 20, () -> workspace.bytes() + " bytes");
        }
        Tensor last = forward(PLAIN, AttentionInputs.of(rows(in.query(), n - 1, 1), in.key(), in.value()), 1);
        assertSame("the last query alone", last, rows(out, n - 1, 1));
    }

    /** As above, of 1 MB each: a recording keeps the output and two numbers a query, and a gradient takes half a megabyte. */
    @Test
    void memoryOfGradientsDoesNotGrowWithTheKeys() {
        int n = 4_096;
        Tensor q = Values.random(1, 1, 1, n, 64);
        Tensor k = Values.random(2, 1, 1, n, 64);
        Tensor v = Values.random(3, 1, 1, n, 64);
        Tensor out = Tensor.zeros(1, 1, n, 64);
        ScaledDotProductAttention operator = PLAIN.withCausal(true);
        AttentionGradients wanted = AttentionGradients.none()
                .withQuery(Tensor.zeros(1, 1, n, 64))
                .withKey(Tensor.zeros(1, 1, n, 64))
                .withValue(Tensor.zeros(1, 1, n, 64));
        try (Workspace workspace = Workspace.threads(1)) {
            OperatorRecording recording = operator.record(AttentionInputs.of(q, k, v), out, workspace);
            assertEquals(4L * n * (64 + 2), recording.bytes());
            operator.backward(recording, out, wanted, workspace);
            assertTrue(workspace.bytes() < 640 << 10, () -> workspace.bytes() + " bytes");
        }
    }

    /** A bias' gradient is summed over pairs in another order of work: the others keep their bits beside it. */
    @Property(tries = 20)
    void gradientsDoNotDependOnWhatElseIsWanted(
            @ForAll @IntRange(min = 1, max = 150) int n,
            @ForAll @IntRange(max = 40) int window,
            @ForAll @IntRange(max = 40) int ahead,
            @ForAll long seed) {
        ScaledDotProductAttention operator =
                PLAIN.withVariant(AttentionVariant.softmax().withMask(AttentionMasks.window(window, ahead)));
        Tensor bias = Values.random(seed + 3, n, n);
        AttentionInputs in = AttentionInputs.of(
                        Values.random(seed, 1, 2, n, 5),
                        Values.random(seed + 1, 1, 2, n, 5),
                        Values.random(seed + 2, 1, 2, n, 3))
                .withTerms(ScoreTerms.none().withBias(bias));
        List<Tensor> alone = gradients(operator, in, AttentionGradients.none());
        List<Tensor> beside = gradients(operator, in, AttentionGradients.none().withBias(Tensor.zeros(n, n)));
        for (int i = 0; i < alone.size(); i++) {
            assertSame("gradient " + i, alone.get(i), beside.get(i));
        }
    }

    /** There is nothing to compute, whether keys have heads or not. */
    @Test
    void noQueryHeadsAreNoError() {
        ScaledDotProductAttention masked =
                PLAIN.withVariant(AttentionVariant.softmax().withMask(AttentionMasks.window(1, 0)));
        for (int heads = 0; heads < 3; heads++) {
            Tensor q = Tensor.zeros(1, 0, 4, 5);
            Tensor k = Tensor.zeros(1, heads, 3, 5);
            gradients(PLAIN, AttentionInputs.of(q, k, k), AttentionGradients.none());
            gradients(masked, AttentionInputs.of(q, k, k), AttentionGradients.none());
        }
    }

    /** Of queries, keys and values. */
    private static List<Tensor> gradients(
            ScaledDotProductAttention operator, AttentionInputs in, AttentionGradients others) {
        Tensor out = Tensor.zeros(
                1, in.query().extent(1), in.query().extent(2), in.value().extent(3));
        List<Tensor> all = Stream.of(in.query(), in.key(), in.value())
                .map(tensor -> Tensor.zeros(tensor.shape().extents()))
                .toList();
        try (Workspace workspace = Workspace.threads(1)) {
            OperatorRecording recording = operator.record(in, out, workspace);
            AttentionGradients wanted =
                    others.withQuery(all.get(0)).withKey(all.get(1)).withValue(all.get(2));
            operator.backward(recording, out, wanted, workspace);
        }
        return all;
    }

    private static Tensor rows(Tensor tensor, int from, int count) {
        int heads = tensor.extent(1);
        int width = tensor.extent(3);
        float[] picked = new float[heads * count * width];
        for (int h = 0; h < heads; h++) {
            float[] head = tensor.slice(0).slice(h).range(from, from + count).toArray();
            System.arraycopy(head, 0, picked, h * count * width, count * width);
        }
        return Tensor.of(picked, 1, heads, count, width);
    }

    private static Tensor forward(ScaledDotProductAttention operator, AttentionInputs in, int threads) {
        Tensor q = in.query();
        Tensor out = Tensor.zeros(1, q.extent(1), q.extent(2), in.value().extent(3));
        try (Workspace workspace = Workspace.threads(threads)) {
            operator.forward(in, out, workspace);
        }
        return out;
    }
}
