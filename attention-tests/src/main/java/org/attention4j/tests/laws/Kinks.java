package org.attention4j.tests.laws;

import java.util.Map;
import org.attention4j.api.MixerSpec;

/** Tells activations with a kink, at which differences are no derivative, and a flat part, in which a unit is dead. */
final class Kinks {
    private Kinks() {}

    /**
     * Whether the activations of a cell are smooth, and there is no norm of heads with an ε near 0, which for a head of one or
     * two numbers is a step.
     */
    static boolean none(MixerSpec spec) {
        Map<String, Object> options = spec.config().options();
        Object norm = options.getOrDefault("query-key-norm", "none");
        boolean steep = options.get("query-key-norm-epsilon") instanceof Double epsilon && epsilon < 1e-3;
        return CellActivations.smooth(spec) && (norm.equals("none") || !steep);
    }
}
