package org.attention4j.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ScratchTest {
    private final Scratch scratch = new Scratch();

    @Test
    void whatIsReleasedIsHandedOutAgain() {
        int mark = scratch.mark();
        float[] floats = scratch.floats(10);
        int[] ints = scratch.ints(5);
        scratch.release(mark);
        assertSame(floats, scratch.floats(10));
        assertSame(ints, scratch.ints(4));
        assertNotSame(floats, scratch.floats(10));
        assertEquals(4 * 25, scratch.bytes());
    }

    @Test
    void productsThatOverflowedAreRefused() {
        for (int least : new int[] {-1, 50_000 * 50_000}) {
            assertThrows(IllegalArgumentException.class, () -> scratch.floats(least));
            assertThrows(IllegalArgumentException.class, () -> scratch.ints(least));
        }
    }

    /** As in a model whose layers ask for different things: the workspace is one, the orders are many. */
    @Test
    void callsThatAlternateAllocateNothingInTheEnd() {
        Runnable attention = () -> {
            int mark = scratch.mark();
            scratch.object(StringBuilder.class, StringBuilder::new);
            scratch.floats(1000);
            scratch.ints(10);
            scratch.release(mark);
        };
        Runnable recurrence = () -> {
            int mark = scratch.mark();
            scratch.ints(20);
            scratch.floats(10);
            scratch.floats(2000);
            scratch.object(Object.class, Object::new);
            scratch.release(mark);
        };
        assertEquals(0, Allocation.bytes(() -> {
            attention.run();
            recurrence.run();
        }));
        assertTrue(scratch.bytes() <= 4 * (2 * 2000 + 20), "keeps " + scratch.bytes() + " bytes");
    }

    /** Nothing is handed out twice at once, everything is long enough, and repetition allocates nothing. */
    @Property(tries = 50)
    void thingsInUseAreDistinct(@ForAll long seed) {
        Scratch mine = new Scratch();
        List<Object> before = List.of();
        for (int repetition = 0; repetition < 40; repetition++) {
            List<Object> now = play(mine, new Random(seed));
            if (repetition == 39) {
                assertSameThings(before, now);
            }
            before = now;
        }
    }

    private static List<Object> play(Scratch mine, Random random) {
        List<Object> given = new ArrayList<>();
        List<Integer> marks = new ArrayList<>(List.of(mine.mark()));
        List<Integer> sizes = new ArrayList<>(List.of(0));
        List<Object> used = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            int least = random.nextInt(50);
            switch (random.nextInt(6)) {
                case 0 -> {
                    marks.add(mine.mark());
                    sizes.add(used.size());
                }
                case 1 -> {
                    if (marks.size() > 1) {
                        mine.release(marks.removeLast());
                        used.subList(sizes.removeLast(), used.size()).clear();
                    }
                }
                case 2 -> used.add(mine.object(StringBuilder.class, StringBuilder::new));
                case 3 -> {
                    int[] ints = mine.ints(least);
                    assertTrue(ints.length >= least);
                    used.add(ints);
                }
                default -> {
                    float[] floats = mine.floats(least);
                    assertTrue(floats.length >= least);
                    used.add(floats);
                }
            }
            given.addAll(used);
            Map<Object, Boolean> distinct = new IdentityHashMap<>();
            used.forEach(thing -> distinct.put(thing, true));
            assertEquals(used.size(), distinct.size());
        }
        mine.release(marks.getFirst());
        return given;
    }

    private static void assertSameThings(List<Object> before, List<Object> now) {
        Map<Object, Boolean> known = new IdentityHashMap<>();
        before.forEach(thing -> known.put(thing, true));
        now.forEach(thing -> assertTrue(known.containsKey(thing), "a new thing after 39 repetitions"));
    }
}
