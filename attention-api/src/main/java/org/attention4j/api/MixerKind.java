package org.attention4j.api;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * A kind of mixer, as users see it before one is built.
 *
 * @param id lower-case words joined by '-', unique among the providers of a run: {@code "multi-head-attention"}
 * @param family what it promises mathematically
 * @param summary one line for lists
 * @param options its options beside the width
 * @param capabilities what mixers of this kind can do; one that a configuration rules out is refused by its {@link
 *     MixerSpec}
 */
public record MixerKind(
        String id, MixerFamily family, String summary, OptionSchema options, Set<Capability> capabilities) {
    /** Checks the id and copies the set. */
    public MixerKind {
        Names.checked("mixer id", id);
        Objects.requireNonNull(family, "family");
        Objects.requireNonNull(summary, "summary");
        Objects.requireNonNull(options, "options");
        EnumSet<Capability> copy = EnumSet.noneOf(Capability.class);
        copy.addAll(capabilities);
        capabilities = Collections.unmodifiableSet(copy);
    }
}
