package org.attention4j.tests;

import java.util.Objects;

/**
 * How much of what a law was given it compared, and how much it left out because nothing can be said about it.
 *
 * @param compared how many
 * @param leftOut how many not
 * @param why what they are and the reason, or why there was nothing to compare; empty where a law leaves nothing out
 */
public record Tally(long compared, long leftOut, String why) {
    /** Of laws that leave nothing out: they compare every case. */
    public static final Tally NONE = new Tally(0, 0, "");

    /**
     * Of a case that was compared, for laws that find nothing to compare in some.
     *
     * @return one
     */
    public static Tally one() {
        return new Tally(1, 0, "");
    }

    /**
     * Of a case in which there was nothing to compare.
     *
     * @param why what there would have to be
     * @return none
     */
    public static Tally nothing(String why) {
        return new Tally(0, 0, why);
    }

    /** Checks the numbers. */
    public Tally {
        Objects.requireNonNull(why, "why");
        if (compared < 0 || leftOut < 0) {
            throw new IllegalArgumentException("compared = " + compared + " or left out = " + leftOut + " is negative");
        }
    }

    /**
     * Both together.
     *
     * @param other of another case of the same law
     * @return the sums
     */
    public Tally plus(Tally other) {
        return new Tally(compared + other.compared, leftOut + other.leftOut, why.isEmpty() ? other.why : why);
    }

    /**
     * Whether there was something to compare and all of it was left out, so that the law says nothing.
     *
     * @return true if so
     */
    public boolean empty() {
        return compared == 0 && leftOut > 0;
    }

    /**
     * Whether there was nothing to compare in any case.
     *
     * @return true if so
     */
    public boolean idle() {
        return compared == 0 && leftOut == 0 && !why.isEmpty();
    }

    /** One line. */
    @Override
    public String toString() {
        return "left out " + leftOut + " of " + (compared + leftOut) + " " + why;
    }
}
