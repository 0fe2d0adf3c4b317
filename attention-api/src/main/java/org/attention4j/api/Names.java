package org.attention4j.api;

import java.util.regex.Pattern;

/** The form of ids and option names. */
final class Names {
    private static final Pattern WORDS = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

    private Names() {}

    static String checked(String what, String name) {
        if (!WORDS.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    what + " '" + name + "' must be lower-case words joined by '-', as in 'self-attention'");
        }
        return name;
    }
}
