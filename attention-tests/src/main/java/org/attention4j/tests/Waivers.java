package org.attention4j.tests;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Laws that a mixer is known to break, each with a written reason. A waiver whose law holds fails, so that none outlives
 * its reason.
 *
 * <p>Immutable.
 */
public final class Waivers {
    private static final Waivers NONE = new Waivers(Map.of());

    private final Map<String, String> reasons;

    private Waivers(Map<String, String> reasons) {
        this.reasons = reasons;
    }

    /**
     * No waiver.
     *
     * @return a start for {@link #with}
     */
    public static Waivers none() {
        return NONE;
    }

    /**
     * These and one more.
     *
     * @param law id of the law
     * @param reason why it is broken, for the report
     * @return new waivers
     * @throws IllegalArgumentException if there is no such law, or the reason is blank
     */
    public Waivers with(String law, String reason) {
        if (reason.isBlank()) {
            throw new IllegalArgumentException("the waiver of '" + law + "' needs a reason");
        }
        Map<String, String> more = new LinkedHashMap<>(reasons);
        more.put(Laws.named(law).id(), reason);
        return new Waivers(more);
    }

    /**
     * The reason for which a law is waived.
     *
     * @param law the law
     * @return empty if it is not
     */
    public Optional<String> reason(Law law) {
        return Optional.ofNullable(reasons.get(law.id()));
    }
}
