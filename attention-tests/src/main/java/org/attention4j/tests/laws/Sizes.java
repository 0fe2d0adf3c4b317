package org.attention4j.tests.laws;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.attention4j.tests.LawCase;

/**
 * Sizes past those that cases mostly have, where algorithms go other ways: blocks of positions, tiles of sequences, work that is worth a thread. In few
 * of the cases, as they take their time; which ones follows from the case's values, so that shrinking keeps them. They
 * come after the case itself, so that what is broken at its sizes, too, is reported with those.
 */
final class Sizes {
    /** Past two blocks of 128 positions, and not the end of a third. */
    private static final int LONG = 300;

    /** With the few channels of a case some 10,000 numbers, of which a product with a matrix is worth more than waking a thread. */
    private static final int MUCH = 700;

    /** Past tiles of 8 or 16 sequences. */
    private static final int MANY = 20;

    private Sizes() {}

    /** The case, and in one of eight then one with a sequence of {@value #LONG} positions. */
    static List<LawCase> sometimesLong(LawCase c) {
        return c.random("long").nextInt(8) == 0 ? List.of(c, c.with(List.of(LONG), LONG)) : List.of(c);
    }

    /** The case, and in one of eight then one with up to two sequences of {@value #MUCH} positions. */
    static List<LawCase> sometimesMuchWork(LawCase c) {
        return c.random("much work").nextInt(8) == 0
                ? List.of(c, c.with(Collections.nCopies(Math.min(2, c.batch()), MUCH), MUCH))
                : List.of(c);
    }

    /** The case, and in one of eight then one with up to {@value #MANY} sequences of any lengths that there is time for. */
    static List<LawCase> sometimesMany(LawCase c) {
        if (c.random("many").nextInt(8) != 0) {
            return List.of(c);
        }
        List<Integer> lengths = IntStream.range(0, MANY - c.random("fewer").nextInt(MANY / 2))
                .mapToObj(b -> c.random("length " + b).nextInt(c.time() + 1))
                .toList();
        return List.of(c, c.with(lengths, c.time()));
    }
}
