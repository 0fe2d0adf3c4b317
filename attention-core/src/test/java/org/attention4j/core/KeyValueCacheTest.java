package org.attention4j.core;

import static org.attention4j.core.Values.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.StateExhaustedException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Keys and values in a cache: the same bits as in tensors, whatever was appended when. */
class KeyValueCacheTest {
    private static final ScaledDotProductAttention PLAIN = ScaledDotProductAttention.plain();

    private static Tensor positions(Tensor x, int from, int to) {
        Tensor cut = Tensor.zeros(x.extent(0), x.extent(1), to - from, x.extent(3));
        for (int b = 0; b < x.extent(0); b++) {
            for (int h = 0; h < x.extent(1); h++) {
                cut.slice(b).slice(h).copyFrom(x.slice(b).slice(h).range(from, to));
            }
        }
        return cut;
    }

    @Property(tries = 30)
    void sameBitsAsTensors(
            @ForAll @IntRange(min = 1, max = 5) int queries,
            @ForAll @IntRange(min = 5, max = 300) int keys,
            @ForAll @IntRange(min = 1, max = 70) int width,
            @ForAll boolean causal,
            @ForAll long seed) {
        Random random = new Random(seed);
        ScaledDotProductAttention operator = PLAIN.withCausal(causal);
        Tensor q = Values.random(seed, 2, 4, queries, width);
        Tensor k = Values.random(seed + 1, 2, 2, keys, width);
        Tensor v = Values.random(seed + 2, 2, 2, keys, width + 3);
        KeyValueCache cache = KeyValueCache.of(2, 2, width, width + 3, keys + random.nextInt(150));
        AttentionInputs cached = AttentionInputs.of(q, cache);
        try (Workspace workspace = Workspace.threads(1 + random.nextInt(3))) {
            for (int from = 0, to; from < keys; from = to) {
                to = Math.min(keys, from + 1 + random.nextInt(130));
                cache.append(positions(k, from, to), positions(v, from, to), workspace);
                int more = random.nextInt(cache.capacity() - to + 1);
                cache.append(Values.random(7, 2, 2, more, width), Values.random(8, 2, 2, more, width + 3), workspace);
                cache.rollback(0, more);
                cache.rollback(1, more);
            }
            Tensor expected = Tensor.zeros(2, 4, queries, width + 3);
            Tensor expectedSums = Tensor.zeros(2, 4, queries);
            operator.forward(AttentionInputs.of(q, k, v), expected, expectedSums, workspace);
            Tensor out = Tensor.zeros(2, 4, queries, width + 3);
            Tensor sums = Tensor.zeros(2, 4, queries);
            operator.forward(cached, out, sums, workspace);
            assertSame("outputs", expected, out);
            assertSame("log-sum-exps", expectedSums, sums);
            Tensor weights = Tensor.zeros(2, 4, queries, cache.capacity());
            operator.weights(cached, weights, workspace);
            Tensor expectedWeights = Tensor.zeros(2, 4, queries, keys);
            operator.weights(AttentionInputs.of(q, k, v), expectedWeights, workspace);
            for (int b = 0; b < 2; b++) {
                for (int h = 0; h < 4; h++) {
                    for (int i = 0; i < queries; i++) {
                        Tensor row = weights.slice(b).slice(h).slice(i);
                        assertSame(
                                "weights",
                                expectedWeights.slice(b).slice(h).slice(i),
                                row.range(0, keys).copy());
                        for (float x : row.range(keys, cache.capacity()).toArray()) {
                            assertEquals(0f, x, "weights past the keys");
                        }
                    }
                }
            }
        }
    }

    /** One query is computed another way than two: span by span, for all heads of a key head at once. */
    @Property(tries = 24)
    void oneQueryAsOneOfTwo(
            @ForAll @IntRange(min = 1, max = 4) int group,
            @ForAll @IntRange(min = 1, max = 9000) int keys,
            @ForAll @IntRange(max = 400) int hidden,
            @ForAll boolean masked,
            @ForAll boolean rising,
            @ForAll boolean steep,
            @ForAll long seed) {
        int heads = 2 * group;
        Tensor one = Values.random(seed, 1, heads, 1, 5);
        for (int i = 0; steep && i < one.size(); i++) { // some weights are 0
            one.array()[i] *= 100;
        }
        Tensor two = Tensor.zeros(1, heads, 2, 5);
        for (int h = 0; h < heads; h++) {
            two.slice(0).slice(h).slice(0).copyFrom(one.slice(0).slice(h).slice(0));
        }
        Tensor k = Values.random(seed + 1, 1, 2, keys, 5);
        for (int i = 0; rising && i < k.size(); i++) { // the maximum grows again and again
            k.array()[i] *= i % 10_000 / 5_000f;
        }
        Tensor v = Values.random(seed + 2, 1, 2, keys, 37);
        boolean[] allowed = new boolean[heads * keys];
        for (int i = 0; i < allowed.length; i++) {
            allowed[i] = i % keys >= hidden && i % 7 != 0;
        }
        for (int i = 0; masked && i < v.size(); i++) { // what is hidden from all heads is not read
            v.array()[i] = i / 37 % keys < hidden ? Float.NaN : v.array()[i];
        }
        ScoreTerms terms = masked ? ScoreTerms.none().withMask(allowed, 1, heads, 1, keys) : ScoreTerms.none();
        KeyValueCache cache = KeyValueCache.of(1, 2, 5, 37, keys);
        try (Workspace workspace = Workspace.threads(2)) {
            cache.append(k, v, workspace);
            Tensor expected = Tensor.zeros(1, heads, 2, 37);
            Tensor expectedSums = Tensor.zeros(1, heads, 2);
            PLAIN.forward(AttentionInputs.of(two, cache).withTerms(terms), expected, expectedSums, workspace);
            for (AttentionInputs in :
                    new AttentionInputs[] {AttentionInputs.of(one, cache), AttentionInputs.of(one, k, v)}) {
                Tensor out = Tensor.zeros(1, heads, 1, 37);
                Tensor sums = Tensor.zeros(1, heads, 1);
                PLAIN.forward(in.withTerms(terms), out, sums, workspace);
                for (int h = 0; h < heads; h++) {
                    assertSame(
                            "output",
                            expected.slice(0).slice(h).slice(0),
                            out.slice(0).slice(h).slice(0));
                    assertEquals(expectedSums.get(0, h, 0), sums.get(0, h, 0), "log-sum-exp");
                }
            }
        }
    }

    @Test
    void eachSequenceHasItsOwnLength() {
        Tensor q = Values.random(1, 2, 1, 2, 4);
        Tensor k = Values.random(2, 2, 1, 9, 4);
        Tensor v = Values.random(3, 2, 1, 9, 4);
        KeyValueCache cache = KeyValueCache.of(2, 1, 4, 4, 10);
        Workspace workspace = Workspace.create();
        cache.append(k, v, new int[] {9, 5}, workspace);
        assertEquals(9, cache.length(0));
        assertEquals(5, cache.length(1));
        KeyValueCache copy = cache.copy();
        copy.append(k, v, new int[] {1, 4}, workspace);
        assertEquals(5, cache.length(1));
        Tensor expected = Tensor.zeros(2, 1, 2, 4);
        PLAIN.withCausal(true)
                .forward(
                        AttentionInputs.of(q, k, v).withLengths(new int[] {2, 1}, new int[] {9, 5}),
                        expected,
                        workspace);
        Tensor out = Tensor.zeros(2, 1, 2, 4);
        PLAIN.withCausal(true).forward(AttentionInputs.of(q, cache).withQueryLengths(new int[] {2, 1}), out, workspace);
        assertSame("ragged", expected, out);
        cache.reset();
        assertEquals(0, cache.length(0));
        PLAIN.forward(AttentionInputs.of(q, cache), out, workspace);
        assertSame("nothing to attend to", Tensor.zeros(2, 1, 2, 4), out);
    }

    @Test
    void sequencesGoOnFromOthers() {
        Tensor k = Values.random(2, 3, 1, 9, 4);
        KeyValueCache cache = KeyValueCache.of(3, 1, 4, 4, 10);
        Workspace workspace = Workspace.create();
        cache.append(k, k, new int[] {9, 5, 2}, workspace);
        cache.reorder(new int[] {1, 1, 0});
        assertEquals(5, cache.length(0));
        assertEquals(9, cache.length(2));
        Tensor q = Values.random(1, 3, 1, 1, 4);
        Tensor out = Tensor.zeros(3, 1, 1, 4);
        PLAIN.forward(AttentionInputs.of(q, cache), out, workspace);
        Tensor moved = Tensor.zeros(3, 1, 9, 4);
        moved.slice(0).copyFrom(k.slice(1));
        moved.slice(1).copyFrom(k.slice(1));
        moved.slice(2).copyFrom(k.slice(0));
        Tensor expected = Tensor.zeros(3, 1, 1, 4);
        AttentionInputs in = AttentionInputs.of(q, moved, moved).withLengths(new int[] {1, 1, 1}, new int[] {5, 5, 9});
        PLAIN.forward(in, expected, workspace);
        assertSame("reordered", expected, out);
        assertThrows(BadShapeException.class, () -> cache.reorder(new int[] {0, 1, 3}));
        assertEquals(5, cache.length(0));
    }

    @Test
    void refusesWithValues() {
        Workspace workspace = Workspace.create();
        KeyValueCache cache = KeyValueCache.of(2, 1, 4, 3, 10);
        Tensor k = Tensor.zeros(2, 1, 6, 4);
        Tensor v = Tensor.zeros(2, 1, 6, 3);
        cache.append(k, v, new int[] {6, 2}, workspace);
        StateExhaustedException full = assertThrows(StateExhaustedException.class, () -> cache.append(k, v, workspace));
        assertEquals(6, full.needed());
        assertEquals(4, full.available());
        assertEquals(2, cache.length(1), "nothing is appended where one sequence is full");
        assertThrows(StateExhaustedException.class, () -> cache.append(k, v, new int[] {5, 1}, workspace));
        assertThrows(StateExhaustedException.class, () -> cache.rollback(1, 3));
        assertThrows(StateExhaustedException.class, () -> cache.rollback(1, -1));
        assertThrows(BadShapeException.class, () -> cache.append(k, v, new int[] {7, 1}, workspace));
        assertThrows(BadShapeException.class, () -> cache.append(k, v, new int[] {1}, workspace));
        assertThrows(ShapeMismatchException.class, () -> cache.append(v, k, workspace));
        assertThrows(ShapeMismatchException.class, () -> cache.append(k, Tensor.zeros(2, 1, 5, 3), workspace));
        assertThrows(BadShapeException.class, () -> KeyValueCache.of(1, 1, 1, 1, -1));
        Tensor q = Tensor.zeros(2, 2, 1, 4);
        AttentionInputs in = AttentionInputs.of(q, cache);
        assertThrows(BadShapeException.class, () -> in.withLengths(new int[] {1, 1}, new int[] {1, 1}));
        assertThrows(BadShapeException.class, () -> PLAIN.record(in, Tensor.zeros(2, 2, 1, 3), workspace));
        assertThrows(ShapeMismatchException.class, () -> AttentionInputs.of(Tensor.zeros(2, 2, 1, 5), cache));
        KeyValueCache two = KeyValueCache.of(2, 2, 4, 3, 10);
        assertThrows(BadShapeException.class, () -> AttentionInputs.of(Tensor.zeros(2, 3, 1, 4), two));
        assertEquals(
                Float.BYTES * 2L * (16 * 4 + 10 * 16) + 2 * Integer.BYTES, cache.bytes(), "panels, and two lengths");
    }

    @Test
    @Tag("allocation")
    void aStepAllocatesNothing() {
        Tensor q = Values.random(1, 1, 2, 1, 16);
        Tensor k = Values.random(2, 1, 2, 1, 16);
        KeyValueCache cache = KeyValueCache.of(1, 2, 16, 16, 200);
        AttentionInputs in = AttentionInputs.of(q, cache);
        Tensor out = Tensor.zeros(1, 2, 1, 16);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long patience = system.getProcessCpuTime() + 30_000_000_000L; // a busy machine keeps the JIT waiting, too
        long bytes = Long.MAX_VALUE;
        try (Workspace workspace = Workspace.threads(1)) {
            cache.append(Tensor.zeros(1, 2, 150, 16), Tensor.zeros(1, 2, 150, 16), workspace);
            while (bytes > 0 && system.getProcessCpuTime() < patience) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int step = 0; step < 40; step++) {
                    cache.append(k, k, workspace);
                    PLAIN.forward(in, out, workspace);
                }
                bytes = threads.getCurrentThreadAllocatedBytes() - before;
                cache.rollback(0, 40);
            }
        }
        assertEquals(0, bytes, "bytes of 40 steps");
    }
}
