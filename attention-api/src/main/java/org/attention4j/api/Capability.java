package org.attention4j.api;

import java.util.Locale;

/**
 * What a mixer can do beyond {@link SequenceMixer#forward}. Known from kind and configuration before anything is built; a
 * declared capability works, an undeclared one is refused with its reason.
 */
public enum Capability {
    /** Position by position with a state that the caller owns. */
    INCREMENTAL(Incremental.class),
    /** Gradients with respect to inputs, parameters and initial state. */
    DIFFERENTIABLE(Differentiable.class),
    /** Shows the weights with which positions attend to each other. */
    ATTENTIVE(Attentive.class),
    /** Mixes in a second sequence (cross-attention). */
    CONTEXTUAL(Contextual.class),
    /** Starts a whole-sequence pass from a given hidden state and returns the last one. */
    RECURRENT(Recurrent.class);

    /** Asked for on every step, which is to allocate nothing. */
    private static final Capability[] ALL = values();

    private final Class<? extends SequenceMixer> type;

    Capability(Class<? extends SequenceMixer> type) {
        this.type = type;
    }

    /**
     * The interface that a mixer with this capability implements.
     *
     * @return the interface
     */
    public Class<? extends SequenceMixer> type() {
        return type;
    }

    /**
     * The name that messages and tables use.
     *
     * @return lower case
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The capability that an interface stands for.
     *
     * @param type one of the capability interfaces
     * @return the capability
     * @throws IllegalArgumentException if the type is none of them
     */
    public static Capability of(Class<? extends SequenceMixer> type) {
        for (Capability capability : ALL) {
            if (capability.type == type) {
                return capability;
            }
        }
        throw new IllegalArgumentException(type.getName() + " is not a capability interface");
    }
}
