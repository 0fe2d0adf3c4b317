package org.attention4j.api.variant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.attention4j.api.BadConfigurationException;
import org.junit.jupiter.api.Test;

/** Masks say the same of a rectangle as of its pairs, however they are composed. */
class AttentionMaskTest {
    private static final int SPAN = 24;

    /** What a mask says of pairs, as the definition has it. */
    private interface Pairs {
        boolean allows(int batch, int head, int query, int key);
    }

    private record Case(AttentionMask mask, Pairs pairs) {}

    private static Case single(Random random) {
        int n = random.nextInt(12);
        int m = random.nextInt(12);
        int[] ids = random.ints(SPAN, -1, 3).sorted().toArray();
        int[][] mixed = {random.ints(SPAN, 0, 2).toArray(), ids};
        return switch (random.nextInt(13)) {
            case 0 -> new Case(AttentionMasks.causal(n - m), (b, h, q, k) -> k <= q + n - m);
            case 1 -> new Case(AttentionMasks.window(n, m), (b, h, q, k) -> k >= q - n && k <= q + m);
            case 2 -> new Case(AttentionMasks.window(n, Integer.MAX_VALUE), (b, h, q, k) -> k >= q - n);
            case 3 ->
                new Case(
                        AttentionMasks.chunked(n + 1),
                        (b, h, q, k) -> Math.floorDiv(q, n + 1) == Math.floorDiv(k, n + 1));
            case 4 -> new Case(AttentionMasks.prefix(n), (b, h, q, k) -> k < n);
            case 5 -> new Case(AttentionMasks.prefix(new int[] {n, m}), (b, h, q, k) -> b < 2 && k < (b == 0 ? n : m));
            case 6 ->
                new Case(
                        AttentionMasks.documents(ids),
                        (b, h, q, k) -> document(ids, q) >= 0 && document(ids, q) == document(ids, k));
            case 7 ->
                new Case(
                        AttentionMasks.documents(mixed),
                        (b, h, q, k) ->
                                b < 2 && document(mixed[b], q) >= 0 && document(mixed[b], q) == document(mixed[b], k));
            case 8 -> table(random, n + 1);
            case 9 -> new Case(AttentionMasks.dilated(n + 1), (b, h, q, k) -> Math.floorMod(q - k, n + 1) == 0);
            case 10 -> new Case(AttentionMasks.globalTokens(n), (b, h, q, k) -> q >= 0 && q < n || k >= 0 && k < n);
            case 11 ->
                new Case(AttentionMasks.globalPositions(m, n, m), (b, h, q, k) -> q == n || q == m || k == n || k == m);
            default ->
                new Case((b, h, q, k) -> (q * 7 + k * 3 + h) % 5 < 3, (b, h, q, k) -> (q * 7 + k * 3 + h) % 5 < 3);
        };
    }

    private static int document(int[] ids, int position) {
        return position < 0 || position >= ids.length ? -1 : ids[position];
    }

    private static Case table(Random random, int block) {
        boolean[][] table = new boolean[3][4];
        for (boolean[] row : table) {
            for (int c = 0; c < row.length; c++) {
                row[c] = random.nextInt(3) > 0;
            }
        }
        return new Case(
                AttentionMasks.blockSparse(block, table),
                (b, h, q, k) -> q >= 0 && k >= 0 && q / block < 3 && k / block < 4 && table[q / block][k / block]);
    }

    private static Case composed(Random random, int depth) {
        if (depth == 0) {
            return single(random);
        }
        Case a = composed(random, depth - 1);
        Case c = composed(random, random.nextInt(depth));
        return switch (random.nextInt(4)) {
            case 0 ->
                new Case(a.mask.and(c.mask), (b, h, q, k) -> a.pairs.allows(b, h, q, k) && c.pairs.allows(b, h, q, k));
            case 1 ->
                new Case(a.mask.or(c.mask), (b, h, q, k) -> a.pairs.allows(b, h, q, k) || c.pairs.allows(b, h, q, k));
            case 2 -> new Case(a.mask.not(), (b, h, q, k) -> !a.pairs.allows(b, h, q, k));
            default ->
                new Case(
                        AttentionMasks.precomputed(
                                a.mask, random.nextInt(4), random.nextInt(3), random.nextInt(100), random.nextInt(30)),
                        a.pairs);
        };
    }

    @Property(tries = 1_500)
    void aRectangleIsItsPairs(@ForAll long seed, @ForAll @IntRange(max = 3) int depth) {
        Random random = new Random(seed);
        Case drawn = composed(random, depth);
        int batch = random.nextInt(3);
        int head = random.nextInt(2);
        for (int r = 0; r < 20; r++) {
            int fromQuery = random.nextInt(SPAN) - 6;
            int fromKey = random.nextInt(SPAN);
            int toQuery = fromQuery + 1 + random.nextInt(8);
            int toKey = fromKey + 1 + random.nextInt(8);
            check(drawn, batch, head, fromQuery, toQuery, fromKey, toKey);
        }
    }

    private static void check(Case drawn, int batch, int head, int fromQuery, int toQuery, int fromKey, int toKey) {
        AttentionMask mask = drawn.mask;
        Visibility said = mask.visibility(batch, head, fromQuery, toQuery, fromKey, toKey);
        for (int q = fromQuery; q < toQuery; q++) {
            for (int k = fromKey; k < toKey; k++) {
                boolean seen = drawn.pairs.allows(batch, head, q, k);
                String pair = mask + ": query " + q + ", key " + k + " of " + fromQuery + " to " + toQuery + ", "
                        + fromKey + " to " + toKey;
                assertEquals(seen, mask.allows(batch, head, q, k), pair);
                assertTrue(mask.perHead() || seen == mask.allows(batch, 1 - head, q, k), () -> pair + ", other head");
                assertTrue(said == Visibility.SOME || seen == (said == Visibility.ALL), () -> pair + " is not " + said);
            }
        }
    }

    @Test
    void positionsAloneAreTheSameForAllHeads() {
        PositionMask near = (batch, query, key) -> query - key < 4;
        AttentionMask odd = (batch, head, query, key) -> (head + key) % 2 == 0;
        AttentionMask causal = AttentionMasks.causal(0);
        assertTrue(odd.perHead()
                && near.and(odd).perHead()
                && odd.or(near).perHead()
                && odd.not().perHead());
        assertFalse(near.perHead() || causal.perHead() || near.or(causal).perHead());
        assertFalse(causal.and(near).not().perHead());
        assertTrue(near.allows(1, 2, 7, 4) && !near.allows(1, 2, 8, 4));
    }

    @Property(tries = 1_500)
    void bitsAreTheirPairs(@ForAll long seed, @ForAll @IntRange(max = 3) int depth) {
        Random random = new Random(seed);
        Case drawn = composed(random, depth);
        int batch = random.nextInt(3);
        int head = random.nextInt(2);
        for (int r = 0; r < 20; r++) {
            int fromQuery = random.nextInt(SPAN) - 6;
            int queries = 1 + random.nextInt(32);
            int key = random.nextInt(SPAN);
            int bits = 0;
            for (int i = 0; i < queries; i++) {
                bits |= (drawn.pairs.allows(batch, head, fromQuery + i, key) ? 1 : 0) << i;
            }
            String asked = drawn.mask + ": " + queries + " queries from " + fromQuery + " on, key " + key;
            assertEquals(bits, drawn.mask.allowed(batch, head, fromQuery, queries, key), asked);
        }
    }

    /** Of a mask that answers by pairs alone, in a rectangle of more than 64 queries that is here as a whole, or not. */
    @Property(tries = 300)
    void precomputedAnswersAreOfWholeRectangles(@ForAll long seed) {
        Random random = new Random(seed);
        int size = 1 + random.nextInt(150);
        int edge = random.nextInt(2 * size) - size;
        AttentionMask lambda = (b, h, q, k) -> q - k < edge + b - h;
        AttentionMask asked = AttentionMasks.precomputed(lambda, 2, 2, size, size);
        for (int r = 0; r < 20; r++) {
            int b = random.nextInt(2);
            int h = random.nextInt(2);
            int fromQuery = random.nextInt(size);
            int fromKey = random.nextInt(size);
            int toQuery = fromQuery + 1 + random.nextInt(size - fromQuery + 1);
            int toKey = fromKey + 1 + random.nextInt(size - fromKey + 1);
            boolean covered = toQuery <= size && toKey <= size;
            boolean all = toQuery - 1 - fromKey < edge + b - h;
            boolean none = fromQuery - (toKey - 1) >= edge + b - h;
            Visibility known = all ? Visibility.ALL : none ? Visibility.NONE : Visibility.SOME;
            assertEquals(
                    covered ? known : Visibility.SOME,
                    asked.visibility(b, h, fromQuery, toQuery, fromKey, toKey),
                    () -> size + ", " + edge + ": " + asked);
        }
    }

    /** The given mask is asked once for each pair, and again only where there is no answer. */
    @Test
    void precomputedAnswersAreAskedOnce() {
        AtomicInteger asked = new AtomicInteger();
        AttentionMask each = (b, h, q, k) -> asked.incrementAndGet() > 0;
        AttentionMask mask = AttentionMasks.precomputed(each, 2, 3, 97, 5);
        assertEquals(2 * 3 * 97 * 5, asked.get());
        assertTrue(mask.perHead());
        for (int i = 0; i < 97; i++) {
            assertTrue(mask.allows(1, 2, i, 4), "query " + i);
        }
        assertEquals(2 * 3 * 97 * 5, asked.get());
        assertTrue(mask.allows(2, 2, 96, 4) && mask.allows(1, 3, 96, 4) && mask.allows(1, 2, 97, 4));
        assertTrue(mask.allows(1, 2, 96, 5) && mask.allows(1, 2, -1, 4));
        assertEquals(2 * 3 * 97 * 5 + 5, asked.getAndSet(0));
        PositionMask alike = (b, q, k) -> each.allows(b, 0, q, k);
        assertFalse(AttentionMasks.precomputed(alike, 2, 3, 97, 5).perHead());
        assertEquals(2 * 97 * 5, asked.get());
    }

    /** Rectangles as large as a block are known where attention saves time. */
    @Test
    void whatCanBeSkippedIsKnown() {
        assertEquals(Visibility.NONE, of(AttentionMasks.causal(0), 0, 128, 128, 256));
        assertEquals(Visibility.ALL, of(AttentionMasks.causal(0), 127, 256, 0, 128));
        assertEquals(Visibility.NONE, of(AttentionMasks.window(255, 0), 512, 768, 0, 257));
        assertEquals(Visibility.SOME, of(AttentionMasks.window(255, 0), 512, 768, 0, 258));
        assertEquals(Visibility.ALL, of(AttentionMasks.window(255, 0), 255, 256, 0, 256));
        assertEquals(Visibility.NONE, of(AttentionMasks.chunked(64), 64, 128, 0, 64));
        assertEquals(Visibility.ALL, of(AttentionMasks.chunked(64), 64, 128, 64, 128));
        assertEquals(Visibility.ALL, of(AttentionMasks.prefix(5), 0, 9, 0, 5));
        assertEquals(Visibility.NONE, of(AttentionMasks.prefix(5), 0, 9, 5, 6));
        int[] ids = {0, 0, 1, 1, 1, 2};
        assertEquals(Visibility.NONE, of(AttentionMasks.documents(ids), 0, 2, 2, 6));
        assertEquals(Visibility.ALL, of(AttentionMasks.documents(ids), 2, 5, 2, 5));
        boolean[][] table = {{true, false}, {true, true}};
        assertEquals(Visibility.NONE, of(AttentionMasks.blockSparse(4, table), 0, 4, 4, 8));
        assertEquals(Visibility.ALL, of(AttentionMasks.blockSparse(4, table), 4, 8, 0, 8));
        assertEquals(Visibility.NONE, of(AttentionMasks.dilated(9), 10, 11, 2, 10));
        assertEquals(Visibility.ALL, of(AttentionMasks.globalTokens(1).not().not(), 0, 1, 0, 9));
        assertEquals(Visibility.NONE, of(AttentionMasks.globalPositions(3), 4, 9, 0, 3));
    }

    private static Visibility of(AttentionMask mask, int fromQuery, int toQuery, int fromKey, int toKey) {
        return mask.visibility(0, 0, fromQuery, toQuery, fromKey, toKey);
    }

    @Test
    void farPositionsDoNotOverflow() {
        int far = Integer.MAX_VALUE;
        assertFalse(AttentionMasks.window(10, 10).allows(0, 0, far, -far));
        assertTrue(AttentionMasks.window(far, 0).allows(0, 0, far, 0));
        assertEquals(Visibility.NONE, of(AttentionMasks.window(10, 10), far - 1, far, -far, 0));
        assertTrue(AttentionMasks.causal(far).allows(0, 0, far, far));
        assertEquals(0, AttentionMasks.window(10, 10).allowed(0, 0, far - 9, 9, -far));
        assertEquals(-1, AttentionMasks.window(far, 0).allowed(0, 0, far - 32, 32, 0));
        assertEquals(0b111, AttentionMasks.chunked(far).allowed(0, 0, -3, 7, -far));
        AttentionMask kept = AttentionMasks.precomputed(AttentionMasks.window(far, 0), 1, 1, 9, 9);
        assertEquals(-1, kept.allowed(0, 0, far - 32, 32, 0));
        assertTrue(kept.allows(0, 0, far, far));
        assertEquals(Visibility.ALL, of(kept, far - 1, far, 0, far));
    }

    @Test
    void impossibleSizesAreRefused() {
        refused("-1", () -> AttentionMasks.window(-1, 0));
        refused("-2", () -> AttentionMasks.window(0, -2));
        refused("0", () -> AttentionMasks.chunked(0));
        refused("-3", () -> AttentionMasks.prefix(-3));
        refused("-4", () -> AttentionMasks.prefix(new int[] {1, -4}));
        refused("0", () -> AttentionMasks.dilated(0));
        refused("-1", () -> AttentionMasks.globalTokens(-1));
        refused("-7", () -> AttentionMasks.globalPositions(3, -7));
        refused("0", () -> AttentionMasks.blockSparse(0, new boolean[1][1]));
        AttentionMask causal = AttentionMasks.causal(0);
        refused("-1", () -> AttentionMasks.precomputed(causal, -1, 1, 1, 1));
        refused("-2", () -> AttentionMasks.precomputed(causal, 1, -2, 1, 1));
        refused("-3", () -> AttentionMasks.precomputed(causal, 1, 1, -3, 1));
        refused("-4", () -> AttentionMasks.precomputed(causal, 1, 1, 1, -4));
        int most = Integer.MAX_VALUE;
        refused("1 × 1 × 2147483647 × 64", () -> AttentionMasks.precomputed(causal, 1, 1, most, 64));
        refused("2 × 2147483647 × 1 × 1", () -> AttentionMasks.precomputed(causal, 2, most, 1, 1));
        boolean[][] huge = new boolean[50_000][];
        Arrays.fill(huge, new boolean[50_000]);
        refused("50000 × 50000 blocks", () -> AttentionMasks.blockSparse(2, huge));
        refused("1 blocks of keys", () -> AttentionMasks.blockSparse(2, new boolean[][] {{true, true}, {true}}));
    }

    private static void refused(String value, Runnable made) {
        BadConfigurationException refusal = assertThrows(BadConfigurationException.class, made::run);
        assertEquals(value, refusal.value());
        assertTrue(refusal.getMessage().contains(value), refusal::getMessage);
    }

    /** What a caller does to its arrays later does not matter. */
    @Test
    void arraysAreCopied() {
        int[] ids = {0, 0, 1};
        boolean[][] table = {{true}};
        AttentionMask documents = AttentionMasks.documents(ids);
        AttentionMask blocks = AttentionMasks.blockSparse(4, table);
        ids[1] = 1;
        table[0][0] = false;
        assertTrue(documents.allows(0, 0, 0, 1));
        assertTrue(blocks.allows(0, 0, 0, 1));
    }
}
