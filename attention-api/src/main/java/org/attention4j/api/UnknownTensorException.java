package org.attention4j.api;

import java.util.Set;

/** A tensor is asked for by a name that is not there. */
public final class UnknownTensorException extends MixerException {
    private static final long serialVersionUID = 1L;

    private final String name;
    private final transient Set<String> known;

    /**
     * A new exception.
     *
     * @param name the name
     * @param known the names there are
     */
    public UnknownTensorException(String name, Set<String> known) {
        super("no tensor named '" + name + "'" + Nearest.suggestion(name, known) + "; there are "
                + Nearest.sorted(known));
        this.name = name;
        this.known = Set.copyOf(known);
    }

    /**
     * The name.
     *
     * @return the value
     */
    public String name() {
        return name;
    }

    /**
     * The names there are.
     *
     * @return the value
     */
    public Set<String> known() {
        return known;
    }
}
