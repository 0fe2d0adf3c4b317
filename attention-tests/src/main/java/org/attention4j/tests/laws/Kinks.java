package org.attention4j.tests.laws;

import org.attention4j.api.MixerSpec;

/** Tells activations with a kink, at which differences are no derivative, and a flat part, in which a unit is dead. */
final class Kinks {
    private Kinks() {}

    /** Whether the option {@code activation}, if there is one, is not {@code relu}. */
    static boolean none(MixerSpec spec) {
        return !"relu".equals(spec.config().options().get("activation"));
    }
}
