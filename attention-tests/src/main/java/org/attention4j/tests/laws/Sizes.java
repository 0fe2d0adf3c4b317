package org.attention4j.tests.laws;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.attention4j.tests.LawCase;

/**
 * Sizes past those that cases mostly have, where algorithms go other ways: blocks of positions, tiles of sequences, work that is worth a thread. In few
 * of the cases, as they take their time; which ones follows from the case's values, so that shrinking keeps them.
 */
final class Sizes {
    /** Past two blocks of 128 positions, and not the end of a third. */
    private static final int LONG = 300;

    /** With the few channels of a case some 10,000 numbers, of which a product with a matrix is worth more than waking a thread. */
    private static final int MUCH = 700;

    /** Past tiles of 8 or 16 sequences. */
    private static final int MANY = 20;

    private Sizes() {}

    /** One sequence of {@value #LONG} positions, in one case of eight. */
    static LawCase sometimesLong(LawCase c) {
        return c.random("long").nextInt(8) == 0 ? c.with(List.of(LONG), LONG) : c;
    }

    /** Up to two sequences of {@value #MUCH} positions, in one case of eight. */
    static LawCase sometimesMuchWork(LawCase c) {
        return c.random("much work").nextInt(8) == 0
                ? c.with(Collections.nCopies(Math.min(2, c.batch()), MUCH), MUCH)
                : c;
    }

    /** Up to {@value #MANY} sequences of any lengths that there is time for, in one case of eight. */
    static LawCase sometimesMany(LawCase c) {
        return c.random("many").nextInt(8) == 0
                ? c.with(
                        IntStream.range(0, MANY - c.random("fewer").nextInt(MANY / 2))
                                .mapToObj(b -> c.random("length " + b).nextInt(c.time() + 1))
                                .toList(),
                        c.time())
                : c;
    }
}
