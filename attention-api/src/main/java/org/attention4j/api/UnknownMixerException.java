package org.attention4j.api;

import java.util.Set;

/** A mixer is asked for by an id that no provider has. */
public final class UnknownMixerException extends MixerException {
    private static final long serialVersionUID = 1L;

    private final String id;
    private final transient Set<String> known;

    /**
     * A new exception.
     *
     * @param id the id
     * @param known the ids there are
     */
    public UnknownMixerException(String id, Set<String> known) {
        super("no mixer named '" + id + "'" + Nearest.suggestion(id, known) + "; there are " + Nearest.sorted(known));
        this.id = id;
        this.known = Set.copyOf(known);
    }

    /**
     * The id.
     *
     * @return the value
     */
    public String id() {
        return id;
    }

    /**
     * The ids there are.
     *
     * @return the value
     */
    public Set<String> known() {
        return known;
    }
}
