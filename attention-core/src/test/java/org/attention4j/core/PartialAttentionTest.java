package org.attention4j.core;

import static org.attention4j.core.Values.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.attention4j.api.OverlapException;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.junit.jupiter.api.Test;

/** Splitting the keys and merging is attention to all of them. */
class PartialAttentionTest {
    private static final int WIDTH = 9;
    private static final int QUERIES = 7;

    private final Workspace workspace = Workspace.create();

    private PartialAttention part(ScaledDotProductAttention operator, AttentionInputs in) {
        PartialAttention part = empty();
        operator.forward(in, part.out(), part.logSumExp(), workspace);
        return part;
    }

    private static PartialAttention empty() {
        return new PartialAttention(Tensor.zeros(2, 2, QUERIES, WIDTH), Tensor.zeros(2, 2, QUERIES));
    }

    /** Keys from one on of [2, 2, n, WIDTH]. */
    private static Tensor keys(Tensor all, int from, int to) {
        float[] picked = new float[4 * (to - from) * WIDTH];
        for (int h = 0; h < 4; h++) {
            float[] head = all.slice(h / 2).slice(h % 2).range(from, to).toArray();
            System.arraycopy(head, 0, picked, h * (to - from) * WIDTH, head.length);
        }
        return Tensor.of(picked, 2, 2, to - from, WIDTH);
    }

    /** Of three parts, with a sink in the middle one and queries that see nothing of some parts. */
    @Property(tries = 60)
    void splittingAndMergingIsTheWhole(
            @ForAll @IntRange(min = 0, max = 300) int keys,
            @ForAll @IntRange(min = 0, max = 300) int first,
            @ForAll @IntRange(min = 0, max = 300) int second,
            @ForAll @IntRange(min = 0, max = 3) int features,
            @ForAll long seed) {
        int a = Math.min(keys, Math.min(first, second));
        int b = Math.min(keys, Math.max(first, second));
        float scale = (features & 1) == 0 ? 0.3f : 8f;
        ScaledDotProductAttention operator = ScaledDotProductAttention.plain().withScale(scale);
        Tensor q = Values.random(seed, 2, 2, QUERIES, WIDTH);
        Tensor k = Values.random(seed + 1, 2, 2, keys, WIDTH);
        Tensor v = Values.random(seed + 2, 2, 2, keys, WIDTH);
        Tensor sinks = Values.random(seed + 3, 2);
        boolean sink = (features & 2) != 0;
        AttentionInputs all = AttentionInputs.of(q, k, v);
        PartialAttention whole = part(operator, sink ? all.withSinks(sinks) : all);
        PartialAttention merged = part(operator, AttentionInputs.of(q, keys(k, 0, a), keys(v, 0, a)));
        AttentionInputs middle = AttentionInputs.of(q, keys(k, a, b), keys(v, a, b));
        merged.merge(part(operator, sink ? middle.withSinks(sinks) : middle), merged, workspace);
        PartialAttention last = part(operator, AttentionInputs.of(q, keys(k, b, keys), keys(v, b, keys)));
        merged.merge(last, last, workspace);
        double[] logs = Values.doubles(whole.logSumExp());
        double largest = 1;
        for (int row = 0; row < logs.length; row++) {
            double got = last.logSumExp().array()[row];
            assertTrue(got == logs[row] || Math.abs(got - logs[row]) <= 1e-6 * Math.max(1, Math.abs(logs[row])), "row");
            largest = Math.max(largest, keys == 0 ? 1 : Math.abs(logs[row]));
        }
        Values.assertClose("merged", Values.doubles(whole.out()), last.out(), largest * 0x1p-21);
    }

    @Test
    void aPartWithoutKeysChangesNoBit() {
        Tensor q = Values.random(1, 2, 2, QUERIES, WIDTH);
        AttentionInputs in = AttentionInputs.of(q, Values.random(2, 2, 2, 5, WIDTH), Values.random(3, 2, 2, 5, WIDTH));
        PartialAttention part = part(ScaledDotProductAttention.plain(), in);
        PartialAttention nothing =
                part(ScaledDotProductAttention.plain(), in.withLengths(new int[] {7, 7}, new int[2]));
        assertEquals(Float.NEGATIVE_INFINITY, nothing.logSumExp().get(1, 1, 3));
        PartialAttention merged = empty();
        part.merge(nothing, merged, workspace);
        assertSame("nothing behind", part.out(), merged.out());
        assertSame("nothing behind", part.logSumExp(), merged.logSumExp());
        nothing.merge(part, merged, workspace);
        assertSame("nothing before", part.out(), merged.out());
        nothing.merge(nothing, merged, workspace);
        assertSame("nothing at all", nothing.out(), merged.out());
        assertSame("nothing at all", nothing.logSumExp(), merged.logSumExp());
    }

    @Test
    void whatDoesNotFitIsRefused() {
        PartialAttention part = empty();
        assertThrows(
                ShapeMismatchException.class,
                () -> new PartialAttention(Tensor.zeros(2, 2, QUERIES, WIDTH), Tensor.zeros(2, 2, QUERIES + 1)));
        PartialAttention longer =
                new PartialAttention(Tensor.zeros(2, 2, QUERIES + 1, WIDTH), Tensor.zeros(2, 2, QUERIES + 1));
        assertThrows(ShapeMismatchException.class, () -> part.merge(longer, part, workspace));
        assertThrows(ShapeMismatchException.class, () -> part.merge(part, longer, workspace));
        Tensor view = part.out().reshape(2, 2, QUERIES, WIDTH);
        PartialAttention overlapping = new PartialAttention(view, part.logSumExp());
        assertThrows(OverlapException.class, () -> part.merge(empty(), overlapping, workspace));
    }
}
