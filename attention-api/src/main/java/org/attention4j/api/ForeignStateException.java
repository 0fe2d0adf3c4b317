package org.attention4j.api;

import java.util.ArrayList;
import java.util.List;

/** A state or recording belongs to a mixer of another configuration. */
public final class ForeignStateException extends MixerException {
    private static final long serialVersionUID = 1L;

    private final String expected;
    private final String given;

    /**
     * A new exception.
     *
     * @param expected the configuration it is used with
     * @param given the configuration it was made for
     */
    public ForeignStateException(String expected, String given) {
        super(message(expected, given));
        this.expected = expected;
        this.given = given;
    }

    /** What differs comes first: a configuration may have thirty options. */
    private static String message(String expected, String given) {
        if (given.equals(expected)) {
            return "made by another mixer than the one it is used with, of the same configuration [" + given + "]";
        }
        List<String> was = new ArrayList<>(List.of(given.split(" ")));
        List<String> is = new ArrayList<>(List.of(expected.split(" ")));
        String difference = "";
        if (was.get(0).equals(is.get(0))) {
            was.removeAll(List.of(expected.split(" ")));
            is.removeAll(List.of(given.split(" ")));
            difference = "made for " + String.join(" ", was) + ", used with " + String.join(" ", is) + ": ";
        }
        return difference + "made for [" + given + "], cannot be used with [" + expected + "]";
    }

    /**
     * The configuration it is used with.
     *
     * @return the value
     */
    public String expected() {
        return expected;
    }

    /**
     * The configuration it was made for.
     *
     * @return the value
     */
    public String given() {
        return given;
    }
}
